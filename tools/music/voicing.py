"""Every way to lay out a chord for four voices, with a price for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tools.music.chord import Chord
from tools.music.key import Key
from tools.music.pitch import MusicError, Pitch, read_pitch
from tools.music.voice_leading import RANGES, is_dominant, leading_tone, seventh_of

VOICES = ("soprano", "alto", "tenor", "bass")
MOST = 100
# The heart of each voice's range (MIDI) and what a semitone away from it costs.
_HEARTS = (71, 65, 58, 49)
_AWAY = (0.10, 0.10, 0.10, 0.15)
# Comfortable limits inside of the ranges that the checker allows.
_HIGHEST = {"soprano": "G5", "alto": "C5", "tenor": "G4", "bass": "C4"}
UNISON, NO_FIFTH, WIDE_BASS, LAST_OPEN = 3.0, 4.0, 2.5, 4.0
# What it costs to double each tone (by its degree) of a chord with its root, third or fifth below.
_DOUBLED = {0: {1: 0.0, 5: 1.5, 3: 4.0}, 1: {1: 0.5, 5: 0.5, 3: 2.5}, 2: {5: 0.0, 1: 3.0, 3: 4.0}}
_DOUBLED_DIMINISHED = {3: 0.0, 5: 3.0, 1: 6.0}


@dataclass(frozen=True)
class Slot:
    """What one moment may sound: note names, of which some must be there.

    `bass` may have an octave (then it is given), as may `soprano`. `falls` go down a step when
    the harmony changes, `prepared` should be held from the moment before, `single` must not be
    doubled, `rises` is the leading tone of a dominant. `degrees` are those of `tones` above the
    root (1, 3, 5, 7), for the doubling. `tonic` is set where a leading tone before is resolved,
    `home` where that is on the tonic chord itself; the `last` chord likes its root on top.
    `leaves` is the passing note from which a given soprano goes on.
    `price` is added to every layout. A root with a star is a suspended chord's.
    """

    tones: tuple[Pitch, ...]
    required: tuple[Pitch, ...]
    bass: Pitch
    root: str
    degrees: tuple[int, ...]
    inversion: int = 0
    falls: tuple[Pitch, ...] = ()
    prepared: tuple[Pitch, ...] = ()
    single: tuple[Pitch, ...] = ()
    rises: Pitch | None = None
    tonic: bool = False
    home: bool = False
    last: bool = False
    soprano: Pitch | None = None
    leaves: Pitch | None = None
    price: float = 0.0


@dataclass(frozen=True)
class Layout:
    """Pitches from the soprano down to the bass, and the price of the chord so laid out."""

    pitches: tuple[Pitch, Pitch, Pitch, Pitch]
    price: float


def slot_of(
    chord: Chord, key: Key, *, soprano: Pitch | None = None, leaves: Pitch | None = None,
    bass: Pitch | None = None, price: float = 0.0,
) -> Slot:  # fmt: skip
    """Return what a chord asks of four voices in a key.

    Of chords of more than four tones the fifth goes first, then what lies below the top.
    """
    tones, degrees = _four_tones(chord)
    dominant = is_dominant(tones, key)
    rises = leading_tone(key) if dominant else None
    falls = (seventh_of(chord),) if chord.quality.seventh and len(chord.tones) > 3 else ()
    required = tuple(
        tone
        for tone, degree in zip(tones, degrees, strict=True)
        if degree != 5 or chord.quality.fifth != "P5" or chord.inversion == 2
    )
    low = bass or chord.bass or chord.root
    tonic = not dominant and key.tonic.pitch_class in {tone.pitch_class for tone in tones}
    single = tuple({*falls, *((rises,) if rises else ())})
    return Slot(
        tones, required, low, chord.root.name, degrees, chord.inversion or 0, falls, (), single,
        rises, tonic, chord.root.name == key.tonic.name, soprano=soprano, leaves=leaves,
        price=price,
    )  # fmt: skip


@lru_cache(maxsize=512)
def layouts(slot: Slot) -> tuple[Layout, ...]:
    """Return the layouts of a slot that break no rule by themselves, the cheapest first.

    Raises:
        MusicError: there is none, because a given note lies out of range or is foreign to it.
    """
    found = sorted(_all(slot), key=lambda layout: layout.price)
    if not found:
        given = " ".join(str(p) for p in (slot.soprano, slot.bass) if p and p.octave is not None)
        names = " ".join(tone.name for tone in slot.tones)
        raise MusicError(
            f"four voices cannot sound {names} with {given or slot.bass.name}; "
            "give notes in the ranges soprano C4–A5 and bass E2–E4"
        )
    return tuple(found[:MOST])


def can_be_laid_out(slot: Slot) -> bool:
    """Return whether a slot has any layout."""
    try:
        return bool(layouts(slot))
    except MusicError:
        return False


def _all(slot: Slot) -> Iterator[Layout]:
    required = {tone.name for tone in slot.required}
    sopranos = [slot.soprano] if slot.soprano else _places(slot.tones, 0)
    tenors, altos = _places(slot.tones, 2), _places(slot.tones, 1)
    for bass in _basses(slot):
        for tenor in tenors:
            if not 0 <= tenor.midi - bass.midi <= 24:
                continue
            for alto in altos:
                if not 0 <= alto.midi - tenor.midi <= 12:
                    continue
                for soprano in sopranos:
                    if not 0 <= soprano.midi - alto.midi <= 12:
                        continue
                    pitches = (soprano, alto, tenor, bass)
                    names = [pitch.name for pitch in pitches]
                    if not required - set(names) and not _is_doubled(slot, names):
                        yield Layout(pitches, slot.price + _price(slot, pitches, names))


def _basses(slot: Slot) -> list[Pitch]:
    return [slot.bass] if slot.bass.octave is not None else _places((slot.bass,), 3)


@lru_cache(maxsize=512)
def _places(tones: tuple[Pitch, ...], voice: int) -> list[Pitch]:
    """Where a voice can sing the tones."""
    low = read_pitch(RANGES[VOICES[voice]][0]).midi
    high = read_pitch(_HIGHEST[VOICES[voice]]).midi
    every = [tone.at(octave) for tone in tones for octave in range(1, 7)]
    return [pitch for pitch in every if low <= pitch.midi <= high]


def _is_doubled(slot: Slot, names: list[str]) -> bool:
    return any(names.count(tone.name) > 1 for tone in slot.single)


def _price(slot: Slot, pitches: tuple[Pitch, ...], names: list[str]) -> float:
    price = sum(
        away * abs(pitch.midi - heart)
        for pitch, heart, away in zip(pitches, _HEARTS, _AWAY, strict=True)
    )
    heights = [pitch.midi for pitch in pitches]
    price += UNISON * (4 - len(set(heights)))
    if heights[2] - heights[3] > 12:
        price += WIDE_BASS
    if slot.last and names[0] != slot.root:
        price += LAST_OPEN
    for tone, degree in zip(slot.tones, slot.degrees, strict=True):
        count = names.count(tone.name)
        if count == 0:
            price += NO_FIFTH
        elif count > 1:
            price += (count - 1) * _doubling(slot, degree) + (count - 2) * 2.0
    return price


def _doubling(slot: Slot, degree: int) -> float:
    diminished = len(slot.tones) == 3 and slot.rises is not None and slot.rises.name == slot.root
    table = _DOUBLED_DIMINISHED if diminished else _DOUBLED.get(slot.inversion, {})
    return table.get(degree, 3.0)


def _four_tones(chord: Chord) -> tuple[tuple[Pitch, ...], tuple[int, ...]]:
    rows = [
        (transposed, interval.steps % 7 + 1)
        for transposed, interval in zip(chord.tones, chord.quality.intervals, strict=True)
    ]
    foreign = chord.bass is not None and chord.inversion is None
    most = 3 if foreign else 4
    low = chord.bass.name if chord.bass else ""
    keep = list(rows)
    for degree in (5, 2, 4, 1):
        top = rows[-1]
        for row in rows:
            spare = row[1] == degree and row != top and row[0].name != low
            if len(keep) > most and spare and row in keep:
                keep.remove(row)
    while len(keep) > most:
        keep.pop(-2)
    return tuple(tone for tone, _ in keep), tuple(degree for _, degree in keep)
