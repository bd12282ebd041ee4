"""What more can be told of a score: its numerals, where its key changes, which motifs return."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tools.music.chord_text import read_chord
from tools.music.codes.analysis import MOST_BARS_SHOWN, chords_by_bar
from tools.music.codes.model import Bar, Part, Piece
from tools.music.key import Key, key_of_fifths
from tools.music.key_finding import MAJOR_PROFILE, MINOR_PROFILE
from tools.music.pitch import MusicError, Pitch
from tools.music.roman import analyse_all

MOST_BARS, MOST_NOTES = 400, 3000
SHORTEST_REGION = 4
# A new key must fit better by this much in all (correlations of bars added up) to be heard.
CHANGE = 1.5
_AROUND = 1  # bars on each side that are heard together with a bar
_MOTIF_NOTES = range(4, 9)
FEWEST_TIMES, MOST_MOTIFS, MOST_PLACES = 3, 2, 8


@dataclass(frozen=True)
class Region:
    """Bars, from `first` to `last`, in one key."""

    key: Key
    first: int
    last: int


@dataclass(frozen=True)
class Motif:
    """A figure that returns, at any pitch of the scale: its first notes and the bars it is in."""

    notes: tuple[Pitch, ...]
    bars: tuple[int, ...]


def numerals_by_bar(rows: Sequence[Sequence[str]], key: Key) -> str:
    """Return the numerals of chords by bar in one line; empty where there are none.

    >>> numerals_by_bar([["C"], ["F", "G7"], ["-"]], key_of_fifths(0, "major"))
    '| I | IV V7 | - |'
    """
    chords = []
    for symbol in (symbol for row in rows for symbol in row if symbol != "-"):
        try:
            chords.append(read_chord(symbol))
        except MusicError:
            return ""
    if not chords:
        return ""
    names = iter(analyse_all(chords, key))
    said = [" ".join(next(names) if symbol != "-" else "-" for symbol in row) for row in rows]
    return f"| {' | '.join(said)} |"


def key_regions(piece: Piece) -> list[Region]:
    """Return the keys that a piece goes through, by bars; one where it does not change.

    The way through the keys of all bars that fits best, where each change has its price
    (Viterbi), with the profiles of Krumhansl and Kessler (1982).
    """
    weights = _weights(piece)
    if not weights.any():
        return []
    keys = [key_of_fifths(n, mode) for mode in ("major", "minor") for n in range(-5, 7)]
    fits = _correlations(weights, keys)
    path = _best_path(fits)
    regions: list[Region] = []
    for bar, place in enumerate(path, start=_first_number(piece)):
        if regions and regions[-1].key == keys[place]:
            regions[-1] = Region(keys[place], regions[-1].first, bar)
        else:
            regions.append(Region(keys[place], bar, bar))
    return _joined(regions)


def _joined(regions: Sequence[Region]) -> list[Region]:
    """Leave out keys that do not last, so that those around them meet; then join what is alike."""
    found: list[Region] = []
    kept = [each for each in regions if each.last - each.first + 1 >= SHORTEST_REGION]
    for region in kept or regions[:1]:
        if found and found[-1].key == region.key:
            found[-1] = replace(found[-1], last=region.last)
        else:
            start = found[-1].last + 1 if found else regions[0].first
            found.append(replace(region, first=start))
    found[-1] = replace(found[-1], last=regions[-1].last)
    return found


def motifs(piece: Piece) -> list[Motif]:
    """Return the figures that come most often in the part with the most notes."""
    tune = max(piece.parts, key=lambda part: sum(1 for _ in part.pitches), default=None)
    if tune is None or tune.percussion:
        return []
    notes = _notes(tune, _first_number(piece))[:MOST_NOTES]
    steps = [(b[0].index - a[0].index, a[1]) for a, b in pairwise(notes)]
    found: list[Motif] = []
    taken: set[int] = set()
    for starts, size in _repeated(steps):
        if len(taken.intersection(starts)) * 2 > len(starts):
            continue
        first = starts[0]
        bars = tuple(dict.fromkeys(notes[start][2] for start in starts))
        found.append(Motif(tuple(note[0] for note in notes[first : first + size]), bars))
        taken |= {start + more for start in starts for more in range(size)}
        if len(found) == MOST_MOTIFS:
            break
    return found


def told(piece: Piece, key: Key | None) -> list[str]:
    """Return lines of what was found."""
    lines = []
    regions = key_regions(piece)
    first = _first_number(piece)
    if key is not None and len(regions) < 2:
        regions = [Region(key, first, first + piece.bar_count - 1)]
    rows = [row.split() for row in chords_by_bar(piece)[:MOST_BARS_SHOWN]]
    for each in regions:
        if numerals := numerals_by_bar(rows[each.first - first : each.last - first + 1], each.key):
            lines.append(f"Numerals in {each.key.name}: {numerals}")
    if len(regions) > 1:
        said = (f"{each.key.name} in bars {each.first} to {each.last}" for each in regions)
        lines.append(f"Keys: {', '.join(said)}.")
    for motif in motifs(piece):
        names = " ".join(str(note) for note in motif.notes)
        bars = ", ".join(str(bar) for bar in motif.bars[:MOST_PLACES])
        more = " and more" if len(motif.bars) > MOST_PLACES else ""
        lines.append(f"Motif {names}, at any pitch: in bars {bars}{more}.")
    return lines


def _first_number(piece: Piece) -> int:
    """The number of the first bar: 0 for a pickup."""
    return 0 if 0 < piece.first.length < piece.first.full else 1


def _weights(piece: Piece) -> NDArray[np.float64]:
    """How long each pitch class sounds in each bar."""
    found = np.zeros((min(piece.bar_count, MOST_BARS), 12))
    for part in piece.parts:
        for number, bar in enumerate(part.bars[:MOST_BARS] if not part.percussion else ()):
            for sound in bar.sounds:
                for pitch in sound.pitches:
                    found[number, pitch.pitch_class] += float(sound.length)
    return found


def _correlations(weights: NDArray[np.float64], keys: Sequence[Key]) -> NDArray[np.float64]:
    """Pearson's correlation of the bars around each bar with the profile of each key."""
    around = np.zeros_like(weights)
    for shift in range(-_AROUND, _AROUND + 1):
        low, high = max(0, -shift), min(len(weights), len(weights) - shift)
        around[low:high] += weights[low + shift : high + shift] * (1.0 if shift == 0 else 0.5)
    profiles = np.array(
        [
            np.roll(MINOR_PROFILE if key.mode == "minor" else MAJOR_PROFILE, key.tonic.pitch_class)
            for key in keys
        ]
    )
    one, two = (table - table.mean(axis=1, keepdims=True) for table in (around, profiles))
    sizes = np.outer(np.linalg.norm(one, axis=1), np.linalg.norm(two, axis=1))
    fits: NDArray[np.float64] = one @ two.T / np.where(sizes > 0, sizes, 1.0)
    return fits


def _best_path(fits: NDArray[np.float64]) -> list[int]:
    total, came = fits[0].copy(), []
    for row in fits[1:]:
        best = int(total.argmax())
        changed = total < total[best] - CHANGE
        came.append(np.where(changed, best, np.arange(len(total))))
        total = np.where(changed, total[best] - CHANGE, total) + row
    path = [int(total.argmax())]
    for back in reversed(came):
        path.append(int(back[path[-1]]))
    return path[::-1]


def _notes(part: Part, first: int) -> list[tuple[Pitch, Fraction, int]]:
    """The highest notes of a part, ties joined, each with its length and bar."""
    found: list[tuple[Pitch, Fraction, int]] = []
    held = False
    for number, bar in enumerate(part.bars, start=first):
        for pitch, length, on in _tops(bar):
            if held and found and pitch == found[-1][0]:
                found[-1] = (pitch, found[-1][1] + length, found[-1][2])
            elif pitch is not None:
                found.append((pitch, length, number))
            held = on
    return found


def _tops(bar: Bar) -> list[tuple[Pitch | None, Fraction, bool]]:
    rows: list[tuple[Pitch | None, Fraction, bool]] = []
    for sound in bar.sounds:
        top = max(sound.pitches, key=lambda pitch: pitch.semitones, default=None)
        rows.append((top, sound.length, top in sound.tied))
    return rows


def _repeated(steps: Sequence[tuple[int, Fraction]]) -> list[tuple[list[int], int]]:
    """Starts and sizes of figures that return, the weightiest first."""
    rows = []
    for size in _MOTIF_NOTES:
        places: dict[tuple[tuple[int, Fraction], ...], list[int]] = defaultdict(list)
        for start in range(len(steps) - size + 2):
            figure = tuple(steps[start : start + size - 1])
            apart = not places[figure] or start >= places[figure][-1] + size
            if apart and any(step for step, _ in figure):
                places[figure].append(start)
        rows += [(starts, size) for starts in places.values() if len(starts) >= FEWEST_TIMES]
    return sorted(rows, key=lambda row: (-(row[1] - 2) * (len(row[0]) - 1), row[0][0]))
