"""Pulling a model from a hub: resumable, held to its hash, then recorded in the registry."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from runtime.models.entry import ModelEntry, ModelError, ModelFile, sha256_of
from runtime.models.hub import BrokenError, Hub, HubFile
from runtime.models.metadata import guess_format, read_metadata
from runtime.models.registry import Registry

Progress = Callable[[int, int], None]
"""Called with the bytes that are there and the bytes of the whole file."""

_REPO = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
_SPLIT = re.compile(r"-\d{5}-of-\d{5}\.gguf$")
_PREFERRED = ("Q4_K_M", "Q8_0")
_SPARE = 64 << 20  # bytes left free on the disk
_TRIES = 4  # connections in a row that bring nothing


def pull(
    repo: str,
    file: str | None = None,
    *,
    hub: Hub,
    registry: Registry,
    name: str | None = None,
    format: str | None = None,
    progress: Progress = lambda done, total: None,
    pause: float = 1.0,
) -> ModelEntry:
    """Download a GGUF of a repository (`owner/name`), check it, record it and return it.

    Without `file` the Q4_K_M build is taken, or the only one. What was downloaded before a
    break stays in a `.part` file, from which the next call goes on. `name` defaults to the
    file's name, `format` to what the file's metadata call for. Between failed connections it
    waits `pause` seconds, each time twice as long.

    Raises:
        ModelError: it cannot be found, downloaded, stored or used; nothing is recorded then.
    """
    if not _REPO.fullmatch(repo):
        raise ModelError(f"{repo!r} is no repository; names look like owner/name")
    chosen = _choose(repo, hub.files(repo), file)
    name = name or Path(chosen.path).stem
    registry.check_name(name)
    target = registry.folder / repo.replace("/", "--") / Path(chosen.path).name
    _fetch(hub, repo, chosen, target, progress, pause)
    entry = ModelEntry(
        name=name,
        format=format or guess_format(target),
        file=ModelFile(target, chosen.bytes, chosen.sha256),
        licence=str(read_metadata(target).get("general.license", "unknown")),
        origin=repo,
    )
    registry.add(entry)
    return entry


def _choose(repo: str, files: list[HubFile], wanted: str | None) -> HubFile:
    whole = [file for file in files if not _SPLIT.search(file.path)]
    listing = ", ".join(file.path for file in whole)
    if not whole:
        raise ModelError(
            f"{repo} has no GGUF file in one piece with a sha256; look for a repository whose "
            "name ends in -GGUF"
        )
    if wanted is not None:
        for file in whole:
            if wanted in (file.path, Path(file.path).name):
                return file
        raise ModelError(f"{repo} has no file {wanted!r}; it has {listing}")
    for build in _PREFERRED:
        for file in whole:
            if build.lower() in Path(file.path).name.lower():
                return file
    if len(whole) == 1:
        return whole[0]
    raise ModelError(f"{repo} has several files; choose one with --file: {listing}")


def _fetch(
    hub: Hub, repo: str, file: HubFile, target: Path, progress: Progress, pause: float
) -> None:
    if _is_there(target, file):
        progress(file.bytes, file.bytes)
        return
    # The hash is in the name, so that parts of two versions of a file are never joined.
    part = target.with_name(f"{target.name}.{file.sha256[:12]}.part")
    again = f"run `mica models pull {repo} --file {file.path}` again"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(part) as out:
            _room(part, file, out.tell())
            _download(hub, repo, file, out, progress, pause)
            out.flush()
            if sha256_of(part) != file.sha256:
                part.unlink()
                raise ModelError(
                    f"{file.path} arrived damaged (wrong sha256) and was removed; {again}"
                )
            part.replace(target)
    except BrokenError as error:
        here = part.stat().st_size if part.exists() else 0
        raise ModelError(
            f"the connection broke after {here} of {file.bytes} bytes ({error}); {again}, "
            "it goes on from there"
        ) from error
    except OSError as error:
        room = "; make room" if error.errno == errno.ENOSPC else ""
        raise ModelError(f"{target} cannot be written ({error.strerror}){room}; {again}") from error


def _is_there(target: Path, file: HubFile) -> bool:
    try:
        return target.stat().st_size == file.bytes and sha256_of(target) == file.sha256
    except OSError:
        return False


@contextlib.contextmanager
def _locked(part: Path) -> Iterator[BinaryIO]:
    with part.open("ab") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ModelError(
                f"another process is pulling {part.name} already; wait for it"
            ) from error
        yield out


def _room(part: Path, file: HubFile, here: int) -> None:
    free = shutil.disk_usage(part.parent).free
    needed = file.bytes - here + _SPARE
    if free < needed:
        raise ModelError(
            f"{file.path} needs {needed >> 20} MiB in {part.parent}, but {free >> 20} MiB are "
            "free; make room, or set MICA_HOME to another disk"
        )


def _download(
    hub: Hub, repo: str, file: HubFile, out: BinaryIO, progress: Progress, pause: float
) -> None:
    """Append what is missing; a connection that breaks is tried again from where it broke.

    Raises:
        BrokenError: several connections in a row brought nothing.
    """
    if out.tell() > file.bytes:
        out.truncate(0)
    failures = 0
    while (here := out.tell()) < file.bytes:
        problem = BrokenError("the hub sent too little")
        try:
            _append(hub, repo, file, out, progress)
        except BrokenError as error:
            problem = error
        if out.tell() > here:
            failures = 0
            continue
        failures += 1
        if failures == _TRIES:
            raise problem
        time.sleep(pause * 2 ** (failures - 1))


def _append(hub: Hub, repo: str, file: HubFile, out: BinaryIO, progress: Progress) -> None:
    with hub.open(repo, file, out.tell()) as (start, pieces):
        if start != out.tell():
            out.truncate(start)
        for piece in pieces:
            out.write(piece)
            if out.tell() > file.bytes:
                out.truncate(0)
                raise ModelError(f"the hub sends more of {file.path} than it listed; try again")
            progress(out.tell(), file.bytes)
