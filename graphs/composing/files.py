"""Files and folders: which of them, in what order, how many, and what is to be done with them."""

from __future__ import annotations

from graphs.composing.reading import Composed


def compose(text: str) -> Composed | None:
    """Return the command for a request about files; None where it is not understood whole."""
    return None
