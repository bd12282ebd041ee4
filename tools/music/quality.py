"""What makes a chord a chord of its kind: its intervals, its symbol and its name.

A quality is built from parts (third, fifth, seventh, extensions, alterations), so that every
symbol that can be said can be spelled; there is no list of chords that must be complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tools.music.interval import Interval, number_word

# The triad's own name and, for each seventh, the symbol and name with {n} = 7, 9, 11 or 13.
_TRIADS = {("M3", "P5"): "", ("m3", "P5"): "m", ("m3", "d5"): "dim", ("M3", "A5"): "aug"}
_TRIAD_NAMES = {"": "major", "m": "minor", "dim": "diminished", "aug": "augmented"}
_SEVENTHS = {
    ("", "M7"): ("maj{n}", "major {w}"),
    ("", "m7"): ("{n}", "dominant {w}"),
    ("m", "m7"): ("m{n}", "minor {w}"),
    ("m", "M7"): ("m(maj{n})", "minor major {w}"),
    ("dim", "d7"): ("dim{n}", "diminished {w}"),
    ("dim", "m7"): ("m{n}♭5", "half-diminished {w}"),
    ("dim", "M7"): ("dim(maj{n})", "diminished major {w}"),
    ("aug", "m7"): ("{n}♯5", "augmented {w}"),
    ("aug", "M7"): ("maj{n}♯5", "augmented major {w}"),
}
_DIGIT_WORDS = {5: "five", 6: "six", 9: "nine", 11: "eleven", 13: "thirteen"}
_SIGN_WORDS = {"♭": "flat", "♯": "sharp"}


@dataclass(frozen=True)
class Quality:
    """The parts of a chord, as short interval names.

    `seventh` is M7, m7 or d7; `extent` is the highest of the stack of thirds (7, 9, 11, 13), and
    9 in a 6/9 chord. `altered` are ninths, elevenths, thirteenths (`A9`) and both fifths where
    there are two; `added` are tones beside the stack (`M9`, `P11`, `M2`); `omitted` are degrees.
    `alt` marks the symbol "alt", `power` a bare fifth.
    """

    third: str = "M3"
    fifth: str = "P5"
    seventh: str | None = None
    extent: int = 0
    sixth: bool = False
    sus: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    omitted: tuple[int, ...] = ()
    alt: bool = False
    power: bool = False

    @cached_property
    def intervals(self) -> tuple[Interval, ...]:
        """The intervals above the root, from the root up.

        >>> [i.short for i in Quality(third="m3", seventh="m7", extent=7).intervals]
        ['P1', 'm3', 'P5', 'm7']
        """
        made = {Interval.of(short) for short in self._shorts()}
        return tuple(sorted(made, key=lambda i: (i.steps, i.semitones)))

    def _shorts(self) -> set[str]:
        changed = {_number(short) for short in self.altered} | set(self.omitted)
        tones = {"P1", *self.sus, *self.altered, *self.added}
        if not self.sus and not self.power and 3 not in changed:
            tones.add(self.third)
        if 5 not in changed:
            tones.add(self.fifth)
        if self.seventh:
            tones.add(self.seventh)
        if self.sixth:
            tones.add("M6")
        if self.extent >= 9 and 9 not in changed:
            tones.add("M9")
        # A natural eleventh clashes with the third below a thirteenth and is left out there.
        if self.extent == 11 and 11 not in changed and "P4" not in self.sus:
            tones.add("P11")
        if self.extent == 13 and 13 not in changed:
            tones.add("M13")
        return tones

    @property
    def _kind(self) -> str:
        """The triad on which the head of the symbol rests; an odd fifth is an alteration."""
        odd = "m" if self.third == "m3" else ""
        kind = _TRIADS.get((self.third, self.fifth), odd)
        if self.sixth and kind in ("dim", "aug"):
            return odd
        return kind

    @property
    def _alterations(self) -> list[str]:
        said = _TRIADS.get((self.third, self.fifth)) == self._kind
        fifth = [] if said else [self.fifth]
        return fifth + sorted(self.altered, key=lambda s: (_number(s), s[0] == "A"))

    @cached_property
    def symbol(self) -> str:
        """The symbol that follows the root.

        >>> Quality(third="m3", fifth="d5", seventh="m7", extent=7).symbol
        'm7♭5'
        >>> Quality(seventh="m7", extent=13, altered=("A11",)).symbol
        '13♯11'
        """
        if self.power:
            return "5"
        if self.alt:
            return "7alt"
        head = self._kind
        if self.seventh:
            head = _SEVENTHS[self._kind, self.seventh][0].format(n=self.extent)
        elif self.sixth:
            head += "6/9" if self.extent == 9 else "6"
        sus = "sus" + "".join(str(_number(s)) for s in self.sus) if self.sus else ""
        tail = "".join(_degree(short) for short in self._alterations)
        if tail and not head[-1:].isdigit() and not sus:
            tail = f"({tail})"
        extra = [f"add{_degree(s)}" for s in self.added] + [f"no{n}" for n in self.omitted]
        if extra == ["add9"] and not head + sus + tail:
            return "add9"
        return head + sus + tail + (f"({','.join(extra)})" if extra else "")

    @cached_property
    def name(self) -> str:
        """The name in words.

        >>> Quality(third="m3", seventh="m7", extent=7).name
        'minor seventh'
        """
        if self.power:
            return "power chord"
        if self.alt:
            return "altered dominant seventh"
        head = _TRIAD_NAMES[self._kind]
        if self.seventh:
            head = _SEVENTHS[self._kind, self.seventh][1].format(w=number_word(self.extent))
        elif self.sixth:
            head = f"{head} {'six nine' if self.extent == 9 else 'sixth'}".removeprefix("major ")
        elif self.sus:
            head = ""
        words = [head, *(f"suspended {number_word(_number(s))}" for s in self.sus)]
        words += [_say(short, _DIGIT_WORDS) for short in self._alterations]
        words += [f"added {_say(short, {})}" for short in self.added]
        words += [f"without the {number_word(n)}" for n in self.omitted]
        return " ".join(word for word in words if word)


def degree(interval: Interval) -> str:
    """Name a chord or scale tone by its degree, against the major scale.

    >>> degree(Interval.of("d7")), degree(Interval.of("A11")), degree(Interval.of("P1"))
    ('♭♭7', '♯11', '1')
    """
    return _degree(interval.short)


def _number(short: str) -> int:
    return int(short.lstrip("PMmAd"))


def _degree(short: str) -> str:
    number = _number(short)
    quality = short.rstrip("0123456789")
    if quality[0] == "A":
        return "♯" * len(quality) + str(number)
    flats = 1 if quality == "m" else 0
    if quality[0] == "d":
        flats = len(quality) + (0 if (number - 1) % 7 in (0, 3, 4) else 1)
    return "♭" * flats + str(number)


def _say(short: str, digits: dict[int, str]) -> str:
    number = digits.get(_number(short)) or number_word(_number(short))
    return " ".join(
        [_SIGN_WORDS[sign] for sign in _degree(short) if sign in _SIGN_WORDS] + [number]
    )
