"""Music made by rule: the same seed gives the same, bars are full, strong beats fit the chords."""

from __future__ import annotations

import io
import re
from fractions import Fraction

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import ToolError
from tools.music import bass_lines, drums, melodies, progressions
from tools.music.canons import canon, read_answer, read_distance
from tools.music.chart import read_chart
from tools.music.drum_styles import STYLES as DRUM_STYLES
from tools.music.drum_view import to_svg
from tools.music.generate_tools import (
    GENERATE_TOOLS,
    bass_line,
    drum_pattern,
    melody_over,
    progression,
    show_drums,
)
from tools.music.interval import Interval
from tools.music.key import read_key
from tools.music.key_finding import find
from tools.music.line_text import read_line, write_line
from tools.music.line_tools import LINE_TOOLS, edit_melody, variations
from tools.music.line_tools import canon as canon_tool
from tools.music.meter import read_meter
from tools.music.music_text import Music
from tools.music.variations import KINDS, vary

UNTIMED = settings(deadline=None, max_examples=40)
CHARTS = [
    "Dm7 | G7 | Cmaj7 | A7", "C7 | F7 Bb7 | C7", "3/4: C | G7 Am | F | C",
    "Fm7 | Bbm7 Eb7 | Abmaj7 | Dbmaj7 | Dm7b5 G7 | C", "Am F C G", "C/E | F#m7b5 B7 | Em",
]  # fmt: skip
THEME = "in F major: F4 G4 A4 F4 | F4 G4 A4 F4 | A4 Bb4 C5:h | A4 Bb4 C5:h"
seeds = st.integers(0, 10**6)
keys = st.sampled_from(["C", "Eb", "F#", "B", "Ab", "A minor", "C# minor", "Bb minor", "D dorian"])
RECIPES = {
    "progression": {"style": "jazz", "key": "Bb", "bars": 8},
    "bass_line": {"chords": CHARTS[0], "style": "walking"},
    "drum_pattern": {"style": "funk", "bars": 4},
    "melody_over": {"chords": CHARTS[0], "key": "C"},
    "variations": {"theme": THEME, "kind": "ornaments"},
}


@pytest.mark.parametrize("name", RECIPES)
def test_the_same_seed_makes_the_same_music(name: str) -> None:
    tool = next(t for t in (*GENERATE_TOOLS, *LINE_TOOLS) if t.name == name)
    texts = [tool.call({**RECIPES[name], "seed": seed}).text for seed in (5, 5, "5")]
    assert texts[0] == texts[1] == texts[2]
    others = {
        re.sub(r"seed \S+", "", tool.call({**RECIPES[name], "seed": seed}).text)
        for seed in range(6)
    }
    assert len(others) > 1


@UNTIMED
@given(st.sampled_from(list(progressions.NAMES)), keys, st.integers(1, 24), seeds)
def test_progressions_have_their_bars_and_end_at_home(
    style: str, key: str, bars: int, seed: int
) -> None:
    home = read_key(key)
    chart, numerals = progressions.progression(style, home, bars, seed)
    assert len(chart.changes) == bars == len(numerals.split())
    assert read_chart(chart.text).chords == chart.chords
    assert all(abs(tone.alter) < 3 for chord in chart.chords for tone in chord.tones)
    last = chart.chords[-1].root.pitch_class
    tonic = home.tonic.pitch_class
    assert last == (tonic + 7) % 12 if style == "flamenco" else last == tonic


@pytest.mark.parametrize("style", ["pop", "folk", "classical", "jazz", "gospel"])
def test_a_progression_is_heard_in_its_key(style: str) -> None:
    heard = [
        find(Music("chords", chords=progressions.progression(style, key, 8, seed)[0].chords)) == key
        for key in map(read_key, ("C", "Eb", "A minor", "F# minor"))
        for seed in range(10)
    ]
    assert sum(heard) / len(heard) >= 0.8


@UNTIMED
@given(st.sampled_from(CHARTS), st.sampled_from(list(bass_lines.STYLES)), seeds)
def test_bass_lines_fill_the_chart_and_start_chords_on_their_bass(
    text: str, style: str, seed: int
) -> None:
    chart = read_chart(text)
    if style == "tumbao" and chart.meter.quarters != 4:
        return
    line, _ = bass_lines.bass_line(chart, style, seed)
    assert line.length == chart.length
    assert all(bass_lines.LOWEST <= p.midi <= bass_lines.HIGHEST for p in line.pitches)
    assert write_line(read_line(write_line(line))) == write_line(line)
    begins = {start: note.pitches[0] for start, note in line.placed}
    if style != "tumbao":  # which anticipates its chords
        for change in chart.changes:
            assert begins[change.start].pitch_class == bass_lines.root_of(change.chord).pitch_class


@UNTIMED
@given(st.sampled_from(CHARTS), seeds)
def test_a_walking_bass_walks(text: str, seed: int) -> None:
    chart = read_chart(text)
    line, _ = bass_lines.bass_line(chart, "walking", seed)
    for (start, note), following in zip(line.placed, line.notes[1:], strict=False):
        assert abs(note.pitches[0].midi - following.pitches[0].midi) <= 12
        inside = start - max(c.start for c in chart.changes if c.start <= start)
        if inside == 2 and chart.meter.name == "4/4":
            assert note.pitches[0].pitch_class in {t.pitch_class for t in chart.at(start).tones}


@UNTIMED
@given(st.sampled_from(CHARTS), seeds, st.sampled_from(["", "C4 to C5", "alto sax", "cello"]))
def test_melodies_stay_in_range_and_on_the_chords(text: str, seed: int, limits: str) -> None:
    chart = read_chart(text)
    low, high = melodies.read_limits(limits)
    line = melodies.melody_over(chart, chart.home, low, high, seed)
    assert line.length == chart.length
    assert all(low <= pitch.midi <= high for pitch in line.pitches)
    for start, note in line.placed:
        strong = start % chart.meter.quarters in chart.meter.strong
        if strong or note.chord:
            names = {tone.pitch_class for tone in chart.at(start).tones}
            assert note.pitches[0].pitch_class in names
    assert write_line(read_line(write_line(line))) == write_line(line)


@UNTIMED
@given(st.sampled_from(list(DRUM_STYLES)), st.integers(1, 8), seeds)
def test_drums_fill_their_bars(style: str, bars: int, seed: int) -> None:
    grid = drums.drum_pattern(style, bars, seed)
    assert grid.bars == bars
    assert all(len(steps) == bars * grid.steps for _, steps in grid.rows)
    again = drums.read_grid(grid.text)
    assert (again.rows, again.meter, again.tempo) == (grid.rows, grid.meter, grid.tempo)
    file = mido.MidiFile(file=io.BytesIO(drums.to_midi(grid)))
    strokes = [m for m in file.tracks[0] if m.type == "note_on"]
    assert {m.channel for m in strokes} == {9}
    assert len(strokes) == len(list(grid.hits())) == to_svg(grid).count('class="hit"')
    assert sum(m.time for m in file.tracks[0]) == grid.meter.quarters * bars * drums.TICKS


def test_every_drum_style_is_well_formed() -> None:
    for name, style in DRUM_STYLES.items():
        for _, steps in style.rows:
            assert all(len(bar) == style.steps for bar in steps.split("|")), name
            assert not re.sub(r"[Xxg?|-]", "", steps), name


@UNTIMED
@given(st.sampled_from(sorted(set(KINDS) - {"major"})), seeds)
def test_variations_keep_what_they_should(kind: str, seed: int) -> None:
    theme = read_line(THEME)
    made, name = vary(theme, kind, seed)
    factor = {"augmentation": Fraction(2), "diminution": Fraction(1, 2)}.get(name, Fraction(1))
    assert made.length == theme.length * factor
    assert write_line(read_line(write_line(made))) == write_line(made)
    if name in ("ornaments", "running", "triplets", "octaves"):
        varied = dict(made.placed)
        for start, note in theme.placed:
            assert varied[start].pitches == note.pitches
    if name in ("inversion", "retrograde"):
        assert vary(made, name, seed)[0].notes == theme.notes


@UNTIMED
@given(seeds, st.sampled_from([(0, 0), (-7, -12), (4, 7), (-3, -5)]), st.integers(1, 4))
def test_a_canon_is_its_melody_again(seed: int, step: tuple[int, int], beats: int) -> None:
    chart = read_chart(CHARTS[0])
    line = melodies.melody_over(chart, chart.home, seed=seed)
    made = canon(line, Interval(*step), Fraction(beats), exact=True)
    for first, second in zip(line.pitches, made.follower.pitches, strict=True):
        assert second.midi - first.midi == step[1]
    for clash in made.clashes:
        assert (clash.upper.midi - clash.lower.midi) % 12 in {1, 2, 6, 10, 11}
        assert beats <= clash.time < line.length


def test_clashes_and_parallels_are_found_where_they_are() -> None:
    round_text = canon_tool.call({"melody": THEME, "interval": "unison", "distance": "2 bars"}).text
    assert round_text.startswith("Canon at the unison after 2 bars: no clashes on beats")
    sharp = canon_tool.call({"melody": "C4 D4 E4 F4", "interval": "unison", "distance": "1 beat"})
    assert "C4-D4 (major second, bar 1 beat 2)" in sharp.text
    rising = canon(read_line("C4 D4 E4 F4"), Interval(4, 7), Fraction(0), exact=True)
    assert [name for _, name in rising.parallels] == ["fifths"] * 3
    assert read_answer("a major third above") == (Interval(2, 4), True)
    assert read_distance("2 beats", read_meter("6/8")) == 3


def test_what_was_made_can_be_changed() -> None:
    made = melody_over.call({"chords": "C | F | G | C", "seed": 3}).text.splitlines()[0]
    changed = edit_melody.call({"melody": made, "edit": "bar three up a step"}).text.splitlines()[0]
    before, after = made.split(" | "), changed.split(" | ")
    assert before[:2] == after[:2] and before[2] != after[2]
    bass = bass_line.call({"chords": "C | F | C", "style": "pop"}).text.splitlines()[0]
    assert edit_melody.call({"melody": bass, "edit": "up an octave"}).artifacts
    grid = drum_pattern.call({"style": "rock", "bars": 2}).text.split("```\n")[1]
    assert show_drums.call({"grid": grid}).text.count("|") >= 8


@pytest.mark.parametrize(("name", "kinds"), [
    ("progression", ["image", "audio", "file", "file", "file"]),
    ("bass_line", ["image", "audio", "file", "file", "file"]),
    ("drum_pattern", ["image", "audio", "file"]),
    ("melody_over", ["image", "audio", "file", "file", "file"]),
])  # fmt: skip
def test_all_is_seen_and_heard(name: str, kinds: list[str]) -> None:
    tool = next(t for t in GENERATE_TOOLS if t.name == name)
    result = tool.call(RECIPES[name])
    assert [artifact.kind for artifact in result.artifacts] == kinds
    assert result.artifacts[1].data[:4] == b"RIFF"
    assert result.artifacts[2].data[:4] == b"MThd"


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        (progression, {"style": "polkka", "key": "C"}, "unknown style of chords"),
        (progression, {"style": "pop", "key": "Q"}, "Q"),
        (progression, {"style": "pop", "key": "C", "bars": 500}, "1 to 64"),
        (bass_line, {"chords": "C | G", "style": "slapp"}, "unknown style of bass line"),
        (bass_line, {"chords": "", "style": "pop"}, "no "),
        (bass_line, {"chords": "3/4: C | G", "style": "tumbao"}, "in 4/4"),
        (bass_line, {"chords": "C D E F G A |", "style": "pop"}, "at most 4 chords"),
        (drum_pattern, {"style": "rokc"}, "did you mean rock?"),
        (drum_pattern, {"style": "rock", "bars": 100}, "1 to 64"),
        (show_drums, {"grid": "snar x---"}, "did you mean snare?"),
        (show_drums, {"grid": "snare x---\nkick x-"}, "equally long"),
        (show_drums, {"grid": "hello"}, "a drum and its steps"),
        (melody_over, {"chords": "C | G", "range": "C4 to D4"}, "too small"),
        (melody_over, {"chords": "C | G", "range": "kazooo"}, "unknown"),
        (variations, {"theme": THEME, "kind": "spicy"}, "unknown kind of variation"),
        (variations, {"theme": THEME, "kind": "major"}, "in F major already"),
        (variations, {"theme": "r:w", "kind": "simple"}, "no notes"),
        (canon_tool, {"melody": "C4 D4", "distance": "9 bars"}, "before the second voice"),
        (canon_tool, {"melody": "C4 D4", "interval": "sideways"}, "as an interval"),
        (edit_melody, {"melody": "C4 D4", "edit": "sideways"}, "write e.g. up a step"),
    ],
)
def test_what_cannot_be_made_is_explained(tool, arguments: dict[str, object], said: str) -> None:
    with pytest.raises(ToolError) as caught:
        tool.call(arguments)
    assert said in str(caught.value)
