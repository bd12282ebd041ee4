"""Tablature: where a melody lies on the strings, with the least moving of the hand."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tools.music.line import Line
from tools.music.pitch import MusicError, Pitch
from tools.music.tunings import Tuning

Place = tuple[tuple[int, int], ...]
"""Strings (from 0, the first of the tuning) and frets that sound together."""
SPAN = 4
"""How many frets a hand covers."""
_WIDTH = 76
_MOVE, _HIGH = 1.0, 0.15
"""What a fret of moving, and a fret away from the nut, count against a place."""


def places(pitches: Sequence[Pitch], tuning: Tuning) -> list[Place]:
    """Return all ways to play notes at once, each on a string of its own, within a hand's span.

    >>> from tools.music.pitch import read_pitch
    >>> from tools.music.tunings import read_tuning
    >>> places([read_pitch("G4")], read_tuning("guitar"))[-1]
    ((5, 3),)

    Raises:
        MusicError: there is no way.
    """
    open_strings = [string.midi for string in tuning.strings]
    found: list[Place] = [()]
    for pitch in pitches:
        here = [(number, pitch.midi - low) for number, low in enumerate(open_strings)]
        playable = [(number, fret) for number, fret in here if 0 <= fret <= tuning.last_fret]
        found = [
            tuple(sorted((*way, spot)))
            for way in found
            for spot in playable
            if spot[0] not in dict(way) and _within_a_hand([fret for _, fret in (*way, spot)])
        ]
    if not found:
        low, high = min(open_strings), max(open_strings) + tuning.last_fret
        said = " ".join(map(str, pitches))
        raise MusicError(
            f"{said} cannot be played on the {tuning.title} (MIDI {low} to {high}); move the "
            "music by an octave, or choose another instrument"
        )
    return found


def _within_a_hand(frets: Sequence[int]) -> bool:
    """Whether a hand covers frets at once; open strings need no finger."""
    pressed = [fret for fret in frets if fret]
    return not pressed or max(pressed) - min(pressed) < SPAN


def fingered(line: Line, tuning: Tuning) -> list[Place]:
    """Return a place for each note or rest of a line: the path with the least movement.

    Raises:
        MusicError: a note cannot be played.
    """
    # For each place that a hand may have come to: what it cost, and the way there.
    paths: dict[float, tuple[float, list[Place]]] = {2.0: (0.0, [])}
    for note in line.notes:
        reached: dict[float, tuple[float, list[Place]]] = {}
        for place in places(note.pitches, tuning) if note.pitches else [()]:
            frets = [fret for _, fret in place if fret]
            for hand, (cost, way) in paths.items():
                at = sum(frets) / len(frets) if frets else hand
                total = cost + _MOVE * abs(at - hand) + _HIGH * at
                if at not in reached or total < reached[at][0]:
                    reached[at] = (total, [*way, place])
        paths = reached
    return min(paths.values(), key=lambda path: path[0])[1]


def written_tab(line: Line, tuning: Tuning) -> str:
    """Return a line as tablature, the highest string above, a bar line behind each bar.

    Raises:
        MusicError: a note cannot be played.
    """
    found = iter(zip(fingered(line, tuning), line.notes, strict=True))
    names = [string.at(None).name for string in tuning.strings]
    bars, left = [], Fraction(0)
    for bar in line.bars:
        columns = []
        for piece in bar:
            place: Place = ()  # what sounds on from the bar before is not struck again
            if not left:
                place, note = next(found)
                left = note.beats
            left -= piece.note.beats
            columns.append(_column(place, len(names), float(piece.note.beats)))
        bars.append(["-" + "".join(row) for row in zip(*columns, strict=True)])
    systems: list[list[str]] = []
    for rows in bars:
        if not systems or len(systems[-1][0]) + len(rows[0]) > _WIDTH:
            systems.append([f"{name:2}|" for name in names])
        systems[-1] = [old + row + "|" for old, row in zip(systems[-1], rows, strict=True)]
    return "\n\n".join("\n".join(reversed(system)) for system in systems)


def _column(place: Place, strings: int, beats: float) -> list[str]:
    """Return one moment on all strings; longer notes take more room."""
    frets = dict(place)
    room = 1 + max(1, min(6, round(beats * 2)))
    room += max((len(str(fret)) for fret in frets.values()), default=1) - 1
    return [str(frets.get(string, "-")).ljust(room, "-") for string in range(strings)]
