"""Fretboards: a neck with every place of some tones, and chord boxes as songbooks print them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.music.drawing import INK, LINE, MUTED, PAPER, ROOT, SHADE, Drawing
from tools.music.frets import Fingering
from tools.music.pitch import MusicError, Pitch
from tools.music.tunings import Tuning

MOST_BOXES = 12
NECK_FRETS = 12
_FRET, _STRING, _HEAD, _LEFT, _FOOT = 62, 30, 46, 74, 30
_INLAYS = (3, 5, 7, 9, 12, 15)
_BOX_STRING, _BOX_FRET, _BOX_FRETS, _BOX_HEAD, _BOX_FOOT, _BOX_SIDE = 20, 24, 4, 62, 26, 26
_BOX_COLUMNS = 6


@dataclass(frozen=True)
class Box:
    """A fingering to draw, its name, and the chord's tones: they spell the notes beneath."""

    title: str
    fingering: Fingering
    tones: tuple[Pitch, ...] = ()


def neck_svg(tuning: Tuning, tones: Sequence[Pitch], title: str, *, frets: int = NECK_FRETS) -> str:
    """Return a neck seen as in tablature, the last string on top; the first tone is the root.

    Every place of a tone up to fret `frets` is marked with the tone's own spelling.

    Raises:
        MusicError: there are no tones.
    """
    if not tones:
        raise MusicError("there are no notes to show on the neck; write e.g. Am7 or D dorian")
    names = {tone.pitch_class: tone.name for tone in reversed(tones)}
    said = " ".join(tone.name for tone in tones)
    drawing = Drawing(title, f"All places of {said} on a {tuning.title}, frets 0 to {frets}")
    drawing.text(20, 28, title, size=16, bold=True, anchor="start")
    strings = tuning.strings[::-1]
    bottom = _HEAD + (len(strings) - 1) * _STRING
    _board(drawing, len(strings), frets, bottom)
    for row, string in enumerate(strings):
        y = _HEAD + row * _STRING
        thick = 0.9 + 0.35 * row if not tuning.reentrant else 1.2
        drawing.line(_LEFT, y, _LEFT + frets * _FRET, y, stroke=MUTED, thick=thick)
        drawing.text(24, y + 4, string.name, size=12, fill=MUTED)
        for fret in range(frets + 1):
            pitch_class = (string.midi + fret) % 12
            if pitch_class in names:
                x = _LEFT + (fret - 0.5) * _FRET if fret else _LEFT - 22
                root = pitch_class == tones[0].pitch_class
                drawing.dot(x, y, 11.5, names[pitch_class], root=root)
    return drawing.svg(_LEFT + frets * _FRET + 20, bottom + _FOOT + 14)


def _board(drawing: Drawing, strings: int, frets: int, bottom: float) -> None:
    """Draw the wood, the frets with their numbers, the inlays and the nut."""
    drawing.rect(_LEFT, _HEAD - 12, frets * _FRET, bottom - _HEAD + 24, SHADE, radius=3)
    middle = (_HEAD + bottom) / 2
    for fret in range(1, frets + 1):
        x = _LEFT + fret * _FRET
        drawing.line(x, _HEAD - 12, x, bottom + 12, thick=2)
        if fret not in _INLAYS:
            continue
        drawing.text(x - _FRET / 2, bottom + _FOOT + 4, str(fret), size=12, fill=MUTED)
        beside = _STRING / 2 if strings % 2 else 0.0
        for apart in (-_STRING, _STRING) if fret == 12 else (0,):
            drawing.circle(x - _FRET / 2, middle + apart + beside, 5, "#d5dae0")
    drawing.rect(_LEFT - 4, _HEAD - 12, 5, bottom - _HEAD + 24, INK)


def boxes_svg(boxes: Sequence[Box], title: str) -> str:
    """Return chord boxes in rows of six: strings upright, the first one at the left.

    Raises:
        MusicError: there are none or too many.
    """
    if not 0 < len(boxes) <= MOST_BOXES:
        raise MusicError(f"{len(boxes)} chord boxes do not fit; show 1 to {MOST_BOXES}")
    said = "; ".join(f"{box.title}: {box.fingering.text}" for box in boxes)
    instrument = boxes[0].fingering.tuning.title
    drawing = Drawing(title, f"Chord boxes for {instrument}, lowest string first: {said}")
    strings = max(len(box.fingering.frets) for box in boxes)
    wide = (strings - 1) * _BOX_STRING + 2 * _BOX_SIDE
    frets = max(_BOX_FRETS, *(_last(box.fingering) - _first(box.fingering) + 1 for box in boxes))
    tall = _BOX_HEAD + frets * _BOX_FRET + _BOX_FOOT
    columns = min(_BOX_COLUMNS, len(boxes))
    for place, box in enumerate(boxes):
        x, y = 8 + (place % columns) * wide, 6 + (place // columns) * tall
        _box(drawing, box, x + _BOX_SIDE, y, frets)
    lines = -(-len(boxes) // columns)
    return drawing.svg(16 + columns * wide, 12 + lines * tall)


def _box(drawing: Drawing, box: Box, x: float, y: float, frets: int) -> None:
    fingering = box.fingering
    first, strings = _first(fingering), len(fingering.frets)
    width, top = (strings - 1) * _BOX_STRING, y + _BOX_HEAD
    drawing.text(x + width / 2, y + 22, box.title, size=17, bold=True)
    drawing.text(x + width / 2, y + 39, fingering.text, size=11, fill=MUTED)
    for string in range(strings):
        left = x + string * _BOX_STRING
        drawing.line(left, top, left, top + frets * _BOX_FRET, stroke=LINE, thick=1.2)
    for fret in range(frets + 1):
        line = top + fret * _BOX_FRET
        drawing.line(x, line, x + width, line, stroke=LINE, thick=1.2)
    if first == 1:
        drawing.rect(x - 1, top - 4, width + 2, 5, INK)
    else:
        drawing.text(x - 9, top + _BOX_FRET / 2 + 4, str(first), size=12, anchor="end")
    _fingers(drawing, box, x, top, first)
    _names(drawing, box, x, top + frets * _BOX_FRET + 16)


def _fingers(drawing: Drawing, box: Box, x: float, top: float, first: int) -> None:
    """Draw the dots, a barre under several on the first fret, and what is open or not played."""
    frets = box.fingering.frets
    low = [place for place, fret in enumerate(frets) if fret == first]
    barred = (
        len(low) > 1
        and sum(bool(fret) for fret in frets) > 3
        and all(fret is None or fret >= first for fret in frets[low[0] :])
    )
    if barred:
        middle = top + _BOX_FRET / 2
        left, right = x + low[0] * _BOX_STRING, x + low[-1] * _BOX_STRING
        drawing.rect(left - 7, middle - 7, right - left + 14, 14, INK, radius=7)
    roots = {box.tones[0].pitch_class} if box.tones else set()
    sounding = dict(box.fingering.sounding)
    for place, fret in enumerate(frets):
        left = x + place * _BOX_STRING
        if not fret:
            drawing.text(left, top - 8, "×" if fret is None else "○", size=12, fill=MUTED)
            continue
        root = sounding[place].pitch_class in roots
        middle = top + (fret - first + 0.5) * _BOX_FRET
        if root or not (barred and fret == first):
            drawing.circle(left, middle, 7.5, ROOT if root else INK, edge=PAPER, thick=0.8)


def _names(drawing: Drawing, box: Box, x: float, y: float) -> None:
    """Write the sounding notes under their strings, spelled as in the chord."""
    names = {tone.pitch_class: tone.name for tone in box.tones}
    for place, pitch in box.fingering.sounding:
        name = names.get(pitch.pitch_class, pitch.name)
        drawing.text(x + place * _BOX_STRING, y, name, size=11, bold=True)


def _first(fingering: Fingering) -> int:
    """The fret in the first row: 1 where all lies near the nut."""
    pressed = [fret for fret in fingering.frets if fret]
    return 1 if max(pressed, default=0) <= _BOX_FRETS else min(pressed)


def _last(fingering: Fingering) -> int:
    return max((fret for fret in fingering.frets if fret), default=_BOX_FRETS)
