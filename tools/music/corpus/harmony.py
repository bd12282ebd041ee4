"""The harmony of a score by computation: local keys, chords and their numerals.

Pitches are counted on the line of fifths (C 0, G 1, F -1), so that spelling is kept: a German
sixth is no dominant seventh. Local keys are the best path through the keys beat by beat, by the
profiles of Krumhansl and Kessler (1982); chords are the templates that cover a beat best.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.music.chord import Chord
from tools.music.corpus.entry import Entry, Harmony, Note
from tools.music.key import Key, fifths_of, pitch_at
from tools.music.key_finding import MAJOR_PROFILE, MINOR_PROFILE
from tools.music.quality import Quality
from tools.music.roman import analyse

LONGEST_BEATS = 6000
# Fifths above the tonic that belong to a key's usual spelling, with both sixths and sevenths.
_SPELLED = {"major": range(-2, 7), "minor": range(-5, 7)}
_MISSPELLED = 1.2
_WIDEST = 17
_TONICS = range(-8, 12)
_CHANGE, _FAR_CHANGE, _NEAR = 1.27, 0.37, 1
# The costs and gains were fitted to ten chorales that people analysed (docs/decisions/corpus.md).
# Chord kinds: fifths above the root in the order root, third, fifth, more.
_KINDS: tuple[tuple[Quality, tuple[int, ...]], ...] = (
    (Quality(), (0, 4, 1)),
    (Quality(third="m3"), (0, -3, 1)),
    (Quality(third="m3", fifth="d5"), (0, -3, -6)),
    (Quality(fifth="A5"), (0, 4, 8)),
    (Quality(seventh="m7", extent=7), (0, 4, 1, -2)),
    (Quality(seventh="M7", extent=7), (0, 4, 1, 5)),
    (Quality(third="m3", seventh="m7", extent=7), (0, -3, 1, -2)),
    (Quality(third="m3", fifth="d5", seventh="m7", extent=7), (0, -3, -6, -2)),
    (Quality(third="m3", fifth="d5", seventh="d7", extent=7), (0, -3, -6, -9)),
)
_SIXTHS = {"It6": (0, 4, 10), "Ger65": (0, 4, 1, 10), "Fr43": (0, 4, 6, 10)}
_ON_BEAT, _OFF_BEAT, _HIGH = 0.47, 0.8, 1000
_HOME, _SMOOTH, _MINOR_SEVENTH = 0.14, 0.37, 0.08
_NO_THIRD, _NO_FIFTH, _NO_MORE = 0.23, 0.06, 0.49
_SEVENTH_COST, _RARE_COST, _BASS_GAIN, _ROOT_GAIN, _KEY_GAIN = 0.1, 0.06, 0.05, 0.06, 0.07
_GOOD, _ENOUGH = 0.92, 0.62


@dataclass(frozen=True)
class _Span:
    """What sounds in a stretch of time: weights by fifths, and the lowest pitch's fifths."""

    start: int
    weights: dict[int, float]
    bass: int


def analyse_harmony(entry: Entry) -> tuple[str, tuple[Harmony, ...]]:
    """Return the key of a score and its keys and numerals in order.

    Scores of one line have a key and no numerals.
    """
    beats = _beats(entry)[: LONGEST_BEATS + 1]
    if len(beats) < 2:
        return "", ()
    spans = _spans(entry, beats)
    home = _home(entry, spans)
    if len(entry.lines) == 1 and all(len(n.pitches) < 2 for n in entry.lines[0].notes):
        return home.name, ()
    chords = _chords(entry, beats, spans, _local_keys(spans, home))
    return home.name, tuple(_written(chords))


def _beats(entry: Entry) -> list[int]:
    """Return where beats begin, and the end: dotted ones in compound meters."""
    end = entry.end
    starts: list[int] = []
    for mark, after in zip(entry.bars, (*entry.bars[1:], None), strict=True):
        stop = after.start if after else end
        size = mark.beat
        # An upbeat is counted from its end, so that its beats are beats.
        place = mark.start + (stop - mark.start) % size
        starts += [mark.start] if place > mark.start else []
        starts += range(place, stop, size)
    return [*starts, end]


def _spans(entry: Entry, beats: Sequence[int]) -> list[_Span]:
    """Return what sounds in each beat; empty beats keep the harmony before them."""
    notes = sorted((n for line in entry.lines for n in line.notes), key=lambda n: n.start)
    found: list[_Span] = []
    place, sounding = 0, list[Note]()
    for start, end in itertools.pairwise(beats):
        while place < len(notes) and notes[place].start < end:
            sounding.append(notes[place])
            place += 1
        sounding = [note for note in sounding if note.end > start]
        found.append(_span(sounding, start, end))
    return found


def _span(sounding: Sequence[Note], start: int, end: int) -> _Span:
    weights: dict[int, float] = {}
    lowest: tuple[int, int] | None = None
    for note in sounding:
        inside = min(note.end, end) - max(note.start, start)
        if inside <= 0:
            continue
        share = inside / (end - start)
        begins = note.start <= start
        # What sounds on the beat is heard as the harmony, what passes after it less so.
        weight = share + _ON_BEAT if begins else share * _OFF_BEAT
        for pitch in note.pitches:
            place = fifths_of(pitch)
            weights[place] = weights.get(place, 0.0) + weight
            # A bass that only begins after the beat counts above every one on it.
            height = pitch.midi + (0 if begins else _HIGH)
            if lowest is None or height < lowest[0]:
                lowest = (height, place)
    bass = lowest[1] if lowest else 99
    return _Span(start, weights, bass)


@functools.lru_cache(maxsize=1)
def _keys() -> tuple[tuple[Key, ...], NDArray[np.float64], NDArray[np.float64]]:
    """Return the keys, their profiles (keys × fifths) and the cost of changing between them."""
    keys = [Key(pitch_at(t), mode) for t in _TONICS for mode in ("major", "minor")]
    profiles = np.zeros((len(keys), 2 * _WIDEST + 1))
    for row, key in enumerate(keys):
        base = np.array(MINOR_PROFILE if key.mode == "minor" else MAJOR_PROFILE)
        base = (base - base.mean()) / base.std()
        for place in range(-_WIDEST, _WIDEST + 1):
            above = place - fifths_of(key.tonic)
            cost = 0.0 if above in _SPELLED[key.mode] else _MISSPELLED
            profiles[row, place + _WIDEST] = base[(7 * above) % 12] - cost
    signatures = np.array([key.fifths for key in keys])
    apart = np.abs(signatures[:, None] - signatures[None, :])
    change = _CHANGE + _FAR_CHANGE * np.maximum(apart - _NEAR, 0)
    np.fill_diagonal(change, 0.0)
    return tuple(keys), profiles, change


def _vector(weights: dict[int, float]) -> NDArray[np.float64]:
    vector = np.zeros(2 * _WIDEST + 1)
    for place, weight in weights.items():
        if abs(place) <= _WIDEST:
            vector[place + _WIDEST] += weight
    total = vector.sum()
    return vector / total if total else vector


def _local_keys(spans: Sequence[_Span], home: Key) -> list[Key]:
    """Return the likeliest key at each beat: the best path, where every change costs."""
    keys, profiles, change = _keys()
    vectors = np.array([_vector(span.weights) for span in spans])
    near = np.pad(vectors, ((1, 1), (0, 0)))
    heard = (vectors + _SMOOTH * (near[:-2] + near[2:])) / (1 + 2 * _SMOOTH) @ profiles.T
    heard[:, keys.index(home)] += _HOME
    score = heard[0]
    back = np.zeros((len(spans), len(keys)), dtype=np.int64)
    for beat in range(1, len(spans)):
        paths = score[:, None] - change
        back[beat] = paths.argmax(axis=0)
        score = paths.max(axis=0) + heard[beat]
    chosen = [int(score.argmax())]
    for beat in range(len(spans) - 1, 0, -1):
        chosen.append(int(back[beat, chosen[-1]]))
    return [keys[place] for place in reversed(chosen)]


def _home(entry: Entry, spans: Sequence[_Span]) -> Key:
    """Return the key of the whole: by its notes, its signature and its last bass."""
    keys, profiles, _ = _keys()
    total: dict[int, float] = {}
    for span in spans:
        for place, weight in span.weights.items():
            total[place] = total.get(place, 0.0) + weight
    score = profiles @ _vector(total)
    last = next((span.bass for span in reversed(spans) if span.bass != 99), None)
    for row, key in enumerate(keys):
        score[row] += 0.35 * (fifths_of(key.tonic) == last)
        score[row] -= 0.08 * min(abs(key.fifths - entry.bars[0].fifths), 4)
    return keys[int(score.argmax())]


def _chords(
    entry: Entry, beats: Sequence[int], spans: Sequence[_Span], keys: Sequence[Key]
) -> list[tuple[int, Key, Chord | str]]:
    """Return the chords with their keys; a beat that two chords share is cut in half."""
    notes = sorted((n for line in entry.lines for n in line.notes), key=lambda n: n.start)
    found: list[tuple[int, Key, Chord | str]] = []
    first = 0
    for place, (span, key) in enumerate(zip(spans, keys, strict=True)):
        chord, fit = _best(span, key)
        halves = [(span, chord, fit)]
        if fit < _GOOD and len(span.weights) > 2:
            start, end = beats[place], beats[place + 1]
            middle = (start + end) // 2
            while first < len(notes) and notes[first].end <= start and notes[first].start < start:
                first += 1
            near = [n for n in notes[max(0, first - 60) :][:400] if n.start < end and n.end > start]
            cut = [_span(near, start, middle), _span(near, middle, end)]
            tried = [(half, *_best(half, key)) for half in cut]
            if min(t[2] for t in tried) > fit + 0.1:
                halves = tried
        found += [(s.start, key, c) for s, c, f in halves if c is not None and f >= _ENOUGH]
    return found


def _best(span: _Span, key: Key) -> tuple[Chord | str | None, float]:
    """Return the chord that covers a span best, and how well (about 0 to 1)."""
    total = sum(span.weights.values())
    if len(span.weights) < 2 or not total:
        return None, 0.0
    weights = tuple(sorted((n, round(w / total, 2)) for n, w in span.weights.items()))
    return _best_of(weights, span.bass, key)


@functools.lru_cache(maxsize=4096)
def _best_of(
    weights: tuple[tuple[int, float], ...], bass: int, key: Key
) -> tuple[Chord | str | None, float]:
    share = dict(weights)
    own = {fifths_of(p) for p in key.scale.pitches}
    own |= {fifths_of(key.tonic) + 5} if key.mode == "minor" else set()
    best: tuple[float, Quality, int] = (0.0, Quality(), 0)
    for root in share:
        for quality, above in _KINDS:
            fit = _fit(share, root, above, bass)
            fit += _KEY_GAIN * all(root + a in own for a in above)
            fit -= _RARE_COST * (quality.fifth == "A5")
            fit -= _MINOR_SEVENTH * (quality.seventh is not None and not _leads(quality))
            if fit > best[0]:
                best = (fit, quality, root)
    sixth = _augmented_sixth(share, bass, key)
    if sixth is not None and sixth[1] > best[0] + 0.05:
        return sixth
    if not best[0]:
        return None, 0.0
    fit, quality, root = best
    chord = Chord(pitch_at(root), quality)
    low = pitch_at(bass) if bass != 99 else chord.root
    inverted = bass != root and low.name in {tone.name for tone in chord.tones}
    return Chord(chord.root, quality, low) if inverted else chord, fit


def _leads(quality: Quality) -> bool:
    """True for dominant and diminished sevenths; others are more often passing tones."""
    return quality.fifth == "d5" or (quality.third, quality.seventh) == ("M3", "m7")


def _fit(share: dict[int, float], root: int, above: tuple[int, ...], bass: int) -> float:
    fit = sum(share.get(root + a, 0.0) for a in above)
    fit -= _NO_THIRD * (root + above[1] not in share)
    fit -= (_NO_FIFTH if above[2] in (1, 4) else _NO_MORE) * (root + above[2] not in share)
    if len(above) > 3:
        fit -= _SEVENTH_COST + _NO_MORE * (root + above[3] not in share)
    return fit + _BASS_GAIN * (bass - root in above) + _ROOT_GAIN * (bass == root)


def _augmented_sixth(share: dict[int, float], bass: int, key: Key) -> tuple[str, float] | None:
    """Find an Italian, French or German sixth on the flat sixth degree."""
    root = fifths_of(key.tonic) - 4
    best: tuple[str, float] | None = None
    for name, above in _SIXTHS.items():
        if all(root + a in share for a in above):
            fit = _fit(share, root, above, bass) + _SEVENTH_COST
            if best is None or fit > best[1]:
                best = (name, fit)
    return best


def _written(chords: Sequence[tuple[int, Key, Chord | str]]) -> list[Harmony]:
    """Return keys in braces where they change, and numerals; the same one again is left out."""
    found: list[Harmony] = []
    key: Key | None = None
    before: tuple[Key, Chord | str] | None = None
    for place, (start, local, chord) in enumerate(chords):
        if local != key:
            key = local
            found.append(Harmony(start, "{" + plain(key.name) + "}"))
        if before == (local, chord):
            continue
        before = (local, chord)
        after = chords[place + 1] if place + 1 < len(chords) else None
        follows = after[2] if after and after[1] == local and isinstance(after[2], Chord) else None
        text = chord if isinstance(chord, str) else _numeral(chord, local, follows)
        found.append(Harmony(start, plain(text)))
    return found


@functools.lru_cache(maxsize=4096)
def _numeral(chord: Chord, key: Key, after: Chord | None) -> str:
    text = analyse(chord, key, after)
    # The dominant that others lead to is major in minor too.
    return text[:-1] + "V" if key.mode == "minor" and text.endswith("/v") else text


def plain(text: str) -> str:
    """Write accidentals as letters: the index is searched for `bVII`.

    >>> plain("♭VII"), plain("vii°7")
    ('bVII', 'viio7')
    """
    return text.replace("♭", "b").replace("♯", "#").replace("°", "o").replace("ø", "%")


def pretty(text: str) -> str:
    """Write numerals and keys of the index with their signs.

    >>> pretty("vii%7/V bVII viio6"), pretty("Bb major")
    ('viiø7/V ♭VII vii°6', 'B♭ major')
    """
    text = text.replace("%", "ø").replace("#", "♯")
    text = re.sub(r"(?<=[iv])o", "°", text)
    return re.sub(r"(?<=[A-G])b|b(?=[IViv])", "♭", text)
