"""Meters, note values, tuplets, tempo relations and times."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import ToolError
from tools.music.meter import read_meter
from tools.music.note_values import read_ratio, read_value, value_name
from tools.music.rhythm_tools import meter, metric_modulation, music_time, tuplet

UNTIMED = settings(deadline=None, max_examples=80)


@pytest.mark.parametrize(
    ("text", "name", "description"),
    [
        ("4/4", "4/4", "simple quadruple"), ("common time", "4/4", "simple quadruple"),
        ("cut time", "2/2", "simple duple"), ("3/4", "3/4", "simple triple"),
        ("6/8", "6/8", "compound duple"), ("9/8", "9/8", "compound triple"),
        ("12/8", "12/8", "compound quadruple"), ("6/4", "6/4", "compound duple"),
        ("3/8", "3/8", "simple triple"), ("5/4", "5/4", "simple quintuple"),
        ("7/8", "7/8", "additive, 2+2+3"), ("7/8 as 3+2+2", "7/8", "additive, 3+2+2"),
        ("3+3+2/8", "8/8", "additive, 3+3+2"), ("9/8 grouped 2+2+2+3", "9/8", "additive, 2+2+2+3"),
        ("six eight", "6/8", "compound duple"), ("7 over 8", "7/8", "additive, 2+2+3"),
        ("alla breve", "2/2", "simple duple"), ("a waltz", "3/4", "simple triple"),
        ("11/8", "11/8", "additive, 2+2+3+2+2"), ("the meter 5-4", "5/4", "simple quintuple"),
    ],
)  # fmt: skip
def test_meters_are_read(text: str, name: str, description: str) -> None:
    found = read_meter(text)
    assert (found.name, found.description) == (name, description)
    line = meter.call({"meter": text}).text.splitlines()[0]
    assert line.startswith(f"{name}: {description}, ")


@UNTIMED
@given(st.integers(1, 24), st.sampled_from([1, 2, 4, 8, 16]))
def test_beats_fill_the_bar(top: int, bottom: int) -> None:
    found = read_meter(f"{top}/{bottom}")
    assert sum(found.groups) == top
    assert sum(found.beats) == found.quarters == Fraction(4 * top, bottom)
    assert found.starts[0] == 0 and set(found.strong) <= set(found.starts)
    assert read_meter(f"{found.name} {found.grouping}").groups == found.groups or top == 1


@pytest.mark.parametrize(
    ("text", "quarters"),
    [
        ("quarter", 1), ("dotted quarter", Fraction(3, 2)), ("1/8", Fraction(1, 2)),
        ("eighth notes", Fraction(1, 2)), ("quaver", Fraction(1, 2)), ("minim", 2), ("q.", "3/2"),
        ("eighth triplet", Fraction(1, 3)), ("triplet quarter note", Fraction(2, 3)),
        ("5:4 sixteenth", Fraction(1, 5)), ("double dotted half", Fraction(7, 2)),
        ("16th", Fraction(1, 4)), ("whole note", 4), ("a dotted 8th", Fraction(3, 4)),
        ("demisemiquaver", Fraction(1, 8)), ("breve", 8), ("triplets", Fraction(1, 3)),
    ],
)  # fmt: skip
def test_note_values_are_read(text: str, quarters: object) -> None:
    found = read_value(text)
    assert found.quarters == Fraction(str(quarters))
    assert read_value(found.name) == found


@UNTIMED
@given(
    st.integers(0, 6).map(lambda n: Fraction(8, 2**n)),
    st.sampled_from([(1, 1), (3, 2), (5, 4), (7, 4), (7, 8), (9, 8), (2, 3)]),
    st.integers(0, 2),
)
def test_names_of_values_read_back(plain: Fraction, ratio: tuple[int, int], dots: int) -> None:
    written = plain * (2 - Fraction(1, 2**dots))
    assert read_value(value_name(written, ratio)).quarters == written * ratio[1] / ratio[0]


@UNTIMED
@given(
    st.integers(2, 15), st.sampled_from(["quarter", "eighth", "sixteenth"]), st.integers(20, 300)
)
def test_a_tuplet_fills_its_time(count: int, value: str, bpm: int) -> None:
    text = tuplet.call({"tuplet": f"{count}:{4}", "value": value, "bpm": bpm}).text
    each = float(text.split("each lasts ")[1].split(" ms")[0])
    total = float(text.split("last ")[1].split(" ms")[0].split()[-1])
    assert each * count == pytest.approx(total, abs=0.01 * count)
    assert read_ratio(f"{count}:4") == (count, 4)


@UNTIMED
@given(
    st.integers(20, 300), st.sampled_from(["quarter", "dotted quarter", "half", "eighth triplet"])
)
def test_a_tempo_there_and_back(bpm: int, value: str) -> None:
    there = metric_modulation.call({"bpm": bpm, "relation": f"{value} = quarter"}).text
    new = float(there.splitlines()[0].split(": ")[1].split(" ")[0])
    if not 10 <= new <= 1000:
        return
    back = metric_modulation.call({"bpm": new, "relation": f"quarter = {value}"}).text
    assert float(back.splitlines()[0].split(": ")[1].split(" ")[0]) == pytest.approx(bpm, rel=1e-3)


@pytest.mark.parametrize(
    ("bpm", "relation", "answer"),
    [
        (120, "dotted quarter = quarter", "80 bpm"), (90, "eighth triplet = sixteenth", "67.5 bpm"),
        (120, "quarter becomes dotted quarter", "180 bpm"), (100, "eighth = eighth", "100 bpm"),
        ("72 bpm", "quarter -> half", "144 bpm"),
    ],
)  # fmt: skip
def test_metric_modulation(bpm: object, relation: str, answer: str) -> None:
    text = metric_modulation.call({"bpm": bpm, "relation": relation}).text
    assert text.splitlines()[0].endswith(f": {answer}")


@pytest.mark.parametrize(
    ("amount", "bpm", "meter_text", "answer"),
    [
        ("16 bars", 120, "4/4", "32 seconds"), ("30 seconds", 120, "4/4", "15 bars"),
        ("3:20", 120, "4/4", "100 bars"), ("12 bars", 90, "6/8", "24 seconds"),
        ("8 beats", 120, "4/4", "4 seconds"), ("1 minute 30 seconds", 120, "3/4", "60 bars"),
        ("44100 samples", 60, "4/4", "0.25 bars"), ("32", 120, "4/4", "1:04 minutes"),
        ("500 ms", 120, "4/4", "0.25 bars"), ("1 bar", 240, "4/4", "1 second"),
    ],
)  # fmt: skip
def test_times(amount: str, bpm: int, meter_text: str, answer: str) -> None:
    text = music_time.call({"amount": amount, "bpm": bpm, "meter": meter_text}).text
    assert text.splitlines()[0].endswith(f": {answer}")


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        (meter, {"meter": "4/5"}, "did you mean 4/4?"),
        (meter, {"meter": "7/8 as 2+2+2"}, "is 6, not 7"),
        (meter, {"meter": "waltzz"}, "did you mean waltz?"),
        (meter, {"meter": "99/8"}, "from 1 to 64"),
        (tuplet, {"tuplet": "triplit", "value": "eighth", "bpm": 90}, "did you mean triplet?"),
        (tuplet, {"tuplet": "3", "value": "eigth", "bpm": 90}, "did you mean eighth"),
        (tuplet, {"tuplet": "0:2", "value": "eighth", "bpm": 90}, "1 to 64"),
        (metric_modulation, {"bpm": 90, "relation": "half"}, "two note values with ="),
        (music_time, {"amount": "a while", "bpm": 90}, "16 bars"),
        (music_time, {"amount": "9999999 bars", "bpm": 90}, "more than a day"),
    ],
)
def test_what_cannot_be_read(tool, arguments: dict[str, object], said: str) -> None:
    with pytest.raises(ToolError) as caught:
        tool.call(arguments)
    assert said in str(caught.value)
