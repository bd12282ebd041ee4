"""Tools that show where music lies: on a keyboard, on a fretboard, in time."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools import Artifact, Tool, ToolResult, tool
from tools.music.answers import musical, names, plural
from tools.music.chord import Chord, stack
from tools.music.fretboard import MOST_BOXES, NECK_FRETS, Box, boxes_svg, neck_svg
from tools.music.frets import Fingering, read_fingering
from tools.music.interval import for_semitones
from tools.music.keyboard import MOST_KEYBOARDS, Keys, keyboards_svg
from tools.music.line import Line, shift
from tools.music.line_text import has_lengths, read_line
from tools.music.music_text import Music, melody, read_chords, read_music
from tools.music.piano_roll import RollNote, roll_of, roll_svg
from tools.music.pitch import MusicError, Pitch
from tools.music.presentation import file_name
from tools.music.scale import Scale, read_scale
from tools.music.score import Score, of_music, of_scale
from tools.music.shapes import Shape, shapes_of
from tools.music.tablature import written_tab
from tools.music.tunings import Tuning, read_tuning

_KEYBOARDS = re.compile(r"\b(?:piano|keyboards?|keys|klavier|synth|organ)\b", re.I)
_ROLL = re.compile(r"\b(?:piano\s*-?\s*roll|roll|daw|sequencer|grid|timeline)\b", re.I)
_FRETS = re.compile(r"[\sx\d-]{4,}|(?:[\dxo]{1,2}[\s-]+){3,}[\dxo]{1,2}", re.I)
_SCALE_WORD = re.compile(
    r"\b(?:scale|mode|dorian|phrygian|lydian|mixolydian|aeolian|ionian|locrian|pentatonic|blues|"
    r"harmonic|melodic|natural|whole[ -]tone|chromatic|octatonic|bebop|altered)\b",
    re.I,
)
_SHAPES_OF_ONE = 4
_SINGLE_LINE = ("bass", "5-string bass")


@dataclass(frozen=True)
class _Subject:
    """What is to be shown: a scale, a fingering, chords or notes, and how it is called."""

    title: str
    scale: Scale | None = None
    fingering: Fingering | None = None
    music: Music | None = None

    @property
    def chords(self) -> tuple[Chord, ...]:
        return self.music.chords if self.music else ()

    @property
    def tones(self) -> tuple[Pitch, ...]:
        """Note names, the root first; each once."""
        if self.scale:
            return self.scale.pitches
        if self.music and self.music.kind == "notes":
            return tuple(dict.fromkeys(note.at(None) for note in self.music.notes))
        return tuple(dict.fromkeys(tone for chord in self.chords for tone in chord.tones))


@tool
@musical
def show_on(instrument: str, music: str) -> ToolResult:
    """Show music on piano, guitar, ukulele, bass or as a piano roll, e.g. guitar, A blues; a melody
    on strings is written as tablature."""
    if has_lengths(music) and not _KEYBOARDS.search(_ROLL.sub("", instrument)):
        return _line_on(instrument, read_line(music))
    if _ROLL.search(instrument):
        return _on_roll(_read(music))
    if _KEYBOARDS.search(instrument):
        return _on_keyboard(_read(music))
    return _on_frets(_tuning(instrument), music)


def _line_on(instrument: str, line: Line) -> ToolResult:
    """Show a melody with lengths: over time, or as tablature."""
    title = names(line.pitches[:8])
    if _ROLL.search(instrument):
        rows = [
            RollNote(float(at + line.pickup), float(note.beats), pitch)
            for at, note in line.placed
            for pitch in note.pitches
        ]
        picture = roll_svg(rows, title, bar_beats=float(line.meter.quarters))
        bars = plural(len(line.bars), "bar")
        return _result([f"{plural(len(rows), 'note')} in {bars}, as a piano roll"], title, "roll",
                       picture)  # fmt: skip
    tuning = _tuning(instrument)
    low = min(string.midi for string in tuning.strings)
    if tuning.instrument in _SINGLE_LINE and line.ends[0].midi - 12 >= low:
        line = shift(line, for_semitones(-12)[0])  # a bass is written above its sound
    tab = written_tab(line, tuning)
    said = f"{plural(len(line.bars), 'bar')} as tablature for {tuning.title}"
    made = Artifact("file", f"{file_name(title)}-tab.txt", "text/plain", f"{tab}\n".encode())
    return ToolResult(f"{said}:\n```\n{tab}\n```", (made,))


def _tuning(instrument: str) -> Tuning:
    """Read `guitar`, `uke`, `guitar fretboard`, `bass neck` or `guitar in drop D`."""
    plain = re.sub(
        r"\b(?:fret\s*board|neck|frets|tab(?:s|lature)?|diagram|box(?:es)?)\b", " ", instrument
    ).strip()
    name, _, tuning = re.sub(r"\s+(?:in|tuned\s+to)\s+", "|", plain, count=1).partition("|")
    try:
        return read_tuning(name or "guitar", tuning)
    except MusicError as problem:
        raise MusicError(f"{problem}; or piano, or piano roll") from problem


def _read(text: str, tuning: str = "") -> _Subject:
    if tuning and _FRETS.fullmatch(text.strip(" .?!\"'")):
        fingering = read_fingering(text, tuning)
        return _Subject(fingering.text, fingering=fingering)
    if _SCALE_WORD.search(text):
        scale = read_scale(text)
        return _Subject(scale.name, scale=scale)
    music = read_music(text)
    if tuning and len(music.notes) == 1:
        # A player who asks for one letter means the chord.
        music = Music("chords", chords=read_chords(text))
    title = " ".join(c.symbol for c in music.chords) or names(music.notes)
    return _Subject(title, music=music)


def _on_keyboard(subject: _Subject) -> ToolResult:
    rows = [Keys(c.symbol, c.voiced(4), c.root) for c in dict.fromkeys(subject.chords)]
    if subject.scale:
        low = stack(subject.scale.pitches)
        top = subject.scale.tonic.at((low[0].octave or 0) + 1)
        rows = [Keys(subject.scale.name, (*low, top), subject.scale.tonic)]
    elif not rows and subject.music:
        rows = [Keys(subject.title, melody(subject.music.notes))]
    lines = [f"{row.title}: {names(p.at(None) for p in row.pitches)}" for row in rows]
    picture = keyboards_svg(rows[:MOST_KEYBOARDS])
    if len(rows) == 1:
        lines = [f"{lines[0]} on the keyboard"]
    return _result(lines, subject.title, "keyboard", picture)


def _on_frets(tuning: Tuning, text: str) -> ToolResult:
    subject = _read(text, tuning.instrument)
    where = f"{subject.title} on {tuning.title}"
    if subject.fingering:
        said = names(pitch for _, pitch in subject.fingering.sounding)
        picture = boxes_svg([Box(subject.title, subject.fingering)], where)
        return _result([f"{where}: {said}"], subject.title, tuning.instrument, picture)
    if not subject.chords or tuning.instrument in _SINGLE_LINE:
        picture = neck_svg(tuning, subject.tones, where)
        lines = [f"{where}: {names(subject.tones)}", f"Every place up to fret {NECK_FRETS}."]
        return _result(lines, subject.title, tuning.instrument, picture)
    boxes = _boxes(tuning, list(dict.fromkeys(subject.chords)))
    lines = [f"{where}: " + ", ".join(f"{b.title} {b.fingering.text}" for b in boxes)]
    pictures = [boxes_svg(boxes, where)]
    if len(set(subject.chords)) == 1:
        lines = [f"{where}: " + ", ".join(b.fingering.text for b in boxes)]
        lines.append(f"Notes {names(subject.tones)}; frets from the lowest string.")
        pictures.append(neck_svg(tuning, subject.tones, where))
    return _result(lines, subject.title, tuning.instrument, *pictures)


def _boxes(tuning: Tuning, chords: Sequence[Chord]) -> list[Box]:
    """The handiest shape of each chord; of a single chord some more."""
    if len(chords) > MOST_BOXES:
        raise MusicError(f"{plural(len(chords), 'chord')} do not fit; show at most {MOST_BOXES}")
    most = _SHAPES_OF_ONE if len(chords) == 1 else 1
    return [
        Box(chord.symbol, shape.fingering, chord.tones)
        for chord in chords
        for shape in _shapes(chord, tuning, most)
    ]


@functools.lru_cache(maxsize=256)
def _shapes(chord: Chord, tuning: Tuning, most: int) -> list[Shape]:
    return shapes_of(chord, tuning, most)


def _on_roll(subject: _Subject) -> ToolResult:
    score = _score(subject)
    notes = roll_of(score)
    picture = roll_svg(notes, subject.title, bar_beats=score.beats)
    said = f"{subject.title}: {plural(len(notes), 'note')} in {plural(len(score.bars), 'bar')}"
    return _result([f"{said}, as a piano roll"], subject.title, "roll", picture)


def _score(subject: _Subject) -> Score:
    if subject.scale:
        return of_scale(subject.scale)
    assert subject.music is not None
    return of_music(subject.music, subject.title)


def _result(lines: Sequence[str], title: str, kind: str, *pictures: str) -> ToolResult:
    name = f"{file_name(title)}-{file_name(kind)}"
    made = tuple(
        Artifact("image", f"{name}{ending}.svg", "image/svg+xml", picture.encode())
        for picture, ending in zip(pictures, ("", "-neck"), strict=False)
    )
    return ToolResult("\n".join(lines), made)


PICTURE_TOOLS: tuple[Tool, ...] = (show_on,)
