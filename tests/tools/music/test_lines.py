"""Melodies as text, in bars, and changed by request."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.music.interval import Interval
from tools.music.key import Key, read_key
from tools.music.line import Line, Note, merged, shift, step_in
from tools.music.line_edit import edit
from tools.music.line_text import length_text, read_line, write_line
from tools.music.meter import read_meter
from tools.music.pitch import MusicError, Pitch
from tools.music.writing_tools import show_music
from tools.music.writing_tools import transpose as transpose_tool

UNTIMED = settings(deadline=None, max_examples=120)
TUNE = "3/4 in G major, 96 bpm: D4 G4:e A4:e B4:e C5:e | D5 G4 G4 | E5 C5:e D5:e E5:e F#5:e | G5:h."
lengths = st.sampled_from(
    [Fraction(n) for n in ("4", "3", "2", "3/2", "1", "3/4", "1/2", "1/4", "1/3", "2/3", "1/5")]
)
pitches = st.builds(Pitch, st.sampled_from("CDEFGAB"), st.integers(-1, 1), st.integers(2, 6))
notes = st.builds(
    Note,
    st.lists(pitches, max_size=3, unique=True).map(tuple),
    lengths,
    st.sampled_from(["", "Dm7"]),
)
lines = st.builds(
    Line,
    st.lists(notes, min_size=1, max_size=12).map(tuple),
    st.sampled_from(["4/4", "3/4", "6/8", "5/4", "7/8", "2/2"]).map(read_meter),
    st.sampled_from([None, Key(Pitch("E", -1)), Key(Pitch("F", 1), "minor")]),
    st.sampled_from([100, 72]),
)


@UNTIMED
@given(lines)
def test_text_reads_back(line: Line) -> None:
    again = read_line(write_line(line))
    assert (again.meter, again.key, again.tempo) == (line.meter, line.key, line.tempo)
    assert merged(p for bar in again.bars for p in bar) == merged(
        p for bar in line.bars for p in bar
    )
    assert write_line(again) == write_line(line)


@UNTIMED
@given(lines)
def test_bars_are_full(line: Line) -> None:
    sizes = [sum(piece.note.beats for piece in bar) for bar in line.bars]
    assert all(size == line.meter.quarters for size in sizes[:-1])
    assert 0 < sizes[-1] <= line.meter.quarters
    assert sum(sizes) == line.length


@UNTIMED
@given(lines, st.sampled_from(["m2", "M3", "P4", "A4", "P5", "m7", "P8"]))
def test_there_and_back(line: Line, short: str) -> None:
    interval = Interval.of(short)
    assert shift(shift(line, interval), -interval) == line
    twice = edit(edit(line, "backwards").line, "backwards").line.notes
    assert [replace(note, chord="") for note in twice] == [
        replace(note, chord="") for note in line.notes
    ]
    if line.notes[0].chord:  # what stands before the first harmony has none to go back to
        assert twice == line.notes
    assert edit(edit(line, "double the lengths").line, "halve the lengths").line == line


@UNTIMED
@given(lines.filter(lambda line: line.pitches), pitches)
def test_inverting_twice(line: Line, axis: Pitch) -> None:
    request = f"invert around {axis.ascii}{axis.octave}"
    try:
        once = edit(line, request).line
    except MusicError as problem:
        assert "can no longer be played" in str(problem)
        return
    assert edit(once, request).line == line
    for before, after in zip(line.pitches, once.pitches, strict=True):
        assert after.midi - axis.midi == axis.midi - before.midi


@UNTIMED
@given(pitches, st.integers(-7, 7), st.sampled_from(["C", "Eb", "F# minor", "D dorian"]))
def test_steps_there_and_back(pitch: Pitch, steps: int, key: str) -> None:
    home = read_key(key)
    moved = step_in(pitch, steps, home)
    assert moved.index - pitch.index == steps
    assert step_in(moved, -steps, home) == pitch


@UNTIMED
@given(lengths)
def test_lengths_read_back(beats: Fraction) -> None:
    assert read_line(f"C4:{length_text(beats)} r").notes[0].beats == beats


@pytest.mark.parametrize(
    ("request_text", "bars", "words"),
    [
        ("bar three up a step", {3: "F♯5 D5:e E5:e F♯5:e G5:e"}, "bar 3 up a step in G major"),
        ("move measure 3 down a third", {3: "C5 A4:e B4:e C5:e D5:e"}, "bar 3 down a third"),
        ("the last bar to A5:h.", {4: "A5:h."}, "bar 4 changed to A5"),
        ("bar 2 up a half step", {2: "E♭5 A♭4 A♭4"}, "bar 2 up a minor second"),
        ("bars 1-2 up an octave", {1: "D5 G5:e A5:e B5:e C6:e", 2: "D6 G5 G5"}, "bars 1 to 2"),
        ("change bar 2 to A B C", {2: "A4 B4 C5"}, "bar 2 changed to A4 B4 C5"),
        ("bar 1 backwards", {1: "C5:e B4:e A4:e G4:e D4"}, "bar 1 backwards"),
        ("note 2 to B flat", {1: "D4 B♭4:e A4:e B4:e C5:e"}, "note 2 changed to B♭4"),
        ("the second note up a step", {1: "D4 A4:e A4:e B4:e C5:e"}, "note 2 up a step"),
        ("invert bar 2 around D5", {2: "D5 A5 A5"}, "bar 2 inverted around D5"),
        ("delete note 2", {1: "D4 r:e A4:e B4:e C5:e"}, "note 2 made a rest"),
        ("transpose bar 2 to C5", {2: "C5 F4 F4"}, "bar 2 moved to begin on C5"),
        ("bar 3 down 2 semitones", {3: "D5 B♭4:e C5:e D5:e E5:e"}, "bar 3 down 2 semitones"),
        ("bar 1 up a step; bar 2 up a step", {2: "E5 A4 A4"}, "bar 1 up a step in G major, then"),
        ("bar 2 up two steps", {2: "F♯5 B4 B4"}, "bar 2 up two steps in G major"),
    ],
)
def test_edits_within_the_melody(request_text: str, bars: dict[int, str], words: str) -> None:
    before = write_line(read_line(TUNE)).split(": ", 1)[1].split(" | ")
    done = edit(read_line(TUNE), request_text)
    after = write_line(done.line).split(": ", 1)[1].split(" | ")
    assert done.words.replace("2 steps", "two steps").startswith(words)
    for number, bar in bars.items():
        assert after[number - 1] == bar
    if "; " not in request_text:
        kept = [n for n in range(1, 5) if n not in bars]
        assert [after[n - 1] for n in kept] == [before[n - 1] for n in kept]


@pytest.mark.parametrize(
    ("request_text", "text"),
    [
        ("up a minor third", "in B♭ major, 96 bpm: F4 B♭4:e"),
        ("transpose up a fifth", "in D major, 96 bpm: A4 D5:e"),
        ("to D major", "in D major, 96 bpm: A3 D4:e"),
        ("up a step", "in G major, 96 bpm: E4 A4:e"),
        ("double the note lengths", "G major, 96 bpm: D4:h G4 | A4 B4 C5"),
        ("half the note values", "G major, 96 bpm: D4:e G4:s A4:s B4:s C5:s D5:e"),
        ("invert around G4 in the key", "G major, 96 bpm: C5 G4:e F♯4:e E4:e D4:e"),
        ("retrograde", "96 bpm: G5:h. | F♯5:e E5:e D5:e C5:e E5"),
        ("retrograde inversion", "96 bpm: A2:h. | B♭2:e C3:e D3:e E3:e C3"),
        ("tempo 80", "in G major, 80 bpm: D4"),
        ("in 2/4", "2/4 in G major, 96 bpm: D4 G4:e A4:e | B4:e C5:e D5"),
        ("repeat it", "| G5:h. | D4 G4:e"),
        ("delete bar 2", "C5:e | E5 C5:e"),
        ("repeat bar 1", "C5:e | D4 G4:e A4:e B4:e C5:e | D5 G4 G4"),
    ],
)
def test_edits_of_the_whole(request_text: str, text: str) -> None:
    assert text in write_line(edit(read_line(TUNE), request_text).line)


def test_plain_and_partial_texts_are_read() -> None:
    assert write_line(read_line("C, E and G4")) == "C4 E4 G4"
    assert write_line(read_line("E D C D | E E E")) == "E4 D4 C4 D4 | E4 E4 E4"
    assert read_line("G4 | C5 D5 E5 C5 | G4:h.").pickup == 1
    assert read_line("C D E | F G A").meter.name == "3/4"
    assert read_line("C4:h~ C4:q").notes[0].beats == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4/4: C4 D4 E4 | F4 G4 A4 | B4", "bar 1 holds 3 quarter notes, but a bar of 4/4 has 4"),
        ("C4 D4 E4 F4 | G4 | A4 B4 C5 D5 | E4:w", "bar 2 holds 1 quarter notes"),
        ("C4:e D4:y", "cannot read"),
        ("Cm7 F7", "as a note"),
        ("", "no music was given"),
        ("|", "no notes were given"),
        ("C4:9999/1 D4", "no length"),
        ("900 bpm: C4 D4", "10 to 400 bpm"),
    ],
)
def test_texts_that_cannot_be_read(text: str, said: str) -> None:
    with pytest.raises(MusicError) as caught:
        read_line(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("request_text", "said"),
    [
        ("sideways", "write e.g. up a step"), ("bar 9 up a step", "there is no bar 9; there are 4"),
        ("", "no change was given"), ("tempo 9000", "10 to 400"), ("repeat 99 times", "2 to 16"),
        ("note 40 to C4", "there is no note 40"), ("up nine octaves", "can no longer be played"),
        ("down 60 semitones", "can no longer be played"), ("bar 2 to foo", "as a note"),
    ],
)  # fmt: skip
def test_edits_that_cannot_be_done(request_text: str, said: str) -> None:
    with pytest.raises(MusicError) as caught:
        edit(read_line(TUNE), request_text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("interval", "moved"),
    [
        ("to E flat major", 'in E♭ major: "Cm"G4:e A♭4:e B♭4 | "B♭7"F4:h'),
        ("E flat major", 'in E♭ major: "Cm"G4:e A♭4:e B♭4 | "B♭7"F4:h'),
        ("up a minor third", 'in E♭ major: "Cm"G4:e A♭4:e B♭4 | "B♭7"F4:h'),
        ("down an octave", 'in C major: "Am"E3:e F3:e G3 | "G7"D3:h'),
    ],
)
def test_a_melody_with_lengths_is_transposed_with_its_chords(interval: str, moved: str) -> None:
    melody = '2/4 in C major: "Am"E4:e F4:e G4 | "G7"D4:h'
    result = transpose_tool.call({"music": melody, "interval": interval})
    assert result.text.split("\n")[0] == f"2/4 {moved}"
    assert {each.kind for each in result.artifacts} == {"image", "audio", "file"}


def test_a_melody_with_lengths_is_shown() -> None:
    melody = "in G major: D4 G4:e A4:e B4:h"
    assert show_music.call({"music": melody}).text.split("\n")[0] == melody


@pytest.mark.parametrize(
    ("change", "turned"),
    [
        ("bar 2 backwards", '"C"C4 D4 E4 F4 | "G"D4 B3 G4:h'),
        ("backwards", '"G"D4 B3 G4:h | "C"F4 E4 D4 C4'),
    ],
)
def test_a_harmony_begins_with_the_first_note_over_it_backwards_too(
    change: str, turned: str
) -> None:
    line = read_line('"C"C4 D4 E4 F4 | "G"G4:h B3 D4')
    assert write_line(edit(line, change).line) == turned
