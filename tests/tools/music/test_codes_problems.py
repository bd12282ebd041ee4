"""What each format's check says of codes that are wrong, and where."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import shutil

import pytest
from support import needs

import tools.music.codes
from tools import ToolError
from tools.music.code_tools import check_code, convert_code, write_code
from tools.music.codes.formats import (
    ABC,
    CSOUND,
    FORMATS,
    LILYPOND,
    MIDI,
    MUSICXML,
    SONIC_PI,
    STRUDEL,
    TIDAL,
    by_file,
    read_format,
)
from tools.music.codes.midi_writer import timed
from tools.music.codes.mini_pattern import euclid
from tools.music.pitch import MusicError

ABC_HEAD = "X:1\nT:t\nM:4/4\nL:1/8\nK:G\n"
SCORE = (
    '<score-partwise><part-list><score-part id="P1"><part-name>Flute</part-name></score-part>'
    '</part-list><part id="P1">\n<measure number="1"><attributes><divisions>2</divisions><time>'
    "<beats>3</beats><beat-type>4</beat-type></time></attributes>{}</measure>\n</part>"
    "</score-partwise>"
)
NOTE = "<note><pitch><step>C</step><octave>4</octave></pitch><duration>{}</duration>{}</note>"
CSD = (
    "<CsoundSynthesizer>\n<CsInstruments>\ninstr 1\nout oscili:a(p4, cpspch(p5))\nendin\n"
    "</CsInstruments>\n<CsScore>\n{}\n</CsScore>\n</CsoundSynthesizer>\n"
)

# Format, code, and parts of each problem in order: nothing where the code is right.
CASES = [
    (ABC, ABC_HEAD + "GABc dedB|c8|]", []),
    (ABC, ABC_HEAD + "D2|GABc dedB|c6|]", []),
    (ABC, ABC_HEAD + "GABc dedBA|c8|]", ["line 6, column 10, bar 1: the bar holds 4 1/2"]),
    (ABC, ABC_HEAD + "c8|GABc|c8|]", ["line 6, column 4, bar 2: the bar holds 2 quarters"]),
    (ABC, ABC_HEAD + "c8|\nGAQc dedB|]", ["line 7, column 3: 'Q' has no meaning"]),
    (ABC, ABC_HEAD + "(3GAB z6|c8:|", []),
    (ABC, ABC_HEAD + "G>A B<c d4|[GBd]8|", []),
    (ABC, ABC_HEAD.replace("K:G", "K:H") + "c8|", ["line 5, column 3: cannot read the key 'H'"]),
    (ABC, ABC_HEAD.replace("4/4", "4/5") + "c8|", ["line 3, column 3: cannot read the meter"]),
    (ABC, ABC_HEAD.replace("X:1\n", "") + "c8|", ["line 1, column 1: the tune has no number"]),
    (ABC, "X:1\nT:t\nM:C\nc8|", ["line 4, column 1: music before the K: line"]),
    (ABC, ABC_HEAD + '"Am c8|', ['a quote (") is not closed']),
    (ABC, ABC_HEAD + "[M:3/4] c6|c6|[M:6/8]c6|", []),
    (ABC, ABC_HEAD + "V:1\nc8|V:2\n", ["'V'"]),
    (LILYPOND, "\\relative c' { c4 d e f | g1 }", []),
    (LILYPOND, "{ c'4 d' e' | f'1 }", ["line 1, column 13, bar 1: the bar holds 3 quarters"]),
    (LILYPOND, "{ c'4 d' e' f'\n g' a' b' c'' d'' | c'1 }", ["line 2, column 19, bar 2: the bar"]),
    (LILYPOND, "{ c'1 | hes1 }", ["line 1, column 9, bar 2: 'hes' is no note name in nederlands"]),
    (LILYPOND, '\\language "english" { bf4 cs d e }', []),
    (LILYPOND, "{ \\time 3,2 5/8 c'8 d' e' f' g' }", []),
    (LILYPOND, "{ \\time 3/4 c'4 d' }", ["the last bar holds 2 quarters, 3/4 has 3"]),
    (LILYPOND, "{ \\time 3/4 \\partial 4 c'4 | d'2. | e'2 }", []),
    (LILYPOND, "{ \\relativ c' { c1 } }", ["line 1, column 3: unknown command \\relativ; did you"]),
    (LILYPOND, "{ c'1", ["line 1, column 1: this { is never closed"]),
    (LILYPOND, "{ <c' e' g'1 }", ["a length inside a chord", "this < is never closed"]),
    (LILYPOND, "{ c'3 d'2. }", ["there is no note of length 3"]),
    (LILYPOND, "#(system \"id\") { c'1 }", []),
    (LILYPOND, "m = { c'1 } \\score { \\new Staff \\m \\layout {} }", []),
    (MUSICXML, SCORE.format(NOTE.format(6, "<type>half</type><dot/>")), []),
    (MUSICXML, SCORE.format(NOTE.format(8, "")), ["bar 1: the bar holds 4 quarters, 3/4 has 3"]),
    (MUSICXML, SCORE.format(NOTE.format(6, "<type>half</type>")), ["the duration is 3 quarters"]),
    (MUSICXML, SCORE.format(NOTE.format(0, "")), ["a duration of '0'"]),
    (MUSICXML, SCORE.format("<note><pitch/><duration>6</duration></note>"), ["a pitch that can"]),
    (MUSICXML, SCORE.format(NOTE.format(6, ""))[:-30], ["line 2, column 205: the XML is broken"]),
    (MUSICXML, "<score-timewise/>", ["timewise scores are not read", "there are no notes"]),
    (MUSICXML, "<html></html>", ["begins with <html>", "there are no notes"]),
    (CSOUND, CSD.format("t 0 90\ni1 0 1 0.5 8.00\ni . + 1 . 8.04"), []),
    (CSOUND, CSD.format("i2 0 1 0.5 8.00"), ["line 8, column 1: there is no instr 2"]),
    (CSOUND, CSD.format("i1 0 1 0.5"), ["instr 1 reads p5, the note has 4 fields"]),
    (CSOUND, CSD.format("i1 x 1 0.5 8.00"), ["cannot read the start 'x'"]),
    (CSOUND, CSD.format("i1 0 1 0.5 8").replace("endin\n", ""), ["instr 1 has no endin"]),
    (CSOUND, CSD.format("i1 0 1 1 8").replace("</CsScore>\n", ""), ["</CsoundSynthesizer> closes"]),
    (SONIC_PI, "play :c4\nsleep 1\nplay chord(:e3, :minor)", []),
    (SONIC_PI, "live_loop :a do\n  play :c4\nend", ["line 1, column 1: the loop never sleeps"]),
    (SONIC_PI, "live_loop do\n  sleep 1\nend", ["the live_loop has no name"]),
    (SONIC_PI, "3.times do\n  play 60\n  sleep 1", ["this `3.times` block is never closed"]),
    (SONIC_PI, "play 60\nend", ["line 2, column 1: this `end` closes nothing"]),
    (SONIC_PI, "play :h4\nsleep 1", ["line 1, column 1: there is no note :h4"]),
    (SONIC_PI, "use_synth :tb33\nplay 60", ["there is no synth :tb33; did you mean :tb303?"]),
    (SONIC_PI, "plya 60", ["unknown command `plya`; did you mean play?"]),
    (SONIC_PI, "play [:c4, :e4", ["'[' is never closed"]),
    (SONIC_PI, "sleep -1\nplay 60", ["cannot read `sleep -1`"]),
    (STRUDEL, 'note("c4 [e4 g4] <a4 b4>").s("piano")', []),
    (STRUDEL, 'note("c4 [e4 g4").s("piano")', ["line 1, column 10: '[' is never closed"]),
    (STRUDEL, 's("bd*")', ["line 1, column 7: '*' needs a number"]),
    (STRUDEL, 's("bd(3)")', ["column 6: cannot read this rhythm"]),
    (STRUDEL, "bd sd ] hh", ["line 1, column 7: ']' closes nothing"]),
    (STRUDEL, 's("bd sd', ["'(' is never closed", "this quote is never closed"]),
    (TIDAL, 'd1 $ sound "bd*2 [sd hh?] {a b c}%4 <x y>(3,8)"', []),
]  # fmt: skip


@pytest.mark.parametrize(("found", "code", "expected"), CASES)
def test_problems_and_their_places(found, code, expected):
    problems = " / ".join(str(problem) for problem in found.check(code))
    if not expected:
        assert problems == ""
    for said in expected:
        assert said in problems


def test_every_problem_says_what_to_do():
    hints = [p.hint for found, code, expected in CASES if expected for p in found.check(code)]
    assert sum(not hint for hint in hints) <= 3


def test_a_csound_trigger_does_not_push_what_follows():
    piece = CSOUND.read(CSD.format("i1 0 0 0.5 8.00\ni1 1 1 0.5 8.04")).piece
    assert [(start, end) for start, end, _ in timed(piece.parts[0])] == [(0, 0.25), (1, 2)]


def test_names_of_formats():
    for name, expected in (
        ("ABC", ABC), ("music xml", MUSICXML), (".ly", LILYPOND), ("SonicPi", SONIC_PI),
        ("tidal cycles", TIDAL), ("mini-notation", STRUDEL), ("MIDI file", MIDI), ("csd", CSOUND),
    ):  # fmt: skip
        assert read_format(name) is expected
    with pytest.raises(MusicError, match="did you mean lilypond"):
        read_format("lilipond")
    with pytest.raises(MusicError, match="no music file"):
        by_file("a.pdf", b"%PDF")
    assert by_file("noname", b"MThd\0\0") is MIDI


def test_euclidean_rhythms():
    def said(hits: int, steps: int) -> str:
        return "".join("x" if hit else "." for hit in euclid(hits, steps))

    assert said(3, 8) == "x..x..x."
    assert said(5, 8) == "x.xx.xx."
    assert said(7, 16) == "x..x.x.x..x.x.x."
    for steps in range(1, 17):
        for hits in range(steps + 1):
            assert sum(euclid(hits, steps)) == hits
            assert len(euclid(hits, steps)) == steps


def test_check_code_tells_problems_then_the_music():
    result = check_code.call({"code": ABC_HEAD + "GABc dedB|c8|]", "format": "abc"})
    assert result.text.startswith("ABC: no problems\nt: 2 bars of 4/4 in G major")
    wrong = check_code.call({"code": ABC_HEAD + "GABc dedBA|c8|]", "format": "ABC"})
    assert wrong.text.startswith("ABC: 1 problem\nline 6, column 10, bar 1:")


def test_abc2midi_is_asked_where_it_is_installed():
    result = check_code.call({"code": ABC_HEAD + "GABc dedB|c8|]", "format": "abc"})
    if shutil.which("abc2midi") is None:
        assert "abc2midi is not installed (apt-get install abcmidi)" in result.text
        needs.lacking("abc2midi is not installed: apt-get install abcmidi")
    assert "abc2midi agrees." in result.text
    wrong = check_code.call({"code": ABC_HEAD + "GAQc dedB|c8|]", "format": "abc"})
    assert "abc2midi says: line 6" in wrong.text


def test_code_that_would_act_is_not_given_to_its_program(tmp_path):
    made = tmp_path / "made"
    for code in (f'#(system "touch {made}") {{ c\'1 }}', '\\include "/etc/passwd" { c\'1 }'):
        said = check_code.call({"code": code, "format": "lilypond"}).text
        assert "LilyPond itself was not asked" in said or "LilyPond itself is not installed" in said
    said = check_code.call({"code": '#(system "id") { c\'1 }', "format": "lilypond"}).text
    assert "Scheme (#...): it is never run" in said
    acts = f'gi system_i 1, "touch {made}"\ninstr 1\nout oscili:a(p4, cpspch(p5))\nendin'
    code = CSD.format("i1 0 1 0.5 8.00").replace(
        "instr 1\nout oscili:a(p4, cpspch(p5))\nendin", acts
    )
    check_code.call({"code": code, "format": "csound"})
    check_code.call({"code": code.replace("gi system_i", "#include"), "format": "csound"})
    assert not made.exists()


def test_csound_parses_where_it_is_installed():
    right = check_code.call({"code": CSD.format("i1 0 1 0.5 8.00"), "format": "csound"})
    if shutil.which("csound") is None:
        assert "Csound itself is not installed (apt-get install csound)" in right.text
        needs.lacking("csound is not installed: apt-get install csound")
    assert "Csound itself agrees." in right.text
    wrong = CSD.format("i1 0 1 0.5 8.00").replace("oscili", "oscilix")
    assert (
        "Csound itself says: syntax error"
        in check_code.call({"code": wrong, "format": "csound"}).text
    )


def test_lilypond_is_asked_where_it_is_installed():
    said = check_code.call({"code": "{ c'4 d' e' | f'1 }", "format": "lilypond"}).text
    if shutil.which("lilypond") is None:
        assert "LilyPond itself is not installed (apt-get install lilypond)" in said
        needs.lacking("lilypond is not installed: apt-get install lilypond")
    # A machine that is busy may not finish within the program's time, and says so.
    assert "barcheck failed" in said or "LilyPond itself did not finish." in said


def test_a_second_opinion_does_not_agree_with_a_fault():
    short = check_code.call({"code": ABC_HEAD + "GABc dedB|c4|c8|]", "format": "abc"}).text
    assert short.startswith("ABC: 1 problem") and "agrees" not in short


def test_convert_code_gives_text_and_files():
    code = ABC_HEAD + '"G"GABc dedB|c8|]'
    for found in FORMATS:
        result = convert_code.call({"code": code, "source": "abc", "target": found.name})
        assert result.text.startswith(f"ABC to {found.title}:")
        kinds = {artifact.mime for artifact in result.artifacts}
        assert {found.mime, "image/svg+xml", "audio/wav", "audio/midi"} <= kinds
        names = [artifact.name for artifact in result.artifacts]
        assert len(set(names)) == len(names)


def test_what_is_wrong_is_not_converted():
    with pytest.raises(ToolError, match=r"correct it first:\nline 6, column 10, bar 1"):
        convert_code.call({"code": ABC_HEAD + "GABc dedBA|", "source": "abc", "target": "midi"})
    with pytest.raises(ToolError, match="write it as base64"):
        convert_code.call({"code": "MThd, and so on", "source": "midi", "target": "abc"})


def test_write_code_from_the_text_forms_of_other_tools():
    chords = write_code.call({"music": "Dm7 | G7 | Cmaj7", "format": "lilypond"}).text
    assert "<d' f' a' c''>1^\"Dm7\" |" in chords
    melody = write_code.call(
        {"music": "3/4 in G major: D4 G4:e A4:e B4:e C5:e | D5:h.", "format": "abc"}
    ).text
    assert "D2 G A B c | d6 |]" in melody
    assert "K:G" in melody
    with pytest.raises(ToolError):
        write_code.call({"music": "nothing to play", "format": "abc"})


@pytest.mark.parametrize("name", [i.name for i in pkgutil.iter_modules(tools.music.codes.__path__)])
def test_examples_in_docstrings(name):
    module = importlib.import_module(f"tools.music.codes.{name}")
    assert doctest.testmod(module).failed == 0
