"""Dynamics, articulation, swing and changes of tempo in melodies."""

from __future__ import annotations

import io
from fractions import Fraction
from itertools import pairwise

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import ToolError
from tools.music.codes.formats import ABC, LILYPOND, MIDI, MUSICXML
from tools.music.expression import DYNAMICS, KNOWN, clock, forces, read_marks, swung
from tools.music.line import Line, Note
from tools.music.line_edit import edit
from tools.music.line_text import read_line, write_line
from tools.music.line_tools import LINE_TOOLS
from tools.music.line_view import sounds, to_piece
from tools.music.pitch import Pitch

BY_NAME = {tool.name: tool for tool in LINE_TOOLS}
PLAIN = "in C major: C4 D4 E4 F4 | G4:h E4:h | C4:w"
FULL = '(mf legato)"G"D4 (legato)G4 | (cresc accent)C5:h | (f)E5 (staccato)D5 | (rit fermata)B4:h'
MARKS = st.lists(st.sampled_from((*KNOWN, "90bpm", "132bpm")), max_size=3, unique=True)
NOTES = st.builds(
    lambda step, beats, marks: Note((Pitch(step, 0, 4),), Fraction(beats, 4), "", tuple(marks)),
    st.sampled_from("CDEFGAB"), st.sampled_from([1, 2, 4]), MARKS,
)  # fmt: skip
LINES = st.lists(NOTES, min_size=1, max_size=12).map(lambda notes: Line(tuple(notes)))


@given(LINES, st.booleans())
def test_marks_are_written_and_read_back(line: Line, swing: bool) -> None:
    given_line = Line(line.notes, swing=swing)
    assert read_line(write_line(given_line)) == given_line


@settings(deadline=None)
@given(LINES)
def test_time_goes_on_and_every_note_is_heard(line: Line) -> None:
    seconds = clock(line.marked, line.tempo)
    times = [seconds(at) for at, _, _ in line.marked] + [seconds(line.length)]
    assert all(a < b for a, b in pairwise(times))
    heard = sounds([line])
    assert len(heard) == len(line.notes)
    assert all(1 <= note.velocity <= 127 and note.seconds > 0 for note in heard)


@given(st.fractions(min_value=0, max_value=16, max_denominator=12))
def test_swing_keeps_the_beats_and_the_order(time: Fraction) -> None:
    assert swung(time) // 1 == time // 1
    assert swung(time) < swung(time + Fraction(1, 24))
    assert swung(Fraction(int(time))) == int(time)


@settings(deadline=None)
@given(LINES)
def test_every_format_writes_what_is_marked_and_reads_the_notes_back(line: Line) -> None:
    short = -line.length % line.meter.quarters
    full = line.with_notes((*line.notes, *([Note((), short)] if short else [])))
    piece = to_piece([full], "x")
    for target in (ABC, LILYPOND, MUSICXML, MIDI):
        reading = target.read(target.write(piece))
        assert not reading.problems, (target.name, reading.problems)
        assert reading.piece is not None and reading.piece.note_count >= len(line.notes)


@pytest.mark.parametrize(
    ("request_", "made"),
    [
        ("bar two forte", "in C major: C4 D4 E4 F4 | (f)G4:h E4:h | (mf)C4:w"),
        ("bar 2 louder", "in C major: C4 D4 E4 F4 | (ff)G4:h E4:h | (mf)C4:w"),
        ("make bar 2 staccato", "in C major: C4 D4 E4 F4 | (staccato)G4:h (staccato)E4:h | C4:w"),
        ("crescendo", "in C major: (cresc)C4 D4 E4 F4 | G4:h E4:h | C4:w"),
        ("swing it", "in C major, swing: C4 D4 E4 F4 | G4:h E4:h | C4:w"),
        ("slow down in bar 3", "in C major: C4 D4 E4 F4 | G4:h E4:h | (rit)C4:w"),
        ("accent note 2", "in C major: C4 (accent)D4 E4 F4 | G4:h E4:h | C4:w"),
        ("hold the last note", "in C major: C4 D4 E4 F4 | G4:h E4:h | (fermata)C4:w"),
        ("fade out in the last bar", "in C major: C4 D4 E4 F4 | G4:h E4:h | (dim)C4:w"),
        ("bar 2 p; bar 3 louder", "in C major: C4 D4 E4 F4 | (p)G4:h E4:h | (ff)C4:w"),
        ("pianissimo then remove all dynamics", "in C major: C4 D4 E4 F4 | G4:h E4:h | C4:w"),
        ("to F", "in F major: F4 G4 A4 B♭4 | C5:h A4:h | F4:w"),
        ("note 3 to F", "in C major: C4 D4 F4 F4 | G4:h E4:h | C4:w"),
    ],
)
def test_a_melody_is_marked_by_request(request_: str, made: str) -> None:
    assert write_line(edit(read_line(PLAIN), request_).line) == made


def test_marks_can_be_heard() -> None:
    soft, loud, short = forces(read_line("(p)C4 (f)D4 (.)E4").marked).values()
    assert soft.velocity == DYNAMICS["p"] < loud.velocity == short.velocity
    assert short.share == 0.5
    rising = [
        force.velocity for force in forces(read_line("(p cresc)C4 D4 E4 (f)F4").marked).values()
    ]
    assert rising == sorted(rising) and len(set(rising)) == 4


def test_tempo_marks_change_the_time() -> None:
    plain, late, quick = (
        sounds([read_line(text)])[-1].start
        for text in ("C4 D4 E4:q F4", "(rit)C4 D4 E4:q F4", "(accel)C4 D4 E4:q F4")
    )
    assert quick < plain < late
    held = sounds([read_line("(fermata)C4 D4:q")])
    assert held[1].start > sounds([read_line("C4 D4:q")])[1].start
    named = sounds([read_line("C4 (60bpm)D4:q E4")])
    assert [round(note.start, 2) for note in named] == [0.0, 0.6, 1.6]


def test_swing_is_heard_and_kept_in_midi() -> None:
    starts = [note.start for note in sounds([read_line("60 bpm, swing: C4:e D4:e E4:e F4:e")])]
    assert [round(start, 3) for start in starts] == [0.0, 0.667, 1.0, 1.667]
    piece = to_piece([read_line("60 bpm, swing: (p)C4:e D4:e")], "x")
    track = mido.MidiFile(file=io.BytesIO(MIDI.write(piece))).tracks[1]
    played = [message for message in track if message.type == "note_on"]
    assert [message.velocity for message in played] == [52, 52]
    assert [message.time for message in played] == [0, 0]  # the second begins where the first ends


def test_marks_are_engraved() -> None:
    result = BY_NAME["edit_melody"].call({"melody": FULL, "edit": "at 80 bpm"})
    picture = result.artifacts[0].data.decode()
    for drawn in ("hairpin", "dynam", "artic", "slur", "fermata"):
        assert f'class="{drawn}' in picture, drawn
    written = result.artifacts[3].data.decode()
    assert '<wedge type="crescendo"/>' in written and '<wedge type="stop"/>' in written


@pytest.mark.parametrize(
    ("text", "marks"),
    [("mf, .", ("mf", "staccato")), ("a tempo >", ("a-tempo", "accent")), ("", ())],
)
def test_marks_are_read_by_names_and_signs(text: str, marks: tuple[str, ...]) -> None:
    assert read_marks(text) == marks


def test_an_unknown_mark_is_named() -> None:
    with pytest.raises(ToolError, match="unknown mark 'stacato'; did you mean staccato"):
        BY_NAME["edit_melody"].call({"melody": "(stacato)C4 D4:h", "edit": "backwards"})
