"""The parts of the corpus index that need no scores: texts, patterns, harmony, excerpts."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.indexed_scores import entry, line

import tools.music.corpus
from tools.music.corpus import patterns
from tools.music.corpus.catalogue import Letters, Words
from tools.music.corpus.entry import (
    TICKS,
    BarMark,
    Entry,
    Harmony,
    Line,
    Note,
    melody_text,
    rhythm_text,
)
from tools.music.corpus.excerpt import cut
from tools.music.corpus.harmony import analyse_harmony
from tools.music.corpus.packing import Stored, pack
from tools.music.corpus.romantext import placed, read_analysis
from tools.music.interval import Interval, transpose
from tools.music.key import fifths_of, pitch_at
from tools.music.pitch import STEPS, MusicError, Pitch, read_pitch

MODULES = sorted(info.name for info in pkgutil.iter_modules(tools.music.corpus.__path__))
LIBRARY = {"reading", "worker"}


@pytest.mark.parametrize("name", [name for name in MODULES if name not in LIBRARY])
def test_examples(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"tools.music.corpus.{name}"))
    assert found.failed == 0


def chorale(*chords: str, fifths: int = 0) -> Entry:
    """Chords of a beat each, four voices from the bass up."""
    voices = [line(" ".join(chord.split()[n] for chord in chords)) for n in range(4)]
    return entry(*voices[::-1], bars=-(-len(chords) // 4), fifths=fifths)


PITCHES = st.builds(Pitch, st.sampled_from(STEPS), st.integers(-2, 2), st.integers(0, 8))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3 * TICKS),
            st.integers(1, 9 * TICKS),
            st.sets(PITCHES, min_size=1, max_size=4),
        ),
        max_size=30,
    )
)
def test_packing_keeps_everything(rows: list[tuple[int, int, set[Pitch]]]) -> None:
    notes, now = [], 0
    for gap, ticks, pitches in rows:
        notes.append(Note(now + gap, ticks, tuple(sorted(pitches, key=str))))
        now += gap + ticks
    made = entry(Line("Viola ♭", tuple(notes), 41))
    made = Entry(**{**made.__dict__, "harmony": (Harmony(0, "{C major}"), Harmony(7, "I"))})
    frame = replace(made, lines=(), bars=(), harmony=())
    assert Stored.of(frame, made.numerals, pack(made)).whole() == made


def test_bars_and_notes_are_read_without_the_rest() -> None:
    voices = line("C5 D5 E5 F5", beats="3 4 5 4"), line("r C4 r C4", beats="5 2 5 4")
    made = entry(*voices, bars=4)
    stored = Stored.of(replace(made, lines=(), bars=()), made.numerals, pack(made))
    assert (stored.whole(), stored.end) == (made, made.end)
    assert [len(each.notes) for each in stored.bars(2, 2).lines] == [2, 1]
    assert cut(stored.bars(2, 3), 2, 3) == cut(made, 2, 3)
    assert stored.notes(0, 1, 2) == ("x", voices[0].notes[1:3])


LETTERS = st.lists(st.text("mno|", max_size=8), min_size=1, max_size=6)


@given(LETTERS, st.lists(st.sampled_from(("m", "n", "[mn]", "[n-o]")), min_size=1, max_size=4))
def test_all_texts_at_once_give_what_each_gives(texts: list[str], sets: list[str]) -> None:
    letters, expression = Letters(texts), "".join(sets)
    found = letters.scores(letters.runs(expression))
    assert list(found) == [re.search(expression, text) is not None for text in texts]


@given(st.lists(st.lists(st.sampled_from("I V N6 N ii viio7 {c_minor}".split())), max_size=6))
def test_neighbours_stand_wherever_a_progression_is(rows: list[list[str]]) -> None:
    texts = [f" {' '.join(row)} " for row in rows]
    words = Words(texts)
    for asked in ("V I", "Neapolitan", "Picardy third", "ii V I", "N6"):
        pattern = re.compile(patterns.progression(asked).removesuffix(" ") + "(?= )")
        may_hold = words.scores(patterns.neighbours(asked))
        holds = [pattern.search(text) is not None for text in texts]
        assert all(may for may, does in zip(may_hold, holds, strict=True) if does)
        if asked in ("V I", "ii V I", "N6"):
            assert list(may_hold) == holds


def test_texts_of_melody_and_rhythm_have_the_same_places() -> None:
    lines = (line("C4 D4 r E4 C4", beats="1 1/2 1/2 2 4"), line("G4"), line("C4 C6 C4"))
    melody, rhythm = melody_text(lines), rhythm_text(lines)
    assert (melody, rhythm) == ("ooi||||NL||", "eDfg|e|eee|")
    assert len(melody) == len(rhythm)


def test_fifths_and_names_go_both_ways() -> None:
    for fifths in range(-15, 20):
        assert fifths_of(pitch_at(fifths)) == fifths


@pytest.mark.parametrize(
    ("text", "found", "missed"),
    [
        ("ii V I", " I ii65 V7 I ", " I ii V vi "),
        ("ii-V-I", " ii V I ", " iio V I6x "),
        ("V7/ii", " V65/ii ", " V/ii "),
        ("ii7", " ii65 ", " ii6 "),
        ("bVII", " bVII6 ", " VII "),
        ("vii%7", " vii%65 ", " viio7 "),
        ("V64", " V64 ", " V "),
        ("Neapolitan", " N6 ", " N VI "),
        ("a Neapolitan chord", " N V7 ", " ii6 "),
        ("German sixth", " Ger65 ", " It6 "),
        ("augmented sixth", " Fr43 ", " VI7 "),
        ("deceptive cadence", " V7 vi ", " V I "),
        ("picardy third", " {G minor} i V I ", " {G minor} i V i "),
        ("I → IV", " I IV ", " I V IV "),
    ],
)
def test_progressions(text: str, found: str, missed: str) -> None:
    pattern = patterns.progression(text)
    assert re.search(pattern, found) and not re.search(pattern, missed)


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("+2 +2 -4", "ooi"),
        ("2, 2, -1", "ool"),
        ("C D E C", "ooi"),
        ("E♭4 G4 B♭4", "qp"),
        ("up a major third, down a minor second", "ql"),
        ("up a fourth then down an octave", "ra"),
        ("half step down, whole step up", "lo"),
        ("same, up a fifth", "mt"),
    ],
)
def test_intervals(text: str, letters: str) -> None:
    assert patterns.intervals(text) == letters


def test_rhythms_in_words_letters_and_beats_agree() -> None:
    ways = (
        "dotted quarter, eighth, half",
        "q. e h",
        "1.5 0.5 2",
        "crotchet., quaver, minim",
        "3/2 1/2 2",
    )
    assert len({patterns.rhythm(way) for way in ways}) == 1
    assert patterns.rhythm("triplet eighth") == "[pP]"


@pytest.mark.parametrize("text", ["up up down", "UUD", "+ + -", "rise, rise, fall", "/ / \\"])
def test_contours(text: str) -> None:
    assert patterns.contour(text) == patterns.UP * 2 + patterns.DOWN


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (patterns.progression, "ii VV I"),
        (patterns.progression, ""),
        (patterns.intervals, "C"),
        (patterns.intervals, "sideways"),
        (patterns.rhythm, "quick slow"),
        (patterns.rhythm, ""),
        (patterns.contour, "up sideways"),
        (patterns.contour, ""),
    ],
)
def test_what_cannot_be_read_is_said(read, text: str) -> None:
    with pytest.raises(MusicError, match="write"):
        read(text)


def test_harmony_of_a_cadence() -> None:
    chords = ("C3 G3 E4 C5", "F3 A3 F4 C5", "G3 G3 D4 B4", "C3 G3 E4 C5")
    key, harmony = analyse_harmony(chorale(*chords))
    assert key == "C major"
    assert [each.text for each in harmony] == ["{C major}", "I", "IV", "V", "I"]
    assert [each.start for each in harmony[1:]] == [0, TICKS, 2 * TICKS, 3 * TICKS]


def test_harmony_knows_a_neapolitan_and_a_german_sixth_by_their_spelling() -> None:
    chords = ("A2 E3 C4 A4", "D3 F3 Bb3 F4", "E3 G#3 D4 E4", "A2 E3 C4 A4") * 2
    assert "N6" in [each.text for each in analyse_harmony(chorale(*chords))[1]]
    chords = ("A2 E3 C4 A4", "F2 A3 C4 D#4", "E2 G#3 B3 E4", "A2 E3 C4 A4") * 2
    assert "Ger65" in [each.text for each in analyse_harmony(chorale(*chords))[1]]


def test_transposed_music_has_transposed_keys_and_the_same_numerals() -> None:
    chooser = random.Random(1)
    chords = "C3 G3 E4 C5|D3 A3 F4 D5|G2 G3 D4 B4|E3 G3 C4 G4|F3 A3 C4 F4|B2 F3 D4 G4".split("|")
    picked = [chooser.choice(chords) for _ in range(15)] + ["C3 G3 E4 C5"]
    down = Interval.of("-M2")
    moved = [" ".join(_ascii(transpose(read_pitch(p), down)) for p in c.split()) for c in picked]
    first, second = analyse_harmony(chorale(*picked)), analyse_harmony(chorale(*moved, fifths=-2))
    assert (first[0], second[0]) == ("C major", "B♭ major")
    numerals = [[h.text for h in each if h.text[0] != "{"] for each in (first[1], second[1])]
    assert numerals[0] == numerals[1]


def _ascii(pitch: Pitch) -> str:
    return f"{pitch.ascii}{pitch.octave}"


def test_a_single_line_has_a_key_and_no_numerals() -> None:
    assert analyse_harmony(entry(line("G4 A4 B4 C5 D5 F#4 G4 G4"), fifths=1)) == ("G major", ())


ROMAN = """Composer: Nobody
Analyst: A. Person
BWV: 1
Time Signature: 3/4
Note: nothing
m0 b3 G: I
m1 IV6 b2 ii6/5 b3 V7
m1var1 IV
m2 I || b3 e: viio6/5
m3-4 = m1-2
"""


def test_analyses_by_people_are_put_into_the_bars(tmp_path: Path) -> None:
    (tmp_path / "a.rntxt").write_text(ROMAN)
    analysis = read_analysis(tmp_path / "a.rntxt")
    assert (analysis.analyst, analysis.work) == ("A. Person", "1")
    bars = (
        BarMark(0, 0, (3, 4)),
        *(BarMark(TICKS * (3 * n - 2), n, (3, 4)) for n in range(1, 5)),
    )
    found = placed(analysis, bars)
    assert [(h.start // TICKS, h.text) for h in found[:7]] == [
        (0, "{G major}"), (0, "I"), (1, "IV6"), (2, "ii65"), (3, "V7"), (4, "I"), (6, "{E minor}"),
    ]  # fmt: skip
    assert found[8].text == "IV6" and found[8].start == 7 * TICKS
    with pytest.raises(MusicError, match="otherwise"):
        placed(analysis, bars[:3])
