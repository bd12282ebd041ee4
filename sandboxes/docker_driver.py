"""Sandboxes in Docker containers: one hardened container a conversation.

No network, no capability, no new privileges, user 1000, the image read-only, all writable
folders in memory with a size limit, limits on memory, processes, CPU and open files, Docker's
default seccomp profile, no path of the host inside. What it does not cover: a hole in the
kernel itself, and reading the machine's CPU and memory figures in /proc.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import struct
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import docker
import requests
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.models.containers import Container
from docker.types import LogConfig, Ulimit

from records.paths import home
from sandboxes import Limits, SandboxError, host_view
from sandboxes.gvisor import Wish, choose_runtime, trial
from sandboxes.pool import Pool
from sandboxes.previewing import GONE, PreviewingSandbox
from sandboxes.processes import MOST_FILES
from sandboxes.runner import ENVIRONMENT, RUNNER, key, script, state_mb

_log = logging.getLogger("mica.sandboxes")
IMAGE = "mica-sandbox:latest"
USER = 1000
LIFETIME_SECONDS = 7 * 86_400
# PID 1 only waits. With SIGCHLD ignored the kernel reaps orphans for it, and as PID 1 it is
# shielded from `pkill sleep` and `kill -9 -1` inside, which would end an init's child.
KEEPER = ["env", "--ignore-signal=CHLD", "sleep", str(LIFETIME_SECONDS)]


def connect(timeout: float = 30.0) -> docker.DockerClient:
    """Return a client of the Docker engine that the environment names.

    Raises:
        SandboxError: no engine answers.
    """
    try:
        client = docker.from_env(timeout=int(timeout), max_pool_size=64)
        client.ping()
    except (DockerException, requests.RequestException) as error:
        raise SandboxError(
            "no Docker engine answers; start Docker (and join the group docker), or choose the "
            "bubblewrap sandbox"
        ) from error
    return client


class DockerSandbox(PreviewingSandbox):
    """Runs commands in containers named after the conversation, found again after a restart."""

    name = "docker"

    def __init__(
        self,
        limits: Limits | None = None,
        image: str = IMAGE,
        undo: Path | None = None,
        *,
        gvisor: Wish = "auto",
        ready: int = 0,
        host_readonly: bool = False,
    ) -> None:
        """Connect to the engine and check that the image is there.

        `ready` containers are made ahead, in the background, for new conversations.
        `host_readonly` shows the host's disks at /host, as `sandboxes.host_view` says.

        Raises:
            SandboxError: no engine answers, or it does not have the image, or not gVisor
                where that is forced.
        """
        super().__init__(limits or Limits(), undo)
        _check(self.limits)
        self._client = connect()
        self._image = image
        self._known: dict[str, str] = {}
        try:
            self._client.images.get(image)
        except ImageNotFound as error:
            self._client.close()
            raise SandboxError(
                f"Docker has no image {image}; run deploy/sandbox/ensure to build it"
            ) from error
        self.runtime = self._runtime(gvisor)
        self.host_view = host_view.look() if host_readonly else None
        self._sweep()
        self.pool = self._make_pool(ready) if ready else None

    def invoke(
        self, conversation: str, request: Sequence[str], stdin: bytes, seconds: float, most: int
    ) -> bytes:
        """Run the runner by `docker exec`. See `ScriptedSandbox.invoke`."""
        connection = self._connect(conversation, request)
        return _converse(connection, stdin, time.monotonic() + seconds, most)

    def stream(
        self, place: str, request: Sequence[str], stdin: Iterable[bytes], seconds: float
    ) -> Iterator[bytes]:
        """Run the runner by `docker exec`. See `PreviewingSandbox.stream`."""
        connection = self._connect(place, request)
        return _receive(connection, stdin, time.monotonic() + seconds)

    def start(self, conversation: str) -> None:
        """Give the conversation its container, where it has none.

        Raises:
            SandboxError: the engine failed.
        """
        self._container(conversation)

    def recover(self, conversation: str) -> bool:
        """Sweep the container; remove it where even that fails."""
        container = self._known.get(conversation, "")
        with contextlib.suppress(DockerException, requests.RequestException):
            connection = self._start(container, ["sweep"])
            if _converse(connection, b"", time.monotonic() + 20.0, 4096).startswith(b"mica done"):
                return True
        self.remove(conversation)
        return False

    def identity(self, place: str) -> str | None:
        """Return the container's id, None where it does not run."""
        try:
            return self._find(place)
        except (DockerException, requests.RequestException) as error:
            raise SandboxError(f"Docker did not answer: {error}; is it running?") from error

    def move(self, place: str, to: str) -> None:
        """Rename a container."""
        try:
            container = self._client.containers.get(self._name(place))
            container.rename(self._name(to))
        except (DockerException, requests.RequestException) as error:
            raise SandboxError(f"Docker could not rename a container: {error}") from error
        self._known.pop(place, None)
        self._known[to] = str(container.id)

    def remove(self, place: str) -> None:
        """Remove a container and its files."""
        self._known.pop(place, None)
        try:
            self._client.containers.get(self._name(place)).remove(force=True, v=True)
        except NotFound:
            return
        except APIError as error:
            if error.status_code != 409:  # 409: its removal is already under way
                raise SandboxError(f"Docker could not remove a container: {error}") from error
        except (DockerException, requests.RequestException) as error:
            raise SandboxError(f"Docker did not answer: {error}; is it running?") from error

    def close(self) -> None:
        """Close the connection to the engine; containers stay."""
        super().close()
        if self.pool is not None:
            self.pool.close()
        self._client.close()

    def _sweep(self) -> None:
        """Remove what a killed server had put aside to be removed."""
        labels = [f"{name}={value}" for name, value in self._labels().items()]
        mine: dict[str, str | list[str] | bool] = {"name": f"-{GONE}", "label": labels}
        with contextlib.suppress(DockerException, requests.RequestException):
            for container in self._client.containers.list(filters=mine, ignore_removed=True):
                with contextlib.suppress(APIError):  # its own server is just removing it
                    container.remove(force=True, v=True)

    def _connect(self, conversation: str, request: Sequence[str]) -> Any:
        for fresh in (False, True):
            container = self._container(conversation, fresh=fresh)
            try:
                return self._start(container, request)
            except APIError as error:
                if fresh or error.status_code not in (404, 409):
                    raise SandboxError(f"Docker could not run a command: {error}") from error
                # The container ended since it was last used.
            except (DockerException, requests.RequestException) as error:
                raise SandboxError(f"Docker did not answer: {error}; is it running?") from error
        raise AssertionError("unreachable")

    def _container(self, conversation: str, *, fresh: bool = False) -> str:
        known = self._known.get(conversation)
        if known is None or fresh:
            with self.alone(conversation):
                try:
                    if "\0" not in conversation:
                        self.settle(conversation)
                    known = self._find(conversation) or self._create(conversation)
                except (DockerException, requests.RequestException) as error:
                    raise SandboxError(f"Docker could not start a container: {error}") from error
            self._known[conversation] = known
        return known

    def _find(self, conversation: str) -> str | None:
        try:
            container = self._client.containers.get(self._name(conversation))
        except NotFound:
            return None
        if container.status == "running":
            return str(container.id)
        with contextlib.suppress(NotFound):
            container.remove(force=True, v=True)
        return None

    def _create(self, conversation: str) -> str:
        name = self._name(conversation)
        try:
            waiting = self.pool.take(name) if self.pool else None
            if waiting is not None:
                return waiting
            container: Container = self._client.containers.run(
                command=KEEPER,
                name=name,
                labels={"mica.conversation": conversation.partition("\0")[0], **self._labels()},
                detach=True,
                **self._options(),
            )
        except APIError as error:
            other = self._find(conversation) if error.status_code == 409 else None
            if other is None:
                raise
            return other  # another server process was quicker
        return str(container.id)

    def _options(self) -> dict[str, Any]:
        options = {"image": self._image, "runtime": self.runtime, **_hardening(self.limits)}
        if self.host_view is not None:
            user = host_view.USER  # USER may be somebody on the host
            shown = host_view.docker_options(self.host_view, self._engine_folder)
            options["user"] = f"{user}:{user}"
            options["tmpfs"] = {**_folders(self.limits, user), **shown["tmpfs"]}
            options["mounts"] = shown["mounts"]
        return options

    def _name(self, conversation: str) -> str:
        # A container that shows the host is another one, so that switching it off hides it.
        return f"mica-{'host-' if self.host_view is not None else ''}{key(conversation)}"

    def _make_pool(self, count: int) -> Pool:
        def prepare(container: str) -> None:
            _converse(self._start(container, ["ready"]), b"", time.monotonic() + 20.0, 4096)

        return Pool(self._client, self._options(), KEEPER, prepare, count, self._labels())

    def _labels(self) -> dict[str, str]:
        # Whose records name the conversation: `docker ps --filter label=mica.home=...`.
        return {"mica.home": str(home())}

    def _runtime(self, wish: Wish) -> str | None:
        try:
            info = self._client.info()
            self._engine_folder = str(info.get("DockerRootDir") or "/var/lib/docker")
            chosen = choose_runtime(info, wish)
            if chosen is None or wish == "force" or chosen == info.get("DefaultRuntime"):
                return chosen
            options = {"image": self._image, **_hardening(self.limits)}
            problem = trial(self._client, options, chosen)
            if problem:
                _log.warning("gVisor (%s) is not used, since it does not work: %s", chosen, problem)
            return None if problem else chosen
        except (DockerException, requests.RequestException) as error:
            raise SandboxError(f"Docker did not answer: {error}; is it running?") from error
        except SandboxError:
            self._client.close()
            raise

    def _start(self, container: str, request: Sequence[str]) -> Any:
        api = self._client.api
        execution = api.exec_create(
            container,
            [*RUNNER, *request],
            stdin=True,
            stderr=False,
            environment={"MICA_RUNNER": script(request[0])},
        )
        return api.exec_start(execution["Id"], socket=True)


def _hardening(limits: Limits) -> dict[str, Any]:
    return {
        "hostname": "sandbox",
        "user": f"{USER}:{USER}",
        "working_dir": "/workspace",
        "environment": dict(ENVIRONMENT),
        "network_mode": "none",
        "dns": ["127.0.0.1"],  # or Docker copies the host's name servers into the container
        "dns_search": ["."],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "read_only": True,
        "tmpfs": _folders(limits),
        "shm_size": "16m",
        "mem_limit": f"{limits.memory_mb}m",
        "memswap_limit": f"{limits.memory_mb}m",
        "pids_limit": limits.processes,
        "nano_cpus": int(min(limits.cpus, os.cpu_count() or 1) * 1e9),
        "ulimits": [
            Ulimit(name="nofile", soft=limits.open_files, hard=limits.open_files),
            Ulimit(name="core", soft=0, hard=0),
        ],
        "log_config": LogConfig(type="none"),
        "auto_remove": True,
        "init": False,
    }


def _check(limits: Limits) -> None:
    """The writable folders are memory: full ones must leave room to run `rm`."""
    least = sum(_sizes(limits).values()) + 64
    if limits.memory_mb < least:
        raise SandboxError(
            f"memory_mb is {limits.memory_mb}, but with workspace_mb {limits.workspace_mb} and "
            f"output_bytes {limits.output_bytes} it must be at least {least}"
        )


def _sizes(limits: Limits) -> dict[str, int]:
    """Return the writable folders and their sizes in MiB."""
    return {
        "/workspace": limits.workspace_mb,
        "/srv": 32,
        "/home/mica": 32,
        "/tmp": 64,
        "/run/mica": state_mb(limits),
    }


def _folders(limits: Limits, user: int = USER) -> dict[str, str]:
    options = f"rw,exec,nosuid,nodev,mode=0755,uid={user},gid={user},nr_inodes={MOST_FILES}"
    return {path: f"{options},size={size}m" for path, size in _sizes(limits).items()}


def _converse(connection: Any, stdin: bytes, deadline: float, most: int) -> bytes:
    """Send `stdin`, then collect stdout until the end, the deadline or `most` bytes."""
    output = bytearray()
    with contextlib.closing(_receive(connection, [stdin], deadline)) as chunks:
        for chunk in chunks:
            output += chunk
            if len(output) > most:
                break
    return bytes(output)


def _receive(
    connection: Any, stdin: Iterable[bytes], deadline: float
) -> Generator[bytes, None, None]:
    """Send `stdin` at once; return what yields stdout until the end or the deadline.

    The library's own reader of these frames waits without a limit, so it is not used.
    """
    raw: socket.socket = getattr(connection, "_sock", connection)
    threading.Thread(target=_send, args=(raw, chain([b"\n"], stdin)), daemon=True).start()
    return _frames(connection, raw, deadline)


def _frames(connection: Any, raw: socket.socket, deadline: float) -> Generator[bytes, None, None]:
    pending, output = bytearray(), bytearray()
    try:
        while (left := deadline - time.monotonic()) > 0:
            raw.settimeout(left)
            data = raw.recv(65536)
            if not data:
                break
            pending += data
            _take_frames(pending, output)
            if output:
                yield bytes(output)
                output.clear()
    except OSError:
        pass  # the caller judges what came
    finally:
        connection.close()
        raw.close()


def _take_frames(pending: bytearray, output: bytearray) -> None:
    """Move the stdout frames that are complete in `pending` to `output`."""
    while len(pending) >= 8:
        stream, size = struct.unpack(">BxxxL", pending[:8])
        if len(pending) < 8 + size:
            return
        if stream == 1:
            output += pending[8 : 8 + size]
        del pending[: 8 + size]


def _send(raw: socket.socket, chunks: Iterable[bytes]) -> None:
    with contextlib.suppress(OSError):
        for data in chunks:
            raw.sendall(data)
