"""Sure signs in a request: code, a composer, a file that is wished for, a row that is picked."""

from __future__ import annotations

import pytest

from tools.music.code_tools import write_code
from tools.music.codes.spelling import likeliest_signature, tuned, weights_of
from tools.music.codes.texts import read_text
from tools.music.filling.signs import file_wish, holds_code, picked, signed
from tools.music.filling.table import fill

CODES = [
    "is this right? X:1\nM:4/4\nK:G\nGABc|",
    "<score-partwise><part-list/></score-partwise> valid?",
    "why is it silent: <CsoundSynthesizer><CsInstruments>",
    "check \\relative c' { c4 d e f }",
    "what did I do wrong: use_bpm 90; play :c4",
    'd1 $ sound "bd sd" does not play',
    'note("c4 e4")',
]


@pytest.mark.parametrize("text", CODES)
def test_code_is_seen(text: str) -> None:
    assert holds_code(text) and signed("check_code", text)


def test_what_is_no_code() -> None:
    for text in ("play C4 E4 G4", "note the time", "sort(1) by size", "write C E G as abc", "X: 5"):
        assert not holds_code(text)


def test_words_behind_code_are_left_out() -> None:
    tune = "X:1\nM:3/4\nL:1/4\nK:F\nFGA|B2A|F3|]"
    for words in (" how long is this abc tune", ", is it right?", ""):
        found = fill("check_code", f"{tune}{words}")
        assert found is not None and found.arguments["code"] == tune
    found = fill("check_code", "{ c'4 d' e' f' | g'1 } - does this lilypond compile for you?")
    assert found is not None and found.arguments["code"] == "{ c'4 d' e' f' | g'1 }"


def test_code_that_is_to_be_printed_becomes_notation() -> None:
    found = fill("convert_code", 'I made note("a3 c4") in strudel, how do I get sheet music?')
    assert found is not None
    assert found.arguments == {"code": 'note("a3 c4")', "source": "strudel", "target": "MusicXML"}
    same = fill("convert_code", "why does this musicxml not open in musescore: <score-partwise/>")
    assert same is not None and not same.whole


@pytest.mark.parametrize(
    "text",
    ["which Haydn movements are in G minor", "list the Monteverdi pieces you have",
     "do you know any music by Clara Schumann", "which tune goes up, up, then down?",
     "there's a tune stuck in my head that goes E D C D E E E"],
)  # fmt: skip
def test_real_music_is_looked_for(text: str) -> None:
    assert signed("find_in_corpus", text)


def test_what_is_to_be_made_is_not_looked_for() -> None:
    for text in ("harmonise C D E in the style of Bach", "write a tune that goes up and down",
                 "which scale goes with Dm7", "continue the melody that goes C D E"):  # fmt: skip
        assert not signed("find_in_corpus", text)


def test_a_wish_for_a_file_says_nothing_else() -> None:
    wishes = {"can I have that as a midi file": "midi", "export it to musicxml": "musicxml",
              "how do I get this into Ableton": "Ableton", "now as ABC": "ABC"}  # fmt: skip
    assert {text: file_wish(text) for text in wishes} == wishes
    for text in ("Am F C G as midi", "what is a wav", "is MIDI better than audio", "bar 2 as midi"):
        assert file_wish(text) == ""


def test_a_row_is_picked() -> None:
    rows = "N6, by Bach: 3 of 9\n1. Bach, [a/b], C; bar 2: N6\n2. X, [c/d#2], D\n3. Y, [e/f], E"
    assert picked("show me the second one", rows) == {"piece": "c/d#2"}
    assert picked("let me hear number 1", rows) == {"piece": "a/b", "bars": "2"}
    assert picked("play the last one", rows) == {"piece": "e/f"}
    assert picked("play number 7", rows) == {} and picked("in first inversion", rows) == {}


@pytest.mark.parametrize(
    ("music", "key"),
    [("C4 D4 E4 F4 | G4:h G4:h", "C major"), ("G4 A4 B4 D5 | C5:h B4:h", "G major"),
     ("C4 C4 G4 G4 A4 A4 G4:h", "C major"), ("Fm Db Ab Eb", "A♭ major"),
     ("Am7 D7 Gmaj7", "G major"), ("F#m7b5 B7 Em", "E minor"), ("Emaj7 A B7", "E major")],
)  # fmt: skip
def test_code_is_written_in_the_signature_of_its_notes(music: str, key: str) -> None:
    notes = tuned(read_text(music))
    assert likeliest_signature(weights_of(notes), notes[-1][0]).name == key


def test_a_melody_is_titled_so_and_chords_by_themselves() -> None:
    melody = write_code.call({"music": "C4 D4:e E4:e", "format": "abc"})
    assert "T:Melody\n" in melody.text and melody.artifacts[0].name == "Melody.abc"
    assert "T:Dm7 G7\n" in write_code.call({"music": "Dm7 G7", "format": "abc"}).text
