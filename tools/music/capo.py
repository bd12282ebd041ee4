"""Where a capo goes: the fret that turns known shapes into a song's chords, or makes it easy."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools import ToolResult, tool
from tools.music.answers import musical, symbols
from tools.music.chord import Chord
from tools.music.key import diatonic, read_key
from tools.music.music_text import read_chords
from tools.music.numbers import read_number
from tools.music.pitch import MusicError
from tools.music.transposition import capo

LAST_FRET, HIGHEST_OFFERED = 12, 7
# How hard a chord is to hold without a barre; what is not here is a barre chord.
_OPEN = {
    "C": 0, "A": 0, "G": 0, "E": 0, "D": 0, "Am": 0, "Em": 0, "Dm": 0, "A7": 0, "B7": 1, "C7": 1,
    "D7": 0, "E7": 0, "G7": 0, "Am7": 0, "Em7": 0, "Dm7": 0, "Cmaj7": 0, "Amaj7": 0, "Dmaj7": 0,
    "Gmaj7": 1, "Fmaj7": 1, "Cadd9": 0, "Dsus4": 0, "Dsus2": 0, "Asus4": 0, "Asus2": 0, "Esus4": 0,
    "F": 2, "D/F♯": 1, "C/G": 0, "G/B": 0, "C/B": 1, "Am/G": 0,
}  # fmt: skip
_BARRE, _HIGH = 3.0, 0.45
"""What a barre chord costs, and each fret up the neck."""


@tool
@musical
def capo_chords(chords: str = "", fret: int | str = "", shapes: str = "") -> ToolResult:
    """Say what to play with a capo so that chords sound, e.g. chords Bb Eb F, fret 3; or what
    shapes sound there; or, without a fret, where the capo goes for given or for easy shapes."""
    number = read_fret(fret)
    if not chords.strip():
        if number is None or not shapes.strip():
            raise MusicError("name the chords that are to sound, or the shapes and the capo's fret")
        return _what_sounds(shapes, number)
    if number is not None:
        return _what_to_play(read_chords(chords), number)
    return _where(chords, song_chords(chords), shapes)


def _what_to_play(chords: Sequence[Chord], fret: int) -> ToolResult:
    shapes, sounding = capo(tuple(chords), fret)
    written = symbols(chords)
    return ToolResult(
        f"{written} with the capo at fret {fret}: play {symbols(shapes.chords)}\n"
        f"(If {written} are the shapes, they sound as {symbols(sounding.chords)}.)"
    )


def _what_sounds(shapes: str, fret: int) -> ToolResult:
    """Say what shapes sound; for a single one, the other usual chords of its key too."""
    played = song_chords(shapes)
    heard = capo(played, fret)[1].chords
    if len(played) == len(_listed(shapes)):
        return ToolResult(
            f"{symbols(played)} with the capo at fret {fret} sound as {symbols(heard)}"
        )
    return ToolResult(
        f"{played[0].symbol} with the capo at fret {fret} sounds as {heard[0].symbol}\n"
        f"The chords of its key: {symbols(played)} sound as {symbols(heard)}."
    )


def _where(said: str, chords: Sequence[Chord], shapes: str) -> ToolResult:
    """Say at which fret given shapes, or the easiest, sound as chords."""
    wanted = _listed(said)
    told = symbols(wanted) or said.strip()
    if shapes.strip():
        known = read_chords(shapes)
        frets, what = [fret_for(chords, known)], f"{told} with {symbols(known)} shapes"
    else:
        frets, what = best_frets(chords)[:3], told
    first, *others = ((fret, symbols(capo(tuple(chords), fret)[0].chords)) for fret in frets)
    place = f"capo at fret {first[0]}" if first[0] else "no capo"
    lines = [f"{what}: {place}, play {first[1]}", f"They sound as {symbols(chords)}."]
    if others:
        ways = (f"fret {fret}, {play}" if fret else f"no capo, {play}" for fret, play in others)
        lines.append(f"Or: {'; '.join(ways)}.")
    return ToolResult("\n".join(lines))


def _listed(text: str) -> tuple[Chord, ...]:
    """Return the chords that are written; none where a text is a key."""
    try:
        return read_chords(text)
    except MusicError:
        return ()


def read_fret(value: int | str) -> int | None:
    """Read where a capo sits; None where that is asked ("", "best").

    Raises:
        MusicError: the text is no fret, or one beyond the twelfth.
    """
    if isinstance(value, str) and re.fullmatch(r"\W*(?:best|any|where|easy|easiest)?\W*", value):
        return None
    number = read_number(value, "fret")
    if not 0 <= number <= LAST_FRET:
        raise MusicError(f"there is no capo at fret {number}; write a fret from 1 to {LAST_FRET}")
    return number


def song_chords(text: str) -> tuple[Chord, ...]:
    """Return the chords of a song; for a key or a single chord the usual four of that key.

    >>> [chord.symbol for chord in song_chords("B flat major")]
    ['B♭', 'E♭', 'F', 'Gm']

    Raises:
        MusicError: nothing was given, or it is neither chords nor a key.
    """
    if len(text.split()) > 1:
        try:
            return _of_key(text)
        except MusicError:
            return read_chords(text)
    chords = read_chords(text)
    if len(chords) > 1 or chords[0].quality.seventh:
        return chords
    return _of_key(
        f"{chords[0].root.name} {'minor' if chords[0].quality.third == 'm3' else 'major'}"
    )


def _of_key(text: str) -> tuple[Chord, ...]:
    key = read_key(text)
    triads = diatonic(key, 3)
    return tuple(triads[degree] for degree in ((0, 3, 4, 2) if key.minor_like else (0, 3, 4, 5)))


def fret_for(chords: Sequence[Chord], shapes: Sequence[Chord]) -> int:
    """Return the fret at which shapes sound as chords: the way up from shape to chord.

    A minor shape for a major chord, or the other way, stands for its relative.

    Raises:
        MusicError: one of the shapes sounds as another chord there.
    """
    frets = [
        (chord.root.pitch_class - shape.root.pitch_class + _relative(chord, shape)) % 12
        for chord, shape in zip(chords, shapes, strict=False)
    ]
    if len(chords) == len(shapes) and len(set(frets)) > 1:
        said = " ".join(shape.symbol for shape in shapes)
        raise MusicError(f"no capo turns {said} into these chords; name the first shape only")
    return frets[0]


def _relative(chord: Chord, shape: Chord) -> int:
    minor = [one.quality.third == "m3" for one in (chord, shape)]
    return 3 * (minor[0] - minor[1])


def best_frets(chords: Sequence[Chord]) -> list[int]:
    """Return the frets with the easiest shapes for chords, the easiest first; 0 is no capo.

    >>> best_frets(song_chords("Eb Bb Cm Ab"))[:2]
    [3, 1]
    """
    costs = {
        fret: _hardness(capo(tuple(chords), fret)[0].chords) + _HIGH * fret
        for fret in range(HIGHEST_OFFERED + 1)
    }
    return sorted(costs, key=lambda fret: (costs[fret], fret))


def _hardness(shapes: Sequence[Chord]) -> float:
    distinct = dict.fromkeys(shape.symbol for shape in shapes)
    return sum(_OPEN.get(symbol, _BARRE) for symbol in distinct)
