"""Keeps the vector database on disk so that no two processes ever share one.

Chroma's files are damaged when two processes open them and one writes. So a write works on a
copy, held by one process at a time, and the copy is put in place when it is whole; a reader
opens a private copy of the version in place, and notices when there is a newer one.

    folder/current.json    which version is in place, and what it was built from
    folder/version-7/      Chroma's files of that version; never opened where they lie
    folder/writer.lock     held while a process writes
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.knowledge import KnowledgeError

State = dict[str, Any]
_TRIES = 5


class Store:
    """The versions of one knowledge folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def state(self) -> State:
        """Return what is in place: `version` (0: nothing yet) and what it was built from.

        Raises:
            KnowledgeError: the folder's index is not readable.
        """
        try:
            found: State = json.loads((self.folder / "current.json").read_text("utf-8"))
            return {**found, "version": int(found["version"])}
        except FileNotFoundError:
            return {"version": 0}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KnowledgeError(
                f"{self.folder / 'current.json'} cannot be read ({error}); delete the folder "
                f"{self.folder} and run mica knowledge ensure; your own files must be added again"
            ) from error

    def stamp(self) -> tuple[int, int]:
        """Return what changes when another version is put in place; cheap."""
        try:
            found = (self.folder / "current.json").stat()
        except OSError:
            return (0, 0)
        return (found.st_ino, found.st_mtime_ns)

    def copy(self, target: Path) -> State:
        """Copy the version in place to `target`; return its state. Version 0 copies nothing.

        Raises:
            KnowledgeError: the version cannot be copied.
        """
        problem: OSError | shutil.Error | None = None
        for _ in range(_TRIES):
            state = self.state()
            if state["version"] == 0:
                return state
            try:
                shutil.copytree(self._version(state), target, dirs_exist_ok=True)
                return state
            except (OSError, shutil.Error) as error:  # a writer may just have replaced it
                problem = error
                shutil.rmtree(target, ignore_errors=True)
        raise KnowledgeError(
            f"the knowledge base in {self.folder} cannot be opened ({problem}); check that the "
            "disk is not full, then run mica knowledge ensure"
        )

    @contextlib.contextmanager
    def writing(self, patience: float = 5.0) -> Iterator[tuple[Any, State]]:
        """Give a Chroma client on a copy, and its state to change; put both in place at the end.

        When the body fails, the version in place stays as it was.

        Raises:
            KnowledgeError: another process is writing, or the disk refuses.
        """
        with self._lock(patience):
            state = self.state()
            work = self.folder / "unfinished"
            try:
                shutil.rmtree(work, ignore_errors=True)
                work.mkdir()
                if state["version"]:
                    shutil.copytree(self._version(state), work, dirs_exist_ok=True)
                with open_chroma(work) as client:
                    yield client, state
                self._put_in_place(work, state)
            except OSError as error:
                raise KnowledgeError(
                    f"the knowledge base in {self.folder} cannot be written ({error}); "
                    "check the disk's free space and the folder's owner, and try again"
                ) from error
            finally:
                shutil.rmtree(work, ignore_errors=True)

    def _put_in_place(self, work: Path, state: State) -> None:
        state["version"] += 1
        shutil.rmtree(self._version(state), ignore_errors=True)
        work.rename(self._version(state))
        draft = self.folder / "current.json.new"
        with draft.open("w", encoding="utf-8") as file:
            json.dump(state, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / "current.json")
        for old in self.folder.glob("version-*"):
            if old != self._version(state):
                shutil.rmtree(old, ignore_errors=True)

    def _version(self, state: State) -> Path:
        return self.folder / f"version-{state['version']}"

    @contextlib.contextmanager
    def _lock(self, patience: float) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "writer.lock").open("a+", encoding="utf-8") as file:
            deadline = time.monotonic() + patience
            while not _take(file.fileno()):
                if time.monotonic() >= deadline:
                    file.seek(0)
                    raise KnowledgeError(
                        f"another process ({file.read().strip() or 'unknown'}) is changing the "
                        f"knowledge base in {self.folder}; wait until it is done and try again"
                    )
                time.sleep(0.05)
            file.truncate(0)
            file.write(f"process {os.getpid()}")
            file.flush()
            yield  # closing the file gives the lock back


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def open_chroma(folder: Path) -> Iterator[Any]:
    """Open Chroma's files in a folder, with telemetry off; close them at the end."""
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    try:
        yield client
    finally:
        client.close()
