"""What is looked up for a request: for each of its parts, and with the turn before in mind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphs.parts import Library
from runtime.types import Document
from tools.knowledge.text import splits

APART = 0.04
"""How much nearer to recipes the parts of a request must be than the whole of it, to count as
parts. Chosen on the training requests of two parts and on single ones (training/develop.py)."""


def look_up(
    library: Library, text: str, *, shelf: str, count: int, before: Document | None = None
) -> list[Document]:
    """Return at most `count` documents for each part of a request, the best of a part first.

    `before` is the recipe that a request leans on ("now only the hidden ones"): it is looked up
    together with the request, and offered again.
    """
    if before is not None:
        return _following(library, text, before, shelf, count)
    found = list(library.search(text, shelf=shelf, k=count))
    best, chosen = _nearest(found) + APART, found
    for parts in splits(text):
        halves = [list(library.search(part, shelf=shelf, k=count)) for part in parts]
        score = min(_nearest(half) for half in halves)
        if score > best:
            best, chosen = score, _in_parts(halves)
    return chosen


def _following(
    library: Library, text: str, before: Document, shelf: str, count: int
) -> list[Document]:
    found = list(library.search(f"{before.title}, {text}", shelf=shelf, k=count))
    again = replace(before, score=_nearest(found), part=0)
    return [again, *(document for document in found if document.id != before.id)]


def _in_parts(halves: Sequence[Sequence[Document]]) -> list[Document]:
    """Number the documents by the part that they were found for; one may serve two parts."""
    return [
        replace(document, part=number)
        for number, half in enumerate(halves)
        for document in half
        if number == 0 or document.template is not None
    ]


def _nearest(documents: Sequence[Document]) -> float:
    return max((d.score for d in documents if d.template is not None), default=0.0)
