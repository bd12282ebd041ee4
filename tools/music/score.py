"""What is engraved and played: chords and notes with lengths, in bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.music.chord import Chord, stack
from tools.music.key import Key
from tools.music.music_text import Music, melody
from tools.music.pitch import MusicError, Pitch
from tools.music.scale import Scale

BAR_BEATS = 4
LOWEST_MIDI, HIGHEST_MIDI = 21, 108
# How a bar of four beats is shared by so many chords.
_SHARES = {1: (4,), 2: (2, 2), 3: (2, 1, 1), 4: (1, 1, 1, 1)}


class OutOfRangeError(MusicError):
    """A note that the piano does not have."""


@dataclass(frozen=True)
class Event:
    """Notes that sound together for some quarter-note beats, and the chord that they make."""

    pitches: tuple[Pitch, ...]
    beats: int
    chord: Chord | None = None


@dataclass(frozen=True)
class Score:
    """Events in order. `fifths` is the key signature, `beats` the quarters of a bar."""

    title: str
    events: tuple[Event, ...]
    fifths: int = 0
    beats: int = BAR_BEATS
    tempo: int = 100

    @property
    def bars(self) -> tuple[tuple[Event, ...], ...]:
        """The events by bar; the last bar may be short."""
        return tuple(_fill(self.events, self.beats))

    @property
    def note_count(self) -> int:
        """How many note heads there are."""
        return sum(len(event.pitches) for event in self.events)


def of_chords(
    chords: Sequence[Chord], title: str, *, key: Key | None = None, bars: Sequence[int] = ()
) -> Score:
    """Lay out chords, a bar each, or as the bars say.

    Raises:
        MusicError: a bar holds more than four chords.
    """
    lengths: list[int] = []
    for count in bars:
        if count not in _SHARES:
            raise MusicError(f"a bar of {count} chords is too full; write at most 4 between bars")
        lengths += _SHARES[count]
    lengths = lengths if len(lengths) == len(chords) else [BAR_BEATS] * len(chords)
    events = tuple(
        Event(in_range(_close(chord)), beats, chord)
        for chord, beats in zip(chords, lengths, strict=True)
    )
    return Score(title, events, fifths=_fifths(key), tempo=144 if len(chords) > 1 else 100)


def of_notes(notes: Sequence[Pitch], title: str, *, key: Key | None = None) -> Score:
    """Lay out a melody in quarter notes; names without octaves keep near the middle."""
    placed = in_range(melody(tuple(notes)))
    return Score(title, tuple(Event((pitch,), 1) for pitch in placed), fifths=_fifths(key))


def of_scale(scale: Scale) -> Score:
    """Lay out a scale up to the octave."""
    notes = stack(scale.pitches)
    top = scale.tonic.at((notes[0].octave or 0) + 1)
    events = tuple(Event((pitch,), 1) for pitch in (*notes, top))
    return Score(scale.name, events, tempo=120)


def of_music(music: Music, title: str) -> Score:
    """Lay out notes or chords."""
    if music.kind == "chords":
        return of_chords(music.chords, title, bars=music.bars)
    return of_notes(music.notes, title)


def in_range(pitches: tuple[Pitch, ...]) -> tuple[Pitch, ...]:
    """Return the pitches where a piano has them.

    Raises:
        OutOfRangeError: a pitch lies outside the piano.
    """
    for pitch in pitches:
        if not LOWEST_MIDI <= pitch.midi <= HIGHEST_MIDI:
            raise OutOfRangeError(f"{pitch} is beyond the piano's range; write notes from A0 to C8")
    return pitches


def _close(chord: Chord) -> tuple[Pitch, ...]:
    """Voice a chord near the middle of the treble staff."""
    first = chord.pitches[0].at(4)
    return chord.voiced(3 if first.midi >= 67 else 4)


def _fifths(key: Key | None) -> int:
    return key.printed_fifths if key is not None else 0


def _fill(events: Sequence[Event], beats: int) -> Iterator[tuple[Event, ...]]:
    bar: list[Event] = []
    used = 0
    for event in events:
        bar.append(event)
        used += event.beats
        if used >= beats:
            yield tuple(bar)
            bar, used = [], 0
    if bar:
        yield tuple(bar)
