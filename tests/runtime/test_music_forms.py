"""Names as people write them are marked as one value, and English is left alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.values.music import find
from runtime.yaml_files import read_yaml

TABLES = Path(__file__).parents[1] / "tools" / "music"
# The sentence that holds a name, the kinds of value it may be, and the least share marked whole.
CARRIERS = {
    "chords": ("what notes are in {}?", "ckmx", 0.9),
    "charts": ("play {} please", "h", 0.8),
    "lines": ("name the chord {}", "l", 0.8),
    "progressions": ("play {} please", "v", 0.85),
    "numerals": ("what chord is {}?", "v", 0.8),
    "scales": ("spell {} please", "xkcm", 0.65),
}


def spellings(section: str) -> Iterator[str]:
    """Every spelling of a section of the golden tables."""
    if section == "chords":
        table = read_yaml(TABLES / "chords.yaml")
    else:
        table = read_yaml(TABLES / "spellings.yaml")[section]
    for texts in table.values():
        for more in texts.values() if isinstance(texts, dict) else (texts,):
            yield from more


@pytest.mark.parametrize("section", CARRIERS)
def test_names_are_marked_whole(section: str) -> None:
    carrier, kinds, least = CARRIERS[section]
    texts = list(spellings(section))
    missed = [
        text
        for text in texts
        if not any(f.text == text and f.kind in kinds for f in find(carrier.format(text)))
    ]
    assert len(missed) <= (1 - least) * len(texts), missed


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("what is in C−7 and Cm/maj7", [("c", "C−7"), ("c", "Cm/maj7")]),
        ("spell Hm7 for me", [("c", "Hm7")]),
        ("is Es-Dur the same as Dis-Dur", [("k", "Es-Dur"), ("k", "Dis-Dur")]),
        ("play B A C H", [("l", "B A C H")]),
        ("play do mi sol in E flat major", [("l", "do mi sol in E flat major")]),
        ("the chords Do Lam Fa Sol", [("h", "Do Lam Fa Sol")]),
        ("IIm7 V7 IΔ in F Major", [("v", "IIm7 V7 IΔ"), ("k", "F Major")]),
        ("what is V7b9 in c minor", [("v", "V7b9"), ("k", "c minor")]),
        ("notes of D Dorian", [("x", "D Dorian")]),
        ("notes of A harm minor", [("x", "A harm minor")]),
        ("blues scale in A please", [("x", "blues scale in A")]),
        ("minor triad on F#", [("c", "minor triad on F#")]),
        ("A minor seventh over D", [("c", "A minor seventh over D")]),
        ("C over E, which interval is it", [("m", "C"), ("m", "E")]),
        ("up an octave and a third", [("i", "up an octave and a third")]),
        ("eine kleine Terz abwärts", [("i", "kleine Terz abwärts")]),
    ],
)
def test_values_of_a_request(text: str, values: list[tuple[str, str]]) -> None:
    found = [(f.kind, f.text) for f in find(text)]
    assert [v for v in found if v in values] == values, found


@pytest.mark.parametrize(
    "text",
    [
        "as a matter of fact, this is his idea and she does it",
        "im holding down the wrong fret, whats that",
        "balance the equation H2 + O2",
        "Hm, do you know what I mean, or is it so?",
        "the lab is closed, see the des moines office",
        "do major scales have a fixed order",
    ],
)
def test_english_is_left_alone(text: str) -> None:
    assert list(find(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "C" + "69" * 400 + "x",
        "I" + "11" * 400 + "x",
        "re- " * 400 + "x",
        "I" + " " * 2000 + "x",
        "do " * 700 + "x",
        "As " * 700 + "x",
        "C over " * 400,
        "an octave and " * 400,
        "(" * 2000,
    ],
)
def test_hostile_texts_take_no_longer_than_others(text: str) -> None:
    start = time.process_time()
    list(find(text))
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "melody",
    [
        "C4:e D4:e E4 G4:h | F4 E4 D4:h",
        'in C major: "C"E4:e F4:e C4 E4 | "Am"C5:e B4:e A4',
        "3/4 in G major, 96 bpm: D4 G4:e A4:q. | D5 G4:et A4:et B4:et G4",
        "C5:e~ B4 | r:h C4",
        "E4 D4 C4 D4 E4 E4 E4:2",
    ],
)
def test_a_melody_with_lengths_is_one_value(melody: str) -> None:
    assert [(each.kind, each.text) for each in find(f"vary {melody} for me")] == [("l", melody)]


def test_a_step_stands_for_the_bar_that_it_is_asked_for() -> None:
    (found,) = find("please move bar two up a step now")
    assert (found.start, found.end) == (20, 29)
    assert found.text == "bar two up a step"
    for text in ("up a third in bars 2 to 4", "the last note down an octave"):
        assert next(find(text)).text == text
