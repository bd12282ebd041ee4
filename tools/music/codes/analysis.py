"""What a score does: its chords by bar, and which phrases come again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from tools.music.chord import Chord
from tools.music.chord_symbol import read_suffix
from tools.music.codes.model import Bar, Part, Piece, Sound
from tools.music.codes.spelling import spell
from tools.music.pitch import Pitch

# Chords that bars are compared with, the likelier first: a rarer one must fit better.
SUFFIXES = ("", "m", "7", "m7", "maj7", "dim", "m7b5", "dim7", "sus4", "aug")
RARER = 0.03
BASS = 0.35
PHRASES = (4, 8)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALIKE = 0.6
MOST_BARS_SHOWN = 32

_Content = tuple[tuple[Fraction, tuple[Pitch, ...]], ...]


@dataclass(frozen=True)
class _Shape:
    suffix: str
    classes: frozenset[int]
    price: float


def chords_by_bar(piece: Piece) -> list[str]:
    """Return a chord for each bar: the one that is written, else the one that fits its notes.

    A bar without enough notes has `-`; one whose halves differ has two chords.
    """
    parts = [part for part in piece.parts if not part.percussion]
    found = []
    for number in range(piece.bar_count):
        bars = [part.bars[number] for part in parts if number < len(part.bars)]
        written = [s.chord for bar in bars for s in bar.sounds if s.chord]
        found.append(" ".join(dict.fromkeys(written)) if written else _fitting(bars))
    return found


def form_of(piece: Piece) -> str:
    """Return the phrases by letters (`A A B A in phrases of 8 bars`); empty where none return."""
    tune = max(piece.parts, key=lambda part: sum(1 for _ in part.pitches), default=None)
    if tune is None:
        return ""
    bars = [_content(bar) for bar in _without_pickup(tune)]
    for size in PHRASES:
        if len(bars) < 2 * size:
            continue
        letters = _letters([bars[at : at + size] for at in range(0, len(bars), size)])
        if 1 < len(letters) <= 40 and len(set(letters)) < len(letters):
            return f"{' '.join(letters)} in phrases of {size} bars"
    return ""


def shown_chords(piece: Piece) -> str:
    """Return the chords of the first bars in one line, with bar lines."""
    found = chords_by_bar(piece)
    if all(chord == "-" for chord in found):
        return ""
    more = f" ... ({len(found)} bars in all)" if len(found) > MOST_BARS_SHOWN else ""
    return f"| {' | '.join(found[:MOST_BARS_SHOWN])} |{more}"


def _fitting(bars: list[Bar]) -> str:
    full = max((bar.length for bar in bars), default=Fraction())
    whole, price = _best(bars, Fraction(), full)
    if whole is None:
        return "-"
    halves = [_best(bars, at, at + full / 2) for at in (Fraction(), full / 2)]
    clear = [chord for chord, fit in halves if chord is not None and fit > price + 0.15]
    if len(clear) == 2 and clear[0] != clear[1]:
        return " ".join(clear)
    return whole


def _best(bars: list[Bar], start: Fraction, end: Fraction) -> tuple[str | None, float]:
    """Return the chord that fits what sounds between two places, and how well (at most 1)."""
    weights: dict[int, float] = defaultdict(float)
    lowest: tuple[int, Pitch] | None = None
    for bar in bars:
        at = Fraction()
        for sound in bar.sounds:
            held = float(min(at + sound.length, end) - max(at, start))
            at += sound.length
            for pitch in sound.pitches if held > 0 else ():
                weights[pitch.pitch_class] += held
                if lowest is None or pitch.midi < lowest[0]:
                    lowest = (pitch.midi, pitch)
    if len(weights) < 2 or lowest is None:
        return None, 0.0
    total = sum(weights.values())
    fits = [
        (_fit(weights, total, root, shape, lowest[1].pitch_class), -place, root, shape)
        for root in range(12)
        for place, shape in enumerate(_shapes())
    ]
    fit, _, root, shape = max(fits, key=lambda row: row[:2])
    fifths = bars[0].fifths
    chord = Chord(spell(60 + root, fifths).at(None), read_suffix(shape.suffix))
    return (chord.symbol, fit) if fit > 0.35 else (None, fit)


def _fit(weights: dict[int, float], total: float, root: int, shape: _Shape, bass: int) -> float:
    inside = sum(weights.get((root + step) % 12, 0.0) for step in shape.classes) / total
    present = sum((root + step) % 12 in weights for step in shape.classes) / len(shape.classes)
    outside = 1 - inside
    return inside * present - outside + (BASS if bass == root else 0.0) - shape.price - BASS


@lru_cache(maxsize=1)
def _shapes() -> tuple[_Shape, ...]:
    return tuple(
        _Shape(
            suffix, frozenset(i.semitones % 12 for i in read_suffix(suffix).intervals), RARER * n
        )
        for n, suffix in enumerate(SUFFIXES)
    )


def _without_pickup(part: Part) -> tuple[Bar, ...]:
    bars = part.bars
    return bars[1:] if bars and bars[0].length < bars[0].full else bars


def _content(bar: Bar) -> _Content:
    """Return a bar's lengths and highest pitches."""

    def top(sound: Sound) -> tuple[Pitch, ...]:
        return sound.pitches[-1:]

    return tuple((sound.length, top(sound)) for sound in bar.sounds)


def _letters(phrases: list[list[_Content]]) -> list[str]:
    """Name phrases: the same letter where most bars are the same."""
    kinds: list[list[_Content]] = []
    letters = []
    for phrase in phrases:
        for place, kind in enumerate(kinds):
            same = sum(a == b for a, b in zip(phrase, kind, strict=False))
            if same >= ALIKE * len(phrase):
                letters.append(LETTERS[place % 26])
                break
        else:
            letters.append(LETTERS[len(kinds) % 26])
            kinds.append(phrase)
    return letters
