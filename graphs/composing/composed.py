"""Composes a request into one command, where all of its words are understood and several combine.

The command is offered to the model as a recipe of its own, alone, and judged like any other. Each
kind of thing that can be asked for has a module with a `compose`, named in `_THINGS`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from graphs.composing import commits, files, lines, processes, tables
from graphs.composing.reading import Composed
from graphs.reading.following import recipe
from runtime.recipes import literal
from runtime.types import Document

PREFIX = "composed."
_THINGS: Mapping[str, Callable[[str], Composed | None]] = {
    "files": files.compose,
    "tables": tables.compose,
    "lines": lines.compose,
    "processes": processes.compose,
    "commits": commits.compose,
}


@lru_cache(maxsize=64)
def composed(text: str, *, later: bool = False) -> Document | None:
    """Return a request as a recipe that is one command; None where it is not understood whole.

    Two kinds of things that both understand it mean different commands, so then it is None too. A
    `later` part of a request must name its place: where it does not, that of the first is meant.

    Those asked last are kept, since a request is asked as a whole and as its parts.

    >>> made = composed("how many png files over 1M are in pictures?")
    >>> made.id, made.template
    ('composed.files', "find pictures -type f -name '*.png' -size +1M 2>/dev/null | wc -l")
    >>> composed("how many red files over 1M are in pictures?")
    """
    made = [(thing, found) for thing, compose in _THINGS.items() if (found := compose(text))]
    if len(made) != 1 or (later and made[0][1].here):
        return None
    return _recipe(*made[0])


def is_composed(documents: Sequence[Document]) -> bool:
    """Whether what was found is such a command."""
    return any(document.id.startswith(PREFIX) for document in documents)


def place_of(document: Document, command: str) -> dict[str, str]:
    """Return the one folder that a composed command looks in, as a recipe's slot would hold it.

    >>> made = composed("how many png files over 1M are in pictures?")
    >>> place_of(made, "find pictures -type f -name '*.png' -size +1M 2>/dev/null | wc -l")
    {'path': 'pictures'}
    """
    words = command.split(" ", 3)
    one = len(words) > 2 and words[0] == "find" and words[1] != "." and words[2].startswith("-")
    return {"path": "".join(shlex.split(words[1]))} if is_composed([document]) and one else {}


def _recipe(thing: str, made: Composed) -> Document:
    return replace(
        recipe(made.command, made.shows),
        id=f"{PREFIX}{thing}",
        source="the words of the request",
        phrase=literal(made.shows[:1].upper() + made.shows[1:]),
        changes=made.changes,
    )
