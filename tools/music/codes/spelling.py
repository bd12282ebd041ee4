"""Names for MIDI numbers: the spelling that a key asks for, and the key that notes ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from tools.music.codes.model import Piece
from tools.music.key import Key, key_of_fifths, pitch_at
from tools.music.key_finding import MAJOR_PROFILE, MINOR_PROFILE, correlation
from tools.music.pitch import Pitch, pitch_of

# A key's notes and their neighbours on the circle of fifths: from the lowered third to the raised
# fifth of the major key of the signature (so the leading tone of its minor key).
_FLATMOST = -3


@lru_cache(maxsize=4096)
def spell(number: int, fifths: int) -> Pitch:
    """Return the pitch of a MIDI number in a key signature.

    >>> str(spell(61, 0)), str(spell(61, -4)), str(spell(68, 0)), str(spell(70, 0))
    ('C♯4', 'D♭4', 'G♯4', 'B♭4')
    """
    low = fifths + _FLATMOST
    name = pitch_at(low + (number * 7 - low) % 12)
    return pitch_of(name.step, name.alter, (number - name.semitones) // 12 - 1)


def likeliest_key(weights: Mapping[int, float], last: int | None = None) -> Key:
    """Return the key whose profile fits best; `weights` are durations by pitch class.

    `last` is the pitch class that the bass ends on. Of enharmonic keys the one with fewer
    accidentals is taken. Profiles: Krumhansl and Kessler (1982).

    >>> likeliest_key({0: 3, 2: 1, 4: 2, 5: 1, 7: 2, 9: 1, 11: 1}).name
    'C major'
    """
    return max(_KEYS, key=lambda key: _fit(key, weights, last))


_KEYS = tuple(key_of_fifths(n, mode) for mode in ("major", "minor") for n in range(-5, 7))


def _fit(key: Key, weights: Mapping[int, float], last: int | None) -> float:
    profile = MINOR_PROFILE if key.mode == "minor" else MAJOR_PROFILE
    tonic = key.tonic.pitch_class
    ending = 0.06 if last is not None and tonic == last % 12 else 0.0
    turned = [float(weights.get((tonic + k) % 12, 0)) for k in range(12)]
    return correlation(turned, profile) + ending


UNHEARD, OUTSIDE = 0.08, 1.0
"""What counts against a signature: each sharp or flat of it that is not heard, and the share of
time that lies outside it."""


def likeliest_signature(weights: Mapping[int, float], last: int | None = None) -> Key:
    """Return the key to write notes in: the likeliest whose signature they ask for.

    A few notes fit keys whose sharps they never touch (E D C D E ends like E minor).

    >>> likeliest_signature({0: 1, 2: 1, 4: 1, 5: 1, 7: 4}, 7).name
    'C major'
    """
    total = sum(weights.values()) or 1.0

    def worth(key: Key) -> float:
        signed = {pitch_at(key.fifths - 1 + n).pitch_class for n in range(7)}
        altered = signed - {pitch_at(n).pitch_class for n in range(-1, 6)}
        unheard = sum(1 for pitch_class in altered if not weights.get(pitch_class))
        outside = sum(w for pitch_class, w in weights.items() if pitch_class not in signed)
        return _fit(key, weights, last) - UNHEARD * unheard - OUTSIDE * outside / total

    return max(_KEYS, key=worth)


def weights_of(sounds: Iterable[tuple[int, float]]) -> dict[int, float]:
    """Add up durations by pitch class from pairs of MIDI number and length."""
    found = dict.fromkeys(range(12), 0.0)
    for number, length in sounds:
        found[number % 12] += length
    return found


def tuned(piece: Piece) -> list[tuple[int, float]]:
    """Return MIDI number and length of all notes but the drums', part by part."""
    return [
        (pitch.midi, float(sound.length))
        for part in piece.parts
        if not part.percussion
        for sound in part.sounds
        for pitch in sound.pitches
    ]


def with_key(piece: Piece) -> Piece:
    """Give a piece whose source names no key the signature that its notes ask for."""
    notes = tuned(piece)
    if len({number % 12 for number, _ in notes}) < 3:
        return piece
    key = likeliest_signature(weights_of(notes), notes[-1][0])
    parts = tuple(
        replace(part, bars=tuple(replace(bar, fifths=key.fifths) for bar in part.bars))
        for part in piece.parts
    )
    return replace(piece, parts=parts, mode=key.mode)
