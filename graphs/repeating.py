"""Whether a request means the recipe before once more, or cannot."""

from __future__ import annotations

from collections.abc import Sequence

from graphs.composing.composed import is_composed
from graphs.reading.ellipsis import Reading
from graphs.reading.referring import AGAIN
from runtime.types import Document
from runtime.values import music, shell


def own(text: str, read: Reading) -> str:
    """Return what a request says by itself: what was read, but not the one before it as well."""
    return text if read.kind == "finer" else read.text


def repeats(before: Document, read: Reading) -> bool:
    """Whether a request is the recipe before with another value; what is composed has no slot."""
    return read.kind == "same" and not is_composed([before])


def not_the_same(
    first: Sequence[Document], text: str, second: Sequence[Document]
) -> list[Document]:
    """Leave what the first part means out of the second where that would do nothing new."""
    before = next((document for document in first if document.acts), None)
    if before is None or not same_is_pointless(before, text):
        return list(second)
    return [document for document in second if document.id != before.id]


def same_is_pointless(before: Document, text: str) -> bool:
    """Whether a request cannot mean the same once more: it names no value, nor says "again"."""
    find = shell.find if before.tool is None else music.find
    return before.acts and not AGAIN.search(text) and not any(find(text))
