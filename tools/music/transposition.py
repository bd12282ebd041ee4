"""Moving music: by an interval, by semitones, into a key, for an instrument, for a capo."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tools.music.chord import Chord
from tools.music.instruments import Instrument
from tools.music.interval import Interval, between, for_semitones, transpose
from tools.music.interval_text import read_interval
from tools.music.key import Key, read_key
from tools.music.key_finding import find
from tools.music.music_text import Music
from tools.music.pitch import MusicError, Pitch, is_odd, simplest

_TO_KEY = re.compile(
    r"^(?:transpose\s+)?(?:it\s+)?(?:up\s+|down\s+)?(?:from\s+(?P<source>.+?)\s+)?(?:in)?to\s+"
    r"(?:the\s+)?(?:key\s+of\s+)?(?P<key>.+)$",
    re.I,
)
_FURTHEST = 60


@dataclass(frozen=True)
class Transposed:
    """Moved music and how to say what was done (`up a perfect fourth`)."""

    music: Music
    words: str
    assumed: bool = False


def shift(music: Music, interval: Interval) -> Music:
    """Move music by an interval; the spelling stays exact."""
    return Music(
        music.kind,
        notes=tuple(transpose(note, interval) for note in music.notes),
        chords=tuple(chord.transpose(interval) for chord in music.chords),
        bars=music.bars,
    )


def by_request(music: Music, text: str) -> Transposed:
    """Move music as people ask for it: `up a fourth`, `down 3 semitones`, `to G major`.

    Raises:
        MusicError: the text is neither an interval nor a key, or the music is in no clear key.
    """
    to_key = _TO_KEY.match(text.strip())
    if to_key:
        target = read_key(to_key["key"])
        source = read_key(to_key["source"]) if to_key["source"] else find(music)
        if source.minor_like != target.minor_like and "m" not in to_key["key"].lower():
            target = Key(target.tonic, source.mode)
        interval = nearest(between(source.tonic, target.tonic))
        words = f"from {source.name} to {target.name}"
        return Transposed(shift(music, interval), words)
    asked = read_interval(text)
    if abs(asked.interval.semitones) > _FURTHEST:
        raise MusicError("that is more than five octaves; write a smaller interval")
    interval = asked.interval if asked.exact else best_spelling(music, asked.interval.semitones)
    return Transposed(shift(music, interval), asked.words, asked.assumed)


def nearest(interval: Interval) -> Interval:
    """Return the interval or its complement downward, whichever is smaller.

    >>> nearest(Interval.of("M6"))
    Interval(steps=-2, semitones=-3)
    """
    down = Interval(interval.steps - 7, interval.semitones - 12)
    return down if abs(down.semitones) < abs(interval.semitones) else interval


def best_spelling(music: Music, semitones: int) -> Interval:
    """Return the interval of so many semitones that gives the fewest accidentals.

    >>> from tools.music.music_text import read_music
    >>> best_spelling(read_music("C#m7 F#7 B"), 1).short
    'm2'
    """
    options = for_semitones(semitones)
    return min(options, key=lambda i: (weight(shift(music, i)), options.index(i)))


def respelled(music: Music) -> Music | None:
    """Return the music in the enharmonic spelling with clearly fewer accidentals, if any."""
    options = [shift(music, Interval(steps, 0)) for steps in (1, -1)]
    best = min(options, key=weight)
    heavy = any(abs(p.alter) > 1 for p in pitches(music)) or any(
        simplest(chord.root) != chord.root for chord in music.chords
    )
    return best if heavy and weight(best) < weight(music) else None


def weight(music: Music) -> int:
    """How hard the spelling is to read: accidentals, double ones counted four times."""
    return sum((0, 1, 5)[min(abs(p.alter), 2)] + (is_odd(p) * 2) for p in pitches(music))


def pitches(music: Music) -> Iterable[Pitch]:
    """Yield every note of the music, the chords' tones included."""
    yield from music.notes
    for chord in music.chords:
        yield from chord.tones


def for_instrument(music: Music, instrument: Instrument, *, back: bool = False) -> Music:
    """Turn concert pitch into what the player of `instrument` reads; `back`, the other way.

    Notes without octaves, and chords, move by the interval without its octaves.
    """
    interval = -instrument.written if back else instrument.written
    if music.kind == "chords" or any(note.octave is None for note in music.notes):
        folded = Interval(interval.steps % 7, interval.semitones % 12)
        options = [folded, *for_semitones(folded.semitones)]
        interval = min(options, key=lambda i: (_heavy(shift(music, i)), options.index(i)))
    return shift(music, interval)


def capo(chords: tuple[Chord, ...], fret: int) -> tuple[Music, Music]:
    """Return the shapes to play for these sounding chords, and what these shapes would sound."""
    music = Music("chords", chords=chords)
    return (
        shift(music, best_spelling(music, -fret)),
        shift(music, best_spelling(music, fret)),
    )


def _heavy(music: Music) -> int:
    return sum(abs(p.alter) > 1 for p in pitches(music))
