"""Every music tool, called as a model calls it, with people's spellings."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import ToolError, ToolResult
from tools.music.tools import TOOLS

ANSWERS = yaml.safe_load((Path(__file__).parent / "answers.yaml").read_text(encoding="utf-8"))
BY_NAME = {tool.name: tool for tool in TOOLS}
PARAMETERS = {
    "spell_chord": ["chord"],
    "name_chord": ["notes"],
    "interval_between": ["first", "second"],
    "note_at_interval": ["note", "interval"],
    "spell_scale": ["scale"],
    "scales_for_chord": ["chord"],
    "key_signature": ["key"],
    "diatonic_chords": ["key"],
    "find_key": ["music"],
    "transpose": ["music", "interval"],
    "roman_numerals": ["chords", "key"],
    "realize_numerals": ["numerals", "key"],
    "invert_chord": ["chord", "inversion"],
    "pitch_info": ["pitch"],
    "transpose_for_instrument": ["music", "instrument"],
    "capo_chords": ["chords", "fret"],
    "tempo_delay": ["bpm"],
    "show_music": ["music"],
}


OPTIONAL = {
    "find_key": {"method"},
    "roman_numerals": {"key"},
    "transpose_for_instrument": {"given"},
    "capo_chords": {"chords", "fret", "shapes"},
}


def call(name: str, *values: Any) -> ToolResult:
    return BY_NAME[name].call(dict(zip(PARAMETERS[name], values, strict=True)))


def first_line(name: str, *values: Any) -> str:
    return call(name, *values).text.splitlines()[0]


def test_names_and_parameters() -> None:
    own = [BY_NAME[name] for name in PARAMETERS]
    for tool in own:
        optional = OPTIONAL.get(tool.name, set())
        needed = [name for name in PARAMETERS[tool.name] if name not in optional]
        assert list(tool.parameters.get("required", [])) == needed
        assert set(tool.parameters["properties"]) == {*PARAMETERS[tool.name], *optional}
    assert all(t.description for t in TOOLS)
    assert len(BY_NAME) == len(TOOLS)


def test_the_example_of_the_chat() -> None:
    assert first_line("spell_chord", "E flat minor seventh") == "E♭m7: E♭ G♭ B♭ D♭"
    assert (
        first_line("transpose", "E flat minor seventh", "transpose it up a fourth")
        == "E♭m7 up a perfect fourth: A♭m7 (A♭ C♭ E♭ G♭)"
    )
    assert first_line("transpose", "Ebm7", "up a perfect fourth").endswith("(A♭ C♭ E♭ G♭)")


@pytest.mark.parametrize(("name", "values", "line"), ANSWERS)
def test_answer_comes_first(name: str, values: list[Any], line: str) -> None:
    got = first_line(name, *values)
    assert got.startswith(line) if line.endswith(",") else got == line


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("spell_chord", ("C minro",), "did you mean C minor?"),
        ("name_chord", ("C",), "two notes or more"),
        ("name_chord", ("C foo",), "'C foo' as a note"),
        ("interval_between", ("C", "J"), "'J' as a note"),
        ("note_at_interval", ("C", "a perfect third"), "did you mean major third or minor third?"),
        ("note_at_interval", ("C", "a purfect fourth"), "did you mean a perfect fourth?"),
        ("note_at_interval", ("C E", "a fourth"), "as one note"),
        ("spell_scale", ("D dorain",), "did you mean D dorian?"),
        ("spell_scale", ("dorian",), "did you mean C dorian?"),
        ("scales_for_chord", ("Z7",), "no note A to G"),
        ("key_signature", ("9 flats",), "at most 7"),
        ("key_signature", ("C blues",), "is a scale, not a key"),
        ("diatonic_chords", ("",), "no key was given"),
        ("find_key", ("C",), "give more notes or chords"),
        ("transpose", ("C E G", "sideways"), "cannot read 'sideways' as an interval"),
        ("transpose", ("", "up a fourth"), "no music was given"),
        ("roman_numerals", ("C foo", "C"), "'foo' is no chord notation"),
        ("realize_numerals", ("ii VV I", "C"), "cannot read the numeral 'VV'"),
        ("realize_numerals", ("", "C"), "no numerals were given"),
        ("invert_chord", ("C", 3), "no third inversion"),
        ("invert_chord", ("C", "sideways"), "as an inversion"),
        ("pitch_info", ("C12",), "outside MIDI's range"),
        ("pitch_info", ("MIDI 200",), "write 0 to 127"),
        ("transpose_for_instrument", ("C", "clarinett"), "did you mean clarinet?"),
        ("transpose_for_instrument", ("C", "sax"), "did you mean alto sax or tenor sax?"),
        ("capo_chords", ("C", 20), "a fret from 1 to 12"),
        ("capo_chords", ("", ""), "name the chords that are to sound"),
        ("spell_chord", ("Xm7",), "write e.g. Cm7"),
        ("tempo_delay", ("0",), "10 to 1000"),
        ("tempo_delay", ("soon",), "beats a minute"),
        ("show_music", ("C20",), "cannot read 'C20'"),
        ("show_music", (" ".join(["C"] * 300),), "too many"),
    ],
)
def test_errors_say_what_to_do(name: str, values: tuple[Any, ...], said: str) -> None:
    with pytest.raises(ToolError) as caught:
        call(name, *values)
    assert said in str(caught.value)


@pytest.mark.parametrize(("name", "parameters"), PARAMETERS.items())
def test_wrong_arguments_are_refused(name: str, parameters: list[str]) -> None:
    for arguments in ({}, {**dict.fromkeys(parameters, "C"), "extra": 1}, {parameters[0]: ["C"]}):
        with pytest.raises(ToolError):
            BY_NAME[name].call(arguments)


@pytest.mark.parametrize("name", BY_NAME)
def test_any_text_is_answered_or_refused(name: str) -> None:
    """As every argument, and as one argument beside others that can be read."""
    tool = BY_NAME[name]
    names = list(tool.parameters["properties"])
    for text in ("", " ", "?", "🎵", "C" * 5000, "\x00", "'; rm -rf /", "-", "|", "7", "C4"):
        for given in (names, *([one] for one in names)):
            try:
                said = tool.call(dict.fromkeys(names, "C") | dict.fromkeys(given, text)).text
            except ToolError as problem:
                said = str(problem)
            assert said, (given, text)


@pytest.mark.parametrize(
    ("name", "values", "stem"),
    [
        ("spell_chord", ("Ebm7",), "Ebm7"),
        ("spell_scale", ("D dorian",), "D-dorian"),
        ("transpose", ("Ebm7", "up a fourth"), "Abm7"),
        ("realize_numerals", ("ii V I", "C"), "ii-V-I-in-C-major"),
        ("show_music", ("C4 E4 G4",), "C4-E4-G4"),
        ("invert_chord", ("C", 1), "C-E"),
        ("diatonic_chords", ("A minor",), "A-minor"),
    ],
)
def test_something_to_see_hear_and_keep(name: str, values: tuple[Any, ...], stem: str) -> None:
    artifacts = {a.name: a for a in call(name, *values).artifacts}
    assert artifacts[f"{stem}.svg"].mime == "image/svg+xml"
    assert (
        artifacts[f"{stem}.svg"].data.startswith(b"<?xml")
        or b"<svg" in artifacts[f"{stem}.svg"].data[:200]
    )
    assert artifacts[f"{stem}.wav"].data[:4] == b"RIFF"
    assert artifacts[f"{stem}.mid"].data[:4] == b"MThd"


@pytest.mark.parametrize(
    ("key", "triads", "numerals"),
    [
        ("A minor", "Am Bdim C Dm Em F G", "i ii° III iv v VI VII"),
        ("B harmonic minor", "Bm C♯dim Daug Em F♯ G A♯dim", "i ii° III+ iv V VI vii°"),
        ("C melodic minor", "Cm Dm E♭aug F G Adim Bdim", "i ii III+ IV V vi° vii°"),
        ("E phrygian", "Em F G Am Bdim C Dm", "i II III iv v° VI vii"),
    ],
)
def test_the_chords_of_each_form_of_minor(key: str, triads: str, numerals: str) -> None:
    lines = call("diatonic_chords", key).text.splitlines()
    assert lines[0].endswith(f": {triads}") and lines[1] == f"Numerals: {numerals}"
    assert ("With the raised seventh" in lines[-1]) is (key == "A minor")


def test_many_threads_get_whole_answers() -> None:
    chords = ["Ebm7", "G13(#11)", "Bb/D", "F#ø"] * 6
    alone = {chord: call("spell_chord", chord) for chord in set(chords)}
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda chord: call("spell_chord", chord), chords))
    for chord, result in zip(chords, together, strict=True):
        assert result.text == alone[chord].text
        assert _shapes(result) == _shapes(alone[chord])
        assert len(result.artifacts[1].data) == len(alone[chord].artifacts[1].data)


def _shapes(result: ToolResult) -> str:
    """The image without the ids that Verovio draws by chance."""
    return re.sub(r'(id|href)="[^"]*"|(?<=End )\w+', "", result.artifacts[0].data.decode())
