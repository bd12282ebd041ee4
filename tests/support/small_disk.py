"""A small file system, for what happens when a disk is full."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support import needs


@contextmanager
def mounted(folder: Path, size: str = "1m") -> Iterator[Path]:
    """Mount one of `size` on `folder/small`; skip where that is not allowed."""
    small = folder / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        needs.lacking("a full disk is a small one that is mounted, which needs root")
    yield small
    subprocess.run(["umount", "-l", str(small)], check=True)


def fill(small: Path, *, but: int = 0) -> Path:
    """Fill it with one file and return that; `but` bytes stay free."""
    ballast = small / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            file.truncate(max(0, file.tell() - but))
    return ballast
