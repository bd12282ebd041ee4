"""What a standing approval covers, read from a command's parse and never from its text's start.

A scope is either exactly one command, or programs with their options under a folder. What may
never be covered: a refused command; one that the parsers do not read alike, or that holds a
word which is only known when it runs; the network or other rights, unless the scope says so.
Not looked at: links on the disk that lead out of a folder, and what an earlier command left in
the shell (a function called `rm`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tools.bash.policy import second
from tools.bash.policy.checker import bash_accepts
from tools.bash.policy.decision import Decision
from tools.bash.policy.refuse import SYSTEM, bad_text
from tools.bash.policy.review import Review
from tools.bash.policy.ruleable import APPEND, OVERWRITE, Reading, read_call, read_redirect, under
from tools.bash.policy.syntax import Command, Script, parse
from tools.bash.policy.table import rows

SyntaxCheck = Callable[[str], bool]
MOST_CALLS = 3
# A folder's name stands in a sentence for a person: nothing in it may look like something else.
PLAIN_FOLDER = re.compile(r"/[\w./@%+=:~ -]*")
OPEN = ("/tmp", "/workspace", "/home/mica")
_CWD = "/workspace"


@dataclass(frozen=True)
class Call:
    """A program under a folder. None for `options` or `fixed`: whatever the table lists."""

    program: str
    folder: str
    options: tuple[str, ...] | None = None
    fixed: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Scope:
    """What is covered: `exactly` one command, or every command made of `calls`.

    `unclear`: what the exact command does depends on code or input that was not looked at.
    """

    calls: tuple[Call, ...] = ()
    exactly: str | None = None
    network: bool = False
    privilege: bool = False
    unclear: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the scope as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Scope:
        """Read what `to_json` wrote."""
        calls = tuple(
            Call(c["program"], c["folder"], _tuple(c["options"]), _tuple(c["fixed"]))
            for c in data["calls"]
        )
        return cls(**{**data, "calls": calls})


def covering(
    scopes: Sequence[Scope],
    command: str,
    decision: Decision,
    *,
    syntax_check: SyntaxCheck = bash_accepts,
) -> tuple[int, ...]:
    """Return which of `scopes` together cover a command; none where they do not.

    Each part of the command must be covered by one of them, or only read; and what is left
    without the covered parts must only read as a whole.
    """
    if decision.verdict != "ask" or not scopes:
        return ()
    scopes = [_within(scope, decision) for scope in scopes]
    text = command.strip()
    exact = next((at for at, scope in enumerate(scopes) if scope.exactly == text), None)
    if exact is None and not any(scope.calls for scope in scopes):
        return ()
    asking = read_parts(text, syntax_check)
    if asking is None or not asking.parts:
        return ()
    if exact is not None:
        return (exact,) if is_static(asking.parts) else ()
    used: dict[int, None] = {}
    for part in asking.parts:
        found = next((at for at, s in enumerate(scopes) if _covers(s, part.reading)), None)
        if found is None:
            return ()
        used[found] = None
    return tuple(used) if _only_reads(asking.rest) else ()


def proposed(
    command: str, decision: Decision, *, syntax_check: SyntaxCheck = bash_accepts
) -> Scope | None:
    """Return the narrowest useful scope that covers a command; None where none may be offered."""
    if decision.verdict != "ask":
        return None
    text = command.strip()
    asking = read_parts(text, syntax_check)
    if asking is None or not asking.parts:
        return None
    calls = [_call_of(part.reading) if part.reading else None for part in asking.parts]
    sure = tuple(dict.fromkeys(call for call in calls if call is not None))
    scope = Scope(sure)
    fits = None not in calls and len(sure) <= MOST_CALLS and _within(scope, decision) is scope
    covered = fits and all(_covers(scope, part.reading) for part in asking.parts)
    if covered and _only_reads(asking.rest):
        return scope
    if not is_static(asking.parts):
        return None
    unclear = any(is_unclear(part) for part in asking.parts)
    return Scope((), text, decision.network, decision.privilege, unclear)


@dataclass(frozen=True)
class Part:
    """A part of a command that does more than read. `reading` is None where no table reads it."""

    reading: Reading | None
    command: Command


@dataclass(frozen=True)
class Asking:
    """The parts of a command that need an approval, and the command without them."""

    parts: tuple[Part, ...]
    rest: Script


def _tuple(value: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


def _within(scope: Scope, decision: Decision) -> Scope:
    """Return the scope, or an empty one where the command needs rights that it does not give."""
    beyond = (decision.network and not scope.network) or (
        decision.privilege and not scope.privilege
    )
    return Scope() if beyond else scope


def read_parts(text: str, syntax_check: SyntaxCheck) -> Asking | None:
    """Return the parts that need an approval; None where the evidence is incomplete."""
    if not text or bad_text(text):
        return None
    try:
        script = parse(text)
        if script.functions or not _sure(script):
            return None
        asking = _asking(script)
        if any(_doubtful(part) for part in asking.parts):
            return None
    except Exception:  # fail closed, as the judgement does
        return None
    return asking if syntax_check(text) else None


def _sure(script: Script) -> bool:
    """Whether both parsers know every construct of a text and agree on every word."""
    if script.problems or second.disagreement(script):
        return False
    below = [parse(inner) for inner in script.inner]
    return not any(inner.problems or second.disagreement(inner) for inner in below)


def _asking(script: Script) -> Asking:
    bare = replace(script, commands=[], redirects=[])
    rest = replace(script, commands=[], redirects=[])
    parts = []
    for command in script.commands:
        if _only_reads(replace(bare, commands=[command])):
            rest.commands.append(command)
        else:
            plain = not command.assignments and not command.hidden
            parts.append(Part(read_call(command.words) if plain else None, command))
    for redirect in script.redirects:
        if _only_reads(replace(bare, redirects=[redirect])):
            rest.redirects.append(redirect)
        else:
            words = [redirect.target] if redirect.target else []
            parts.append(Part(read_redirect(redirect), Command(words)))
    return Asking(tuple(parts), rest)


def _only_reads(part: Script) -> bool:
    review = Review(_CWD)
    review.script(part)
    return not (review.refusals or review.reasons or review.doubts)


def _doubtful(part: Part) -> bool:
    review = Review(_CWD)
    review.script(Script("", commands=[part.command]))
    return bool(review.doubts or review.refusals)


def is_static(parts: Sequence[Part]) -> bool:
    """Whether nothing in the parts that ask is computed when they run."""
    for part in parts:
        values = [value for _, value in part.command.assignments]
        for word in (*part.command.words, *values):
            kinds = {piece.kind for piece in word.pieces} if word is not None else {"opaque"}
            if not kinds <= {"text", "glob", "brace", "tilde"}:
                return False
    return True


def is_unclear(part: Part) -> bool:
    """Whether what a part does depends on code or input that was not looked at."""
    if part.reading is not None or not part.command.words:
        return False
    row = rows().get((part.command.words[0].text or "").rsplit("/", 1)[-1])
    return row is None or row.kind in ("code", "wrapper")


def _covers(scope: Scope, reading: Reading | None) -> bool:
    return reading is not None and any(_matches(call, reading) for call in scope.calls)


def _matches(call: Call, reading: Reading) -> bool:
    return (
        call.program == reading.program
        and call.options in (None, reading.options)
        and call.fixed in (None, reading.fixed)
        and bool(reading.paths)
        and all(under(path, call.folder, inside=reading.inside) for path in reading.paths)
    )


def _call_of(reading: Reading) -> Call | None:
    folder = _folder(reading)
    if folder is None:
        return None
    options = None if reading.program in (OVERWRITE, APPEND) else reading.options
    return Call(reading.program, folder, options, reading.fixed or None)


def _folder(reading: Reading) -> str | None:
    """Return the folder that all paths lie in, where it is narrow enough to offer."""
    found: list[list[str]] = []
    for path in reading.paths:
        parts = [part for part in path.shown.split("/") if part not in ("", ".")]
        at = next((i for i, part in enumerate(parts) if set("*?[") & set(part)), len(parts))
        whole = reading.inside and at == len(parts)
        found.append(parts[:at] if whole or at < len(parts) else parts[:-1])
    common = found[0]
    for parts in found[1:]:
        same = [a == b for a, b in zip(common, parts, strict=False)]
        common = common[: same.index(False) if False in same else len(same)]
    folder = "/" + "/".join(common)
    narrow = len(common) > 1 and folder not in SYSTEM
    return folder if (narrow or folder in OPEN) and PLAIN_FOLDER.fullmatch(folder) else None
