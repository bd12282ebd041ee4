"""Tokens of Humdrum's **kern: a note, a chord or a rest, with its length and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from tools.music.codes.marks_reading import Marks
from tools.music.pitch import MusicError, Pitch, pitch_of

_LENGTH = re.compile(r"(\d{1,4})(?:%(\d{1,4}))?(\.{0,3})")
_PITCH = re.compile(r"(?P<name>([A-Ga-g])\2{0,6})(?P<sign>#{1,3}|-{1,3}|n)?")
_SIGNS: tuple[tuple[str, Marks], ...] = (
    ("'", ("staccato",)), ("`", ("staccato",)), ("~", ("tenuto",)), (";", ("fermata",)),
    ("z", ("sfz",)),
)  # fmt: skip


@dataclass(frozen=True)
class Token:
    """What a token says. A grace note has no length; `opens` and `closes` count slurs."""

    length: Fraction
    pitches: tuple[Pitch, ...]
    tied: tuple[Pitch, ...]
    marks: Marks
    opens: int = 0
    closes: int = 0
    grace: bool = False


@lru_cache(maxsize=4096)
def read_token(text: str) -> Token:
    """Read a token.

    >>> token = read_token("[8.ee-L 8.gg")
    >>> str(token.length), [str(p) for p in token.pitches], [str(p) for p in token.tied]
    ('3/4', ['E♭5', 'G5'], ['E♭5'])
    >>> read_token("12r").length, read_token("(4C;").marks
    (Fraction(1, 3), ('fermata',))

    Raises:
        MusicError: it is no note and no rest, or its length cannot be read.
    """
    length: Fraction | None = None
    pitches, tied = [], []
    for part in text.split(" "):
        said = _LENGTH.search(part)
        found = _PITCH.search(part)
        if said is not None and length is None:
            length = _length(said)
        if found is not None:
            pitches.append(_pitch(found))
            tied += pitches[-1:] if "[" in part or "_" in part else []
        elif "r" not in part:
            raise MusicError(f"{part[:20]!r} is no note; write a length and a name, e.g. 4c or 8r")
    grace = "q" in text.lower()
    if length is None and not grace:
        raise MusicError(f"{text[:20]!r} has no length; write e.g. 4c for a quarter")
    marks = tuple(mark for sign, found_marks in _SIGNS if sign in text for mark in found_marks)
    carets = max(part.count("^") for part in text.split(" "))
    accents = (*(("accent",) if carets in (1, 3) else ()), *(("marcato",) if carets > 1 else ()))
    distinct = tuple(sorted(dict.fromkeys(pitches), key=lambda p: p.semitones))
    return Token(
        length or Fraction(), distinct, tuple(dict.fromkeys(tied)), (*marks, *accents),
        text.count("("), text.count(")"), grace,
    )  # fmt: skip


def _length(said: re.Match[str]) -> Fraction:
    top, below = said[1], int(said[2] or 1)
    # `0` is a breve, `00` a longa.
    plain = Fraction(4 * below, int(top)) if int(top) else Fraction(4 * 2 ** len(top))
    length = plain * (2 - Fraction(1, 2 ** len(said[3])))
    if not Fraction(1, 128) <= length <= 512:
        raise MusicError(f"the length {said[0]!r} cannot be read; write e.g. 4, 8. or 12")
    return length


def _pitch(found: re.Match[str]) -> Pitch:
    name, sign = found["name"], found["sign"] or ""
    octave = 3 + len(name) if name[0].islower() else 4 - len(name)
    alter = {"#": 1, "-": -1}.get(sign[:1], 0) * len(sign)
    return pitch_of(name[0].upper(), alter, octave)


def written_pitch(pitch: Pitch) -> str:
    """Return a pitch as **kern writes it.

    >>> [written_pitch(Pitch(s, a, o)) for s, a, o in (("C", 0, 4), ("B", -1, 3), ("F", 1, 6))]
    ['c', 'B-', 'fff#']
    """
    octave = pitch.octave if pitch.octave is not None else 4
    name = pitch.step.lower() * (octave - 3) if octave > 3 else pitch.step * (4 - octave)
    return name + ("#" * pitch.alter if pitch.alter > 0 else "-" * -pitch.alter)
