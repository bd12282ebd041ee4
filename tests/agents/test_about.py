"""Questions about Mica's own use with music are told from requests, and answered by notes."""

from __future__ import annotations

import pytest

from agents.about import note_for, text_of
from runtime.yaml_files import read_yaml
from tools.knowledge.recipes import load_notes
from training.rows import ROOT

OWN = [note for note in load_notes("composer") if note["id"].startswith("mica.")]


@pytest.mark.parametrize(
    ("asked", "note"),
    [
        ("can I upload a midi file?", "mica.sending_scores"),
        ("how do I give you a score", "mica.sending_scores"),
        ("which files can you read?", "mica.sending_scores"),
        ("how do I save this as midi", "mica.saving_files"),
        ("where are the files you made?", "mica.saving_files"),
        ("can you make a pdf", "mica.saving_files"),
        ("i have a recording of my band, can you find out the chords?", "mica.recordings"),
        ("how do I build the corpus index?", "mica.real_music"),
        ("which composers can you search?", "mica.real_music"),
        ("do i need to install csound for you to check csound code?", "mica.other_programs"),
    ],
)
def test_a_question_finds_its_note(asked: str, note: str) -> None:
    assert note_for(asked) == note
    assert text_of(note) in [each["text"] for each in OWN]


def test_requests_about_files_and_music_are_none() -> None:
    for asked in ("save C E G as midi", "download the log of nginx", "where are my config files?",
                  "which files are larger than 1 GB", "make a midi of Dm7 G7",
                  "how do I save a file in vim"):  # fmt: skip
        assert note_for(asked) == ""


def test_what_nobody_is_asked_stays_so() -> None:
    rows = read_yaml(ROOT / "training/data/router/other.yaml")
    texts = [row if isinstance(row, str) else row["text"] for row in rows]
    assert len(texts) > 500
    assert [text for text in texts if note_for(text)] == []
