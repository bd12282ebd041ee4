"""Chords: a root, a quality and, where it is not the root, a bass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tools.music.interval import OCTAVE, Interval, transpose
from tools.music.pitch import MusicError, Pitch
from tools.music.quality import Quality

MAJOR = Quality()
INVERSION_NAMES = ("root position", "first inversion", "second inversion", "third inversion")
_MORE = ("fourth inversion", "fifth inversion", "sixth inversion")


@dataclass(frozen=True)
class Chord:
    """A chord without octaves. `bass` is set where the lowest note is not the root."""

    root: Pitch
    quality: Quality = MAJOR
    bass: Pitch | None = None

    @property
    def symbol(self) -> str:
        """The chord symbol.

        >>> Chord(Pitch("E", -1), Quality(third="m3", seventh="m7", extent=7)).symbol
        'E♭m7'
        """
        over = f"/{self.bass.name}" if self.bass else ""
        return self.root.name + self.quality.symbol + over

    @property
    def name(self) -> str:
        """The name in words, with the inversion or the foreign bass.

        >>> Chord(Pitch("C"), Quality(), Pitch("E")).name
        'C major, first inversion'
        """
        plain = f"{self.root.name} {self.quality.name}"
        if self.bass is None:
            return plain
        number = self.inversion
        return f"{plain} over {self.bass.name}" if number is None else f"{plain}, {_said(number)}"

    @cached_property
    def tones(self) -> tuple[Pitch, ...]:
        """The chord tones from the root up, whatever the bass."""
        return tuple(transpose(self.root, interval) for interval in self.quality.intervals)

    @property
    def inversion(self) -> int | None:
        """0 for root position, 1 for the first inversion; None over a foreign bass."""
        if self.bass is None:
            return 0
        names = [tone.name for tone in self.tones]
        return names.index(self.bass.name) if self.bass.name in names else None

    @property
    def pitches(self) -> tuple[Pitch, ...]:
        """The notes from the bass up, without octaves.

        >>> [p.name for p in Chord(Pitch("C"), Quality(), Pitch("E")).pitches]
        ['E', 'G', 'C']
        """
        number = self.inversion
        if number is None and self.bass is not None:
            return (self.bass, *self.tones)
        return self.tones[number:] + self.tones[:number]

    def invert(self, number: int) -> Chord:
        """Return the inversion of that number (0: root position).

        Raises:
            MusicError: the chord has fewer inversions.
        """
        tones = self.tones
        if not 0 <= number < len(tones):
            symbol = self.root.name + self.quality.symbol
            raise MusicError(
                f"{symbol} has {len(tones)} notes and no {_said(number)}, only 0 (root position) "
                f"to {len(tones) - 1}; did you mean {symbol} {_said(len(tones) - 1)}?"
            )
        return replace(self, bass=tones[number] if number else None)

    def transpose(self, interval: Interval) -> Chord:
        """Move the chord by an interval, keeping the spelling exact.

        >>> Chord(Pitch("E", -1)).transpose(Interval.of("P4")).symbol
        'A♭'
        """
        bass = transpose(self.bass, interval) if self.bass else None
        return replace(self, root=transpose(self.root, interval), bass=bass)

    def voiced(self, octave: int = 4) -> tuple[Pitch, ...]:
        """Return the notes with octaves, each above the one before; the bass is in `octave`.

        >>> [str(p) for p in Chord(Pitch("B", -1)).voiced(3)]
        ['B♭3', 'D4', 'F4']
        """
        return stack(self.pitches, octave)


def stack(pitches: Sequence[Pitch], octave: int = 4) -> tuple[Pitch, ...]:
    """Give octaves to note names so that each is the next of its name above the one before."""
    placed: list[Pitch] = []
    for pitch in pitches:
        current = pitch.at(octave)
        if placed:
            current = pitch.at(placed[-1].octave)
            while current.semitones <= placed[-1].semitones:
                current = transpose(current, OCTAVE)
        placed.append(current)
    return tuple(placed)


def _said(number: int) -> str:
    names = INVERSION_NAMES + _MORE
    return names[number] if 0 <= number < len(names) else f"inversion {number}"
