"""Movable do: syllables that name degrees of a key (`do mi sol in E flat major`)."""

from __future__ import annotations

import re

from tools.music.interval import Interval, transpose
from tools.music.key import Key, read_key
from tools.music.pitch import Pitch

# Intervals above do. `si` is the raised sol here; in fixed do it is B.
_DEGREES = {
    "do": "P1", "di": "A1", "ra": "m2", "re": "M2", "ri": "A2", "me": "m3", "mi": "M3", "fa": "P4",
    "fi": "A4", "se": "d5", "sol": "P5", "so": "P5", "si": "A5", "le": "m6", "la": "M6", "li": "A6",
    "te": "m7", "ti": "M7",
}  # fmt: skip
_DO_BASED = frozenset(("me", "le", "te"))
_LINE = re.compile(
    r"^(?P<line>\w+(?:[\s,–-]+\w+)*)\s+in\s+(?:the\s+key\s+of\s+)?(?P<key>[A-Ha-h].*)$"
)


def read_syllables(text: str) -> tuple[Pitch, ...]:
    """Read syllables followed by "in" and a key; anything else gives no notes.

    In a minor key la is the tonic, unless me, le or te say that do is.

    >>> [p.name for p in read_syllables("la do mi in F minor")]
    ['F', 'A♭', 'C']
    >>> [p.name for p in read_syllables("do me sol in F minor")], read_syllables("C E G in C")
    (['F', 'A♭', 'C'], ())

    Raises:
        MusicError: there are only syllables, and the key cannot be read.
    """
    match = _LINE.match(text.strip(" .?!"))
    if match is None:
        return ()
    words = re.split(r"[\s,–-]+", match["line"].lower())
    if not all(word in _DEGREES for word in words):
        return ()
    key = read_key(match["key"])
    tonic = key.tonic if _DO_BASED & set(words) else _do(key)
    return tuple(transpose(tonic, Interval.of(_DEGREES[word])) for word in words)


def _do(key: Key) -> Pitch:
    return key.relative.tonic if key.mode == "minor" else key.tonic
