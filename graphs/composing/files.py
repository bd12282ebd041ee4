"""Files and folders: which of them, in what order, how many, and what is to be done with them."""

from __future__ import annotations

from graphs.composing.files_commands import command_of, says_of
from graphs.composing.files_query import KINDS, query_of
from graphs.composing.phrases import load
from graphs.composing.reading import Composed, UnclearError, read

LANGUAGE = load("files.yaml")
SHOWS = ("", "contents", "lines")
"""What may be done with files that changes nothing."""


def compose(text: str) -> Composed | None:
    """Return the command for a request about files; None where it is not understood whole.

    One wish alone is left to the recipes, and so is what changes all files of one kind.

    >>> compose("the 3 newest png files in pictures over 1M").shows
    'files under pictures, named *.png, over 1M, the 3 newest'
    >>> compose("png files in pictures"), compose("the 3 red png files over 1M")
    (None, None)
    """
    pieces = read(text, LANGUAGE)
    if pieces is None:
        return None
    try:
        query = query_of(pieces)
        changes = query.does not in SHOWS
        named = not changes and (bool(query.tests) or query.kind in KINDS)
        if query.wishes < 2 or not (named or query.limit or query.picky):
            return None
        return Composed(command_of(query), says_of(query), changes, query.starts == (".",))
    except UnclearError:
        return None
