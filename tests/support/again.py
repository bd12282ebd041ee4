"""Follow-ups read as the command before once more."""

from __future__ import annotations

from graphs.reading.about import Said
from graphs.reading.following import followed


def command(text: str, said: Said) -> str | None:
    """Return the command that a follow-up means, or nothing where it is looked up instead."""
    read = followed(text, said)
    return None if read is None or read.recipe is None else str(read.recipe.template)
