"""Where Mica keeps what it must remember."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """Return the data folder: `$MICA_HOME`, else `~/.local/share/mica`. Made when missing.

    Raises:
        OSError: the folder cannot be made.
    """
    named = os.environ.get("MICA_HOME")
    root = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    folder = Path(named).expanduser() if named else Path(root) / "mica"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
