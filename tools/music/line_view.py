"""Lines of music to see, hear and keep: engraved in parts, played, as MIDI and MusicXML."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tools import Artifact, Later
from tools.music import audio
from tools.music.chart import Chart
from tools.music.codes.abc_writer import write_abc
from tools.music.codes.midi_writer import midi_number, write_midi
from tools.music.codes.model import Bar, Part, Piece, Sound
from tools.music.codes.musicxml_writer import head_count, write_musicxml
from tools.music.expression import Force, clock, forces, swung
from tools.music.interval import for_semitones, transpose
from tools.music.line import Line, Note
from tools.music.notation import engrave
from tools.music.presentation import ABC, MUSICXML, file_name

# General MIDI programs, from 0.
PIANO, ACOUSTIC_BASS, FINGERED_BASS, FLUTE, STRINGS = 0, 32, 33, 73, 48
_VELOCITY, _SOFT = 92, 52


def present_lines(
    lines: Sequence[Line],
    title: str,
    *,
    names: Sequence[str] = (),
    programs: Sequence[int] = (),
    delays: Sequence[Fraction] = (),
    sounding: int = 0,
    chords: Chart | None = None,
) -> tuple[Artifact, ...]:
    """Return lines that sound together as an image, a WAV, a MIDI, a MusicXML and an ABC file.

    The tempo is the first line's. `delays` are rests before each line, in quarter notes;
    `sounding` is how many semitones the sound lies above what is written; `chords` are heard
    softly below the lines.

    Raises:
        MusicError: a length has no note values, or a note cannot be played.
    """
    piece = to_piece(lines, title, names=names, programs=programs, delays=delays)
    source = write_musicxml(piece)
    svg = engrave(source, notes=head_count(source), bars=piece.bar_count)
    name = file_name(title)
    heard = [_sounding(line, sounding) for line in lines]
    played = to_piece(heard, title, names=names, programs=programs, delays=delays)
    for pitch in (pitch for part in played.parts for pitch in part.pitches):
        midi_number(pitch)

    def notes() -> list[audio.Sound]:
        below = accompaniment(chords, lines[0].tempo) if chords is not None else []
        return sounds(heard, programs, delays) + below

    return (
        Artifact("image", f"{name}.svg", "image/svg+xml", svg.encode()),
        Artifact("audio", f"{name}.wav", "audio/wav", audio.played_later(notes)),
        Artifact("file", f"{name}.mid", "audio/midi", Later(lambda: write_midi(played))),
        Artifact("file", f"{name}.musicxml", MUSICXML, source.encode()),
        Artifact("file", f"{name}.abc", ABC, Later(lambda: write_abc(piece).encode())),
    )


def accompaniment(chart: Chart, tempo: int) -> list[audio.Sound]:
    """Return the chords of a chart in seconds, softly, near the middle of the piano."""
    beat = 60.0 / tempo
    found = []
    for change in chart.changes:
        voiced = change.chord.voiced(3)
        start, length = float(change.start) * beat, float(change.beats) * beat
        found += [audio.Sound(start, length, pitch.midi, _SOFT) for pitch in voiced]
    return found


def _sounding(line: Line, semitones: int) -> Line:
    if not semitones:
        return line
    step = for_semitones(semitones)[0]
    return line.map(lambda pitch: transpose(pitch, step))


def to_piece(
    lines: Sequence[Line],
    title: str,
    *,
    names: Sequence[str] = (),
    programs: Sequence[int] = (),
    delays: Sequence[Fraction] = (),
) -> Piece:
    """Return lines as a piece of one part each; shorter ones are filled with rests."""
    longest = max(line.length + _at(delays, n) for n, line in enumerate(lines))
    parts = tuple(
        Part(
            names[number] if names else "",
            _bars(line, _at(delays, number), longest),
            programs[number] if programs else PIANO,
        )
        for number, line in enumerate(lines)
    )
    key = lines[0].key
    mode = key.mode if key is not None else ""
    return Piece(parts, title, tempo=float(lines[0].tempo), mode=mode, swing=lines[0].swing)


def sounds(
    lines: Sequence[Line], programs: Sequence[int] = (), delays: Sequence[Fraction] = ()
) -> list[audio.Sound]:
    """Return the notes of lines in seconds."""
    found = []
    seconds = clock(lines[0].marked, lines[0].tempo)
    for number, line in enumerate(lines):
        delay = _at(delays, number)
        program = programs[number] if programs else PIANO
        forced = forces(line.marked)
        for (at, beats, _), note in zip(line.marked, line.notes, strict=True):
            force = forced.get(at, Force(_VELOCITY, 1.0))
            begin, end = at + delay, at + delay + beats
            if line.swing:
                begin, end = swung(begin), swung(end)
            start = seconds(begin)
            length = (seconds(end) - start) * force.share
            found += [
                audio.Sound(start, length, pitch.midi, force.velocity, program)
                for pitch in note.pitches
            ]
    return found


def _bars(line: Line, delay: Fraction, longest: Fraction) -> tuple[Bar, ...]:
    rests = (Note((), delay),) if delay else ()
    short = longest - delay - line.length
    ending = (Note((), short),) if short > 0 else ()
    whole = line.with_notes((*rests, *line.notes, *ending))
    fifths = line.key.printed_fifths if line.key is not None else 0
    meter = (line.meter.top, line.meter.bottom)
    bars = []
    for bar in whole.bars:
        made = tuple(
            Sound(
                piece.note.beats,
                piece.note.pitches,
                piece.note.pitches if piece.on else (),
                piece.note.chord,
                piece.note.marks,
            )
            for piece in bar
        )
        bars.append(Bar(made, meter, fifths))
    return tuple(bars)


def _at(delays: Sequence[Fraction], number: int) -> Fraction:
    return delays[number] if delays else Fraction(0)
