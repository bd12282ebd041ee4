"""Files that the page shows (notation, audio, downloads), kept under `$MICA_HOME/files`."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from records.paths import home

URL = "/mica/files"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}\Z")


def path_of(conversation: str, element: str) -> Path:
    """Return where an element's bytes lie.

    Raises:
        ValueError: an id has characters that no id of ours has.
    """
    for name in (conversation, element):
        if not _NAME.match(name):
            raise ValueError(f"not an id of a file: {name!r}")
    return home() / "files" / conversation / element


def url_of(conversation: str, element: str) -> str:
    """Return the address under which the page fetches an element."""
    return f"{URL}/{conversation}/{element}"


def keep(conversation: str, element: str, data: bytes | str | Path) -> None:
    """Write an element's bytes, whole or not at all.

    Raises:
        OSError: the disk is full or the folder cannot be written.
        ValueError: an id has characters that no id of ours has.
    """
    path = path_of(conversation, element)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    if isinstance(data, Path):
        shutil.copyfile(data, part)
    else:
        part.write_bytes(data.encode() if isinstance(data, str) else data)
    part.replace(path)


def drop(conversation: str, element: str | None = None) -> None:
    """Remove one element's file, or all of a conversation."""
    path = path_of(conversation, element or "any")
    if element is None:
        shutil.rmtree(path.parent, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
