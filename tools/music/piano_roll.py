"""Piano rolls: time from left to right, pitch from bottom to top, a bar for every note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.music.drawing import INK, LINE, MUTED, PAPER, SHADE, VOICES, Drawing
from tools.music.keyboard import WHITE
from tools.music.pitch import MusicError, Pitch
from tools.music.score import Score

LONGEST_BEATS = 256.0
_ROW, _KEYS, _HEAD, _FOOT, _MARGIN = 13, 46, 40, 24, 14
_WIDEST, _BEAT_WIDTHS = 1000, (12.0, 56.0)
_NAME_FITS = 20


@dataclass(frozen=True)
class RollNote:
    """A note from beat `start` (from 0) for `beats`; `voice` (from 0) gives its colour."""

    start: float
    beats: float
    pitch: Pitch
    voice: int = 0


def roll_of(score: Score) -> list[RollNote]:
    """Return the notes of a score."""
    notes = []
    now = 0.0
    for event in score.events:
        notes += [RollNote(now, float(event.beats), pitch) for pitch in event.pitches]
        now += float(event.beats)
    return notes


def roll_svg(
    notes: Sequence[RollNote],
    title: str,
    *,
    bar_beats: float = 4,
    first_bar: int = 1,
    voices: Sequence[str] = (),
) -> str:
    """Return a piano roll; `voices` are names for a legend, `first_bar` the number of bar one.

    Raises:
        MusicError: there are no notes, or more than 256 beats of them.
    """
    end = max((note.start + note.beats for note in notes), default=0.0)
    if not notes or end > LONGEST_BEATS:
        raise MusicError(f"{end:g} beats do not fit a picture; show 1 to {LONGEST_BEATS:g}")
    bars = max(1, -int(-end // bar_beats))
    beats = bars * bar_beats
    beat = min(max((_WIDEST - _KEYS) / beats, _BEAT_WIDTHS[0]), _BEAT_WIDTHS[1])
    low, high = _rows(notes)
    said = ", ".join(f"{n.pitch} at beat {n.start + 1:g}" for n in notes[:24])
    drawing = Drawing(title, f"Piano roll of {bars} bars: {said}")
    drawing.text(_MARGIN, 25, title, size=16, bold=True, anchor="start")
    left, top = _MARGIN + _KEYS, _HEAD
    _grid(drawing, left, top, low, high, beats * beat)
    _time(drawing, left, top, (high - low + 1) * _ROW, beat, (bars, bar_beats, first_bar))
    for note in notes:
        _note(drawing, note, left, top + (high - note.pitch.midi) * _ROW, beat)
    height = top + (high - low + 1) * _ROW + _FOOT
    if len(voices) > 1:
        _legend(drawing, voices, height)
        height += 20
    return drawing.svg(left + beats * beat + _MARGIN, height)


def _rows(notes: Sequence[RollNote]) -> tuple[int, int]:
    """Return the lowest and highest row: a little room around the notes, an octave at least."""
    heights = [note.pitch.midi for note in notes]
    low, high = min(heights) - 2, max(heights) + 2
    spare = max(0, 12 - (high - low))
    return low - spare // 2, high + spare - spare // 2


def _grid(drawing: Drawing, left: float, top: float, low: int, high: int, width: float) -> None:
    """Draw the rows, the black keys' darker, with a small keyboard at the left."""
    for row, midi in enumerate(range(high, low - 1, -1)):
        y = top + row * _ROW
        black = midi % 12 not in WHITE
        drawing.rect(left, y, width, _ROW, SHADE if black else PAPER)
        drawing.rect(_MARGIN, y, _KEYS, _ROW, PAPER, edge=LINE, thick=0.5)
        if black:
            drawing.rect(_MARGIN, y, _KEYS * 0.6, _ROW, INK)
        if midi % 12 == 0:
            words = f"C{midi // 12 - 1}"
            drawing.text(_MARGIN + _KEYS - 4, y + 10, words, size=9, anchor="end")
            drawing.line(left, y + _ROW, left + width, y + _ROW, thick=0.75)


def _time(
    drawing: Drawing,
    left: float,
    top: float,
    height: float,
    beat: float,
    bars: tuple[int, float, int],
) -> None:
    """Draw bar lines with their numbers, and thin beat lines."""
    count, bar_beats, first = bars
    step = max(1, round(28 / (bar_beats * beat)))
    for bar in range(count + 1):
        x = left + bar * bar_beats * beat
        drawing.line(x, top, x, top + height, stroke=MUTED, thick=1.25)
        if bar < count and bar % step == 0:
            drawing.text(
                x + 3, top + height + 14, str(first + bar), size=11, fill=MUTED, anchor="start"
            )
        inner = 1.0
        while bar < count and inner < bar_beats:
            drawing.line(x + inner * beat, top, x + inner * beat, top + height, thick=0.4)
            inner += 1


def _note(drawing: Drawing, note: RollNote, left: float, y: float, beat: float) -> None:
    x, width = left + note.start * beat, max(note.beats * beat - 1.5, 2)
    fill = VOICES[note.voice % len(VOICES)]
    drawing.rect(x + 0.75, y + 1, width, _ROW - 2, fill, radius=2.5)
    if width >= _NAME_FITS:
        drawing.text(x + 5, y + 10, note.pitch.name, size=9, fill=PAPER, bold=True, anchor="start")


def _legend(drawing: Drawing, voices: Sequence[str], y: float) -> None:
    x: float = _MARGIN + _KEYS
    for number, name in enumerate(voices):
        drawing.rect(x, y - 2, 11, 11, VOICES[number % len(VOICES)], radius=2)
        drawing.text(x + 16, y + 8, name, size=11, anchor="start")
        x += 34 + 6.4 * len(name)
