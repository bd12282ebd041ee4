"""Which key is found for melodies and progressions whose key is known."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tools.music.key_finding import find
from tools.music.music_text import Music, read_chords, read_music
from tools.music.part_writing_tools import harmonize_melody

KNOWN = yaml.safe_load((Path(__file__).parent / "keys.yaml").read_text(encoding="utf-8"))


def rows(kind: str) -> list[tuple[str, str]]:
    return [(key, text) for key, texts in KNOWN[kind].items() for text in texts]


def test_nearly_all_tunes_are_in_the_key_that_people_hear() -> None:
    """A few openings can be heard in two keys; the others have one."""
    missed = [text for key, text in rows("tunes") if find(read_music(text)).name != key]
    assert len(missed) <= len(rows("tunes")) // 20, missed


@pytest.mark.parametrize(("key", "text"), rows("scales"))
def test_a_scale_that_is_written_out_is_in_its_own_key(key: str, text: str) -> None:
    assert find(read_music(text)).name == key


@pytest.mark.parametrize(("key", "text"), rows("progressions"))
def test_progressions_are_in_the_key_that_they_begin_or_close_in(key: str, text: str) -> None:
    assert find(Music("chords", chords=read_chords(text))).name == key


def test_a_note_that_is_struck_again_says_nothing_new() -> None:
    assert find(read_music("E D C D E E E")) == find(read_music("E D C D E"))
    assert harmonize_melody.call({"melody": "E D C D E E E"}).text.startswith("C major: C")
