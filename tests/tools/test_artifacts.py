"""Artifacts that are made later: once, and as large as was said."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import Artifact, Later
from tools.music.audio import Sound, play, played_later
from tools.music.tools import TOOLS

notes = st.builds(
    Sound,
    start=st.floats(0, 70),
    seconds=st.floats(0.01, 3),
    note=st.integers(21, 108),
    program=st.integers(0, 127),
)
CALLS = {
    "spell_chord": {"chord": "Ebm7"},
    "show_music": {"music": "Dm7 | G7 | Cmaj7 | Am7"},
    "edit_melody": {"melody": "C4 E4 G4 E4 | D4 F4 D4:h", "edit": "bar two up a step"},
    "drum_pattern": {"style": "funk", "bars": 2},
    "realize_parts": {"chords": "I vi ii6 V7 I", "key": "D"},
    "write_code": {"music": "C4 E4 G4:h", "format": "ABC"},
}


def test_bytes_are_made_once_and_only_when_asked_for() -> None:
    made: Counter[str] = Counter()
    together = threading.Barrier(4)

    def make() -> bytes:
        made["times"] += 1
        return b"abc"

    artifact = Artifact("file", "a.txt", "text/plain", Later(make, lambda: 3))
    assert artifact.size == 3
    assert not made

    def ask() -> bytes:
        together.wait(60)
        return artifact.data

    with ThreadPoolExecutor(4) as pool:
        answers = [asked.result() for asked in [pool.submit(ask) for _ in range(4)]]
    assert answers == [b"abc"] * 4
    assert made["times"] == 1


@settings(max_examples=25, deadline=None)
@given(st.lists(notes, min_size=1, max_size=6))
def test_the_size_of_a_sound_is_known_before_it_is_made(sounds: list[Sound]) -> None:
    later = played_later(lambda: sounds)
    assert later.size == len(later.read())


@pytest.mark.parametrize("name", CALLS)
def test_a_tool_leaves_sound_midi_and_abc_for_later_and_says_every_size(name: str) -> None:
    tool = next(tool for tool in TOOLS if tool.name == name)
    result = tool.call(CALLS[name])
    beside = result.artifacts[name == "write_code" :]  # whose answer is the first file itself
    assert [isinstance(each.content, Later) for each in beside] == [
        each.mime in ("audio/wav", "audio/midi", "text/vnd.abc") for each in beside
    ]
    assert any(each.kind == "audio" for each in result.artifacts)
    assert [each.size for each in result.artifacts] == [len(each.data) for each in result.artifacts]


def test_a_file_that_is_no_soundfont_does_not_silence_the_music(tmp_path: Path) -> None:
    broken = tmp_path / "broken.sf2"
    broken.write_bytes(b"no font")
    samples = np.frombuffer(play([Sound(0, 0.5, 69)], broken)[44:], dtype="<i2")
    assert np.abs(samples).max() > 10_000
