"""The second opinion: bashlex on where words and commands are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import bashlex
import bashlex.ast
import bashlex.subst

from tools.bash.policy.syntax import Script

MOST_CHARACTERS = 4096

Span = tuple[int, int]
Shape = tuple[list[tuple[Span, ...]], list[tuple[str, object]], set[Span]]


def disagreement(script: Script) -> str | None:
    """Return how bashlex reads the text otherwise than tree-sitter, None where they agree.

    Constructs that bashlex does not know but that are checked as a whole (`script.edits`)
    are first replaced by plain ones of the same length.
    """
    if len(script.source) > MOST_CHARACTERS:
        return f"is longer than the {MOST_CHARACTERS} characters that can be checked twice"
    source = script.source
    for start, end, text in sorted(script.edits, reverse=True):
        source = source[:start] + text + source[end:]
    try:
        _guarded()
        trees = bashlex.parse(source)
        theirs = _their_shape(trees)
    except Exception:  # bashlex raises many types, AttributeError among them, on what it lacks
        return "uses a construct that the second parser does not know"
    if len(source) != len(script.source) or theirs != _our_shape(script):
        return "is read differently by the two parsers"
    return None


@cache
def _guarded() -> None:
    """Make bashlex raise where it would read the same place for ever, as after `a'${x'`."""
    for name in ("_paramexpand", "_extractcommandsubst", "_extractprocesssubst"):
        setattr(bashlex.subst, name, _moving(getattr(bashlex.subst, name)))


def _moving(extract: Callable[..., tuple[Any, int]]) -> Callable[..., tuple[Any, int]]:
    def moved(parser: Any, text: str, start: int) -> tuple[Any, int]:
        node, end = extract(parser, text, start)
        if end <= start:
            raise ValueError("bashlex does not move on")
        return node, end

    return moved


def _our_shape(script: Script) -> Shape:
    blank = {(s, e) for s, e, text in script.edits if not text.strip()}
    colons = [((s, s + 1),) for s, _, text in script.edits if text.startswith(":")]
    commands = [
        tuple(sorted(span for span in command.spans if span not in blank))
        for command in script.commands
        if not command.hidden
    ]
    redirects: list[tuple[str, object]] = []
    for redirect in script.redirects:
        word = redirect.target
        if word is not None and redirect.operator in (">&", "<&") and word.raw.isdigit():
            redirects.append((redirect.operator, int(word.raw)))
        else:
            redirects.append((redirect.operator, (word.start, word.end) if word else None))
    return (
        sorted(c for c in [*commands, *colons] if c),
        sorted(redirects, key=repr),
        set(script.loop_words),
    )


def _their_shape(trees: list[Any]) -> Shape:
    commands: list[tuple[Span, ...]] = []
    redirects: list[tuple[str, object]] = []
    loops: set[Span] = set()
    for node in _nodes(trees):
        if node.kind == "command":
            words = [part for part in node.parts if part.kind in ("word", "assignment")]
            if words:
                commands.append(tuple(sorted(part.pos for part in words)))
        elif node.kind == "redirect":
            output = node.output
            redirects.append((node.type, output.pos if hasattr(output, "pos") else output))
        elif node.kind == "for":
            loops |= {part.pos for part in node.parts if part.kind == "word"}
    return sorted(commands), sorted(redirects, key=repr), loops


def _nodes(trees: list[Any]) -> Iterator[Any]:
    stack = list(trees)
    while stack:
        node = stack.pop()
        yield node
        for name in ("parts", "list", "redirects"):
            stack.extend(getattr(node, name, None) or ())
        for name in ("command", "output", "heredoc"):
            child = getattr(node, name, None)
            if isinstance(child, bashlex.ast.node):
                stack.append(child)
