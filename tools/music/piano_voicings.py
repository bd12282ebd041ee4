"""Chords as pianists and arrangers lay them out: close, open, shell, drop 2, rootless, quartal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from tools.music.chord import Chord, stack
from tools.music.generation import read_style
from tools.music.interval import OCTAVE, Interval, transpose
from tools.music.pitch import MusicError, Pitch

Voicing = tuple[Pitch, ...]
KINDS: dict[str, tuple[str, ...]] = {
    "close": ("closed", "block", "close position", "basic", "triad", "triads"),
    "open": ("open position", "spread", "wide"),
    "shell": ("shells", "bud powell", "root three seven"),
    "guide tones": ("guide tone", "thirds and sevenths", "3 7"),
    "drop 2": ("drop two", "drop2"),
    "drop 3": ("drop three", "drop3"),
    "rootless": ("left hand", "left handed", "bill evans", "a b", "type a", "type b"),
    "quartal": ("fourths", "so what", "fourth", "mccoy tyner"),
}  # fmt: skip
# Where the lowest and the highest note of each kind may lie, and about where its middle (MIDI).
_PLACES = {
    "shell": (38, 65, 52), "guide tones": (46, 69, 57), "rootless": (48, 74, 60),
    "quartal": (46, 79, 61), "open": (43, 79, 60), "drop 2": (46, 79, 62), "drop 3": (41, 77, 59),
}  # fmt: skip
_USUAL_PLACE = (52, 77, 63)
_FROM_MIDDLE = 0.35
_TURNED = 0.8  # what it costs to begin without the root at the bottom
_QUARTAL = {
    ("m3", "m7"): "P1 P4 m7 m3 P5", ("M3", "M7"): "M3 M6 M9 P5 M7", ("M3", "m7"): "m7 M3 M6 M9",
}  # fmt: skip


def read_kind(text: str) -> str:
    """Read the name of a voicing.

    >>> read_kind("drop-2 voicing"), read_kind("left hand")
    ('drop 2', 'rootless')

    Raises:
        MusicError: it is unknown; lists those that are known.
    """
    return read_style(text, KINDS, "voicing")


def voicings(chords: Sequence[Chord], kind: str) -> list[Voicing]:
    """Lay out chords in one kind, each as near to the one before as the kind allows.

    >>> from tools.music.chord_text import read_chord
    >>> chords = [read_chord(symbol) for symbol in ("Dm7", "G7", "Cmaj7")]
    >>> [" ".join(map(str, each)) for each in voicings(chords, "rootless")]
    ['F3 A3 C4 E4', 'F3 A3 B3 E4', 'E3 G3 B3 D4']

    Raises:
        MusicError: a chord has too few notes for the kind.
    """
    rows = [_placed(chord, kind) for chord in chords]
    middle = _PLACES.get(kind, _USUAL_PLACE)[2]
    root = chords[0].root.name
    costs: list[list[float]] = [
        [_off(each, middle) + (_TURNED if each[0].name != root else 0.0) for each in rows[0]]
    ]
    came: list[list[int]] = [[0] * len(rows[0])]
    for before, now in pairwise(rows):
        ways = [
            min(
                (cost + _moved(a, b), place)
                for place, (cost, a) in enumerate(zip(costs[-1], before, strict=True))
            )
            for b in now
        ]
        costs.append([way[0] + _off(b, middle) for way, b in zip(ways, now, strict=True)])
        came.append([way[1] for way in ways])
    place = min(range(len(costs[-1])), key=costs[-1].__getitem__)
    found: list[Voicing] = []
    for row, back in zip(reversed(rows), reversed(came), strict=True):
        found.append(row[place])
        place = back[place]
    return found[::-1]


def kinds_for(chord: Chord) -> dict[str, Voicing]:
    """Return the chord in every kind that it has enough notes for."""
    found = {}
    for kind in KINDS:
        try:
            found[kind] = voicings([chord], kind)[0]
        except MusicError:
            continue
    return found


@lru_cache(maxsize=1024)
def _placed(chord: Chord, kind: str) -> tuple[Voicing, ...]:
    """The layouts of a chord in every octave that the kind has."""
    low, high, _ = _PLACES.get(kind, _USUAL_PLACE)
    shapes = _SHAPES[kind](chord)
    placed = [
        voicing
        for shape in shapes
        for octave in range(1, 6)
        if low <= (voicing := _up_to(shape, octave))[0].midi and voicing[-1].midi <= high
    ]
    return tuple(placed) or (_up_to(shapes[0], 3),)


def _up_to(shape: Voicing, octave: int) -> Voicing:
    move = octave - (shape[0].octave or 0)
    return tuple(pitch.at((pitch.octave or 0) + move) for pitch in shape)


@lru_cache(maxsize=8192)
def _moved(first: Voicing, second: Voicing) -> float:
    """Semitones between two layouts, voice by voice from the top; other sizes share their ends."""
    pairs = zip(reversed(first), reversed(second), strict=False)
    return sum(abs(a.midi - b.midi) for a, b in pairs)


def _off(voicing: Voicing, middle: int) -> float:
    return _FROM_MIDDLE * abs(sum(pitch.midi for pitch in voicing) / len(voicing) - middle)


def _tones(chord: Chord) -> dict[int, Pitch]:
    """The chord's tones by number; a sixth chord's sixth is 6, a suspended fourth 3."""
    found: dict[int, Pitch] = {}
    for interval, tone in zip(chord.quality.intervals, chord.tones, strict=True):
        found.setdefault(interval.number, tone)
    if chord.quality.sus:
        found.setdefault(3, found.get(4) or found.get(2) or chord.root)
    return found


def _close(chord: Chord) -> list[Voicing]:
    return list(_close_of(chord.tones))


def _dropped(count: int) -> Callable[[Chord], list[Voicing]]:
    """Close position with one voice, counted from the top, an octave lower."""

    def shapes(chord: Chord) -> list[Voicing]:
        if len(chord.tones) < 4:
            raise MusicError(
                f"{chord.symbol} has {len(chord.tones)} notes, drop {count} needs four; write a "
                "seventh or sixth chord, e.g. Cmaj7, or ask for an open voicing"
            )
        four = _four(chord)
        return [_lowered(row, count) for row in _close_of(four)]

    return shapes


def _four(chord: Chord) -> list[Pitch]:
    """Four tones of a chord: of a larger one, third, seventh and the two highest."""
    if len(chord.tones) == 4:
        return list(chord.tones)
    tones = _tones(chord)
    inner = [tones[number] for number in (3, 7, 6) if number in tones][:2]
    return [*inner, *[tone for tone in chord.tones if tone not in inner][-2:]]


def _close_of(tones: Sequence[Pitch]) -> Iterator[Voicing]:
    """Each tone in turn as the lowest, the others above it within an octave."""
    ordered = sorted(tones, key=lambda tone: tone.pitch_class)
    for place in range(len(ordered)):
        yield stack((*ordered[place:], *ordered[:place]), 4)


def _lowered(row: Voicing, count: int) -> Voicing:
    moved = transpose(row[-count], -OCTAVE)
    return tuple(sorted((moved, *(p for p in row if p is not row[-count])), key=lambda p: p.midi))


def _open(chord: Chord) -> list[Voicing]:
    """Close position with the second voice from the top an octave lower."""
    tones = _four(chord) if len(chord.tones) > 4 else chord.tones
    return [_lowered(row, 2) for row in _close_of(tones)]


def _with_seventh(chord: Chord, kind: str) -> dict[int, Pitch]:
    tones = _tones(chord)
    if 7 not in tones and 6 in tones:
        tones[7] = tones[6]
    if 7 not in tones or 3 not in tones:
        raise MusicError(
            f"{chord.symbol} has no third and seventh for a {kind} voicing; write e.g. "
            f"{chord.root.name}maj7, {chord.root.name}m7 or {chord.root.name}7"
        )
    return tones


def _shell(chord: Chord) -> list[Voicing]:
    tones = _with_seventh(chord, "shell")
    return [stack((chord.root, tones[a], tones[b]), 3) for a, b in ((3, 7), (7, 3))]


def _guides(chord: Chord) -> list[Voicing]:
    tones = _with_seventh(chord, "guide tone")
    return [stack((tones[a], tones[b]), 3) for a, b in ((3, 7), (7, 3))]


def _rootless(chord: Chord) -> list[Voicing]:
    """Third, fifth (a dominant's thirteenth), seventh and ninth, begun on third or seventh."""
    tones, quality = _with_seventh(chord, "rootless"), chord.quality
    ninth = tones.get(9) or transpose(chord.root, Interval.of("M9"))
    if quality.fifth == "d5" and 9 not in tones:
        ninth = chord.root
    dominant = quality.third == "M3" and quality.seventh == "m7"
    altered = quality.altered or quality.fifth != "P5"
    inner = tones.get(13) or tones.get(5) or chord.root
    if dominant and not altered:
        inner = transpose(chord.root, Interval.of("M13"))
    rows = ((tones[3], inner, tones[7], ninth), (tones[7], ninth, tones[3], inner))
    return [stack([pitch.at(None) for pitch in row], 3) for row in rows]


def _quartal(chord: Chord) -> list[Voicing]:
    quality = chord.quality
    shape = _QUARTAL.get((quality.third, quality.seventh or ""))
    if shape is None or quality.fifth != "P5" or quality.power:
        raise MusicError(
            f"{chord.symbol} has no usual voicing in fourths; ask for it of a major, minor or "
            "dominant seventh chord, or for another voicing"
        )
    notes = [transpose(chord.root, Interval.of(short)).at(None) for short in shape.split()]
    return [stack(notes, 3)]


_SHAPES: dict[str, Callable[[Chord], list[Voicing]]] = {
    "close": _close,
    "open": _open,
    "shell": _shell,
    "guide tones": _guides,
    "drop 2": _dropped(2),
    "drop 3": _dropped(3),
    "rootless": _rootless,
    "quartal": _quartal,
}
