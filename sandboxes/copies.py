"""Tars and lists of files between sandboxes and this machine; `copying.sh` is the other end."""

from __future__ import annotations

import tarfile
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import IO

from sandboxes import SandboxError
from sandboxes.changes import Files

END = b"\nmica end\n"
PART_BYTES = 4 * 2**20
_HELD = 512


def body(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what a request printed, without its last line.

    Raises:
        SandboxError: the last line says that it failed, or is missing.
    """
    held = b""
    for chunk in chunks:
        held += chunk
        if len(held) > 8 * _HELD:
            yield held[:-_HELD]
            held = held[-_HELD:]
    if not held.endswith(END):
        said = held.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise SandboxError(f"the sandbox could not be copied: {said or 'it did not answer'}")
    yield held[: -len(END)]


def parts(chunks: Iterable[bytes], problems: list[SandboxError]) -> Iterator[bytes]:
    """Yield a stream in parts as `copying.sh` reads them; a failure goes to `problems`."""
    buffer = bytearray()
    try:
        for chunk in chunks:
            buffer += chunk
            if len(buffer) >= PART_BYTES:
                yield b"%d\n" % len(buffer) + bytes(buffer)
                buffer.clear()
    except SandboxError as error:
        problems.append(error)
        yield b"-1\n"
        return
    if buffer:
        yield b"%d\n" % len(buffer) + bytes(buffer)
    yield b"0\n"


def read_parts(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file's content in chunks."""
    while data := file.read(PART_BYTES):
        yield data


def write_limited(chunks: Iterable[bytes], path: Path, most: int) -> bool:
    """Write a stream to `path`; return false, and leave no file, where it is longer than `most`."""
    total = 0
    with path.open("wb") as file:
        for chunk in chunks:
            total += len(chunk)
            if total > most:
                break
            file.write(chunk)
    if total > most:
        path.unlink()
    return total <= most


def contents(file: IO[bytes], wanted: Collection[str], most: int) -> dict[str, bytes]:
    """Return the contents of the wanted regular files of a tar, each of at most `most` bytes."""
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=file, mode="r:", encoding="utf-8") as tar:
            for member in tar:
                if member.name in wanted and (member.isreg() or member.islnk()):
                    reader = tar.extractfile(member)
                    if reader is not None and (data := reader.read(most + 1)) is not None:
                        found[member.name] = data
    except (tarfile.TarError, OSError, KeyError):
        pass  # what could not be read is shown as not compared
    return {path: data for path, data in found.items() if len(data) <= most}


def path_list(paths: Iterable[str]) -> bytes:
    """Return paths as `copying.sh` reads them: NUL after each."""
    return b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)


def readable(paths: Iterable[str], files: Files, each: int, total: int) -> list[str]:
    """Return those paths that are regular files small enough to be compared."""
    chosen = []
    for path in paths:
        entry = files.get(path)
        if entry is not None and entry.type == "f" and entry.size <= min(each, total):
            chosen.append(path)
            total -= entry.size
    return chosen
