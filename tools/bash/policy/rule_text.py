"""Rules in words: how a scope is told to a person, written by one, and read again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence

from tools.bash.policy.checker import bash_accepts
from tools.bash.policy.decision import Decision
from tools.bash.policy.ruleable import read_call, table, under
from tools.bash.policy.scope import PLAIN_FOLDER, Call, Scope, is_static, is_unclear, read_parts
from tools.bash.policy.syntax import parse

_PART = re.compile(r"""(?:[^,'"]|,(?!\s)|'[^']*'|"[^"]*")+""")
_NAMES = re.compile(r"[\w>]+(?:,[\w>]+)+")


class ScopeError(ValueError):
    """A rule's text cannot be understood or is too wide. The text says what to write."""


def sentence(scope: Scope, *, always: bool = True) -> str:
    """Say in one sentence what a rule covers, for the person who is asked."""
    start = "Always allow" if always else "In this conversation, allow"
    if scope.exactly is not None:
        tail = _warnings(scope)
        return f"{start} exactly this command: `{scope.exactly}`{tail}."
    return f"{start} {', and '.join(_phrase(call) for call in scope.calls)}."


def short(scope: Scope) -> str:
    """Return a scope as `read_scope` reads it."""
    if scope.exactly is not None:
        return f"exactly {scope.exactly}"
    return ", ".join(_short(call) for call in scope.calls)


def read_scope(text: str, judge: Callable[[str], Decision]) -> Scope:
    """Read a rule as a person writes it.

    - `exactly COMMAND`
    - `PROGRAM [OPTION...] under FOLDER`: these options and no others
    - `PROGRAM under FOLDER`: whatever options `ruleable.yaml` lists for it
    - without `under FOLDER`: anywhere; several, with a comma and a space between

    Raises:
        ScopeError: it is none of these, or no rule may cover it.
    """
    text = text.strip()
    if text.startswith("exactly "):
        return _exact_scope(text.removeprefix("exactly ").strip(), judge)
    parts = text.split(",") if _NAMES.fullmatch(text) else _PART.findall(text)
    calls = tuple(_read_call(part.strip()) for part in parts if part.strip())
    if not calls:
        raise ScopeError("a rule needs a program, such as: rm -f under /srv/app/logs")
    return Scope(calls)


def _phrase(call: Call) -> str:
    row = table()[call.program]
    where = "anywhere" if call.folder == "/" else f"under {call.folder}"
    if row.does:
        return f"{row.does} files {where} (`{call.program}`)"
    words = [call.program, *(o.replace("=", " ", 1) for o in call.options or ())]
    fixed = shlex.join(call.fixed or ())
    if row.expression and call.fixed is not None:
        return f"`{call.program} … {fixed}` {where}"
    name = " ".join((*words, fixed)).rstrip()
    options = "no other option" if call.options else "no option"
    usual = "any of its usual options" + (", -delete among them" if row.expression else "")
    told = usual if call.options is None else options
    note = f", {row.note}" if row.note else ""
    return f"`{name}` on paths {where}, with {told}{note}"


def _warnings(scope: Scope) -> str:
    told = [
        text
        for told, text in (
            (scope.network, "it uses the network"),
            (scope.privilege, "it asks for other rights"),
            (scope.unclear, "what it does depends on code or input that nobody looked at"),
            (_relative(scope.exactly or ""), "in whatever folder the conversation is then"),
        )
        if told
    ]
    return f" ({'; '.join(told)})" if told else ""


def _relative(command: str) -> bool:
    """Whether a command surely names a path that is another one in another folder."""
    script = parse(command)
    words = [redirect.target for redirect in script.redirects]
    for part in script.commands:
        named = part.words and part.words[0].text in table()
        words += [
            word
            for at, word in enumerate(part.words)
            if (at and named) or ("/" in word.shown and "://" not in word.shown)
        ]
    return any(word and not word.prefix.startswith(("/", "-")) for word in words)


def _short(call: Call) -> str:
    words = [call.program, *(o.replace("=", " ", 1) for o in call.options or ())]
    if call.options == () and not call.fixed:
        words.append("(no options)")
    words += [shlex.join(call.fixed)] if call.fixed else []
    return f"{' '.join(words)} under {call.folder}"


def _exact_scope(command: str, judge: Callable[[str], Decision]) -> Scope:
    decision = judge(command)
    if decision.verdict == "refuse":
        raise ScopeError(f"no rule can cover that: {decision.summary}")
    if decision.verdict == "allow":
        raise ScopeError("that command runs without an approval, so it needs no rule")
    asking = read_parts(command, bash_accepts)
    if asking is None or not asking.parts or not is_static(asking.parts):
        raise ScopeError(
            "no rule can cover that: the parsers are not sure of it, or a part of it is only "
            "known when it runs; approve it each time"
        )
    unclear = any(is_unclear(part) for part in asking.parts)
    return Scope((), command, decision.network, decision.privilege, unclear)


def _read_call(text: str) -> Call:
    head, found, folder = text.rpartition(" under ")
    head, folder = (head, folder.strip()) if found else (text, "/")
    words = shlex.split(head)
    no_options = words[-2:] == ["(no", "options)"]
    words = words[:-2] if no_options else words
    row = table().get(words[0]) if words else None
    if row is None:
        raise ScopeError(
            f"there is no rule by folder for {words[0] if words else 'nothing'}: that works for "
            f"{', '.join(table())}; for other programs write: exactly COMMAND"
        )
    folder = _checked(folder)
    if len(words) == 1:
        return Call(row.name, folder, () if no_options else None)
    return _by_example(row.name, words, folder)


def _by_example(name: str, words: Sequence[str], folder: str) -> Call:
    """Read options and fixed words by putting a path into a command of them."""
    path = f"{folder.rstrip('/')}/example/of/a/path"
    command = [*words, path] if name != "find" else [words[0], path, *words[1:]]
    script = parse(shlex.join(command))
    reading = read_call(script.commands[0].words) if len(script.commands) == 1 else None
    if reading is None or len(reading.paths) != 1 or not under(reading.paths[0], folder):
        raise ScopeError(
            f"`{shlex.join(words)}` is not {name} with options that rules can cover; write the "
            "options, then `under FOLDER`, or: exactly COMMAND"
        )
    return Call(name, folder, reading.options, reading.fixed or None)


def _checked(folder: str) -> str:
    parts = [part for part in folder.split("/") if part not in ("", ".")]
    if ".." in parts or not PLAIN_FOLDER.fullmatch(folder):
        raise ScopeError(f"{folder} is not a plain folder; write it from the root, as /srv/app")
    if parts and parts[0] in ("dev", "proc", "sys"):
        raise ScopeError(f"no rule can cover {folder}")
    return "/" + "/".join(parts)
