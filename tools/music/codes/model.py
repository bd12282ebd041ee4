"""A piece of music in parts and bars: what every format is read into and written from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from tools.music.interval import Interval, transpose
from tools.music.key import Key, key_of_fifths
from tools.music.pitch import Pitch

Meter = tuple[int, int]
COMMON_TIME: Meter = (4, 4)
DEFAULT_TEMPO = 100.0
SLOWEST, FASTEST = 10.0, 1000.0
BASS_CLEF_BELOW = 55  # MIDI


@dataclass(frozen=True, slots=True)
class Sound:
    """Pitches that begin together, or a rest, for `length` quarter notes.

    `tied` are the pitches that sound on into the next sound. `chord` is a symbol written above,
    `marks` are those of `tools.music.expression`.
    """

    length: Fraction
    pitches: tuple[Pitch, ...] = ()
    tied: tuple[Pitch, ...] = ()
    chord: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """The sounds between two bar lines, under the meter and key signature in force.

    `begins` and `ends` are repeat signs, `ending` the number of a volta bracket that begins here,
    `label` the name of a section that does.
    """

    sounds: tuple[Sound, ...]
    meter: Meter = COMMON_TIME
    fifths: int = 0
    begins: bool = False
    ends: bool = False
    ending: str = ""
    label: str = ""

    @property
    def length(self) -> Fraction:
        """How many quarter notes the sounds fill."""
        return sum((sound.length for sound in self.sounds), Fraction())

    @property
    def full(self) -> Fraction:
        """How many quarter notes the meter asks for."""
        return full_bar(self.meter)


@dataclass(frozen=True)
class Part:
    """One voice. `program` is the General MIDI instrument, 0 to 127."""

    name: str
    bars: tuple[Bar, ...]
    program: int = 0
    percussion: bool = False

    @property
    def sounds(self) -> Iterator[Sound]:
        """The sounds in order, repeats not played out."""
        return (sound for bar in self.bars for sound in bar.sounds)

    @property
    def pitches(self) -> Iterator[Pitch]:
        """The pitches of all sounds."""
        return (pitch for sound in self.sounds for pitch in sound.pitches)

    def map(self, change: Callable[[Pitch], Pitch]) -> Part:
        """Return the part with each pitch changed, each different one once."""
        moved = lru_cache(maxsize=None)(change)

        def sound(old: Sound) -> Sound:
            pitches, tied = tuple(map(moved, old.pitches)), tuple(map(moved, old.tied))
            return replace(old, pitches=pitches, tied=tied)

        bars = (replace(bar, sounds=tuple(map(sound, bar.sounds))) for bar in self.bars)
        return replace(self, bars=tuple(bars))

    @property
    def low(self) -> bool:
        """True where its notes lie so low, on average, that it is written in the bass clef."""
        heights = [pitch.midi for pitch in self.pitches]
        return bool(heights) and sum(heights) / len(heights) < BASS_CLEF_BELOW


@dataclass(frozen=True)
class Piece:
    """Parts that sound together. `tempo` is in quarter notes a minute; `mode` of the key, where
    the source says it; where it `swing`s, eighths are played long and short.
    """

    parts: tuple[Part, ...]
    title: str = ""
    composer: str = ""
    tempo: float = DEFAULT_TEMPO
    mode: str = ""
    swing: bool = False

    @property
    def first(self) -> Bar:
        """The first bar of the first part; an empty one where there is none."""
        return next((part.bars[0] for part in self.parts if part.bars), Bar(()))

    @property
    def bar_count(self) -> int:
        """How many bars the longest part has."""
        return max((len(part.bars) for part in self.parts), default=0)

    @property
    def note_count(self) -> int:
        """How many note heads there are."""
        return sum(1 for part in self.parts for _ in part.pitches)

    @property
    def key(self) -> Key | None:
        """The key that the signature and the source's mode name, where it names one."""
        return key_of_fifths(self.first.fifths, self.mode) if self.mode else None


def full_bar(meter: Meter) -> Fraction:
    """Return the quarter notes of a bar.

    >>> full_bar((6, 8)), full_bar((4, 4))
    (Fraction(3, 1), Fraction(4, 1))
    """
    return Fraction(4 * meter[0], meter[1])


def bounded_tempo(tempo: float) -> float:
    """Return a tempo of a code, or the nearest that is played.

    >>> bounded_tempo(3.0), bounded_tempo(120.0)
    (10.0, 120.0)
    """
    return min(max(tempo, SLOWEST), FASTEST)


def map_pitches(piece: Piece, interval: Interval) -> Piece:
    """Move every pitch by an interval; the spelling stays exact. Percussion stays."""

    def move(pitch: Pitch) -> Pitch:
        return transpose(pitch, interval)

    parts = tuple(part if part.percussion else part.map(move) for part in piece.parts)
    return replace(piece, parts=parts)


def played(bars: Iterable[Bar]) -> list[Bar]:
    """Return the bars as they are heard, repeats and endings played out.

    A repeat is played once more; endings are told apart by whether they name the pass.

    >>> a, b = Bar((), begins=True), Bar((), ends=True)
    >>> len(played([a, b]))
    4
    """
    all_bars = list(bars)
    heard: list[Bar] = []
    start = place = 0
    passes: Counter[int] = Counter()
    ending = ""
    limit = 4 * len(all_bars)
    while place < len(all_bars) and len(heard) < limit:
        bar = all_bars[place]
        if bar.begins and place != start:
            start, ending = place, ""
        ending = bar.ending or ending
        turn = passes[start] + 1
        if ending and str(turn) not in ending and bar.ending:
            place = _after_ending(all_bars, place)
            ending = ""
            continue
        heard.append(bar)
        if bar.ends and turn < 2:
            passes[start] += 1
            place, ending = start, ""
            continue
        if bar.ends:
            start, ending = place + 1, ""
        place += 1
    return heard


def _after_ending(bars: list[Bar], place: int) -> int:
    """Return the bar after a volta bracket: the next bracket, or past its repeat sign."""
    at = place
    while at < len(bars):
        if at > place and bars[at].ending:
            return at
        if bars[at].ends:
            return at + 1
        at += 1
    return at
