"""Whether an exact musical answer stands in a text: the right notes, and none more.

`C E G` is not in `C E G B♭`, `E` not in `E♭`, and `4 sharps` not in `14 sharps`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Wanted = str | Sequence[str]

_CLAUSE = re.compile(r"[;:()|,·→—\n]|[.?!](?=\s|$)")
_IN_SYMBOL = re.compile(r"\((?=maj|add|no|[b#]\d)([^()\s]*)\)")  # Dm(maj7)
_NUMERAL = r"[b#]?(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)"
_MUSICAL = re.compile(
    r"[A-G][b#]*(?:-?\d|(?:maj|min|m|M|dim|aug|sus|add|alt|ø|°|\+|\d|/).*)?"
    rf"|{_NUMERAL}(?:(?:[°ø+\d/]|maj).*)?"
)
"""A note, a chord symbol or a Roman numeral."""


def words(text: str) -> list[str]:
    """Cut a text into words, accidentals as `b` and `#`; `|` stands where a clause ends.

    >>> words("A♭m(maj7): A♭ C♭ E♭ G")
    ['Abm(maj7)', '|', 'Ab', 'Cb', 'Eb', 'G']
    """
    plain = text.replace("♭", "b").replace("♯", "#")
    kept = _IN_SYMBOL.sub(r"⟨\1⟩", plain)
    cut = _CLAUSE.sub(" | ", kept).replace("⟨", "(").replace("⟩", ")").split()
    return [word for at, word in enumerate(cut) if word != "|" or cut[at - 1 : at] != ["|"]]


def stands_in(wanted: str, text: str) -> bool:
    """Return whether `wanted` stands in `text` whole, with no note or chord more beside it.

    >>> stands_in("C E G", "C: C E G"), stands_in("C E G", "C7: C E G B♭")
    (True, False)
    """
    sought, found = words(wanted), words(text)
    while sought and sought[-1] == "|":
        sought.pop()
    size = len(sought)
    return any(
        found[at : at + size] == sought
        and not _goes_on(found[max(at - 1, 0) : at], sought[0])
        and not _goes_on(found[at + size : at + size + 1], sought[-1])
        for at in range(len(found) - size + 1)
    )


def missing(wanted: Sequence[Wanted], text: str) -> list[Wanted]:
    """Return what does not stand in `text`; a list inside the list means any of these."""
    return [
        item
        for item in wanted
        if not any(stands_in(w, text) for w in ([item] if isinstance(item, str) else item))
    ]


def _goes_on(beside: list[str], edge: str) -> bool:
    """Whether the word beside an answer that ends in `edge` is one more of the same kind."""
    return bool(beside and _MUSICAL.fullmatch(edge) and _MUSICAL.fullmatch(beside[0]))
