"""Keyboards, fretboards and piano rolls hold what was asked for, in pictures that can be read."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from tools import ToolError, ToolResult
from tools.music.chord_text import read_chord
from tools.music.fretboard import Box, boxes_svg, neck_svg
from tools.music.frets import read_fingering
from tools.music.keyboard import Keys, keyboards_svg
from tools.music.piano_roll import RollNote, roll_svg
from tools.music.picture_tools import show_on
from tools.music.pitch import MusicError, read_pitch
from tools.music.tunings import read_tuning

SVG = "{http://www.w3.org/2000/svg}"


def ask(instrument: str, music: str) -> ToolResult:
    return show_on.call({"instrument": instrument, "music": music})


def words(svg: str | bytes) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter(f"{SVG}text")]


def picture(result: ToolResult, place: int = 0) -> str:
    return result.artifacts[place].data.decode()


def test_keyboard_marks_the_notes_with_their_spelling() -> None:
    chord = read_chord("Ebm7")
    svg = keyboards_svg([Keys(chord.symbol, chord.voiced(4), chord.root)])
    assert {"E♭", "G♭", "B♭", "D♭"} <= set(words(svg))
    assert svg.count("<circle") == 4


@pytest.mark.parametrize("size", [1, 2, 5, 12])
def test_keyboards_lie_inside_their_picture(size: int) -> None:
    chord = read_chord("Am")
    svg = keyboards_svg([Keys("Am", chord.voiced(4), chord.root)] * size)
    root = ET.fromstring(svg)
    wide, tall = float(root.attrib["width"]), float(root.attrib["height"])
    for node in root.iter(f"{SVG}circle"):
        assert 0 < float(node.attrib["cx"]) < wide and 0 < float(node.attrib["cy"]) < tall
    assert wide < 1000


def test_neck_marks_every_place_and_no_other() -> None:
    guitar = read_tuning("guitar")
    tones = read_chord("Am7").tones
    svg = neck_svg(guitar, tones, "Am7")
    classes = {tone.pitch_class for tone in tones}
    expected = sum(
        (string.midi + fret) % 12 in classes for string in guitar.strings for fret in range(13)
    )
    assert len(re.findall(r'r="11.5"', svg)) == expected


def test_boxes_say_the_notes_in_the_spelling_of_the_chord() -> None:
    chord = read_chord("D#m")
    box = Box("D♯m", read_fingering("x68876"), chord.tones)
    svg = boxes_svg([box], "D♯m")
    assert [w for w in words(svg) if w in ("D♯", "A♯", "F♯")] == ["D♯", "A♯", "D♯", "F♯", "A♯"]
    assert "6" in words(svg)


def test_roll_places_notes_in_time_and_height() -> None:
    notes = [RollNote(0, 1, read_pitch("C4")), RollNote(1, 2, read_pitch("G4"), 1)]
    svg = roll_svg(notes, "x", bar_beats=3, first_bar=9, voices=("soprano", "bass"))
    assert {"9", "soprano", "bass", "C", "G"} <= set(words(svg))
    bars = [n.attrib for n in ET.fromstring(svg).iter(f"{SVG}rect") if n.get("rx") == "2.5"]
    (low, high) = bars
    assert float(high["x"]) > float(low["x"]) and float(high["y"]) < float(low["y"])
    assert float(high["width"]) == pytest.approx(2 * float(low["width"]) + 1.5, abs=0.01)


def test_too_much_is_refused() -> None:
    with pytest.raises(MusicError, match="at most 12"):
        keyboards_svg([Keys("C", (read_pitch("C4"),))] * 13)
    with pytest.raises(MusicError, match="four octaves"):
        keyboards_svg([Keys("C", (read_pitch("C1"), read_pitch("C7")))])
    with pytest.raises(MusicError, match="256"):
        roll_svg([RollNote(0, 300, read_pitch("C4"))], "x")


@pytest.mark.parametrize(
    ("instrument", "music", "answer", "names"),
    [
        ("guitar", "C G Am F", "C G Am F on guitar: C x32010", ["C-G-Am-F-guitar.svg"]),
        ("uke", "F", "F on ukulele: 2010", ["F-ukulele.svg", "F-ukulele-neck.svg"]),
        ("guitar", "D5", "D5 on guitar: ", ["D5-guitar.svg", "D5-guitar-neck.svg"]),
        ("bass", "E blues", "E blues on bass: E G A B♭ B D", ["E-blues-bass.svg"]),
        ("guitar", "x32010", "x32010 on guitar: C3 E3 G3 C4 E4", ["x32010-guitar.svg"]),
        ("the piano", "D dorian", "D dorian: D E F G A B C D", ["D-dorian-keyboard.svg"]),
        ("keyboard", "C E G", "C E G: C E G on the keyboard", ["C-E-G-keyboard.svg"]),
        ("piano roll", "Dm7 | G7", "Dm7 G7: 8 notes in 2 bars", ["Dm7-G7-roll.svg"]),
    ],
)
def test_show_on(instrument: str, music: str, answer: str, names: list[str]) -> None:
    result = ask(instrument, music)
    assert result.text.startswith(answer)
    assert [artifact.name for artifact in result.artifacts] == names


def test_pictures_have_alt_text_and_their_own_ground() -> None:
    for instrument in ("piano", "guitar", "piano roll"):
        svg = picture(ask(instrument, "Dm7"))
        root = ET.fromstring(svg)
        assert root.attrib["role"] == "img" and "Dm7" in (root.findtext(f"{SVG}title") or "")
        assert len(root.findtext(f"{SVG}desc") or "") > 20
        assert 'height="100%"' in svg and "#ffffff" in svg


def test_unknown_instrument_says_what_is_known() -> None:
    with pytest.raises(ToolError, match="piano roll"):
        ask("kazoo", "C")
