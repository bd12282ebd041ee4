"""A patch for a person: what a change does to a file, as text."""

from __future__ import annotations

import difflib

from sandboxes.host_folder import FileChange, Version

MOST_LINES = 400
"""Lines of the difference that are shown, of each file; the change itself is never cut."""


def shown(change: FileChange) -> str:
    """Return a change as a unified diff; of a file that is not text, the sizes."""
    old, new = change.before, change.after
    word = "added" if old is None else "deleted" if new is None else "changed"
    head = f"{word} {change.path!r}"
    if (old and old.link) or (new and new.link):
        return f"{head}: a link to {new.data if new else None!r}\n"
    before, after = _lines(old), _lines(new)
    if before is None or after is None:
        sizes = [len(version.data) if version else 0 for version in (old, new)]
        return f"{head}: binary, {sizes[0]:,} -> {sizes[1]:,} bytes\n"
    lines = list(difflib.unified_diff(before, after, "before", "after", lineterm=""))
    left = len(lines) - MOST_LINES
    if old and new and old.mode & 0o111 != new.mode & 0o111:
        head += f" (permissions {old.mode:o} -> {new.mode:o})"
    more = [f"[... {left:,} more lines ...]"] if left > 0 else []
    return "\n".join([head, *lines[:MOST_LINES], *more]) + "\n"


def _lines(version: Version | None) -> list[str] | None:
    if version is None:
        return []
    try:
        text = version.data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    # Control characters could show a person something else than what is there.
    return None if "\0" in text else [_visible(line) for line in text.splitlines()]


def _visible(line: str) -> str:
    return "".join(
        char if char.isprintable() or char == "\t" else f"\\u{ord(char):04x}" for char in line
    )
