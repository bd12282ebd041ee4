"""Names for MIDI numbers: the spelling that a key asks for, and the key that notes ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from tools.music.codes.model import Piece, pitch_of
from tools.music.key import SHARPS, Key, key_of_fifths
from tools.music.key_finding import MAJOR_PROFILE, MINOR_PROFILE
from tools.music.pitch import STEP_SEMITONES, STEPS, Pitch

# A key's notes and their neighbours on the circle of fifths: from the lowered third to the raised
# fifth of the major key of the signature (so the leading tone of its minor key).
_FLATMOST = -3


@lru_cache(maxsize=4096)
def spell(number: int, fifths: int) -> Pitch:
    """Return the pitch of a MIDI number in a key signature.

    >>> str(spell(61, 0)), str(spell(61, -4)), str(spell(68, 0)), str(spell(70, 0))
    ('C♯4', 'D♭4', 'G♯4', 'B♭4')
    """
    place = (number % 12) * 7 % 12  # fifths above C
    low = fifths + _FLATMOST
    place = low + (place - low) % 12
    step = SHARPS[(place + 1) % 7]
    alter = (place + 1) // 7
    natural = STEP_SEMITONES[STEPS.index(step)]
    return pitch_of(step, alter, (number - alter - natural) // 12 - 1)


def likeliest_key(weights: Mapping[int, float], last: int | None = None) -> Key:
    """Return the key whose profile fits best; `weights` are durations by pitch class.

    `last` is the pitch class that the bass ends on. Of enharmonic keys the one with fewer
    accidentals is taken. Profiles: Krumhansl and Kessler (1982).

    >>> likeliest_key({0: 3, 2: 1, 4: 2, 5: 1, 7: 2, 9: 1, 11: 1}).name
    'C major'
    """

    def fit(key: Key) -> float:
        profile = MINOR_PROFILE if key.mode == "minor" else MAJOR_PROFILE
        tonic = key.tonic.pitch_class
        ending = 0.06 if last is not None and tonic == last % 12 else 0.0
        return (
            _correlation([float(weights.get((tonic + k) % 12, 0)) for k in range(12)], profile)
            + ending
        )

    keys = (key_of_fifths(n, mode) for mode in ("major", "minor") for n in range(-5, 7))
    return max(keys, key=fit)


def weights_of(sounds: Iterable[tuple[int, float]]) -> dict[int, float]:
    """Add up durations by pitch class from pairs of MIDI number and length."""
    found = dict.fromkeys(range(12), 0.0)
    for number, length in sounds:
        found[number % 12] += length
    return found


def _correlation(xs: list[float], ys: tuple[float, ...]) -> float:
    mean_x, mean_y = sum(xs) / 12, sum(ys) / 12
    dx, dy = [x - mean_x for x in xs], [y - mean_y for y in ys]
    size = (sum(x * x for x in dx) * sum(y * y for y in dy)) ** 0.5
    return sum(x * y for x, y in zip(dx, dy, strict=True)) / size if size else 0.0


def with_key(piece: Piece) -> Piece:
    """Give a piece whose source names no key the signature that its notes ask for."""
    notes = [
        (pitch.midi, float(sound.length))
        for part in piece.parts
        if not part.percussion
        for sound in part.sounds
        for pitch in sound.pitches
    ]
    if len({number % 12 for number, _ in notes}) < 3:
        return piece
    key = likeliest_key(weights_of(notes), notes[-1][0])
    parts = tuple(
        replace(part, bars=tuple(replace(bar, fifths=key.fifths) for bar in part.bars))
        for part in piece.parts
    )
    return replace(piece, parts=parts, mode=key.mode)
