"""Marks of expression come back from every notation that writes them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from support.pieces import marked_pieces

from tools.music.code_tools import convert_code, write_code
from tools.music.codes.formats import ABC, LILYPOND, MUSICXML
from tools.music.codes.marks_reading import struck
from tools.music.codes.model import Part, Piece, Sound
from tools.music.codes.showing import heard
from tools.music.upload import read_upload

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NOTATIONS = [ABC, LILYPOND, MUSICXML]


def marks(part: Part) -> list[tuple[Fraction, tuple[str, ...]]]:
    """The marks of a part by their starts; a slur over one note alone is none."""
    rows, now = [], Fraction()
    before: Sound | None = None
    run: list[int] = []
    for sound in part.sounds:
        if "legato" in sound.marks:
            run.append(len(rows))
        elif not sound.pitches or struck(before, sound.pitches):
            rows, run = unslurred(rows, run), []
        rows.append((now, sound.marks))
        now, before = now + sound.length, sound
    return [row for row in unslurred(rows, run) if row[1]]


def unslurred(rows, run):
    if len(run) != 1:
        return rows
    return [
        (at, tuple(m for m in found if place != run[0] or m != "legato"))
        for place, (at, found) in enumerate(rows)
    ]


@QUICK
@given(marked_pieces())
@pytest.mark.parametrize("found", NOTATIONS, ids=lambda f: f.name)
def test_marks_are_read_as_they_were_written(found, piece):
    reading = found.read(found.write(piece))
    assert reading.problems == []
    back = reading.piece
    assert [marks(part) for part in back.parts] == [marks(part) for part in piece.parts]
    assert back.swing == piece.swing


ABC_TUNE = """X:1
T:Marked
M:4/4
L:1/4
Q:1/4=100
K:C
!p!.C !accent!D (E F | G) "^rit."A !fermata!B2 | [Q:1/4=70] "Am"!<(!c d !<)!!f!e !marcato!f |]
"""
EXPECTED = [
    (0, "p staccato"), (1, "accent"), (2, "legato"), (3, "legato"), (4, "legato"), (5, "rit"),
    (6, "fermata"), (8, "70bpm cresc"), (10, "f"), (11, "marcato"),
]  # fmt: skip


@pytest.mark.parametrize("target", NOTATIONS, ids=lambda f: f.name)
def test_a_marked_tune_is_converted_with_its_marks(target):
    piece = ABC.read(ABC_TUNE).piece
    said = [(int(at), " ".join(found)) for at, found in marks(piece.parts[0])]
    assert said == EXPECTED
    done = convert_code.call({"code": ABC_TUNE, "source": "abc", "target": target.name})
    code = next(a.data for a in done.artifacts if a.name.endswith(target.suffixes[0]))
    assert marks(target.read(code).piece.parts[0]) == marks(piece.parts[0])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (r"{ c'4\mf-. d'-> e'( f') | g'1\fermata }", "mf staccato,accent,legato,legato,fermata"),
        (r"{ c'4\< d' e'\!  f'\f | g'1\sfz }", "cresc,f,sfz"),
        (r"{ c'4-^ d'-- e'-! f'-_ }", "marcato,tenuto,staccato,staccato tenuto"),
        (r"{ c'2\cresc d' | \tempo 4 = 60 e'1^\markup { \bold \italic rall. } }",
         "cresc,60bpm rit"),
        (r"{ c'4( d'~ d' e') }", "legato,legato,legato"),
        (r"{ c'4^\markup \italic \"a tempo\" d'2.^\"dim.\" }".replace('\\"', '"'), "a-tempo,dim"),
        (r"{ c'4\fp d'\trill e'2\( f'1\) }", "p sfz"),
    ],
)  # fmt: skip
def test_lilypond_as_people_write_it(code, expected):
    found = marks(LILYPOND.read(code).piece.parts[0])
    assert ",".join(" ".join(row) for _, row in found) == expected


def test_musicxml_of_other_programs():
    def note(step: str, inside: str = "") -> str:
        return (
            f"<note><pitch><step>{step}</step><octave>4</octave></pitch><duration>1</duration>"
            f"<notations>{inside}</notations></note>"
        )

    def direction(kind: str, sound: str = "") -> str:
        return f"<direction><direction-type>{kind}</direction-type>{sound}</direction>"

    slur = '<slur number="2" type="{}"/>'
    body = (
        direction("<dynamics><pp/></dynamics>")
        + note("C", "<articulations><detached-legato/></articulations>" + slur.format("start"))
        + direction('<wedge type="crescendo"/>') + note("D", "<ornaments><trill-mark/></ornaments>")
        + direction('<wedge type="stop"/>')
        + note("E", slur.format("stop") + "<fermata>normal</fermata>")
        + direction("<words>a tempo</words>", '<sound tempo="100"/>')
        + direction("<metronome/>", '<sound tempo="64.4"/>') + note("F")
    )  # fmt: skip
    score = (
        '<score-partwise><part-list><score-part id="P"><part-name>x</part-name></score-part>'
        '</part-list><part id="P"><measure number="1"><attributes><divisions>1</divisions><time>'
        f"<beats>4</beats><beat-type>4</beat-type></time></attributes>{body}</measure></part>"
        "</score-partwise>"
    )
    found = marks(MUSICXML.read(score).piece.parts[0])
    assert [" ".join(row) for _, row in found] == [
        "pp staccato tenuto legato", "cresc legato", "legato fermata", "64bpm a-tempo",
    ]  # fmt: skip


def test_marks_of_a_melody_reach_every_code_and_are_heard():
    text = "swing: (p staccato)C4:e D4:e (f)E4 (rit)F4:h"
    code = write_code.call({"music": text, "format": "LilyPond"}).text
    assert all(part in code for part in ("\\p-.", "\\f", "rit.", '"Swing"')), code
    rows = heard(LILYPOND.read("{ c'4\\p-. d'\\ff e'2^\\markup { rit. } }").piece)
    plain = heard(LILYPOND.read("{ c'4 d' e'2 }").piece)
    assert rows[0].velocity < plain[0].velocity < rows[1].velocity
    assert rows[0].seconds < plain[0].seconds and rows[2].seconds > plain[2].seconds


def test_a_file_that_is_sent_keeps_its_marks():
    sent = read_upload("tune.musicxml", MUSICXML.write(ABC.read(ABC_TUNE).piece))
    assert isinstance(sent.piece, Piece)
    assert marks(sent.piece.parts[0])[0] == (0, ("p", "staccato"))


def test_an_open_slur_and_a_dotted_bar_line_are_no_trouble():
    reading = ABC.read("X:1\nL:1/4\nM:2/4\nK:C\n)C D .| (E F | G A\n")
    assert reading.problems == []
    assert [" ".join(found) for _, found in marks(reading.piece.parts[0])] == ["legato"] * 4
