"""Chords for a melody: four parts in the style of a hymn, or a chord a bar as in a song."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import numpy as np

from tools.music.borrowing import applied, borrowed
from tools.music.chord import Chord
from tools.music.key import Key
from tools.music.part_writing import Prices, search, way_back
from tools.music.parts import Note, Voice, starts
from tools.music.pitch import MusicError, Pitch, respellings
from tools.music.roman import realise
from tools.music.voicing import Layout, Slot, can_be_laid_out, slot_of

LONGEST = 64
LAYOUTS = 14
OUTSIDE, FOREIGN, SAME_AGAIN, START_ELSEWHERE = 30.0, 9.0, 6.0, 8.0
CHROMATIC = 5.0
# Chords that a hymn uses, each with what it costs.
_MAJOR = {
    "I": 0.2, "V": 0.3, "IV": 0.2, "V7": 0.5, "ii": 0.8, "vi": 0.5, "I6": 0.8, "ii6": 0.4,
    "V6": 1.0, "IV6": 1.8, "V65": 1.2, "ii65": 0.8, "vii°6": 1.4, "iii": 2.5,
}  # fmt: skip
_MINOR = {
    "i": 0.2, "V": 0.3, "iv": 0.2, "V7": 0.5, "ii°6": 0.5, "VI": 0.5, "i6": 0.8, "V6": 1.0,
    "iv6": 1.8, "V65": 1.2, "iiø65": 0.8, "vii°6": 1.4, "III": 1.5, "VII": 2.0,
}  # fmt: skip
# What it costs to go from one degree to another (1 to 7); what is not here costs FOREIGN.
_MOVES = {
    1: {1: 1.5, 2: 0.5, 3: 2.0, 4: 0.0, 5: 0.0, 6: 0.3, 7: 1.0},
    2: {2: 2.0, 5: 0.0, 7: 0.5, 1: 6.0, 4: 4.0},
    3: {6: 0.3, 4: 0.8, 3: 2.5, 2: 3.0},
    4: {5: 0.0, 1: 1.0, 2: 0.5, 7: 0.8, 4: 2.0},
    5: {1: 0.0, 6: 1.5, 5: 1.2},
    6: {2: 0.0, 4: 0.2, 5: 1.0, 6: 2.0, 3: 2.5, 1: 3.5},
    7: {1: 0.0, 7: 2.5, 3: 2.5, 6: 4.0},
}  # fmt: skip
_SONG = {1: 0.0, 4: 0.2, 5: 0.2, 6: 0.4, 2: 0.6, 3: 1.0, 7: 6.0}
_JAZZ = {1: 0.0, 2: 0.1, 5: 0.1, 6: 0.3, 4: 0.5, 3: 0.6, 7: 4.0}
# The chords of a song by whether it is jazz and whether it is in minor.
_TABLES = {
    (False, False): ("I", "ii", "iii", "IV", "V", "vi"),
    (False, True): ("i", "III", "iv", "v", "V", "VI", "VII"),
    (True, False): ("Imaj7", "ii7", "iii7", "IVmaj7", "V7", "vi7"),
    (True, True): ("i7", "iiø7", "IIImaj7", "iv7", "V7", "VImaj7", "VII7"),
}


@dataclass(frozen=True)
class Option:
    """A chord of the vocabulary with its numeral, its degree (1 to 7) and price.

    `goal` is the root that an applied dominant must go to.
    """

    numeral: str
    chord: Chord
    degree: int
    price: float
    goal: str = ""


@dataclass(frozen=True)
class Harmonised:
    """A chord for a stretch of melody from `start` on; `layout` where it is in four parts."""

    start: Fraction
    beats: Fraction
    option: Option
    layout: Layout | None = None


@lru_cache(maxsize=64)
def vocabulary(key: Key) -> tuple[Option, ...]:
    """Return the chords of a hymn in a key, with applied dominants and borrowed chords."""
    table = _MINOR if key.minor_like else _MAJOR
    options = [_option(numeral, key, price) for numeral, price in table.items()]
    for row in applied(key):
        options.append(Option(f"V7/{row.numeral}", row.dominant, 0, 5.0, row.goal.root.name))
        options.append(Option(f"vii°7/{row.numeral}", row.leading, 0, 7.0, row.goal.root.name))
    for offer in borrowed(key):
        options.append(Option(offer.numeral, offer.chord, _degree(offer.chord, key), 6.0))
    return tuple(options)


def hymn(
    melody: Voice, key: Key, *, beat: Fraction = Fraction(1), offset: Fraction = Fraction(0)
) -> list[Harmonised]:
    """Return a chord in four parts for every beat of the melody that begins a note.

    Notes between the beats pass over the chord of their beat. The last chord is the tonic, or
    the dominant where the melody ends on a tone that only that has.

    Raises:
        MusicError: a note belongs to no chord of the vocabulary, or is out of the soprano's range.
    """
    stretches = _stretches(melody, beat, offset)
    rows = [
        _asked(stretch, key, first=place == 0, last=place == len(stretches) - 1)
        for place, stretch in enumerate(stretches)
    ]
    moves = [
        _matrix([option for option, _ in a], [option for option, _ in b]) for a, b in pairwise(rows)
    ]
    best = search([[slot for _, slot in row] for row in rows], moves, most=LAYOUTS)
    found = []
    for (slot, layout), row, stretch in zip(best, rows, stretches, strict=True):
        option = next(option for option, asked in row if asked is slot)
        found.append(Harmonised(stretch.start, stretch.beats, option, layout))
    return found


def _asked(stretch: _Stretch, key: Key, *, first: bool, last: bool) -> list[tuple[Option, Slot]]:
    """The chords that can stand under a melody note, with what each asks of the voices."""
    found = []
    pitch = stretch.pitch
    for option in _fitting(pitch, key, last=last):
        late = START_ELSEWHERE if first and option.numeral not in ("I", "i", "V") else 0.0
        price = 2 * option.price + late
        slot = slot_of(option.chord, key, soprano=pitch, leaves=stretch.leaves, price=price)
        if can_be_laid_out(slot):
            found.append((option, slot))
    if not found:
        raise MusicError(f"no chord fits under {pitch}; keep the melody between C4 and A5")
    return found


def song(
    melody: Voice,
    key: Key,
    *,
    span: Fraction,
    offset: Fraction = Fraction(0),
    jazz: bool = False,
) -> list[Harmonised]:
    """Return a chord for every `span` of beats, by the notes that sound in it.

    In `jazz` they are sevenths, and the subdominant is rather ii than IV.
    """
    likings = _JAZZ if jazz else _SONG
    table = _TABLES[jazz, key.minor_like]
    options = [_option(numeral, key, 0.0) for numeral in table]
    total = sum((note.beats for note in melody), Fraction(0))
    edges = [n * span - offset for n in range(int(-(-(total + offset) // span)))]
    places = [max(edge, Fraction(0)) for edge in edges]
    prices = []
    begins = starts(melody)
    for place, start in enumerate(places):
        heard = _sounding(melody, begins, start, span)
        ends = 2.0 if place in (0, len(places) - 1) else 0.0
        prices.append(
            [
                _misfit(heard, option.chord) + likings.get(option.degree, 2.0)
                + ends * (option.degree != 1)
                for option in options
            ]
        )  # fmt: skip
    chosen = _cheapest(prices, _matrix(options, options))
    return [
        Harmonised(start, min(edge + span, total) - start, options[n])
        for edge, start, n in zip(edges, places, chosen, strict=True)
    ]


def _option(numeral: str, key: Key, price: float) -> Option:
    home = Key(key.tonic, "minor" if key.minor_like else "major")
    chord = realise(numeral, home)[0].chord
    return Option(numeral, chord, _degree(chord, key), price)


def _degree(chord: Chord, key: Key) -> int:
    return (chord.root.index - key.tonic.index) % 7 + 1


def _fitting(pitch: Pitch, key: Key, *, last: bool) -> list[Option]:
    """The chords that hold a melody note; at the end only tonic and dominant, if they can."""
    fitting = [o for o in vocabulary(key) if pitch.name in {t.name for t in o.chord.tones}]
    # A chord from outside the key is for a note from outside of it.
    fitting = [option for option in fitting if option.price < CHROMATIC] or fitting
    if last:
        plain = [o for o in fitting if o.degree in (1, 5) and o.numeral in ("I", "i", "V")]
        home = [option for option in plain if option.degree == 1]
        return home or plain or fitting or _none(pitch, key)
    return fitting or _none(pitch, key)


def _none(pitch: Pitch, key: Key) -> list[Option]:
    raise MusicError(
        f"no chord of {key.name} or near it holds {pitch.name}; name the melody's own key, or "
        "spell the note as it belongs to the key"
    )


def _matrix(before: Sequence[Option], after: Sequence[Option]) -> Prices:
    return np.array([[_move(a, b) for b in after] for a in before], dtype=np.float32)


def _move(before: Option, after: Option) -> float:
    if before.goal:
        return 0.0 if after.chord.root.name == before.goal else OUTSIDE
    if before.numeral == after.numeral:
        return SAME_AGAIN
    if before.numeral == "V7" and after.degree == 5:
        return 3.0  # the seventh would have to vanish
    if after.degree == 0:
        return 1.0
    return 2 * _MOVES.get(before.degree, {}).get(after.degree, FOREIGN)


@dataclass(frozen=True)
class _Stretch:
    """A melody note on the beat, how long it and its passing notes last, and the last of them."""

    start: Fraction
    beats: Fraction
    pitch: Pitch
    leaves: Pitch


def _stretches(melody: Voice, beat: Fraction, offset: Fraction) -> list[_Stretch]:
    """Return the notes on the beat; those between belong to the one before."""
    rows: list[_Stretch] = []
    for start, note in zip(starts(melody), melody, strict=True):
        passing = (start + offset) % beat != 0 or note.pitch is None or note.tied
        if rows and passing:
            before = rows[-1]
            beats = start + note.beats - before.start
            rows[-1] = replace(before, beats=beats, leaves=note.pitch or before.leaves)
        elif note.pitch is not None:
            rows.append(_Stretch(start, note.beats, note.pitch, note.pitch))
    if not rows or rows[0].start != 0:
        raise MusicError("the melody begins with a rest or has no notes; begin with a note")
    if len(rows) > LONGEST:
        raise MusicError(f"{len(rows)} beats are too many; give a melody of at most {LONGEST}")
    return rows


def _misfit(sounding: Sequence[tuple[str, float, bool]], chord: Chord) -> float:
    """Beats of melody that are no tones of the chord; those that begin with it count twice."""
    names = {tone.name for tone in chord.tones}
    return sum(
        beats * (3.0 if first else 1.5) for name, beats, first in sounding if name not in names
    )


def _sounding(
    melody: Voice, begins: Sequence[Fraction], start: Fraction, span: Fraction
) -> list[tuple[str, float, bool]]:
    """The notes that sound in a span: name, how many beats of it, and whether they begin it."""
    found = []
    end = start + span
    first = max(bisect.bisect_right(begins, start) - 1, 0)
    for begin, note in zip(begins[first:], melody[first:], strict=True):
        if begin >= end:
            break
        shared = min(begin + note.beats, end) - max(begin, start)
        if shared > 0 and note.pitch is not None:
            found.append((note.pitch.name, float(shared), begin == start))
    return found


def _cheapest(prices: Sequence[Sequence[float]], moves: Prices) -> list[int]:
    total = np.array(prices[0])
    back = []
    for row in prices[1:]:
        way = total[:, None] + 0.35 * moves
        back.append(way.argmin(axis=0))
        total = way.min(axis=0) + np.array(row)
    return way_back(total, back)


def in_key(melody: Voice, key: Key) -> Voice:
    """Spell notes as chords of the key spell them: F♯ is G♭ in D♭ major.

    >>> from tools.music.key import read_key
    >>> from tools.music.music_text import read_notes
    >>> voice = tuple(Note(pitch, Fraction(1)) for pitch in read_notes("F#4 C4 B4"))
    >>> [str(note.pitch) for note in in_key(voice, read_key("Gb"))]
    ['G♭4', 'C4', 'C♭5']
    """
    own = {pitch.name for pitch in key.scale.pitches}
    known = own | {tone.name for option in vocabulary(key) for tone in option.chord.tones}
    return tuple(replace(note, pitch=_spelled(note.pitch, own, known)) for note in melody)


def _spelled(pitch: Pitch | None, own: set[str], known: set[str]) -> Pitch | None:
    if pitch is None or pitch.name in known:
        return pitch
    others = [other for other in respellings(pitch) if other.name in known]
    return min(others, key=lambda other: other.name not in own) if others else pitch


def in_soprano(melody: Voice) -> tuple[Voice, int]:
    """Move a melody by octaves into the soprano's range; return it and the octaves."""
    heights = [note.pitch.midi for note in melody if note.pitch is not None]
    if not heights:
        raise MusicError("the melody has no notes; write e.g. E4 D4 C4 D4 E4 E4 E4:2")
    for octaves in (0, 1, -1, 2, -2, 3, -3):
        if min(heights) + 12 * octaves >= 60 and max(heights) + 12 * octaves <= 81:
            moved = tuple(Note(_up(note.pitch, octaves), note.beats, note.tied) for note in melody)
            return moved, octaves
    raise MusicError("the melody spans too much for a soprano; keep it between C4 and A5")


def _up(pitch: Pitch | None, octaves: int) -> Pitch | None:
    return pitch.at((pitch.octave or 4) + octaves) if pitch is not None else None
