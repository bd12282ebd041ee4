"""Naming a chord from its notes: every root, every inversion, the likeliest name first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from tools.music.chord import Chord
from tools.music.chord_symbol import read_suffix
from tools.music.interval import Interval, between
from tools.music.pitch import MusicError, Pitch, respellings
from tools.music.quality import Quality

# From the most to the least common: the place in the list is the price of the name.
COMMON = (
    "", "m", "7", "maj7", "m7", "dim", "m7b5", "dim7", "aug", "sus4", "sus2", "6", "m6", "add9",
    "madd9", "9", "maj9", "m9", "7sus4", "mMaj7", "5", "7b9", "7#9", "7#5", "7b5", "maj7#5",
    "maj7#11", "7#11", "6/9", "m6/9", "11", "m11", "13", "maj13", "m13", "9sus4", "13sus4", "7b13",
    "9#11", "13#11", "maj9#11", "7#5#9", "7#5b9", "7b5b9", "7b5#9", "7b9b13", "7#9b13", "7b9#11",
    "13b9", "13#9", "9#5", "9b5", "m9b5", "m11b5", "mMaj9", "m7#5", "dimMaj7", "maj7b5", "maj9#5",
    "add11", "madd11", "(b5)", "m#5", "7sus4b9", "maj7sus4", "sus24", "6#11", "6/9#11", "7add11",
    "m7add11", "maj7add13", "maj13#11", "addb9", "add#11", "maj7#9", "7b9#9", "7sus2",
    "m(addb6)", "no3", "no5", "mno5",
)  # fmt: skip
INVERTED, FOREIGN_BASS, NO_FIFTH, RESPELLED = 10, 40, 15, 12
# Where a name is found for less than this, other spellings of the roots are not tried.
GOOD_ENOUGH = 45


def name_notes(notes: Sequence[Pitch], most: int = 6) -> list[Chord]:
    """Return the chords that the notes make, best first; the first note is the bass.

    >>> [c.symbol for c in name_notes([Pitch("C"), Pitch("E"), Pitch("G"), Pitch("A")])][:2]
    ['C6', 'Am7/C']

    Raises:
        MusicError: there are fewer than two different notes.
    """
    distinct = _distinct(notes)
    if len(distinct) < 2:
        raise MusicError("one note makes no chord; give two notes or more, e.g. C E G")
    bass = _lowest(notes).at(None)
    found: dict[str, tuple[int, Chord]] = {}
    for cost, chord in (*_whole(distinct, bass), *_over_bass(distinct, bass)):
        key = chord.symbol
        if key not in found or found[key][0] > cost:
            found[key] = (cost, chord)
    ranked = sorted(found.values(), key=lambda pair: pair[0])
    return [chord for _, chord in ranked[:most]]


def quality_of(root: Pitch, tones: Sequence[Pitch]) -> Quality | None:
    """Return the common quality whose tones above `root` are exactly these, as spelled."""
    shape = frozenset(_folded(between(root.at(None), tone.at(None))) for tone in tones)
    return next((quality for _, quality, own, _ in _shapes() if own == shape), None)


def _whole(notes: list[Pitch], bass: Pitch) -> list[tuple[int, Chord]]:
    """Chords on every root as written; on other spellings only where none fits as written."""
    found = [row for root in notes for row in _on_root(root, root, notes, bass)]
    if any(cost < GOOD_ENOUGH for cost, _ in found):
        return found
    others = [(other, root) for root in notes for other in respellings(root) if other != root]
    return found + [row for other, root in others for row in _on_root(other, root, notes, bass)]


def _on_root(
    root: Pitch, played: Pitch, notes: list[Pitch], bass: Pitch
) -> list[tuple[int, Chord]]:
    spelled = frozenset(_folded(between(root, note)) for note in notes)
    sounds = frozenset(semitones for _, semitones in spelled)
    found = []
    for cost, quality, shape, classes in _shapes():
        if classes != sounds:
            continue
        exact = shape == spelled
        chord = Chord(root, quality)
        if not exact and any(abs(tone.alter) > 1 for tone in chord.tones):
            continue
        price = cost + (0 if exact else RESPELLED + sum(abs(t.alter) for t in chord.tones))
        if played != bass:
            price += INVERTED
            chord = Chord(root, quality, bass if root == played else _alike(chord, bass))
        found.append((price, chord))
    return found


def _alike(chord: Chord, bass: Pitch) -> Pitch:
    """The chord tone that sounds like the bass."""
    return next((tone for tone in chord.tones if tone.pitch_class == bass.pitch_class), bass)


def _over_bass(notes: list[Pitch], bass: Pitch) -> list[tuple[int, Chord]]:
    """Chords of the upper notes over a bass that is none of their tones."""
    upper = [note for note in notes if note != bass]
    if len(upper) < 3:
        return []
    found = []
    for root in upper:
        for cost, chord in _on_root(root, root, upper, root):
            if not chord.quality.omitted:
                found.append((cost + FOREIGN_BASS, Chord(chord.root, chord.quality, bass)))
    return found


@lru_cache(maxsize=1)
def _shapes() -> list[tuple[int, Quality, frozenset[tuple[int, int]], frozenset[int]]]:
    """Price, quality, spelled shape and pitch classes of every common quality."""
    shapes = []
    for place, suffix in enumerate(COMMON):
        quality = read_suffix(suffix)
        shapes.append(_shape(place, quality))
        if quality.seventh and quality.fifth == "P5" and quality.extent in (7, 9, 13):
            without = read_suffix(f"{suffix}no5")
            shapes.append(_shape(place + NO_FIFTH, without))
    return shapes


def _shape(
    place: int, quality: Quality
) -> tuple[int, Quality, frozenset[tuple[int, int]], frozenset[int]]:
    folded = frozenset(_folded(interval) for interval in quality.intervals)
    return place, quality, folded, frozenset(semitones for _, semitones in folded)


def _folded(interval: Interval) -> tuple[int, int]:
    return interval.steps % 7, interval.semitones % 12


def _distinct(notes: Sequence[Pitch]) -> list[Pitch]:
    return list({note.pitch_class: note.at(None) for note in reversed(notes)}.values())[::-1]


def _lowest(notes: Sequence[Pitch]) -> Pitch:
    if all(note.octave is not None for note in notes):
        return min(notes, key=lambda note: note.semitones)
    return notes[0]
