"""Files and folders: which of them, in what order, how many, and what is to be done with them."""

from __future__ import annotations

import re
from dataclasses import replace

from graphs.composing.files_commands import command_of, says_of
from graphs.composing.files_query import KINDS, Query, query_of
from graphs.composing.phrases import load
from graphs.composing.reading import Composed, UnclearError, read

SHOWS = ("", "contents", "lines", "all lines")
"""What may be done with files that changes nothing."""
_AND_COUNT = re.compile(
    r"\b(?:which|list|show|display)\b.*(?:\band|,|\?)\s+(?:also\s+)?"
    r"(?:how many|count|the (?:amount|number))\b",
    re.IGNORECASE,
)
_FOLDERS = re.compile(
    r"\b(?:every|each|all)\b|\b\w*(?:folders|director(?:ies)|dirs)\b", re.IGNORECASE
)
_ASKS = re.compile(r"\W*(?:and )?(?:is|was|does|did|has)\b(?! there)", re.IGNORECASE)
_SHOW = re.compile(r"\b(?:show|list|print|display|see|view)\b", re.IGNORECASE)


def compose(text: str) -> Composed | None:
    """Return the command for a request about files; None where it is not understood whole.

    One wish alone is left to the recipes, and so is what changes all files of one kind.

    >>> compose("the 3 newest png files in pictures over 1M").shows
    'files under pictures, named *.png, over 1M, the 3 newest'
    >>> compose("png files in pictures"), compose("the 3 red png files over 1M")
    (None, None)
    """
    pieces = read(text, load("files.yaml"))
    if pieces is None:
        return None
    try:
        query = query_of(pieces)
        if not _right(query, text):
            return None
        query = replace(query, listed=bool(_AND_COUNT.search(text)))
        changes = query.does not in SHOWS
        return Composed(command_of(query), says_of(query), changes, query.starts == (".",))
    except UnclearError:
        return None


def _right(query: Query, text: str) -> bool:
    """Whether a query asks for enough to be no recipe's, and the text says it in one order."""
    changes = query.does not in SHOWS
    if changes and _SHOW.search(text):
        return False  # "list them and delete them" is two commands
    if changes and query.kind == "folders" and not _FOLDERS.search(text):
        return False  # "delete the empty folder /srv/x" is that one
    if query.limit == 1 and query.tests and _ASKS.match(text):
        return False  # "is the newest file empty" does not look for the newest empty one
    counted = query.per not in ("", "folder")
    some = bool(query.tests) or query.kind in KINDS or counted
    return query.wishes > 1 and bool(query.limit or query.picky or (some and not changes))
