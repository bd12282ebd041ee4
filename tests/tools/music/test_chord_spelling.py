"""Chord spellings against a table written by hand, and malformed ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from support import needs

from tools.music.chord_text import read_chord
from tools.music.pitch import MusicError
from tools.music.quality import Quality

TABLE: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent / "chords.yaml").read_text(encoding="utf-8")
)
ROWS = [(spelling, notes) for notes, spellings in TABLE.items() for spelling in spellings]

# Where the published table reads a symbol otherwise, and why we do not.
DELIBERATE = {
    **dict.fromkeys(("11", "11b9"), "we keep the third"),
    **dict.fromkeys(("7b13", "9b13", "7b9b13", "alt7"), "we keep the fifth"),
    **dict.fromkeys(("^", "^#5"), "the major seventh, as in charts"),
    **dict.fromkeys(("4", "quartal", "phryg"), "not a chord symbol; sus4 or add4 is"),
    **dict.fromkeys(("M7b6", "^7b6", "mb6M7", "mb6b9"), "the sixth stands beside the fifth"),
    **dict.fromkeys(
        ("M6b5", "6b5", "7b5b13", "7b5#9", "7#9b5", "9b5b13", "7b5b9", "7b9b5", "7b5b9b13"),
        "a flat fifth replaces the fifth",
    ),
    "M7add13": "no ninth was asked for",
    "o7M7": "two sevenths",
    "m11A": "not a chord symbol",
}


def test_table_is_large() -> None:
    assert len(ROWS) >= 250
    assert len({spelling for spelling, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("spelling", "notes"), ROWS)
def test_spelling_gives_notes(spelling: str, notes: str) -> None:
    assert " ".join(p.name for p in read_chord(spelling).pitches) == notes


@pytest.mark.parametrize(("spelling", "notes"), ROWS)
def test_symbol_reads_back(spelling: str, notes: str) -> None:
    chord = read_chord(spelling)
    again = read_chord(chord.symbol)
    assert again.pitches == chord.pitches
    assert again.symbol == chord.symbol


@pytest.mark.parametrize(("spelling", "notes"), ROWS)
def test_name_in_words_reads_back(spelling: str, notes: str) -> None:
    chord = read_chord(spelling)
    assert {p.name for p in read_chord(chord.name).pitches} == {p.name for p in chord.pitches}


@pytest.mark.parametrize(
    ("text", "unread", "meant"),
    [
        ("Cxyz7", "xyz7", "C7"),
        ("C minro seventh", "minro", "minor"),
        ("C4", "4", "Csus4"),
        ("Hb7", "Hb7", "Bb7 or B7"),
        ("Cmaj7foo", "foo", "Cmaj7"),
        ("D dominnt seventh", "dominnt", "dominant"),
        ("Cm57", "5", "Cm7"),
        ("E flat mynor", "mynor", "minor"),
    ],
)
def test_unreadable_part_and_nearest_reading(text: str, unread: str, meant: str) -> None:
    with pytest.raises(MusicError) as caught:
        read_chord(text)
    assert unread in str(caught.value)
    assert "did you mean" in str(caught.value)
    assert meant in str(caught.value).split("did you mean")[1]


@pytest.mark.parametrize("text", ["", "  ", "?!", "zz", "Xm7", "/", "C//E", "C/J", "♭", "7", "C99"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(MusicError):
        read_chord(text)


def test_quality_without_parts_is_major() -> None:
    assert Quality().symbol == ""
    assert Quality().name == "major"


def test_agrees_with_published_chord_types() -> None:
    path = needs.data("train/chords-scales/chord_types.json")
    differences = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        expected = {_class(name) for name in entry["intervals"]}
        for alias in entry["aliases"]:
            if alias in DELIBERATE or alias.startswith(("b", "#")):
                continue
            try:
                got = {i.semitones % 12 for i in read_chord(f"C{alias}").quality.intervals}
            except MusicError as problem:
                differences.append((alias, str(problem)))
                continue
            if got != expected:
                differences.append((alias, sorted(got ^ expected)))
    assert not differences, "\n".join(f"{a}: {w}" for a, w in differences)


def _class(name: str) -> int:
    """Pitch class of an interval written as number and quality: `3M`, `11A`."""
    from tools.music.interval import Interval

    number = name.rstrip("PMmAd")
    return Interval.of(name[len(number) :] + number).semitones % 12
