"""Files that appear whole or not at all, also where the disk is full or the process is killed."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a place beside `path` to write to; it takes the path's name when the block ends well.

    The folder is made where it is missing. After an error what was there before is still there,
    and nothing else.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield fresh
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all; see `whole`.

    Raises:
        OSError: it cannot be written.
    """
    with whole(path) as fresh:
        fresh.write_text(text, encoding="utf-8")


def is_full(error: OSError) -> bool:
    """Tell whether an error says that a disk, or what a user may have of it, is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
