"""What has to be done to put back the files that a command changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sandboxes.changes import Entry, Files
from sandboxes.undo import Record


@dataclass(frozen=True)
class Plan:
    """Steps before the old versions are unpacked over what is there, and one after it.

    `open`: folders that are made writable, outer ones first. `aside`: files that something
    else changed since, and their new names. `remove`: what goes, inner ones first. `close`:
    modes and paths of files that were closed to their owner.
    """

    open: tuple[str, ...]
    aside: tuple[tuple[str, str], ...]
    remove: tuple[str, ...]
    close: tuple[tuple[str, str], ...]


def plan(record: Record, now: Files) -> Plan:
    """Compare what the command left behind with what is there now."""
    own = record.before.keys() | record.after.keys()
    aside: list[tuple[str, str]] = []
    remove: list[str] = []
    for path in sorted(own & now.keys()):
        entry, was, left = now[path], record.before.get(path), record.after.get(path)
        if was is not None and (entry.same(was) or entry.type == was.type == "d"):
            continue
        if entry.type == "d":
            foreign = was is not None and _holds_others(path, now, own)
        else:
            foreign = not entry.same(left)
        if foreign:
            aside.append((path, _free_name(path, now)))
        elif was is None or was.type != entry.type:
            remove.append(path)
    return Plan(
        open=tuple(path for path in sorted(own & now.keys()) if now[path].type == "d"),
        aside=tuple(aside),
        remove=tuple(reversed(remove)),
        close=tuple(reversed(_closed(record.before))),
    )


def _holds_others(folder: str, now: Files, own: Iterable[str]) -> bool:
    return any(path.startswith(f"{folder}/") for path in now.keys() - own)


def _free_name(path: str, now: Files) -> str:
    number = 1
    while f"{path}.kept{number}" in now:
        number += 1
    return f"{path}.kept{number}"


def _closed(before: Files) -> list[tuple[str, str]]:
    closed: list[tuple[str, Entry]] = [(p, e) for p, e in sorted(before.items()) if e.locked]
    return [(entry.mode, path) for path, entry in closed]
