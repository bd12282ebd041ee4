"""Drum patterns as grids: made by style and seed, written as text, read back, played."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tools.music.audio import Sound
from tools.music.drum_styles import DRUMS, NAMES, STYLES, DrumStyle
from tools.music.generation import dice, read_style
from tools.music.meter import Meter, read_meter
from tools.music.midi import TICKS, add_notes, to_bytes
from tools.music.numbers import check_bpm
from tools.music.pitch import MusicError
from tools.music.text import did_you_mean

MOST_BARS = 64
CHANNEL = 9  # MIDI channel 10, counted from 0
VELOCITY = {"X": 118, "x": 92, "g": 45}
_OPTIONAL = 0.5
_ORDER = [name for name, _, _ in DRUMS]
_NOTE = {name: note for name, note, _ in DRUMS}
_KNOWN = {alias: name for name, _, others in DRUMS for alias in (name, *others)}
_ROW = re.compile(r"^\s*(?P<name>[A-Za-z][\w\s-]*?)\s*[:|\s]\s*(?P<steps>[XxGgOo.\-|\s]+)$")
_LENGTH = 0.1  # seconds that a stroke is held


@dataclass(frozen=True)
class Grid:
    """Steps of each drum for all bars: `X` accent, `x` stroke, `g` ghost note, `-` rest."""

    rows: tuple[tuple[str, str], ...]
    steps: int
    meter: Meter
    tempo: int
    title: str = "drums"

    @property
    def bars(self) -> int:
        """How many bars there are."""
        return len(self.rows[0][1]) // self.steps

    @property
    def step(self) -> Fraction:
        """What a step lasts in quarter notes."""
        return self.meter.quarters / self.steps

    @property
    def text(self) -> str:
        """The grid as text, which `read_grid` reads."""
        width = max(len(name) for name, _ in self.rows)
        lines = [f"{self.meter.name}, {self.tempo} bpm, {self.steps} steps a bar:"]
        for name, steps in self.rows:
            bars = "|".join(self.cut(steps))
            lines.append(f"{name.ljust(width)} |{bars}|")
        return "\n".join(lines)

    def cut(self, steps: str) -> list[str]:
        """Cut a row into bars."""
        return [steps[at : at + self.steps] for at in range(0, len(steps), self.steps)]

    def hits(self) -> Iterator[tuple[Fraction, int, int]]:
        """Yield start in quarter notes, MIDI note and velocity of every stroke, in time order."""
        found = [
            (place, _NOTE[name], VELOCITY[sign])
            for name, steps in self.rows
            for place, sign in enumerate(steps)
            if sign in VELOCITY
        ]
        for place, note, velocity in sorted(found):
            yield place * self.step, note, velocity


def drum_pattern(style: str, bars: int, seed: int | str) -> Grid:
    """Return a pattern of so many bars; every fourth bar, and the last of several, ends in a fill.

    >>> grid = drum_pattern("rock", 2, 1)
    >>> grid.bars, [name for name, _ in grid.rows]
    (2, ['crash', 'hihat', 'snare', 'kick'])

    Raises:
        MusicError: the style is unknown, or there are too many bars.
    """
    name = read_style(style, NAMES, "style of drums")
    if not 1 <= bars <= MOST_BARS:
        raise MusicError(f"{bars} bars are out of range; write 1 to {MOST_BARS}")
    rng = dice(seed, "drums", name, bars)
    chosen = STYLES[name]
    rows = {drum: _repeat(steps, chosen, bars, rng) for drum, steps in chosen.rows}
    for number in range(bars):
        if chosen.fills and bars > 1 and (number % 4 == 3 or number == bars - 1):
            rows = with_fill(rows, dict(rng.choice(chosen.fills)), (number + 1) * chosen.steps)
    if chosen.fills and "crash" not in rows and bars > 1:
        marks = ["X" + "-" * (chosen.steps - 1) if n % 4 == 0 else "-" * chosen.steps
                 for n in range(bars)]  # fmt: skip
        rows["crash"] = "".join(marks)
    return Grid(in_order(rows), chosen.steps, read_meter(chosen.meter), chosen.tempo, name)


def in_order(rows: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the rows that have strokes, cymbals first and the kick last."""
    ordered = sorted(rows.items(), key=lambda row: _ORDER.index(row[0]))
    return tuple((drum, steps) for drum, steps in ordered if steps.strip("-"))


def _repeat(steps: str, style: DrumStyle, bars: int, rng: random.Random) -> str:
    """Repeat the pattern's bars; a stroke that may be left out is decided once for each bar."""
    pattern = steps.split("|")
    row = "".join(pattern[number % len(pattern)] for number in range(bars))
    return re.sub(r"\?", lambda _: "x" if rng.random() < _OPTIONAL else "-", row)


def with_fill(rows: Mapping[str, str], fill: Mapping[str, str], end: int) -> dict[str, str]:
    """Put a fill in place of all drums, so that it ends before the step `end`."""
    length = len(next(iter(fill.values())))
    silent = "-" * len(next(iter(rows.values())))
    old = {drum: rows.get(drum, silent) for drum in (*rows, *fill)}
    return {
        drum: row[: end - length] + fill.get(drum, "-" * length) + row[end:]
        for drum, row in old.items()
    }


def read_grid(text: str) -> Grid:
    """Read a grid: a drum and its steps on each line; `o` and `x` are strokes, `.` a rest.

    >>> grid = read_grid("hihat x-x-x-x-x-x-x-x-\\nsnare ----x-------x---\\nkick x-------x-------")
    >>> grid.steps, grid.bars, read_grid(grid.text) == grid
    (16, 1, True)

    Raises:
        MusicError: a drum is unknown, or the rows are not equally long.
    """
    written = [line for line in re.split(r"[\n;]", text) if line.strip(" `")]
    head, *lines = written or [""]
    meter, tempo, steps = read_meter("4/4"), 110, 0
    if head.strip().endswith(":"):
        signature = re.search(r"\d+/\d+", head)
        meter = read_meter(signature[0]) if signature else meter
        bpm = re.search(r"(\d+)\s*bpm", head)
        tempo = int(bpm[1]) if bpm else tempo
        said = re.search(r"(\d+)\s*steps", head)
        steps = int(said[1]) if said else 0
    else:
        lines = [head, *lines]
    rows = tuple(_row(line) for line in lines)
    if not rows:
        raise MusicError("no drums were given; write lines such as: snare ----x-------x---")
    bare = tuple((name, row.replace("|", "")) for name, row in rows)
    steps = steps or _steps_of(rows, len(bare[0][1]))
    _check(bare, steps, tempo)
    return Grid(bare, steps, meter, tempo)


def _row(line: str) -> tuple[str, str]:
    match = _ROW.match(line)
    if match is None:
        raise MusicError(f"cannot read {line.strip()!r}; write a drum and its steps: kick x---x---")
    name = read_drum(match["name"])
    signs = str.maketrans({".": "-", "o": "x", "O": "X", "G": "g"})
    return name, re.sub(r"\s", "", match["steps"]).translate(signs).strip("|")


def read_drum(text: str) -> str:
    """Read the name of a drum: `kick`, `bd`, `hi-hat`.

    Raises:
        MusicError: it is unknown; names the nearest, or all.
    """
    said = " ".join(text.lower().split())
    name = _KNOWN.get(said)
    if name is None:
        near = did_you_mean(said, _KNOWN) or f" write one of {', '.join(_ORDER)}"
        raise MusicError(f"unknown drum {said!r};{near}")
    return name


def _steps_of(rows: Sequence[tuple[str, str]], total: int) -> int:
    bars = rows[0][1].count("|") + 1
    if bars > 1:
        return total // bars
    return 16 if total % 16 == 0 else 12 if total % 12 == 0 else total


def _check(rows: Sequence[tuple[str, str]], steps: int, tempo: int) -> None:
    total = len(rows[0][1])
    for name, row in rows:
        if len(row) != total:
            raise MusicError(
                f"{name} has {len(row)} steps, {rows[0][0]} has {total}; make them equally long"
            )
    if len({name for name, _ in rows}) < len(rows):
        raise MusicError("a drum is there twice; write one line for each drum")
    if not steps or total % steps or not 1 <= total // steps <= MOST_BARS or steps > 64:
        raise MusicError(f"{total} steps are no whole bars of {steps}; correct the lines")
    check_bpm(tempo)


def sounds(grid: Grid) -> list[Sound]:
    """Return the strokes in seconds."""
    beat = 60.0 / grid.tempo
    return [
        Sound(float(start) * beat, _LENGTH, note, velocity, drum=True)
        for start, note, velocity in grid.hits()
    ]


def to_midi(grid: Grid) -> bytes:
    """Return the grid as a MIDI file on channel 10."""
    import mido

    track = mido.MidiTrack()
    bottom = grid.meter.bottom
    track.append(mido.MetaMessage("track_name", name=f"drums {grid.title}"))
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(grid.tempo)))
    track.append(mido.MetaMessage("time_signature", numerator=grid.meter.top, denominator=bottom))
    length = int(grid.step * TICKS) // 2
    hits = [(round(start * TICKS), note, velocity) for start, note, velocity in grid.hits()]
    now = add_notes(track, [(at, at + length, note, loud) for at, note, loud in hits], CHANNEL)
    end = round(grid.meter.quarters * grid.bars * TICKS)
    track.append(mido.MetaMessage("end_of_track", time=max(end - now, 0)))
    return to_bytes([track])
