"""Which kind of failure a piece of feedback is about, worked out from the record."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

KINDS = ("wrong tool", "wrong argument", "refused wrongly", "tool error", "bad answer")
"""The kinds of failure; an empty one means that nothing failed."""

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_PARTS = re.compile(r"\|\|?|&&?|;|\n")
_WORD = re.compile(r"\s*(?:\w+=\S*\s+)*(?:sudo\s+)?([^\s<>()'\"]+)")


def kind_of(
    *,
    made: Sequence[Mapping[str, Any]],
    wanted: Sequence[Mapping[str, Any]],
    statuses: Sequence[str],
    failed: bool,
) -> str:
    """Return the kind of a failure, or nothing.

    `made` are the calls of the turn, `wanted` those it should have made (none: nobody said),
    `statuses` how the calls ended. `failed` says that a person found the answer wrong.
    """
    if wanted and not made:
        return "refused wrongly"
    if wanted and list(map(_used, made)) != list(map(_used, wanted)):
        return "wrong tool"
    if wanted and list(map(_plain, made)) != list(map(_plain, wanted)):
        return "wrong argument"
    if not failed:
        return ""
    return "tool error" if {"error", "timeout"} & set(statuses) else "bad answer"


def _plain(call: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    return call["name"], dict(call["arguments"])


def _used(call: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tool; of a command also its programs, which are the shell's tools."""
    command = call["arguments"].get("command")
    return (call["name"], *(programs(command) if isinstance(command, str) else ()))


def programs(command: str) -> tuple[str, ...]:
    """Return the first words of a command's parts; near enough to tell two commands apart.

    >>> programs("LC_ALL=C du -a /srv | sort -rn")
    ('du', 'sort')
    >>> programs("/usr/bin/awk '/a|b/' log; true")
    ('awk', 'true')
    """
    words = (_WORD.match(part) for part in _PARTS.split(_QUOTED.sub("'", command)))
    return tuple(found[1].rsplit("/", 1)[-1] for found in words if found)
