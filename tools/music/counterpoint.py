"""A line of species counterpoint against a cantus firmus of one whole note a bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tools.music.interval import Interval, between
from tools.music.parts import BAR, Note, Voice, starts
from tools.music.pitch import MusicError, Pitch

SPECIES = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}
CONSONANT = frozenset(("P1", "m3", "M3", "P5", "m6", "M6"))
MOST_BARS = 64
SIZES = {1: Fraction(4), 2: Fraction(2), 3: Fraction(1), 4: Fraction(2)}


@dataclass(frozen=True)
class Finding:
    """A broken rule with its bar (from 1), beat and what broke it."""

    rule: str
    bar: int
    beat: Fraction
    text: str

    @property
    def line(self) -> str:
        """The finding in words: `bar 3, beat 1: dissonance (F4–B4, augmented fourth)`."""
        return f"bar {self.bar}, beat {float(self.beat):g}: {self.rule} ({self.text})"


@dataclass(frozen=True)
class Tone:
    """A sounding note of the counterpoint; ties are joined."""

    start: Fraction
    beats: Fraction
    pitch: Pitch

    @property
    def beat(self) -> Fraction:
        """Where in its bar it begins, from 0."""
        return self.start % BAR

    @property
    def tied_over(self) -> bool:
        """True where it sounds on over a bar line."""
        return self.beat + self.beats > BAR


@dataclass(frozen=True)
class Exercise:
    """A cantus, the counterpoint's tones, the species and on which side the line lies."""

    cantus: tuple[Pitch, ...]
    tones: tuple[Tone, ...]
    species: int
    above: bool

    def cantus_at(self, time: Fraction) -> Pitch:
        """The cantus note that sounds at a time."""
        return self.cantus[min(int(time // BAR), len(self.cantus) - 1)]

    def interval(self, tone: Tone, time: Fraction | None = None) -> Interval:
        """The interval of a tone over the cantus (or of the cantus over it), going up."""
        cantus = self.cantus_at(tone.start if time is None else time)
        low, high = (cantus, tone.pitch) if self.above else (tone.pitch, cantus)
        return between(low, high)

    def consonant(self, tone: Tone, time: Fraction | None = None) -> bool:
        """True where the two voices are consonant; a fourth is not."""
        return self.interval(tone, time).simple.short in CONSONANT

    def shown(self, tone: Tone, time: Fraction | None = None) -> str:
        """Name the two notes and their interval."""
        cantus = self.cantus_at(tone.start if time is None else time)
        return f"{cantus} with {tone.pitch}, {self.interval(tone, time).name}"


def exercise(cantus: Sequence[Pitch], voice: Voice, species: int) -> Exercise:
    """Set a voice against a cantus.

    Raises:
        MusicError: the species does not exist, or the line is not as long as the cantus.
    """
    if species not in SPECIES:
        raise MusicError(f"there is no species {species}; write 1 to 5")
    if len(cantus) < 3:
        raise MusicError("the cantus has fewer than three notes; give a whole one, e.g. D F E D")
    if len(cantus) > MOST_BARS:
        raise MusicError(f"the cantus has {len(cantus)} notes; give at most {MOST_BARS}")
    total = sum((note.beats for note in voice), Fraction(0))
    if total != BAR * len(cantus):
        raise MusicError(
            f"the cantus has {len(cantus)} bars, the counterpoint {float(total / BAR):g}; write "
            f"{_expected(species, len(cantus))}"
        )
    tones = tuple(_joined(voice, species))
    ours = sum(tone.pitch.midi for tone in tones) / len(tones)
    return Exercise(tuple(cantus), tones, species, ours > sum(p.midi for p in cantus) / len(cantus))


def timed(notes: Voice, species: int, bars: int) -> Voice:
    """Give a species' lengths to notes without any: the last is a whole note.

    A rest at the beginning may be left out where one note is missing.
    """
    size = SIZES.get(species)
    if size is None:
        return notes
    each = int(BAR / size)
    wanted = each * (bars - 1) + 1
    if len(notes) == wanted - 1 and species > 1 and notes[0].pitch is not None:
        notes = (Note(None, size), *notes)
    return tuple(
        Note(note.pitch, BAR if place == len(notes) - 1 else size, note.tied)
        for place, note in enumerate(notes)
    )


def _expected(species: int, bars: int) -> str:
    if species == 5:
        return "lengths that fill them, e.g. r:h D5:h D5:q C5 B4 A4 …"
    count = int(BAR / SIZES[species]) * (bars - 1) + 1
    return f"{count} notes (the last a whole note; a rest may stand first)"


def _joined(voice: Voice, species: int) -> Iterator[Tone]:
    """Join ties. In the fourth species the same note across a bar line is held."""
    held: Tone | None = None
    for start, note in zip(starts(voice), voice, strict=True):
        if held and note.pitch == held.pitch and (
            note.tied or (species == 4 and start % BAR == 0)
        ):  # fmt: skip
            held = Tone(held.start, held.beats + note.beats, held.pitch)
            continue
        if held:
            yield held
        held = Tone(start, note.beats, note.pitch) if note.pitch is not None else None
    if held:
        yield held
