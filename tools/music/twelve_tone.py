"""Twelve-tone rows: their 48 forms, the matrix, and what a row is made of.

Numbers count from C: P0 begins on C, and I4 begins on E. A retrograde has the number of the row
that it reads backwards (R0 ends on C). Forms without a number are those of the row as given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.music.pitch import MusicError, Pitch
from tools.music.pitch_classes import read_pitch_classes
from tools.music.set_theory import set_class

FORMS = {"P": "prime", "I": "inversion", "R": "retrograde", "RI": "retrograde inversion"}
_FORM = re.compile(
    r"(?P<kind>ri|ir|p|i|r|t|o)?\s*[-_]?\s*(?P<number>\d{1,2}|t|e)?(?:\s*\((?P<paren>\d{1,2})\))?",
    re.IGNORECASE,
)
_WORDS = (
    (r"retrograde[\s-]+(?:of\s+the\s+)?inver(?:sion|ted)|inver(?:sion|ted)[\s-]+retrograde", "RI"),
    (r"retrogrades?|backwards?|reversed?", "R"),
    (r"inver(?:sion|ted|t)s?|upside\s+down", "I"),
    (r"primes?|original|row", "P"),
)


@dataclass(frozen=True)
class Row:
    """Twelve pitch classes; `names` tells how each pitch class is spelled."""

    classes: tuple[int, ...]
    names: tuple[Pitch, ...]

    def spelled(self, classes: Sequence[int]) -> tuple[Pitch, ...]:
        """Return pitch classes with the spelling of this row."""
        return tuple(self.names[pc] for pc in classes)

    def form(self, kind: str, number: int | None = None) -> tuple[int, ...]:
        """Return one of the 48 forms; without a number that of the row as it is.

        >>> row = read_row("0 1 3 2 5 4 6 7 9 8 10 11")
        >>> row.form("I", 2)
        (2, 1, 11, 0, 9, 10, 8, 7, 5, 6, 4, 3)
        """
        first = self.classes[0]
        start = first if number is None else number
        base = (
            [(pc - first + start) % 12 for pc in self.classes]
            if kind in ("P", "R")
            else [(first - pc + start) % 12 for pc in self.classes]
        )
        return tuple(base[::-1] if kind in ("R", "RI") else base)

    @property
    def matrix(self) -> tuple[tuple[int, ...], ...]:
        """The twelve prime forms, so that columns read down are the inversions."""
        return tuple(self.form("P", start) for start in self.form("I"))

    @property
    def is_all_interval(self) -> bool:
        """True where all eleven intervals stand between neighbours."""
        steps = {(b - a) % 12 for a, b in zip(self.classes, self.classes[1:], strict=False)}
        return len(steps) == 11

    @property
    def hexachords(self) -> tuple[str, str]:
        """Forte numbers of the two halves."""
        return set_class(self.classes[:6]).forte, set_class(self.classes[6:]).forte

    def combinatorial(self) -> list[str]:
        """Forms whose first half holds just the notes that the row's first half lacks."""
        own = set(self.classes[:6])
        return [
            f"{kind}{number}"
            for kind in FORMS
            for number in range(12)
            if not own & set(self.form(kind, number)[:6])
        ]


def read_row(text: str) -> Row:
    """Read twelve different pitch classes, as notes or as numbers.

    >>> read_row("E F G C# F# D# G# D B C A Bb").is_all_interval
    False

    Raises:
        MusicError: there are not twelve, or one is missing; says which.
    """
    notes = read_pitch_classes(text)
    classes = tuple(note.pitch_class for note in notes)
    names = {note.pitch_class: note for note in reversed(notes)}
    repeated = [names[pc].name for pc in sorted(names) if classes.count(pc) > 1]
    missing = [number for number in range(12) if number not in names]
    if repeated or missing:
        usual = read_pitch_classes(" ".join(map(str, range(12))))
        parts = [f"has {len(notes)} notes"]
        parts += [f"repeats {' '.join(repeated)}"] if repeated else []
        parts += [f"lacks {' '.join(usual[pc].name for pc in missing)}"] if missing else []
        raise MusicError(f"a row needs each of the twelve notes once; this one {', '.join(parts)}")
    return Row(classes, tuple(names[pc] for pc in range(12)))


def read_form(text: str) -> tuple[str, int | None]:
    """Read the name of a form: `RI7`, `P 0`, `I-3`, `retrograde inversion`, `T5`.

    >>> read_form("RI7"), read_form("retrograde"), read_form("I(t)"), read_form("inversion 4")
    (('RI', 7), ('R', None), ('I', 10), ('I', 4))

    Raises:
        MusicError: there is no such form.
    """
    said = " ".join(text.lower().replace("(", " ").replace(")", " ").split()).strip(" .?!")
    said = re.sub(r"\b(?:the|of|its|form|at|number|on)\b", " ", said)
    for pattern, kind in _WORDS:
        said = re.sub(pattern, kind.lower(), said, count=1)
    match = _FORM.fullmatch(" ".join(said.split()))
    if match is None or not (match["kind"] or match["number"]):
        raise MusicError(
            f"cannot read {text!r} as a form of a row; write P0, I7, R5, RI2 (0 begins on C), "
            "retrograde, or matrix"
        )
    kind = (match["kind"] or "p").upper()
    kind = {"T": "P", "O": "P", "IR": "RI"}.get(kind, kind)
    number = {"t": 10, "e": 11, None: None}.get(match["number"], match["number"])
    if number is not None and int(number) > 11:
        raise MusicError(f"there is no {kind}{number}; forms are numbered from 0 to 11")
    return kind, None if number is None else int(number)
