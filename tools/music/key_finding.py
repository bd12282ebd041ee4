"""Which key music is in: a profile of its notes, and what its chords do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from tools.music.chord import Chord
from tools.music.key import Key, diatonic, key_of_fifths
from tools.music.music_text import Music
from tools.music.pitch import MusicError, Pitch
from tools.music.scale import Scale

# How well each degree (semitones above the tonic) fits a key: listeners' ratings measured by
# Krumhansl and Kessler (1982).
MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)

OUTSIDE, SPELLED_OUTSIDE = 0.12, 0.02
LAST_CHORD, FIRST_CHORD, CADENCE, IN_KEY, DOMINANT = 0.25, 0.20, 0.20, 0.40, 0.20
# What a melody gains where it ends or begins on the root, third or fifth of a key's tonic triad,
# for all of that triad in it, for a leading tone that rises, for major, and for a scale that is
# written out. Set on a hundred openings of tunes: most are in major and begin on fifth or third.
LAST_NOTE, FIRST_NOTE = (0.22, 0.05, 0.14), (0.08, 0.22, 0.30)
TRIAD, LEADING, MAJOR, WHOLE_SCALE = 0.40, 0.10, 0.15, 0.60

_SCALES = {
    "major": ("major", "major pentatonic"),
    "minor": ("natural minor", "harmonic minor", "melodic minor", "minor pentatonic"),
}


def rank_keys(music: Music) -> list[tuple[float, Key]]:
    """Return all keys with their scores, the likeliest first.

    Raises:
        MusicError: there is nothing to judge by.
    """
    if _are_roots(music.notes):
        music = Music("chords", chords=tuple(Chord(note) for note in music.notes))
    tones = list(music.notes) or [tone for chord in music.chords for tone in chord.tones]
    if len({tone.pitch_class for tone in tones}) < 2:
        raise MusicError("one note alone has no key; give more notes or chords, e.g. Dm7 G7 Cmaj7")
    # A root tells more than the tones above it; a note that is struck again says nothing new.
    tones = [*tones, *(c.root for c in music.chords)] if music.chords else _moves(tones)
    ranked = []
    for key in candidates():
        score = _fit(tones, key)
        score += _chord_score(music.chords, key) if music.chords else _tune_score(tones, key)
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


def _are_roots(notes: Sequence[Pitch]) -> bool:
    """Whether bare letters are rather three chords than a melody: `G D C`, but not `C E G`."""
    classes = {note.pitch_class for note in notes}
    placed = any(note.octave is not None for note in notes)
    return (
        len(classes) == 3
        and not placed
        and any(classes == {one, (one + 5) % 12, (one + 7) % 12} for one in classes)
    )


def _moves(notes: Sequence[Pitch]) -> list[Pitch]:
    """Return the notes without those that repeat the one before."""
    kept = [after for before, after in pairwise(notes) if after.pitch_class != before.pitch_class]
    return [notes[0], *kept]


def _tune_score(notes: Sequence[Pitch], key: Key) -> float:
    """What speaks for a key in a melody beside which notes it has: its ends, the tonic triad."""
    triad = (0, 3 if key.mode == "minor" else 4, 7)
    degrees = [(note.pitch_class - key.tonic.pitch_class) % 12 for note in notes]
    score = TRIAD * sum(tone in degrees for tone in triad) / 3
    for degree, worth in ((degrees[0], FIRST_NOTE), (degrees[-1], LAST_NOTE)):
        score += worth[triad.index(degree)] if degree in triad else 0.0
    score += LEADING if (11, 0) in pairwise(degrees) else 0.0
    score += MAJOR if key.mode == "major" else 0.0
    return score + (WHOLE_SCALE if _is_scale(notes, key) else 0.0)


def _is_scale(notes: Sequence[Pitch], key: Key) -> bool:
    """Whether the notes begin with a scale of the key, step by step up from its tonic."""
    if notes[0].name != key.tonic.name:
        return False
    names = [note.name for note in notes]
    scales = (Scale(key.tonic, kind).pitches for kind in _SCALES.get(key.mode, ()))
    return any(names[: len(scale)] == [tone.name for tone in scale] for scale in scales)


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Return Pearson's correlation; 0 where one of the two does not vary."""
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    dx, dy = [x - mean_x for x in xs], [y - mean_y for y in ys]
    size = math.sqrt(sum(x * x for x in dx) * sum(y * y for y in dy))
    return sum(x * y for x, y in zip(dx, dy, strict=True)) / size if size else 0.0
