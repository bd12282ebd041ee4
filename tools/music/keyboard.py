"""Keyboards with the keys of notes marked: one for a chord, a scale or each of several chords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.music.drawing import INK, LINE, MUTED, PAPER, Drawing
from tools.music.pitch import STEP_SEMITONES, MusicError, Pitch

WHITE = STEP_SEMITONES
MOST_KEYBOARDS = 12
_KEY_WIDTH, _WHITE_HEIGHT, _BLACK_WIDTH, _BLACK_HEIGHT = 32, 124, 24, 78
_MARGIN, _HEAD, _FOOT, _GAP, _PAGE_WIDTH = 18, 44, 18, 26, 980
_WIDEST_OCTAVES = 4


@dataclass(frozen=True)
class Keys:
    """Notes with octaves to mark on one keyboard; the root is marked strongest."""

    title: str
    pitches: tuple[Pitch, ...]
    root: Pitch | None = None


def keyboards_svg(rows: Sequence[Keys]) -> str:
    """Return keyboards side by side, as many in a row as fit on a page.

    Raises:
        MusicError: there are too many keyboards, or a keyboard would be wider than 4 octaves.
    """
    if not 0 < len(rows) <= MOST_KEYBOARDS:
        raise MusicError(f"{len(rows)} keyboards are too many; show at most {MOST_KEYBOARDS}")
    ranges = [_range(keys) for keys in rows]
    # All keyboards have the same width, so that they can be compared.
    octaves = max(high - low for low, high in ranges)
    wide = octaves * 7 * _KEY_WIDTH
    tall = _HEAD + _WHITE_HEIGHT + _FOOT
    columns = max(1, min(len(rows), (_PAGE_WIDTH - _MARGIN) // (wide + _GAP)))
    said = "; ".join(f"{k.title}: {' '.join(str(p) for p in k.pitches)}" for k in rows)
    drawing = Drawing(", ".join(keys.title for keys in rows), f"On a keyboard, {said}")
    for place, (keys, (low, _)) in enumerate(zip(rows, ranges, strict=True)):
        x = _MARGIN + (place % columns) * (wide + _GAP)
        y = _MARGIN / 2 + (place // columns) * tall
        _keyboard(drawing, keys, x, y, low, octaves)
    lines = -(-len(rows) // columns)
    return drawing.svg(2 * _MARGIN + columns * (wide + _GAP) - _GAP, lines * tall + _MARGIN)


def _range(keys: Keys) -> tuple[int, int]:
    """Return the first octave and the one past the last, at C (MIDI octaves: C4 is 60)."""
    notes = [pitch.midi for pitch in keys.pitches]
    low, high = min(notes) // 12 - 1, max(notes) // 12
    if high - low > _WIDEST_OCTAVES:
        raise MusicError("the notes span more than four octaves of keys; show fewer of them")
    return low, high


def _keyboard(drawing: Drawing, keys: Keys, x: float, y: float, low: int, octaves: int) -> None:
    drawing.text(x, y + 18, keys.title, size=16, bold=True, anchor="start")
    names = " ".join(pitch.name for pitch in keys.pitches)
    if names != keys.title:
        drawing.text(x, y + 36, names, size=13, fill=MUTED, anchor="start")
    top = y + _HEAD
    marked = {pitch.midi: pitch for pitch in reversed(keys.pitches)}
    for black in (False, True):
        for octave in range(low, low + octaves):
            for pitch_class in range(12):
                if (pitch_class in WHITE) is black:
                    continue
                left = x + (octave - low) * 7 * _KEY_WIDTH + _left(pitch_class)
                pitch = marked.get((octave + 1) * 12 + pitch_class)
                _key(drawing, left, top, pitch, keys.root, black=black)
    for octave in range(low, low + octaves):
        left = x + (octave - low) * 7 * _KEY_WIDTH
        drawing.text(
            left + _KEY_WIDTH / 2, top + _WHITE_HEIGHT + 13, f"C{octave}", size=10, fill=MUTED
        )


def _left(pitch_class: int) -> float:
    if pitch_class in WHITE:
        return WHITE.index(pitch_class) * _KEY_WIDTH
    before = WHITE.index(pitch_class - 1)
    return (before + 1) * _KEY_WIDTH - _BLACK_WIDTH / 2


def _key(
    drawing: Drawing, x: float, y: float, pitch: Pitch | None, root: Pitch | None, *, black: bool
) -> None:
    width, height = (_BLACK_WIDTH, _BLACK_HEIGHT) if black else (_KEY_WIDTH, _WHITE_HEIGHT)
    drawing.rect(
        x, y, width, height, INK if black else PAPER, edge=INK if black else LINE, radius=2
    )
    if pitch is None:
        return
    is_root = root is not None and pitch.pitch_class == root.pitch_class
    radius = 11 if black else 13
    drawing.dot(x + width / 2, y + height - radius - 5, radius, pitch.name, root=is_root)
