"""Which key music is in: a profile of its notes, and what its chords do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from tools.music.chord import Chord
from tools.music.key import Key, diatonic, key_of_fifths
from tools.music.music_text import Music
from tools.music.pitch import MusicError, Pitch

# How well each degree (semitones above the tonic) fits a key: listeners' ratings measured by
# Krumhansl and Kessler (1982).
MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)

OUTSIDE, SPELLED_OUTSIDE = 0.12, 0.02
LAST_CHORD, FIRST_CHORD, CADENCE, IN_KEY, DOMINANT = 0.30, 0.12, 0.20, 0.40, 0.20
LAST_NOTE, FIRST_NOTE = 0.12, 0.20


def rank_keys(music: Music) -> list[tuple[float, Key]]:
    """Return all keys with their scores, the likeliest first.

    Raises:
        MusicError: there is nothing to judge by.
    """
    tones = list(music.notes) or [tone for chord in music.chords for tone in chord.tones]
    if len({tone.pitch_class for tone in tones}) < 2:
        raise MusicError("one note alone has no key; give more notes or chords, e.g. Dm7 G7 Cmaj7")
    # A root tells more than the tones above it.
    tones += [chord.root for chord in music.chords]
    ranked = []
    for key in candidates():
        score = _fit(tones, key)
        score += _chord_score(music.chords, key) if music.chords else _ends(music.notes, key)
        ranked.append((score, key))
    return sorted(ranked, key=lambda pair: -pair[0])


def find(music: Music) -> Key:
    """Return the likeliest key.

    Raises:
        MusicError: there is nothing to judge by.
    """
    return rank_keys(music)[0][1]


def candidates() -> list[Key]:
    """Return the major and minor keys of up to seven accidentals."""
    return [key_of_fifths(n, mode) for mode in ("major", "minor") for n in range(-7, 8)]


def _fit(tones: Sequence[Pitch], key: Key) -> float:
    """Correlation with the key's profile, less for every tone outside the key."""
    counts = [0.0] * 12
    for tone in tones:
        counts[(tone.pitch_class - key.tonic.pitch_class) % 12] += 1
    profile = MINOR_PROFILE if key.mode == "minor" else MAJOR_PROFILE
    classes = {p.pitch_class for p in key.scale.pitches} | _leading(key)
    names = {p.name for p in key.scale.pitches}
    distinct = {tone.name: tone for tone in tones}
    outside = sum(tone.pitch_class not in classes for tone in distinct.values())
    # The same sounds under other names belong to the enharmonic key.
    misspelled = sum(name not in names for name in distinct)
    return correlation(counts, profile) - OUTSIDE * outside - SPELLED_OUTSIDE * misspelled


def _leading(key: Key) -> set[int]:
    return {(key.tonic.pitch_class + 11) % 12} if key.mode == "minor" else set()


def _chord_score(chords: Sequence[Chord], key: Key) -> float:
    roots = {c.root.name: c for c in diatonic(key, 3)}
    raised = {c.root.name: c for c in diatonic(key, 3, raised=True)} if key.mode == "minor" else {}
    inside = sum(_belongs(chord, roots) or _belongs(chord, raised) for chord in chords)
    score = IN_KEY * inside / len(chords)
    score += LAST_CHORD if _is_tonic(chords[-1], key) else 0
    score += FIRST_CHORD if _is_tonic(chords[0], key) else 0
    for before, after in pairwise(chords):
        if _is_dominant(before, key) and _is_tonic(after, key):
            score += CADENCE
    # A dominant seventh belongs to one major and one minor key.
    if any(_is_dominant(chord, key) and chord.quality.seventh == "m7" for chord in chords):
        score += DOMINANT
    return score


def _belongs(chord: Chord, roots: dict[str, Chord]) -> bool:
    own = roots.get(chord.root.name)
    return own is not None and (own.quality.third, own.quality.fifth) == (
        chord.quality.third,
        chord.quality.fifth,
    )


def _is_tonic(chord: Chord, key: Key) -> bool:
    third = "m3" if key.mode == "minor" else "M3"
    # A dominant seventh on the tonic leads away from it.
    leads = chord.quality.seventh == "m7" and chord.quality.third == "M3"
    return chord.root.name == key.tonic.name and chord.quality.third == third and not leads


def _is_dominant(chord: Chord, key: Key) -> bool:
    fifth = (key.tonic.pitch_class + 7) % 12
    return chord.root.pitch_class == fifth and chord.quality.third == "M3"


def _ends(notes: Sequence[Pitch], key: Key) -> float:
    last = LAST_NOTE if notes[-1].name == key.tonic.name else 0.0
    return last + (FIRST_NOTE if notes[0].name == key.tonic.name else 0.0)


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Return Pearson's correlation; 0 where one of the two does not vary."""
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    dx, dy = [x - mean_x for x in xs], [y - mean_y for y in ys]
    size = math.sqrt(sum(x * x for x in dx) * sum(y * y for y in dy))
    return sum(x * y for x, y in zip(dx, dy, strict=True)) / size if size else 0.0
