"""Small parts of the review: variants of a command, what it writes."""

from __future__ import annotations

from tools.bash.policy.syntax import Script
from tools.bash.policy.table import Arguments, Row
from tools.bash.policy.words import Word

MOST_VARIANTS = 60


def may_be_device(prefix: str) -> bool:
    """Whether a path that starts like this could be one of bash's network devices."""
    return bool(prefix) and ("/dev/".startswith(prefix) or prefix.startswith(("/dev/", "//")))


def variants(words: list[Word], script: Script) -> list[list[Word]]:
    """Return the command once for each value of the loop variables in it."""
    used = sorted(
        name
        for name in {name for word in words for name in word.variables()}
        if script.values.get(name)
    )
    found = [words]
    for name in used:
        values = script.values[name]
        if len(found) * len(values) > MOST_VARIANTS:
            return [words]
        found = [
            [word.with_value(name, value) for word in variant]
            for variant in found
            for value in values
        ]
    return found


def targets(writes: str, row: Row, arguments: Arguments, when: frozenset[str]) -> tuple[str, ...]:
    """Return what a call writes: its operands, as far as the row says."""
    operands = [word.shown for word in arguments.operands]
    value = arguments.value(*when)
    if writes == "none":
        return ()
    if writes == "value":
        return (value.shown,) if value is not None else ()
    if writes == "archive":
        archive = arguments.value("-f", "--file")
        return (archive.shown,) if archive is not None else ()
    if writes == "directory":
        folder = arguments.value("-C", "--directory")
        return (folder.shown if folder is not None else ".",)
    if writes == "dd":
        return tuple(text[3:] for text in operands if text.startswith("of="))
    if writes == "last":
        return (value.shown,) if value is not None else tuple(operands[-1:])
    if row.name in ("sed",) and not arguments.has("-e", "--expression"):
        operands = operands[1:]
    skip = 0 if writes == "all" or arguments.has("--reference") else row.skip
    return tuple(operands[skip:] if row.skip < 99 else ())


def add(items: list[str], item: str) -> None:
    """Append `item` unless it is there."""
    if item not in items:
        items.append(item)
