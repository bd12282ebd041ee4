"""The key of the training API: training takes the machine for minutes, and reads files of it."""

from __future__ import annotations

import os
import secrets

from records.paths import home

VARIABLE = "MICA_TRAINING_KEY"


def training_key() -> str:
    """Return the key: `MICA_TRAINING_KEY`, else one made once and kept in the data folder.

    Raises:
        OSError: the data folder cannot be read or written.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return named
    path = home() / "training" / "key"
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = secrets.token_urlsafe(32)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = path.read_text(encoding="utf-8").strip()
        if len(kept) >= 32:
            return kept
        path.write_text(fresh, encoding="utf-8")  # a crash left it short
        return fresh
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(fresh)
    return fresh


def is_right(authorization: str | None) -> bool:
    """Tell whether an `Authorization` header carries the key."""
    scheme, _, given = (authorization or "").partition(" ")
    right = secrets.compare_digest(given.strip().encode(), training_key().encode())
    return scheme.lower() == "bearer" and right
