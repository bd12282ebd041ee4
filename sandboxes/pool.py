"""Containers made ahead, so that a new conversation does not wait for one.

A waiting container is like any other, hardened alike, but without a conversation. Adopting it
is a rename. Until then its PID 1 waits for one line on stdin, which this process holds open: when
the process ends, however it ends, the engine closes that input, PID 1 ends and the engine
removes the container. Each process adopts only what it made itself, so any number of them can
share an engine.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import docker
import requests
from docker.errors import APIError, DockerException
from docker.models.containers import Container

LABEL = "mica.waiting"
LIFETIME_SECONDS = 6 * 3600  # of a waiting container, should the engine not notice our end
PAUSE_SECONDS = 1.5  # before a taken one is replaced: the first command has the machine first
RETRY_SECONDS = 30.0
ABANDONED_SECONDS = 60.0  # made but never started: its process was killed in between

_log = logging.getLogger("mica.sandboxes")


def waiting_keeper(keeper: Sequence[str]) -> list[str]:
    """Return a command for PID 1 that waits for a line on stdin, and then becomes `keeper`."""
    return ["bash", "-c", f'read -r -t {LIFETIME_SECONDS} _ && exec "$@"', "mica", *keeper]


@dataclass(frozen=True)
class _Waiting:
    id: str
    connection: Any

    def adopt(self) -> None:
        """Let PID 1 live on."""
        raw: socket.socket = getattr(self.connection, "_sock", self.connection)
        raw.sendall(b"adopted\n")

    def close(self) -> None:
        raw: socket.socket = getattr(self.connection, "_sock", self.connection)
        with contextlib.suppress(OSError):
            self.connection.close()
            raw.close()


class Pool:
    """Keeps `count` containers waiting; a thread makes them in the background.

    `options` are those of `docker.containers.create`, `keeper` is what PID 1 becomes when a
    container is adopted, `prepare` gets a new container ready.
    """

    def __init__(
        self,
        client: docker.DockerClient,
        options: Mapping[str, Any],
        keeper: Sequence[str],
        prepare: Callable[[str], object],
        count: int = 1,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self._client = client
        self._options = dict(options)
        self._keeper = waiting_keeper(keeper)
        self._prepare = prepare
        self._count = count
        self._labels = {LABEL: "1", **(labels or {})}
        self._waiting: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._fill, name="mica-pool", daemon=True)
        self._thread.start()

    def take(self, name: str) -> str | None:
        """Give a waiting container the name `name` and return its id; None where none waits.

        Raises:
            APIError: the name is taken (409), or the engine failed.
        """
        while True:
            with self._changed:
                if not self._waiting:
                    return None
                waiting = self._waiting.popleft()
                self._changed.notify_all()
            try:
                self._client.api.rename(waiting.id, name)
                waiting.adopt()
            except APIError as error:
                if error.status_code == 404:  # it ended: its time was over, or the engine's
                    continue
                raise
            except OSError:  # the engine was started anew: it ends, and nobody was in it
                continue
            finally:
                waiting.close()
            return waiting.id

    def ids(self) -> list[str]:
        """Return the ids of the containers that wait, the next one first."""
        with self._changed:
            return [waiting.id for waiting in self._waiting]

    def full(self, seconds: float) -> bool:
        """Wait until all are there; return whether they are."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._waiting) >= self._count, seconds)

    def close(self) -> None:
        """End the thread and the containers that still wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(30.0)
        while self._waiting:
            self._waiting.popleft().close()

    def _fill(self) -> None:
        remove_abandoned(self._client)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or len(self._waiting) < self._count)
                if self._closed:
                    return
            try:
                made = self._make()
            except (DockerException, requests.RequestException, OSError) as error:
                _log.info("no container could be made ahead: %s", error)
                self._pause(RETRY_SECONDS)
                continue
            with self._changed:
                self._waiting.append(made)
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._closed or len(self._waiting) < self._count)
            self._pause(PAUSE_SECONDS)

    def _pause(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed, seconds)

    def _make(self) -> _Waiting:
        container: Container = self._client.containers.create(
            command=self._keeper,
            name=f"mica-waiting-{uuid.uuid4().hex[:16]}",
            labels=self._labels,
            stdin_open=True,
            **self._options,
        )
        try:
            connection = self._client.api.attach_socket(
                str(container.id), params={"stdin": 1, "stream": 1}
            )
            waiting = _Waiting(str(container.id), connection)
            container.start()
            self._prepare(waiting.id)
        except Exception:
            with contextlib.suppress(DockerException, requests.RequestException):
                container.remove(force=True)
            raise
        return waiting


def remove_abandoned(
    client: docker.DockerClient, older_than: float = ABANDONED_SECONDS, label: str = LABEL
) -> None:
    """Remove containers with a label that a killed process made but did not come to start."""
    left: dict[str, str | list[str] | bool] = {"label": label, "status": "created"}
    with contextlib.suppress(DockerException, requests.RequestException):
        for container in client.containers.list(all=True, filters=left, ignore_removed=True):
            made = datetime.fromisoformat(container.attrs["Created"][:19] + "+00:00")
            if (datetime.now(UTC) - made).total_seconds() > older_than:
                with contextlib.suppress(APIError):  # another process is just removing it
                    container.remove(force=True)
