"""A follow-up that is the command before once more: filtered, sorted, done to what it printed.

What is said so needs no recipe: the command follows from the one before, what that printed, and
the words. It is offered to the model as a recipe of its own, alone, and judged like any other.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphs.reading.about import Said
from graphs.reading.around import of_around
from graphs.reading.commits import of_commits
from graphs.reading.ellipsis import Reading
from graphs.reading.excluding import of_excluding
from graphs.reading.extremes import of_most
from graphs.reading.flags import of_flags
from graphs.reading.lines import core, of_lines
from graphs.reading.matches import of_matches
from graphs.reading.printed import judged
from graphs.reading.rows import of_rows
from graphs.reading.things import of_things
from runtime.recipes import literal
from runtime.types import Document

ID = "command.before"
_READERS = (
    of_flags, of_around, of_commits, of_rows, of_lines, of_things, of_most, of_matches,
    of_excluding,
)  # fmt: skip
_LONGEST = 90


def followed(text: str, said: Said) -> Reading | None:
    """Return a text as a command made from the one before; None where it says something else.

    >>> said = Said("find *.log in /srv", {}, "find /srv -name '*.log'", "/srv/a.log\\n/srv/b.log")
    >>> followed("how many?", said).recipe.template
    "find /srv -name '*.log' | wc -l"
    """
    # What changes something must not run again.
    if not said.command or "\n" in said.command or judged(said.command).verdict != "allow":
        return None
    for read in _READERS:
        step = read(text, said)
        if step is not None:
            full = f"{said.text.rstrip('?.! ')}, {core(text)}"
            return Reading(full, "new", recipe(step.command, step.shows))
    return None


def recipe(command: str, shows: str) -> Document:
    """Return a recipe that is one command, without slots."""
    title = shows if len(shows) <= _LONGEST else f"{shows[:_LONGEST]}…"
    title = title.replace("{", "(").replace("}", ")")
    return Document(
        id=ID,
        title=title,
        text=title,
        source="the command before",
        template=literal(command),
        phrase=title[:1].upper() + title[1:],
        score=1.0,
    )


def is_followed(documents: Sequence[Document]) -> bool:
    """Whether what was found is such a command."""
    return any(document.id == ID for document in documents)
