"""Meters: beats, how they divide, how they group, and what a bar lasts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from tools.music.pitch import MusicError
from tools.music.text import did_you_mean

_KINDS = {1: "single", 2: "duple", 3: "triple", 4: "quadruple", 5: "quintuple", 6: "sextuple"}
_NAMES = {
    "common time": (4, 4), "common": (4, 4), "c": (4, 4), "cut time": (2, 2), "cut": (2, 2),
    "cut common": (2, 2), "alla breve": (2, 2), "c|": (2, 2), "¢": (2, 2), "waltz": (3, 4),
    "waltz time": (3, 4), "march": (2, 4), "jig": (6, 8), "slip jig": (9, 8), "reel": (4, 4),
    "polka": (2, 4), "tango": (2, 4), "siciliana": (6, 8), "minuet": (3, 4), "mazurka": (3, 4),
    "take five": (5, 4), "four four": (4, 4), "three four": (3, 4), "two four": (2, 4),
    "six eight": (6, 8), "five four": (5, 4), "seven eight": (7, 8), "twelve eight": (12, 8),
    "nine eight": (9, 8), "five eight": (5, 8), "three eight": (3, 8), "two two": (2, 2),
    "seven four": (7, 4), "six four": (6, 4), "three two": (3, 2), "eleven eight": (11, 8),
}  # fmt: skip
_UNITS = (1, 2, 4, 8, 16, 32, 64)
# How additive meters of eighths are usually felt.
_USUAL = {5: (3, 2), 7: (2, 2, 3), 8: (3, 3, 2), 10: (3, 3, 2, 2), 11: (2, 2, 3, 2, 2),
          13: (3, 3, 3, 2, 2), 14: (2, 2, 3, 2, 2, 3), 1: (1,), 2: (2,), 4: (2, 2)}  # fmt: skip
MOST = 64


@dataclass(frozen=True)
class Meter:
    """A time signature; `groups` are its beats, in units of its lower figure.

    >>> read_meter("6/8").groups, read_meter("4/4").groups, read_meter("7/8 as 3+2+2").groups
    ((3, 3), (1, 1, 1, 1), (3, 2, 2))
    """

    top: int
    bottom: int
    groups: tuple[int, ...]

    @property
    def name(self) -> str:
        """The signature: `6/8`."""
        return f"{self.top}/{self.bottom}"

    @property
    def unit(self) -> Fraction:
        """The lower figure's note in quarter notes."""
        return Fraction(4, self.bottom)

    @property
    def quarters(self) -> Fraction:
        """What a bar lasts in quarter notes."""
        return self.top * self.unit

    @property
    def beats(self) -> tuple[Fraction, ...]:
        """What each beat lasts in quarter notes."""
        return tuple(group * self.unit for group in self.groups)

    @property
    def kind(self) -> str:
        """`simple`, `compound` or `additive` (beats of unequal length)."""
        if len(set(self.groups)) > 1:
            return "additive"
        return "compound" if self.groups[0] == 3 else "simple"

    @property
    def description(self) -> str:
        """`compound duple`, `simple quadruple`, `additive, 2+2+3`.

        >>> read_meter("12/8").description, read_meter("7/8").description
        ('compound quadruple', 'additive, 2+2+3')
        """
        if self.kind == "additive":
            return f"additive, {self.grouping}"
        count = len(self.groups)
        return f"{self.kind} {_KINDS.get(count, f'with {count} beats')}"

    @property
    def grouping(self) -> str:
        """The beats as a sum: `3+2+2`."""
        return "+".join(map(str, self.groups))

    @property
    def starts(self) -> tuple[Fraction, ...]:
        """Where each beat begins, in quarter notes from the bar line."""
        found, now = [], Fraction(0)
        for beat in self.beats:
            found.append(now)
            now += beat
        return tuple(found)

    @property
    def strong(self) -> tuple[Fraction, ...]:
        """Where accents fall: the first beat, and the middle of four beats."""
        starts = self.starts
        half = (starts[2],) if len(starts) == 4 else ()
        return starts if self.kind == "additive" else (starts[0], *half)


def read_meter(text: str) -> Meter:
    """Read a meter: `6/8`, `common time`, `cut`, `7/8 as 3+2+2`, `3+2+2/8`, `five four`.

    >>> read_meter("cut time").name, read_meter("3+3+2/8").name
    ('2/2', '8/8')

    Raises:
        MusicError: there is no such meter, or the groups do not add up.
    """
    said = " ".join(text.lower().replace("-", " ").replace("–", " ").split()).strip(" .?!")
    said = re.sub(r"\b(?:the|a|an|in|meter|metre|time signature|signature)\b", " ", said)
    said = " ".join(said.split())
    groups = re.search(r"\d+(?:\s*\+\s*\d+)+", said)
    plain = re.sub(r"\(?\b(?:as|grouped|like|felt)?\s*\d+(?:\s*\+\s*\d+)+\)?", " ", said)
    match = re.search(r"(\d+)\s*(?:/|over|on|by|\s)\s*(\d+)", plain)
    if match:
        top, bottom = int(match[1]), int(match[2])
    elif groups and (lower := re.search(r"\s*(?:/|over)\s*(\d+)", plain)):
        top, bottom = sum(_parts(groups[0])), int(lower[1])
    else:
        top, bottom = _named(plain, text)
    _check(top, bottom, text)
    return _grouped(top, bottom, _parts(groups[0]) if groups else ())


def _parts(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("+"))


def _named(plain: str, text: str) -> tuple[int, int]:
    said = " ".join(re.sub(r"\btime\b$", "", plain).split()) or plain
    for name in (said, plain.strip()):
        if name in _NAMES:
            return _NAMES[name]
    near = did_you_mean(said, _NAMES) or " write e.g. 4/4, 6/8, cut time, 7/8 as 2+2+3"
    raise MusicError(f"cannot read {text!r} as a meter;{near}")


def _check(top: int, bottom: int, text: str) -> None:
    if bottom not in _UNITS:
        near = min(_UNITS, key=lambda unit: abs(unit - bottom))
        raise MusicError(
            f"{text.strip()!r} is no meter: the lower figure is a note value, 1, 2, 4, 8, 16 or "
            f"32; did you mean {top}/{near}?"
        )
    if not 1 <= top <= MOST:
        raise MusicError(f"{top} beats are no bar; write an upper figure from 1 to {MOST}")


def _grouped(top: int, bottom: int, groups: tuple[int, ...]) -> Meter:
    if groups and sum(groups) != top:
        said = "+".join(map(str, groups))
        raise MusicError(f"{said} is {sum(groups)}, not {top}; write groups that add up to {top}")
    if not groups and bottom >= 4 and top % 3 == 0 and top > 3:
        groups = (3,) * (top // 3)
    elif not groups and bottom >= 8:
        groups = _USUAL.get(top, ())
    return Meter(top, bottom, groups or (1,) * top)
