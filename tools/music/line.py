"""A single line of music: notes, chords and rests with their lengths, in bars of one meter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from tools.music.chord_text import read_chord
from tools.music.interval import Interval, transpose
from tools.music.key import Key
from tools.music.key_finding import find
from tools.music.meter import Meter, read_meter
from tools.music.music_text import Music
from tools.music.pitch import STEPS, MusicError, Pitch

COMMON_TIME = read_meter("4/4")
TEMPO = 100
MOST_NOTES = 1000
LOWEST, HIGHEST = 12, 120  # MIDI; beyond it neither staff nor ear follows


@dataclass(frozen=True)
class Note:
    """Pitches that begin together, or none for a rest, for `beats` quarter notes.

    `chord` is the symbol of the harmony that begins with it, `marks` are those of
    `tools.music.expression`.
    """

    pitches: tuple[Pitch, ...]
    beats: Fraction
    chord: str = ""
    marks: tuple[str, ...] = ()

    @property
    def top(self) -> Pitch | None:
        """The melody note: the highest."""
        return max(self.pitches, key=lambda p: p.midi) if self.pitches else None


@dataclass(frozen=True)
class Piece:
    """A note, or a part of one, within a bar; `on` where it sounds on over the bar line."""

    note: Note
    on: bool = False


@dataclass(frozen=True)
class Line:
    """Notes in order. `pickup` is what stands before the first bar line, in quarter notes.

    Where they `swing`, eighths are played long and short.
    """

    notes: tuple[Note, ...]
    meter: Meter = COMMON_TIME
    key: Key | None = None
    tempo: int = TEMPO
    pickup: Fraction = Fraction(0)
    swing: bool = False

    @property
    def length(self) -> Fraction:
        """What the line lasts in quarter notes."""
        return sum((note.beats for note in self.notes), Fraction(0))

    @property
    def pitches(self) -> tuple[Pitch, ...]:
        """Every pitch, in order."""
        return tuple(pitch for note in self.notes for pitch in note.pitches)

    @property
    def home(self) -> Key:
        """The key that was given, or the likeliest one.

        Raises:
            MusicError: there are too few notes to tell.
        """
        if self.key is not None:
            return self.key
        if len({pitch.pitch_class for pitch in self.pitches}) < 2:
            return Key(self.pitches[0].at(None)) if self.pitches else Key(Pitch("C"))
        return find(Music("notes", notes=self.pitches))

    @property
    def placed(self) -> Iterator[tuple[Fraction, Note]]:
        """Yield each note with where it begins, in quarter notes from the first full bar."""
        now = -self.pickup
        for note in self.notes:
            yield now, note
            now += note.beats

    @property
    def bars(self) -> tuple[tuple[Piece, ...], ...]:
        """The notes by bar, cut at bar lines; a pickup is the first bar.

        >>> line = Line((Note((Pitch("C", 0, 4),), Fraction(6)),))
        >>> [[(piece.note.beats, piece.on) for piece in bar] for bar in line.bars]
        [[(Fraction(4, 1), True)], [(Fraction(2, 1), False)]]
        """
        bars: list[list[Piece]] = []
        room = self.pickup or self.meter.quarters
        bar: list[Piece] = []
        for note in self.notes:
            left, first = note.beats, True
            while left > 0:
                size = min(left, room)
                left, room = left - size, room - size
                cut = Note(note.pitches, size)
                if first:  # chord and marks stand where the note begins
                    cut = replace(note, beats=size) if left else note
                bar.append(Piece(cut, left > 0 and bool(note.pitches)))
                first = False
                if room == 0:
                    bars.append(bar)
                    bar, room = [], self.meter.quarters
        if bar:
            bars.append(bar)
        return tuple(tuple(each) for each in bars)

    @property
    def marked(self) -> list[tuple[Fraction, Fraction, tuple[str, ...]]]:
        """Start, length and marks of each note, in quarter notes from the first note."""
        return [(at + self.pickup, note.beats, note.marks) for at, note in self.placed]

    def with_notes(self, notes: Iterable[Note]) -> Line:
        """Return the line with other notes."""
        return replace(self, notes=tuple(notes))

    @property
    def ends(self) -> tuple[Pitch, Pitch]:
        """The lowest and the highest pitch; there must be one."""
        return min(self.pitches, key=lambda p: p.midi), max(self.pitches, key=lambda p: p.midi)

    def stretched(self, factor: Fraction) -> Line:
        """Return the line with every length multiplied."""
        notes = tuple(replace(note, beats=note.beats * factor) for note in self.notes)
        return replace(self, notes=notes, pickup=self.pickup * factor % self.meter.quarters)

    def map(self, change: Callable[[Pitch], Pitch]) -> Line:
        """Return the line with every pitch changed.

        Raises:
            MusicError: a pitch leaves the range that can be played.
        """
        return self.with_notes(
            replace(note, pitches=tuple(_playable(change(pitch)) for pitch in note.pitches))
            for note in self.notes
        )


def merged(pieces: Iterable[Piece]) -> tuple[Note, ...]:
    """Join pieces that sound on with what follows them; the inverse of cutting at bar lines."""
    notes: list[Note] = []
    held = False
    for piece in pieces:
        if held and notes and notes[-1].pitches == piece.note.pitches:
            notes[-1] = replace(notes[-1], beats=notes[-1].beats + piece.note.beats)
        else:
            notes.append(piece.note)
        held = piece.on
    return tuple(notes)


def step_in(pitch: Pitch, steps: int, key: Key) -> Pitch:
    """Move a pitch by steps of a key; an accidental stays one against the key.

    >>> from tools.music.key import read_key
    >>> [str(step_in(Pitch("F", a, 4), 1, read_key("G"))) for a in (1, 0)]
    ['G4', 'G♭4']
    >>> str(step_in(Pitch("B", 0, 4), 2, read_key("C")))
    'D5'
    """
    own = {tone.step: tone.alter for tone in key.scale.pitches}
    index = pitch.index + steps
    step = STEPS[index % 7]
    alter = own[step] + pitch.alter - own[pitch.step]
    octave = None if pitch.octave is None else index // 7
    return Pitch(step, alter, octave)


def shift(line: Line, interval: Interval) -> Line:
    """Return the line moved by an interval, with its chord symbols and its key.

    Raises:
        MusicError: a note can no longer be played, or a symbol is no chord.
    """
    moved = line.map(lambda pitch: transpose(pitch, interval))
    moved = moved.with_notes(
        replace(n, chord=read_chord(n.chord).transpose(interval).symbol) if n.chord else n
        for n in moved.notes
    )
    if line.key is None:
        return moved
    return replace(moved, key=Key(transpose(line.key.tonic, interval).at(None), line.key.mode))


def _playable(pitch: Pitch) -> Pitch:
    if not LOWEST <= pitch.midi <= HIGHEST:
        raise MusicError(f"{pitch} can no longer be played; move it by less")
    return pitch
