"""Twelve-tone rows and pitch-class sets, against identities and an independent library."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import ToolError
from tools.music.pitch_classes import read_pitch_classes
from tools.music.row_tools import set_class as set_tool
from tools.music.row_tools import tone_row
from tools.music.set_theory import interval_vector, set_class, symmetries
from tools.music.twelve_tone import read_form, read_row

UNTIMED = settings(deadline=None, max_examples=80)
sets = st.sets(st.integers(0, 11), min_size=1, max_size=11)
rows = st.permutations(range(12)).map(lambda row: read_row(" ".join(map(str, row))))
SCHOENBERG_25 = "E F G C# F# D# G# D B C A Bb"  # Suite op. 25
BERG_LYRIC = "F E C A G D Ab Db Eb Gb Bb B"  # Lyric Suite: an all-interval row
WEBERN_24 = "B Bb D Eb G F# Ab E F C C# A"  # Concerto op. 24: four trichords of one class


def test_all_224_classes_agree_with_an_independent_library(music21: Any) -> None:
    found = {}
    for size in range(13):
        for classes in combinations(range(12), size):
            found.setdefault(set_class(classes).prime, classes)
    assert len(found) == 224
    for prime, classes in found.items():
        if not classes:
            continue
        ours, theirs = set_class(classes), music21.chord.Chord(list(classes))
        assert ours.forte.replace("Z", "") == theirs.forteClass.rstrip("AB")
        assert list(prime) == theirs.primeForm
        if len(classes) > 1:
            assert list(ours.vector) == list(theirs.intervalVector)
    # A Z tells that another class of the same size has the same intervals.
    vectors = Counter((len(c), set_class(c).vector) for c in found.values())
    for classes in found.values():
        twin = vectors[len(classes), set_class(classes).vector] > 1
        assert ("Z" in set_class(classes).forte) == twin


@UNTIMED
@given(sets, st.integers(0, 11))
def test_transposition_and_inversion_keep_the_class(classes: set[int], by: int) -> None:
    own = set_class(classes)
    assert set_class((pc + by) % 12 for pc in classes).forte == own.forte
    assert set_class((by - pc) % 12 for pc in classes).prime == own.prime
    assert set(own.normal) == classes
    assert sum(own.vector) == len(classes) * (len(classes) - 1) // 2
    moved, turned = symmetries(classes)
    assert 0 in moved
    assert not turned or len(turned) == len(moved)


@UNTIMED
@given(sets)
def test_the_vector_tells_of_the_complement(classes: set[int]) -> None:
    rest = set(range(12)) - classes
    growth = len(rest) - len(classes)
    expected = [count + growth for count in interval_vector(classes)]
    expected[5] = interval_vector(classes)[5] + growth // 2 if growth % 2 == 0 else expected[5]
    assert list(interval_vector(rest))[:5] == expected[:5]
    assert set_class(rest).complement == set_class(classes).forte


@UNTIMED
@given(rows, st.integers(0, 11))
def test_forms_there_and_back(row, number: int) -> None:
    assert row.form("P") == row.classes
    assert row.form("R", number) == row.form("P", number)[::-1]
    assert row.form("RI", number) == row.form("I", number)[::-1]
    assert row.form("P", number)[0] == row.form("I", number)[0] == number
    again = read_row(" ".join(map(str, row.form("I"))))
    assert again.form("I") == row.classes
    for line in (*row.matrix, *zip(*row.matrix, strict=True)):
        assert sorted(line) == list(range(12))


def test_rows_of_the_literature() -> None:
    assert read_row(BERG_LYRIC).is_all_interval
    assert not read_row(SCHOENBERG_25).is_all_interval
    webern = read_row(WEBERN_24).classes
    assert {set_class(webern[n : n + 3]).forte for n in (0, 3, 6, 9)} == {"3-3"}
    text = tone_row.call({"row": SCHOENBERG_25, "form": "I4"}).text
    assert text.startswith("I4 (inversion): E D♯ C♯ G D F C F♯ A G♯ B B♭")
    assert "I11" in read_row(SCHOENBERG_25).combinatorial()


def test_the_matrix_has_its_labels() -> None:
    text = tone_row.call({"row": SCHOENBERG_25, "form": "the matrix"}).text
    lines = text.splitlines()
    assert lines[2].split()[0] == "I4" and lines[-3].split()[0] == "RI4"
    assert lines[3].split() == ["P4", *"E F G C♯ F♯ D♯ G♯ D B C A B♭".split(), "R4"]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("P0", ("P", 0)), ("p", ("P", None)), ("RI 11", ("RI", 11)), ("i7", ("I", 7)),
        ("retrograde inversion", ("RI", None)), ("inverted", ("I", None)), ("R-3", ("R", 3)),
        ("T5", ("P", 5)), ("the retrograde", ("R", None)), ("Ie", ("I", 11)),
        ("backwards", ("R", None)), ("IR2", ("RI", 2)),
        ("prime form", ("P", None)), ("inversion at 4", ("I", 4)),
    ],
)  # fmt: skip
def test_forms_are_read(text: str, form: tuple[str, int | None]) -> None:
    assert read_form(text) == form


@pytest.mark.parametrize(
    ("notes", "line"),
    [
        ("C E G", "C E G: 3-11, prime form (037) (major or minor triad)"),
        ("0 1 4 6", "C C♯ E F♯: 4-Z15, prime form (0146) (all-interval tetrachord)"),
        ("{0,1,5,6,8}", "C C♯ F F♯ A♭: 5-20, prime form (01378)"),
        ("pc set 025", "C D F: 3-7, prime form (025) (incomplete minor seventh)"),
        ("C D E F G A B C", "C D E F G A B C: 7-35, prime form (013568T) (diatonic scale"),
    ],
)
def test_sets_are_named(notes: str, line: str) -> None:
    assert set_tool.call({"notes": notes}).text.splitlines()[0].startswith(line)


def test_both_prime_forms_are_given_where_they_differ() -> None:
    assert "Rahn's prime form: (01568)." in set_tool.call({"notes": "0 1 5 6 8"}).text
    assert "Rahn" not in set_tool.call({"notes": "0 1 4"}).text


def test_numbers_and_names_are_read() -> None:
    assert [p.name for p in read_pitch_classes("t e 0")] == ["B♭", "B", "C"]
    assert [p.name for p in read_pitch_classes("0te")] == ["C", "B♭", "B"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"row": "C D E", "form": "P0"}, "3 notes, lacks C♯"),
        ({"row": " ".join(["0"] * 12), "form": "P0"}, "repeats C"),
        ({"row": SCHOENBERG_25, "form": "Q7"}, "cannot read 'Q7' as a form"),
        ({"row": SCHOENBERG_25, "form": "P12"}, "numbered from 0 to 11"),
        ({"row": "0 1 2 x y", "form": "P0"}, "'y'"),
    ],
)
def test_rows_that_cannot_be_read(arguments: dict[str, str], said: str) -> None:
    with pytest.raises(ToolError) as caught:
        tone_row.call(arguments)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("notes", "said"), [("", "no notes"), ("0 12", "0 (C) to 11"), ("C foo", "'C foo'")]
)
def test_sets_that_cannot_be_read(notes: str, said: str) -> None:
    with pytest.raises(ToolError) as caught:
        set_tool.call({"notes": notes})
    assert said in str(caught.value)
