"""Pitches by name: a letter, an accidental and, where it is known, an octave."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

STEPS = "CDEFGAB"
STEP_SEMITONES = (0, 2, 4, 5, 7, 9, 11)
_PLACE = {step: place for place, step in enumerate(STEPS)}
_USUAL_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
A4_HERTZ = 440.0
A4_MIDI = 69

_SIGNS = str.maketrans({"♭": "b", "♯": "#", "𝄫": "bb", "𝄪": "##", "x": "##", "♮": ""})
_PITCH = re.compile(r"([A-Ga-g])((?:bb?|##?|x|♭♭?|♯♯?|𝄫|𝄪|♮)?)(-?\d{1,2})?")


class MusicError(ValueError):
    """Text that cannot be read, or a request that has no answer; says what to write instead."""


@dataclass(frozen=True)
class Pitch:
    """A spelled note; `alter` is in semitones (E♭: -1). Without an octave it is a note name.

    Octaves are scientific: middle C is C4, and B♯3 sounds the same as C4.
    """

    step: str
    alter: int = 0
    octave: int | None = None

    @cached_property
    def index(self) -> int:
        """Place of the letter, counted from C0 (C of no octave: 0)."""
        return _PLACE[self.step] + 7 * (self.octave or 0)

    @cached_property
    def semitones(self) -> int:
        """Semitones above C0 (above the C below, without an octave)."""
        return STEP_SEMITONES[_PLACE[self.step]] + self.alter + 12 * (self.octave or 0)

    @property
    def pitch_class(self) -> int:
        """Semitones above C, 0 to 11.

        >>> Pitch("C", -1).pitch_class
        11
        """
        return self.semitones % 12

    @cached_property
    def name(self) -> str:
        """The name without the octave.

        >>> Pitch("F", 2).name, Pitch("E", -1, 4).name
        ('F♯♯', 'E♭')
        """
        return self.step + ("♯" * self.alter if self.alter > 0 else "♭" * -self.alter)

    @property
    def ascii(self) -> str:
        """The name in plain letters, for file names: `Eb`, `F#`."""
        return self.name.replace("♯", "#").replace("♭", "b")

    def __str__(self) -> str:
        return self.name if self.octave is None else f"{self.name}{self.octave}"

    @cached_property
    def midi(self) -> int:
        """MIDI note number; C4 is 60. Without an octave, of octave 4.

        >>> Pitch("C", 0, 4).midi, Pitch("B", 1, 3).midi
        (60, 60)
        """
        base = self if self.octave is not None else self.at(4)
        return base.semitones + 12

    @property
    def hertz(self) -> float:
        """Frequency in Hz in twelve-tone equal temperament, A4 = 440 Hz.

        >>> Pitch("A", 0, 3).hertz
        220.0
        """
        return float(A4_HERTZ * 2.0 ** ((self.midi - A4_MIDI) / 12))

    def at(self, octave: int | None) -> Pitch:
        """Return the same note name in `octave`."""
        return pitch_of(self.step, self.alter, octave)


@lru_cache(maxsize=4096)
def pitch_of(step: str, alter: int, octave: int | None) -> Pitch:
    """Return a pitch, the same object for the same name: what it works out once stays known."""
    return Pitch(step, alter, octave)


def read_pitch(text: str) -> Pitch:
    """Read a note name such as `Eb`, `F♯4`, `bb3` or `Cx`.

    >>> str(read_pitch("bb3")), str(read_pitch("F#"))
    ('B♭3', 'F♯')

    Raises:
        MusicError: the text is no note name.
    """
    match = _PITCH.fullmatch(text.strip())
    if match is None:
        raise MusicError(f"cannot read {text!r} as a note; write a letter A to G, e.g. E♭ or F#4")
    step, accidental, octave = match.groups()
    plain = accidental.translate(_SIGNS)
    alter = plain.count("#") - plain.count("b")
    return Pitch(step.upper(), alter, int(octave) if octave else None)


def usual_pitch(midi: int) -> Pitch:
    """Return a MIDI note under the name that musicians use where nothing says what it is.

    >>> str(usual_pitch(61)), str(usual_pitch(63))
    ('C♯4', 'E♭4')
    """
    return read_pitch(_USUAL_NAMES[midi % 12]).at(midi // 12 - 1)


def is_odd(pitch: Pitch) -> bool:
    """True for E♯, B♯, C♭ and F♭, whose sounds have plain names."""
    return (pitch.step, pitch.alter) in (("E", 1), ("B", 1), ("C", -1), ("F", -1))


def charted(pitch: Pitch) -> Pitch:
    """Return a note as a chart would write it: no double accidentals, no C♭, F♭, E♯ or B♯.

    >>> charted(Pitch("E", 1)).name, charted(Pitch("E", -1)).name
    ('F', 'E♭')
    """
    return simplest(pitch) if abs(pitch.alter) > 1 or is_odd(pitch) else pitch


def simplest(pitch: Pitch) -> Pitch:
    """Return the enharmonic spelling with the fewest accidentals, on the same side if it can.

    >>> simplest(Pitch("F", -1)).name, simplest(Pitch("G", 2, 4)).name, simplest(Pitch("B", 1, 3))
    ('E', 'A', Pitch(step='C', alter=0, octave=4))
    """
    best = min(respellings(pitch), key=lambda p: (abs(p.alter), p.alter * pitch.alter < 0))
    return best


def respellings(pitch: Pitch) -> list[Pitch]:
    """Return every spelling of the same sound with at most a double accidental.

    >>> [p.name for p in respellings(Pitch("F", 1))]
    ['E♯♯', 'F♯', 'G♭']
    """
    found = []
    octave = pitch.octave
    for shift in (-1, 0, 1):
        for place, step in enumerate(STEPS):
            natural = STEP_SEMITONES[place] + 12 * ((octave or 0) + shift)
            alter = pitch.semitones - natural
            if abs(alter) <= 2:
                found.append(Pitch(step, alter, None if octave is None else octave + shift))
    return sorted(found, key=lambda p: (p.octave or 0, STEPS.index(p.step)))
