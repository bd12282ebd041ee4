"""Music in several voices: notes with lengths, moments at which they sound together, staves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from tools.music.chord import Chord
from tools.music.pitch import MusicError, Pitch

BAR = Fraction(4)
SHORTEST = Fraction(1, 4)
MOST_BEATS = 1024
LOWEST_MIDI, HIGHEST_MIDI = 21, 108


@dataclass(frozen=True)
class Note:
    """A note or a rest (no pitch) for some quarter-note beats; `tied` to the one before it."""

    pitch: Pitch | None
    beats: Fraction
    tied: bool = False


Voice = tuple[Note, ...]


@dataclass(frozen=True)
class Moment:
    """What sounds at one time: a pitch or None for each voice, and which voices begin there."""

    start: Fraction
    pitches: tuple[Pitch | None, ...]
    struck: tuple[bool, ...]

    @property
    def together(self) -> bool:
        """True where every voice begins a note."""
        return all(self.struck)


@dataclass(frozen=True)
class Texture:
    """Voices from the top down that last equally long, with their names and the bar's beats.

    `offset` is what is missing of the first bar before a pickup.
    """

    voices: tuple[Voice, ...]
    names: tuple[str, ...]
    bar: Fraction = BAR
    offset: Fraction = Fraction(0)

    @property
    def moments(self) -> tuple[Moment, ...]:
        """The music cut at every note that begins in any voice."""
        return tuple(_moments(self.voices))

    def where(self, start: Fraction) -> str:
        """Say where a time lies: `bar 2, beat 3`. A pickup is bar 0.

        >>> Texture((), ()).where(Fraction(11, 2))
        'bar 2, beat 2.5'
        """
        bar, rest = divmod(start + self.offset, self.bar)
        return f"bar {bar + (0 if self.offset else 1)}, beat {float(rest + 1):g}"


@dataclass(frozen=True)
class Staff:
    """One or two voices on one staff; the clef is `G` or `F`."""

    clef: str
    voices: tuple[Voice, ...]


@dataclass(frozen=True)
class PartScore:
    """Staves from the top down. `labels` are chord symbols or numerals over
    the staff by their start in beats.

    `offset` is what is missing of the first bar before a pickup.
    `marked` are the voice (counted over all staves) and the start of notes to draw in red.
    """

    title: str
    staves: tuple[Staff, ...]
    fifths: int = 0
    bar: Fraction = BAR
    offset: Fraction = Fraction(0)
    tempo: int = 84
    labels: tuple[tuple[Fraction, Chord | str], ...] = ()
    marked: frozenset[tuple[int, Fraction]] = frozenset()

    @property
    def voices(self) -> tuple[Voice, ...]:
        """All voices from the top down."""
        return tuple(voice for staff in self.staves for voice in staff.voices)

    @cached_property
    def labels_at(self) -> dict[Fraction, list[Chord | str]]:
        """The labels by where they stand, in beats."""
        found: dict[Fraction, list[Chord | str]] = {}
        for start, label in self.labels:
            found.setdefault(start, []).append(label)
        return found

    @cached_property
    def length(self) -> Fraction:
        """Beats of the longest voice."""
        return max(length(voice) for voice in self.voices)


def length(voice: Sequence[Note]) -> Fraction:
    """Return the beats of a voice."""
    return sum((note.beats for note in voice), Fraction(0))


def starts(voice: Sequence[Note]) -> list[Fraction]:
    """Return where each note begins, in beats."""
    found, now = [], Fraction(0)
    for note in voice:
        found.append(now)
        now += note.beats
    return found


def block(chords: Sequence[Sequence[Pitch]], beats: Sequence[Fraction]) -> tuple[Voice, ...]:
    """Return voices from the top down for chords whose notes are given from the bottom up."""
    count = len(chords[0])
    return tuple(
        tuple(Note(chord[count - 1 - v], b) for chord, b in zip(chords, beats, strict=True))
        for v in range(count)
    )


def four_part(
    title: str,
    voices: Sequence[Voice],
    *,
    fifths: int = 0,
    bar: Fraction = BAR,
    offset: Fraction = Fraction(0),
    labels: Sequence[tuple[Fraction, Chord | str]] = (),
    marked: frozenset[tuple[int, Fraction]] = frozenset(),
) -> PartScore:
    """Lay out two to four voices on a treble and a bass staff."""
    upper = 2 if len(voices) > 2 else 1
    staves = (Staff("G", tuple(voices[:upper])), Staff("F", tuple(voices[upper:])))
    return PartScore(title, staves, fifths, bar, offset, labels=tuple(labels), marked=marked)


def _moments(voices: Sequence[Voice]) -> Iterator[Moment]:
    places = [starts(voice) for voice in voices]
    now = [0] * len(voices)
    for start in sorted({start for row in places for start in row}):
        pitches, struck = [], []
        for v, voice in enumerate(voices):
            while now[v] + 1 < len(voice) and places[v][now[v] + 1] <= start:
                now[v] += 1
            note = voice[now[v]]
            ended = start >= places[v][now[v]] + note.beats
            pitches.append(None if ended else note.pitch)
            struck.append(places[v][now[v]] == start and not note.tied)
        yield Moment(start, tuple(pitches), tuple(struck))


def check_voices(voices: Sequence[Voice], names: Sequence[str]) -> None:
    """Make sure that voices last equally long and can be written and played.

    Raises:
        MusicError: names the voices that do not fit, a length that is no multiple of a sixteenth, a
            note beyond what is played, or music that is too long.
    """
    lengths = [length(voice) for voice in voices]
    if len(set(lengths)) > 1:
        said = ", ".join(f"{n} {float(b):g}" for n, b in zip(names, lengths, strict=True))
        raise MusicError(f"the voices last differently (in beats: {said}); make them equally long")
    if max(lengths) > MOST_BEATS:
        raise MusicError(
            f"the music lasts {float(max(lengths)):g} beats; write {MOST_BEATS} or less"
        )
    for note in (note for voice in voices for note in voice):
        if note.beats <= 0 or note.beats % SHORTEST:
            raise MusicError(
                f"a length of {note.beats} beats cannot be written; use multiples of a sixteenth"
            )
        if note.pitch is not None and not LOWEST_MIDI <= note.pitch.midi <= HIGHEST_MIDI:
            raise MusicError(f"{note.pitch} is beyond what is sung or played; write A0 to C8")
