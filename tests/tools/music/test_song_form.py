"""Sections put together in the order of a form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import ToolError
from tools.music.chart import read_chart
from tools.music.form_tools import FORM_TOOLS
from tools.music.line_text import read_line
from tools.music.song_form import assemble, read_form, read_sections

BY_NAME = {tool.name: tool for tool in FORM_TOOLS}
CHARTS = {"A": ["C | Am | F | G"], "B": ["F | G"], "C": ["Am"]}


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("AABA", "A A B A"),
        ("A A' B A", "A A' B A"),
        ("verse, chorus, verse, chorus x2", "verse chorus verse chorus chorus"),
        ("2x A, B", "A A B"),
        ("AABA form", "A A B A"),
        ("aaba", "A A B A"),
        ("32-bar form", "A A B A"),
        ("Rondo", "A B A C A"),
        ("intro - verse - chorus", "intro verse chorus"),
    ],
)
def test_forms_are_read_as_people_write_them(text: str, order: str) -> None:
    assert " ".join(read_form(text)) == order


@settings(deadline=None)
@given(st.lists(st.sampled_from(list(CHARTS)), min_size=1, max_size=10))
def test_the_whole_is_its_sections_one_after_the_other(form: list[str]) -> None:
    song = assemble(form, CHARTS)
    assert [section.name for section in song.sections] == form
    assert song.chart is not None
    assert song.chart.text == " | ".join(CHARTS[name][0] for name in form)
    assert read_chart(song.chart.text).changes == song.chart.changes
    ends = [section.first + section.bars for section in song.sections]
    assert [section.first for section in song.sections] == [1, *ends[:-1]]


def test_endings_are_played_in_turn() -> None:
    sections = read_sections("A: C | F [1 G [2 C; B: Am")
    song = assemble(["A", "A", "B", "A"], sections)
    assert song.chart is not None
    assert song.chart.text == "C | F | G | C | F | C | Am | C | F | C"


def test_melodies_are_put_together_with_their_marks() -> None:
    text = "verse: C4 D4 E4 F4 | G4:w\nchorus: (f)A4:h G4:h"
    result = BY_NAME["song_form"].call({"form": "verse chorus", "sections": text})
    first = result.text.splitlines()[0]
    assert first == "C4 D4 E4 F4 | G4:w | (f)A4:h G4:h"
    assert len(read_line(first).notes) == 7


def test_sections_are_made_in_a_style_by_seed() -> None:
    call = {"form": "AABA", "style": "jazz", "key": "F", "seed": 3}
    made = BY_NAME["song_form"].call(call)
    chart = made.text.splitlines()[0].split(" | ")
    assert len(chart) == 32 and chart[:8] == chart[8:16] == chart[24:] != chart[16:24]
    assert "Sections: A bars 1 to 8, A bars 9 to 16, B bars 17 to 24, A bars 25 to 32." in made.text
    assert BY_NAME["song_form"].call(call).text == made.text


def test_the_picture_has_each_section_once_with_its_name() -> None:
    call = {"form": "AABA", "sections": "A: C | Am | F | G; B: F | G | Em | Am"}
    result = BY_NAME["song_form"].call(call)
    picture, _, _, musicxml, _ = (
        artifact.data.decode(errors="replace") for artifact in result.artifacts
    )
    assert picture.count('class="measure') == 8 and picture.count('class="reh') == 2
    assert musicxml.count("<measure ") == 16 and musicxml.count("<rehearsal>") == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"form": "AABA", "sections": "A: C | Am"}, "write B: and its music"),
        ({"form": "hello"}, "'hello' is no section"),
        ({"form": ""}, "cannot read '' as a form"),
        ({"form": "AB", "sections": "C | F"}, "name each section"),
        ({"form": "AB", "sections": "A: C4 D4:h; B: C4"}, "does not fill its bars"),
        ({"form": "AB", "sections": "A: C | F; B: 3/4: G"}, "section B is in 3/4"),
        ({"form": "A", "sections": "A: C; A: F"}, "written twice"),
        ({"form": "A x99", "sections": "A: C"}, "too many"),
        ({"form": "A" * 25, "sections": "A: C"}, "25 sections are too many"),
    ],
)
def test_errors_say_what_to_write(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ToolError) as caught:
        BY_NAME["song_form"].call(arguments)
    assert said in str(caught.value)
