"""A whole band: melody, chords, bass and drums that play the same bars together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from tools.music import audio, bass_lines, comping, drums
from tools.music.chart import Chart, read_chart
from tools.music.codes.bars import cut, same_length, stream
from tools.music.codes.model import Part, Piece
from tools.music.drum_styles import NAMES as DRUM_NAMES
from tools.music.drum_styles import STYLES as DRUM_STYLES
from tools.music.generation import read_style
from tools.music.interval import OCTAVE, for_semitones, transpose
from tools.music.line import TEMPO, Line
from tools.music.line_text import read_line
from tools.music.line_view import FINGERED_BASS, FLUTE, PIANO, sounds, to_piece
from tools.music.meter import Meter
from tools.music.pitch import MusicError, pitch_of, usual_pitch

# What each player does in a style: comping, bass line, drum pattern.
STYLES: Mapping[str, tuple[str, str, str]] = {
    "pop": ("pop", "pop", "pop"), "rock": ("rock", "octaves", "rock"),
    "jazz": ("jazz", "walking", "jazz"), "ballad": ("ballad", "root-fifth", "ballad"),
    "bossa nova": ("bossa nova", "root-fifth", "bossa nova"),
    "blues": ("jazz", "boogie", "shuffle"), "folk": ("folk", "root-fifth", "country"),
    "waltz": ("waltz", "root-fifth", "waltz"), "reggae": ("reggae", "pop", "reggae"),
    "latin": ("bossa nova", "tumbao", "salsa"), "disco": ("rock", "octaves", "disco"),
    "funk": ("reggae", "octaves", "funk"), "ragtime": ("stride", "root-fifth", "march"),
}  # fmt: skip
OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "pop": ("indie", "basic"), "rock": ("punk", "hard rock"), "jazz": ("swing", "bebop"),
    "ballad": ("slow",), "bossa nova": ("bossa", "brazilian", "samba"),
    "blues": ("shuffle", "boogie"), "folk": ("country", "bluegrass"), "waltz": ("3/4",),
    "reggae": ("ska", "dub"), "latin": ("salsa", "cuban", "mambo"), "disco": ("house", "dance"),
    "funk": ("soul", "r&b"), "ragtime": ("stride", "rag"),
}  # fmt: skip
NONE = ("none", "no", "without", "off", "-")
MOST_BARS = 64
_BASS_SOUNDS = -12  # bass parts are written an octave above the sound
# Where drums stand on the staff.
_PLACES = {
    35: ("F", 4), 36: ("F", 4), 38: ("C", 5), 40: ("C", 5), 39: ("C", 5), 37: ("C", 5),
    42: ("G", 5), 44: ("D", 4), 46: ("G", 5), 49: ("A", 5), 51: ("F", 5), 53: ("F", 5),
    41: ("A", 4), 43: ("A", 4), 45: ("D", 5), 47: ("D", 5), 48: ("E", 5), 50: ("E", 5),
}  # fmt: skip


@dataclass(frozen=True)
class Band:
    """Who plays what. Lines last equally many bars; `bass` is as it is written."""

    lines: tuple[tuple[str, Line], ...]
    grid: drums.Grid | None
    meter: Meter
    tempo: int

    @property
    def bars(self) -> int:
        """How many bars the longest part has."""
        longest = max(line.length for _, line in self.lines)
        return int(-(-longest // self.meter.quarters))

    @property
    def names(self) -> list[str]:
        """The players from the top down."""
        return [name for name, _ in self.lines] + (["drums"] if self.grid else [])


def assemble(
    chords: str = "",
    melody: str = "",
    bass: str = "",
    rhythm: str = "",
    style: str = "",
    seed: int | str = 1,
    tempo: int = 0,
) -> Band:
    """Put a band together.

    `bass` and `rhythm` (the drums) are written music, a style, or `none`; what is not given is made
    in the `style`, where there are chords. A tempo of 0 is the melody's, or the style's.

    Raises:
        MusicError: no line or chords are given, a part cannot be read, or parts do not fit.
    """
    tune = read_line(melody) if melody.strip() else None
    comps, walks, beats = _styles(style or "pop")
    chart = _spread(read_chart(chords), tune) if chords.strip() else None
    rows: list[tuple[str, Line]] = [("melody", tune)] if tune is not None else []
    if chart is not None:
        rows.append(("chords", comping.comping(chart, comps, seed)[0]))
    low = _bass(bass, chart, walks, seed)
    if low is not None and chart is not None:  # the symbols stand over the chords
        low = low.with_notes(replace(note, chord="") for note in low.notes)
    rows += [("bass", low)] if low is not None else []
    if not rows:
        raise MusicError("a band needs chords or a melody, e.g. chords C | Am | F | G7, style pop")
    _same_meter(rows)
    meter = rows[0][1].meter
    longest = max(line.length for _, line in rows)
    bars = int(-(-longest // meter.quarters))
    if bars > MOST_BARS:
        raise MusicError(f"{bars} bars are too many for a band; write {MOST_BARS} or fewer")
    grid = _drums(rhythm, beats, bars, meter, seed)
    own = tune.tempo if tune is not None and tune.tempo != TEMPO else 0
    usual = DRUM_STYLES[read_style(beats, DRUM_NAMES, "style of drums")].tempo
    pace = tempo or own or (grid.tempo if grid else usual if style else TEMPO)
    lines = tuple((name, replace(line, tempo=pace)) for name, line in rows)
    return Band(lines, replace(grid, tempo=pace) if grid else None, meter, pace)


def written(sounding: Piece) -> Piece:
    """Return the score as players read it: drums on their places, the bass an octave above."""
    return replace(sounding, parts=tuple(map(_as_read, sounding.parts)))


def heard(band: Band) -> list[audio.Sound]:
    """Return all notes in seconds; the chords are softer where there is a melody."""
    found: list[audio.Sound] = []
    for name, line in band.lines:
        played = _moved(line, _BASS_SOUNDS) if name == "bass" else line
        rows = sounds([played], (_PROGRAMS[name],))
        soft = name == "chords" and len(band.lines) > 1
        found += [replace(s, velocity=s.velocity * 3 // 4) for s in rows] if soft else rows
    if band.grid is not None:
        found += drums.sounds(band.grid)
    return sorted(found, key=lambda sound: sound.start)


def sounding(band: Band, title: str) -> Piece:
    """Return the score as it sounds, for MIDI."""
    lines = [_moved(line, _BASS_SOUNDS if name == "bass" else 0) for name, line in band.lines]
    names = [name.capitalize() for name, _ in band.lines]
    programs = [_PROGRAMS[name] for name, _ in band.lines]
    piece = to_piece(lines, title, names=names, programs=programs)
    if band.grid is None:
        return piece
    rows = _strokes(band.grid)
    end = band.grid.bars * band.meter.quarters
    notes = stream([(at, None, [usual_pitch(note) for note in found]) for at, found in rows], end)
    fifths = piece.first.fifths
    meters = [(Fraction(), (band.meter.top, band.meter.bottom))]
    bars = tuple(
        replace(
            bar,
            fifths=fifths,
            sounds=tuple(replace(s, tied=()) if s.tied else s for s in bar.sounds),
        )
        for bar in cut(notes, meters)
    )
    swing = piece.swing and band.grid.steps % 3 != 0
    parts = same_length([*piece.parts, Part("Drums", bars, 0, True)])
    return replace(piece, parts=parts, swing=swing)


def _as_read(part: Part) -> Part:
    if part.percussion:
        return part.map(lambda pitch: pitch_of(*_at(pitch.midi)))
    if part.name == "Bass":
        return part.map(lambda pitch: transpose(pitch, OCTAVE))
    return part


def _strokes(grid: drums.Grid) -> Iterator[tuple[Fraction, list[int]]]:
    """Yield what is struck at each time, by MIDI note; ghost notes are heard but not written."""
    found: dict[Fraction, list[int]] = {}
    for at, note, velocity in grid.hits():
        if velocity > drums.VELOCITY["g"]:
            found.setdefault(at, []).append(note)
    yield from sorted(found.items())


def _at(note: int) -> tuple[str, int, int]:
    step, octave = _PLACES.get(note, ("B", 4))
    return step, 0, octave


def _styles(text: str) -> tuple[str, str, str]:
    return STYLES[read_style(text, OTHER_NAMES, "style of band")]


def _spread(chart: Chart, tune: Line | None) -> Chart:
    """Repeat a chart until it is as long as the melody over it."""
    if tune is None or tune.length <= chart.length:
        return chart
    times = int(-(-tune.length // chart.length))
    changes = tuple(
        replace(change, start=change.start + turn * chart.length)
        for turn in range(times)
        for change in chart.changes
    )
    return replace(chart, changes=changes)


def _bass(text: str, chart: Chart | None, style: str, seed: int | str) -> Line | None:
    if text.strip().lower() in NONE or (not text.strip() and chart is None):
        return None
    if chart is not None and not text.strip():
        return bass_lines.bass_line(chart, style, seed)[0]
    try:
        return read_line(text)
    except MusicError as problem:
        if chart is None:
            raise MusicError(f"a bass in a style needs chords to play under ({problem})") from None
        try:
            return bass_lines.bass_line(chart, text, seed)[0]
        except MusicError:
            raise MusicError(f"cannot read the bass ({problem}), nor is it a style") from None


def _drums(text: str, style: str, bars: int, meter: Meter, seed: int | str) -> drums.Grid | None:
    """Return the drums for so many bars: a grid that is repeated, or a pattern of a style."""
    said = text.strip()
    if said.lower() in NONE:
        return None
    if said and (":" in said or "\n" in said or "|" in said or "--" in said):
        grid = drums.read_grid(said)
        times = -(-bars // grid.bars)
        rows = tuple((name, (row * times)[: bars * grid.steps]) for name, row in grid.rows)
        grid = replace(grid, rows=rows)
    else:
        grid = drums.drum_pattern(said or style, bars, seed)
    if grid.meter.quarters == meter.quarters:
        return grid
    if said:
        raise MusicError(
            f"the drums are in {grid.meter.name}, the other parts in {meter.name}; write drums of "
            "the same meter, or none"
        )
    return None


def _same_meter(rows: list[tuple[str, Line]]) -> None:
    meters = {name: line.meter.name for name, line in rows}
    if len(set(meters.values())) > 1:
        said = ", ".join(f"{name} {meter}" for name, meter in meters.items())
        raise MusicError(f"the parts have different meters ({said}); write the same before each")


def _moved(line: Line, semitones: int) -> Line:
    if not semitones:
        return line
    interval = for_semitones(semitones)[0]
    return line.map(lambda pitch: transpose(pitch, interval))


_PROGRAMS = {"melody": FLUTE, "chords": PIANO, "bass": FINGERED_BASS}
