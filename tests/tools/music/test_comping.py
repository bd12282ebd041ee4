"""Chords at the keyboard: voicings and comping."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import ToolError
from tools.music import comping_styles
from tools.music.chart import read_chart
from tools.music.chord_text import read_chord
from tools.music.comping import comping
from tools.music.comping_tools import COMPING_TOOLS
from tools.music.line_text import read_line, write_line
from tools.music.piano_voicings import KINDS, voicings
from tools.music.pitch import MusicError

BY_NAME = {tool.name: tool for tool in COMPING_TOOLS}
ROOTS = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
SUFFIXES = ["", "m", "7", "m7", "maj7", "m7b5", "dim7", "6", "m6", "9", "maj9", "13", "7alt", "7b9"]
CHORDS = st.builds(
    lambda root, suffix: root + suffix, st.sampled_from(ROOTS), st.sampled_from(SUFFIXES)
)
METERS = ["4/4", "3/4", "6/8", "5/4", "7/8"]


@settings(deadline=None)
@given(st.lists(CHORDS, min_size=1, max_size=6), st.sampled_from(list(KINDS)))
def test_voicings_rise_and_have_the_notes_of_their_chords(symbols: list[str], kind: str) -> None:
    chords = [read_chord(symbol) for symbol in symbols]
    try:
        rows = voicings(chords, kind)
    except MusicError:
        assert kind not in ("close", "open")
        return
    for chord, row in zip(chords, rows, strict=True):
        heights = [pitch.midi for pitch in row]
        assert heights == sorted(set(heights)) and heights[0] >= 36 and heights[-1] <= 88
        names = {tone.name for tone in chord.tones}
        if kind in ("close", "shell", "guide tones", "open", "drop 2", "drop 3"):
            assert {pitch.name for pitch in row} <= names
        if kind == "close":
            assert {pitch.name for pitch in row} == names


@settings(deadline=None, max_examples=60)
@given(
    st.lists(CHORDS, min_size=1, max_size=5),
    st.sampled_from(list(comping_styles.STYLES)),
    st.sampled_from(METERS),
    st.integers(0, 50),
)
def test_comping_fills_the_chart_and_is_read_back(
    symbols: list[str], style: str, meter: str, seed: int
) -> None:
    chart = read_chart(f"{meter}: {' | '.join(symbols)}")
    if style == "waltz" and len(chart.meter.beats) != 3:
        return
    line, _ = comping(chart, style, seed)
    assert line.length == chart.length
    assert read_line(write_line(line)).notes == line.notes
    assert comping(chart, style, seed)[0] == line


@pytest.mark.parametrize("style", comping_styles.STYLES)
def test_every_chord_of_a_chart_is_struck(style: str) -> None:
    head = "3/4: " if style == "waltz" else ""
    chart = read_chart(f"{head}Dm7 | G7 Cmaj7 | A7 | Dm7")
    placed = list(comping(chart, style, 3)[0].placed)
    for change in chart.changes:
        struck = [n for at, n in placed if change.start <= at < change.start + change.beats]
        assert any(note.pitches for note in struck), (style, change.chord.symbol)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("left hand", "F3 A3 C4 E4, F3 A3 B3 E4, E3 G3 B3 D4"),
        ("shell", "D3 F3 C4, G2 F3 B3, C3 E3 B3"),
        ("guide tones", "F3 C4, F3 B3, E3 B3"),
    ],
)
def test_known_voicings(kind: str, said: str) -> None:
    result = BY_NAME["chord_voicings"].call({"chords": "Dm7 G7 Cmaj7", "kind": kind})
    assert result.text.splitlines()[0] == said


def test_one_chord_is_shown_in_every_kind() -> None:
    text = BY_NAME["chord_voicings"].call({"chords": "Cmaj7"}).text
    assert text.splitlines()[0] == f"Cmaj7: {', '.join(KINDS)}"
    assert "drop 2: G3 C4 E4 B4" in text and "close: C4 E4 G4 B4" in text


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("chord_voicings", {"chords": "C", "kind": "drop 2"}, "needs four"),
        ("chord_voicings", {"chords": "C", "kind": "rootless"}, "Cmaj7, Cm7 or C7"),
        ("chord_voicings", {"chords": "C", "kind": "upside"}, "unknown voicing"),
        ("comping", {"chords": "C | F", "style": "dubstep"}, "unknown style of comping"),
        ("comping", {"chords": "C | F", "style": "waltz"}, "write 3/4: before"),
    ],
)
def test_errors_say_what_to_write(name: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ToolError, match=said):
        BY_NAME[name].call(arguments)


def test_the_part_is_seen_and_heard() -> None:
    result = BY_NAME["comping"].call({"chords": "Dm7 | G7 | Cmaj7"})
    assert [each.kind for each in result.artifacts] == ["image", "audio", "file", "file", "file"]
    assert result.text.splitlines()[1].startswith("(jazz comping over Dm7 G7 Cmaj7, seed 1")
