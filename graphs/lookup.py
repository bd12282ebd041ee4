"""What is looked up for a request: for each of its parts, and with the turn before in mind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphs.parts import Library
from runtime.types import Document
from tools.knowledge.text import splits

APART = -0.03
"""How much nearer to recipes two parts of a request must be than the whole of it, to count as
parts. At this, 0.76 of the training requests of two parts and 0.03 of single ones are split."""


def look_up(
    library: Library, text: str, *, shelf: str, count: int, before: Document | None = None
) -> list[Document]:
    """Return at most `count` documents for each part of a request, the best of a part first.

    `before` is the recipe that a request leans on ("now only the hidden ones"): it is looked up
    together with the request, and offered again.
    """
    if before is not None:
        found = list(library.search(text, shelf=shelf, k=count, context=before.title))
        again = replace(before, score=_nearest(found), part=0)
        return [again, *(document for document in found if document.id != before.id)]
    parts = parts_of(library, text, shelf)
    if len(parts) == 1:
        return list(library.search(text, shelf=shelf, k=count))
    return _each_part(library, parts, shelf, count)


def parts_of(library: Library, text: str, shelf: str) -> tuple[str, ...]:
    """Return the two parts of a request, or the request itself where it asks for one thing.

    It is cut where both parts are nearer to recipes than the whole is.
    """
    best = _nearest(library.search(text, shelf=shelf, k=2)) + APART
    chosen: tuple[str, ...] = (text,)
    for parts in splits(text):
        score = sum(_nearest(library.search(part, shelf=shelf, k=2)) for part in parts) / 2
        if score > best:
            best, chosen = score, parts
    return chosen


def _each_part(library: Library, parts: Sequence[str], shelf: str, count: int) -> list[Document]:
    """Look up both parts; the second often leans on the first ("and count its lines")."""
    first = list(library.search(parts[0], shelf=shelf, k=count))
    context = next((document.title for document in first if document.template is not None), None)
    second = library.search(parts[1], shelf=shelf, k=count, context=context)
    return _in_parts([first, list(second)])


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
