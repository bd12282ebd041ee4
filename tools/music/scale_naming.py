"""Naming scales from loose notes, and the modes of a scale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tools.music.pitch import MusicError, Pitch
from tools.music.scale import Scale
from tools.music.scale_types import SCALES

FEWEST = 3
# Scales that are worth proposing for notes that do not fill them, the commonest first.
COMMON = (
    "major", "natural minor", "dorian", "mixolydian", "harmonic minor", "melodic minor", "lydian",
    "phrygian", "major pentatonic", "minor pentatonic", "blues", "phrygian dominant",
    "lydian dominant", "locrian", "whole tone", "altered", "harmonic major",
    "half-whole diminished", "whole-half diminished",
)  # fmt: skip


@dataclass(frozen=True)
class ScaleNames:
    """Scales for some notes: those that are these notes, and those that hold them and more."""

    same: tuple[Scale, ...]
    wider: tuple[Scale, ...]


def name_scale(notes: Sequence[Pitch], tonic: Pitch | None = None) -> ScaleNames:
    """Find the scales that notes make, or fit in; those on `tonic` or the first note come first.

    >>> from tools.music.music_text import read_notes
    >>> [scale.name for scale in name_scale(read_notes("C D Eb F G A Bb")).same][:2]
    ['C dorian', 'D phrygian']
    >>> [scale.name for scale in name_scale(read_notes("C E F#")).wider][:2]
    ['C lydian', 'C lydian dominant']

    Raises:
        MusicError: there are fewer than three different notes.
    """
    names = list(dict.fromkeys(note.at(None) for note in notes))
    sounds = frozenset(name.pitch_class for name in names)
    if len(sounds) < FEWEST:
        raise MusicError(
            f"{len(sounds)} different notes are too few for a scale; write at least {FEWEST}, e.g. "
            "C D Eb F G A Bb"
        )
    home = tonic.at(None) if tonic is not None else names[0]
    ordered = sorted(dict.fromkeys((home, *names)), key=lambda name: name != home)
    same = list(_spelled(_same(ordered, sounds), names))
    found = {(scale.tonic.pitch_class, scale.kind) for scale in same}
    wider = [
        scale
        for scale in _spelled(_wider(ordered, sounds), names)
        if (scale.tonic.pitch_class, scale.kind) not in found
    ]
    return ScaleNames(tuple(same), tuple(wider))


def modes_of(scale: Scale) -> list[Scale]:
    """Return the modes of a scale that have names, from its second degree on.

    >>> from tools.music.scale import read_scale
    >>> [mode.name for mode in modes_of(read_scale("C major pentatonic"))]
    ['D egyptian', 'E malkos', 'G ritusen', 'A minor pentatonic']
    """
    sounds = frozenset(note.pitch_class for note in scale.pitches)
    return [
        Scale(note, kinds[0])
        for note in scale.pitches[1:]
        if (kinds := _kinds(_from(sounds, note.pitch_class)))
    ]


def _same(tonics: Iterable[Pitch], sounds: frozenset[int]) -> Iterator[Scale]:
    for tonic in tonics:
        for kind in _kinds(_from(sounds, tonic.pitch_class)):
            yield Scale(tonic, kind)


def _wider(tonics: Iterable[Pitch], sounds: frozenset[int]) -> Iterator[Scale]:
    for tonic in tonics:
        own = _from(sounds, tonic.pitch_class)
        for kind in COMMON:
            if own < _shape(kind):
                yield Scale(tonic, kind)


def _spelled(scales: Iterable[Scale], names: Sequence[Pitch]) -> Iterator[Scale]:
    """Put scales that are spelled like the notes before others on the same tonic."""
    given = {name.name for name in names}
    rows: dict[Pitch, list[Scale]] = {}
    for scale in scales:
        rows.setdefault(scale.tonic, []).append(scale)
    for row in rows.values():
        yield from sorted(row, key=lambda s: len(given - {note.name for note in s.pitches}))


def _from(sounds: frozenset[int], tonic: int) -> frozenset[int]:
    """The sounds as semitones above a tonic."""
    return frozenset((sound - tonic) % 12 for sound in sounds)


@lru_cache(maxsize=256)
def _shape(kind: str) -> frozenset[int]:
    return frozenset(i.semitones % 12 for i in Scale(Pitch("C"), kind).intervals)


@lru_cache(maxsize=1024)
def _kinds(shape: frozenset[int]) -> tuple[str, ...]:
    return tuple(kind for kind, _, _ in SCALES if _shape(kind) == shape)
