"""Intervals with exact spelling: an augmented second is not a minor third."""

from __future__ import annotations

from dataclasses import dataclass

from tools.music.pitch import STEP_SEMITONES, STEPS, MusicError, Pitch, pitch_of

NUMBER_WORDS = (
    *("unison", "second", "third", "fourth", "fifth", "sixth", "seventh", "octave"),
    *("ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth"),
)
_PERFECT = (0, 3, 4)
_QUALITY_WORDS = {"P": "perfect", "M": "major", "m": "minor", "A": "augmented", "d": "diminished"}
_DEGREES = ("doubly", "triply", "quadruply")


@dataclass(frozen=True)
class Interval:
    """A distance in letter steps and semitones; negative steps go down.

    >>> Interval.of("A2").name
    'augmented second'
    """

    steps: int
    semitones: int

    @classmethod
    def of(cls, short: str) -> Interval:
        """Read short notation: `P4`, `m3`, `A11`, `dd5`; a leading minus goes down.

        >>> Interval.of("m10"), Interval.of("-P5")
        (Interval(steps=9, semitones=15), Interval(steps=-4, semitones=-7))

        Raises:
            MusicError: the quality does not go with the number (there is no major fifth).
        """
        down = short.startswith("-")
        body = short.lstrip("-+")
        quality = body.rstrip("0123456789")
        steps = int(body[len(quality) :]) - 1
        made = cls(steps, _natural(steps) + _offset(quality, steps))
        return -made if down else made

    @property
    def number(self) -> int:
        """The number in the name: 1 for a unison, 5 for a fifth."""
        return abs(self.steps) + 1

    @property
    def descending(self) -> bool:
        """True where the interval goes down."""
        return self.steps < 0 or (self.steps == 0 and self.semitones < 0)

    @property
    def quality(self) -> str:
        """`P`, `M`, `m`, or one or more `A` or `d`.

        >>> Interval(4, 6).quality, Interval(1, 3).quality, Interval(2, 1).quality
        ('d', 'A', 'dd')
        """
        up = -self if self.descending else self
        offset = up.semitones - _natural(up.steps)
        perfect = up.steps % 7 in _PERFECT
        if offset == 0:
            return "P" if perfect else "M"
        if offset > 0:
            return "A" * offset
        if perfect:
            return "d" * -offset
        return "m" if offset == -1 else "d" * (-offset - 1)

    @property
    def short(self) -> str:
        """Short notation without direction: `m3`."""
        return f"{self.quality}{self.number}"

    @property
    def name(self) -> str:
        """The name without direction.

        >>> Interval.of("P8").name, Interval.of("dd5").name, Interval.of("M9").name
        ('perfect octave', 'doubly diminished fifth', 'major ninth')
        """
        quality = self.quality
        word = _QUALITY_WORDS[quality[0]]
        if len(quality) > 1:
            times = len(quality) - 2
            extra = _DEGREES[times] if times < len(_DEGREES) else f"{len(quality)} times"
            word = f"{extra} {word}"
        return f"{word} {number_word(self.number)}"

    @property
    def simple(self) -> Interval:
        """The same interval reduced to within an octave, going up.

        >>> Interval.of("M10").simple.name, Interval.of("P8").simple.name
        ('major third', 'perfect unison')
        """
        up = -self if self.descending else self
        octaves = up.steps // 7
        return Interval(up.steps - 7 * octaves, up.semitones - 12 * octaves)

    def __neg__(self) -> Interval:
        return Interval(-self.steps, -self.semitones)

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.steps + other.steps, self.semitones + other.semitones)


OCTAVE = Interval(7, 12)


def number_word(number: int) -> str:
    """Return the ordinal name of an interval's number: 3 is `third`, 17 is `17th`."""
    if number <= len(NUMBER_WORDS):
        return NUMBER_WORDS[number - 1]
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 // 10 != 1 else 0, "th")
    return f"{number}{suffix}"


def between(first: Pitch, second: Pitch) -> Interval:
    """Return the interval from `first` to `second`; up, where an octave is missing.

    >>> between(Pitch("E", -1), Pitch("F", 1)).name
    'augmented second'
    >>> between(Pitch("C", 0, 4), Pitch("A", 0, 3))
    Interval(steps=-2, semitones=-3)
    """
    if first.octave is None or second.octave is None:
        first, second = first.at(None), second.at(None)
    steps = second.index - first.index
    semitones = second.semitones - first.semitones
    if steps < 0 and first.octave is None:
        steps, semitones = steps + 7, semitones + 12
    return Interval(steps, semitones)


def transpose(pitch: Pitch, interval: Interval) -> Pitch:
    """Move a pitch by an interval, keeping the spelling exact.

    >>> str(transpose(Pitch("E", -1), Interval.of("A2")))
    'F♯'
    >>> str(transpose(Pitch("C", 0, 4), Interval.of("-m3")))
    'A3'
    """
    index = pitch.index + interval.steps
    place = index % 7
    octave = None if pitch.octave is None else index // 7
    natural = STEP_SEMITONES[place] + 12 * (index // 7)
    return pitch_of(STEPS[place], pitch.semitones + interval.semitones - natural, octave)


def for_semitones(count: int) -> list[Interval]:
    """Return the ways to spell a shift of `count` semitones, the usual one first.

    >>> [i.short for i in for_semitones(6)], [i.short for i in for_semitones(3)]
    (['A4', 'd5'], ['m3', 'A2'])
    """
    usual = {
        0: ("P1", "d2"), 1: ("m2", "A1"), 2: ("M2", "d3"), 3: ("m3", "A2"), 4: ("M3", "d4"),
        5: ("P4", "A3"), 6: ("A4", "d5"), 7: ("P5", "d6"), 8: ("m6", "A5"), 9: ("M6", "d7"),
        10: ("m7", "A6"), 11: ("M7", "d8"),
    }  # fmt: skip
    octaves, rest = divmod(abs(count), 12)
    found = []
    for short in usual[rest]:
        one = Interval.of(short)
        whole = Interval(one.steps + 7 * octaves, one.semitones + 12 * octaves)
        found.append(-whole if count < 0 else whole)
    return found


def _natural(steps: int) -> int:
    """Semitones of the perfect or major interval of so many steps up."""
    return STEP_SEMITONES[steps % 7] + 12 * (steps // 7)


def _offset(quality: str, steps: int) -> int:
    perfect = steps % 7 in _PERFECT
    if quality == ("P" if perfect else "M"):
        return 0
    if quality == "m" and not perfect:
        return -1
    if quality and set(quality) == {"A"}:
        return len(quality)
    if quality and set(quality) == {"d"}:
        return -len(quality) - (0 if perfect else 1)
    word = _QUALITY_WORDS.get(quality[:1], quality or "plain")
    number = number_word(steps + 1)
    good = f"perfect {number}" if perfect else f"major {number} or minor {number}"
    raise MusicError(f"there is no {word} {number}; did you mean {good}?")
