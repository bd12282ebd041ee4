"""What must hold for every note, interval, chord and scale."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support import needs

from tools.music.chord import Chord
from tools.music.chord_symbol import read_suffix
from tools.music.chord_text import read_chord
from tools.music.interval import OCTAVE, Interval, between, transpose
from tools.music.key import Key, diatonic, enharmonic, key_of_fifths, read_key
from tools.music.key_finding import candidates, find
from tools.music.music_text import Music, read_music
from tools.music.naming import COMMON, name_notes
from tools.music.pitch import MusicError, Pitch, read_pitch, respellings, simplest
from tools.music.roman import analyse, realise
from tools.music.scale import Scale, read_scale, scales_for
from tools.music.scale_types import SCALES
from tools.music.transposition import by_request

# Other work on the machine may slow a single example.
UNTIMED = settings(deadline=None)
QUALITIES = ["P1", "m2", "M2", "A2", "m3", "M3", "d4", "P4", "A4", "d5", "P5", "A5", "m6", "M6"]
SIMPLE = [*QUALITIES, "d7", "m7", "M7", "P8", "m9", "M9", "A9", "P11", "A11", "M13"]
steps = st.sampled_from("CDEFGAB")
names = st.builds(Pitch, steps, st.integers(-2, 2))
placed = st.builds(Pitch, steps, st.integers(-2, 2), st.integers(1, 7))
intervals = st.sampled_from(SIMPLE).map(Interval.of)
roots = st.builds(Pitch, steps, st.integers(-1, 1))
chords = st.builds(Chord, roots, st.sampled_from(COMMON).map(read_suffix))


@UNTIMED
@given(placed, intervals)
def test_up_and_back(pitch: Pitch, interval: Interval) -> None:
    there = transpose(pitch, interval)
    assert transpose(there, -interval) == pitch
    assert between(pitch, there) == interval
    assert there.midi - pitch.midi == interval.semitones


@UNTIMED
@given(names)
def test_names_read_back(pitch: Pitch) -> None:
    assert read_pitch(pitch.name) == pitch
    assert read_pitch(pitch.ascii) == pitch


@UNTIMED
@given(placed)
def test_respellings_sound_the_same(pitch: Pitch) -> None:
    assert pitch in respellings(pitch)
    assert {other.midi for other in respellings(pitch)} == {pitch.midi}
    assert abs(simplest(pitch).alter) <= 1


@UNTIMED
@given(intervals)
def test_short_names_read_back(interval: Interval) -> None:
    assert Interval.of(interval.short) == interval


@UNTIMED
@given(names, names)
def test_interval_and_inversion_fill_the_octave(low: Pitch, high: Pitch) -> None:
    up, back = between(low, high), between(high, low)
    assert (up + back).steps in (0, 7)
    assert (up + back).semitones in (0, 12)


@UNTIMED
@given(chords)
def test_symbol_and_name_read_back(chord: Chord) -> None:
    assert read_chord(chord.symbol).quality.intervals == chord.quality.intervals
    assert read_chord(chord.name).tones == chord.tones


@UNTIMED
@given(chords)
def test_all_inversions_have_the_same_notes(chord: Chord) -> None:
    for number in range(len(chord.tones)):
        turned = chord.invert(number)
        assert set(turned.pitches) == set(chord.tones)
        assert turned.inversion == number
        assert turned.invert(0) == chord
    with pytest.raises(MusicError):
        chord.invert(len(chord.tones))


@UNTIMED
@given(chords, st.integers(0, 6))
def test_voicing_rises(chord: Chord, number: int) -> None:
    turned = chord.invert(number % len(chord.tones))
    heights = [pitch.midi for pitch in turned.voiced()]
    assert heights == sorted(set(heights))


@UNTIMED
@given(chords)
def test_spelled_chords_are_named_again(chord: Chord) -> None:
    named = name_notes(chord.pitches, most=30)
    shapes = {(c.root, frozenset(t.pitch_class for t in c.tones)) for c in named}
    assert (chord.root, frozenset(t.pitch_class for t in chord.tones)) in shapes


@pytest.mark.parametrize("suffix", COMMON)
def test_spell_and_name_agree_over_all_roots(suffix: str) -> None:
    for root in (Pitch(step, alter) for step in "CDEFGAB" for alter in (-1, 0, 1)):
        chord = Chord(root, read_suffix(suffix))
        named = name_notes(chord.pitches, most=60)
        same = [c for c in named if c.root == root and c.bass is None]
        assert any(set(c.tones) == set(chord.tones) for c in same), chord.symbol
        for other in named[:3]:
            spelled = {tone.pitch_class for tone in read_chord(other.symbol).pitches}
            assert spelled == {tone.pitch_class for tone in chord.tones}, other.symbol


@pytest.mark.parametrize("suffix", COMMON)
def test_inversions_are_named_as_such_over_all_roots(suffix: str) -> None:
    for root in (Pitch(step, alter) for step in "CDEFGAB" for alter in (-1, 0, 1)):
        chord = Chord(root, read_suffix(suffix))
        for number in range(1, len(chord.tones)):
            turned = chord.invert(number)
            named = name_notes(turned.pitches, most=60)
            found = {(c.root, c.bass, frozenset(c.tones)) for c in named}
            assert (root, turned.bass, frozenset(chord.tones)) in found, turned.symbol


@UNTIMED
@given(placed, st.sampled_from(SIMPLE[:17]))
def test_an_interval_inverted_twice_is_itself(pitch: Pitch, short: str) -> None:
    interval = Interval.of(short)
    inverted = OCTAVE + -interval
    assert OCTAVE + -inverted == interval
    assert transpose(transpose(pitch, interval), inverted) == transpose(pitch, OCTAVE)


@UNTIMED
@given(chords, st.integers(0, 6), st.integers(0, 6))
def test_inverting_again_is_inverting_once(chord: Chord, first: int, second: int) -> None:
    count = len(chord.tones)
    assert chord.invert(first % count).invert(second % count) == chord.invert(second % count)


@UNTIMED
@given(chords, intervals)
def test_a_chord_moved_and_moved_back(chord: Chord, interval: Interval) -> None:
    for turned in (chord, chord.invert(1)):
        there = turned.transpose(interval)
        assert there.transpose(-interval) == turned
        assert there.tones == tuple(transpose(tone, interval) for tone in turned.tones)


@UNTIMED
@given(st.sampled_from(candidates()), st.sampled_from(candidates()), st.data())
def test_numerals_move_with_the_key(home: Key, other: Key, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(["ii7 V65 I", "V7/V bVII iv", "N6 Cad64 V7", "IIm7 subV7 I6"]))
    assume(home.mode == other.mode)
    interval = between(home.tonic, other.tonic)
    moved = [numeral.chord.transpose(interval) for numeral in realise(text, home)]
    assert [numeral.chord for numeral in realise(text, other)] == moved


@pytest.mark.parametrize("suffix", COMMON[:14])
@pytest.mark.parametrize("root", ["C", "F#", "Bb", "Eb", "A"])
def test_common_chords_are_named_first(root: str, suffix: str) -> None:
    chord = Chord(read_pitch(root), read_suffix(suffix))
    assert name_notes(chord.pitches)[0].symbol == chord.symbol


@UNTIMED
@given(st.lists(chords, min_size=1, max_size=5), st.sampled_from(SIMPLE[:16]))
def test_transposing_there_and_back(progression: list[Chord], short: str) -> None:
    music = Music("chords", chords=tuple(progression))
    there = by_request(music, f"up {Interval.of(short).name}").music
    assert by_request(there, f"down {Interval.of(short).name}").music == music


@UNTIMED
@given(st.integers(-7, 7), st.sampled_from(["major", "minor"]))
def test_keys(fifths: int, mode: str) -> None:
    key = key_of_fifths(fifths, mode)
    assert key.fifths == fifths
    assert read_key(key.name) == key
    assert key.relative.fifths == fifths
    assert key.relative.relative == key
    assert key.parallel.parallel == key
    altered = {p.name for p in key.scale.pitches if p.alter}
    assert altered == {p.name for p in key.signature}


@pytest.mark.parametrize("key", candidates(), ids=lambda key: key.name)
@pytest.mark.parametrize("size", [3, 4])
def test_diatonic_chords_and_their_numerals(key: Key, size: int) -> None:
    scale = [p.name for p in key.scale.pitches]
    for chord in diatonic(key, size):
        assert all(tone.name in scale for tone in chord.tones)
        numeral = analyse(chord, key)
        assert realise(numeral, key)[0].chord == chord, numeral


@pytest.mark.parametrize("key", candidates(), ids=lambda key: key.name)
def test_a_cadence_finds_its_key(key: Key) -> None:
    line = "ii V I" if key.mode == "major" else "iv V i"
    found = [numeral.chord for numeral in realise(line, key)]
    assert find(Music("chords", chords=tuple(found))) == key


@pytest.mark.parametrize("key", candidates(), ids=lambda key: key.name)
def test_foreign_chords_and_their_numerals(key: Key) -> None:
    common = "V7 N6 V64 Ger6" + (" V7/V V65/V V7/vi vii°7/V ♭VII iv" if key.mode == "major" else "")
    for numeral in realise(common, key):
        if numeral.text.startswith("Ger"):
            continue
        written = analyse(numeral.chord, key)
        assert realise(written, key)[0].chord == numeral.chord, (numeral.text, written)


@UNTIMED
@given(roots, st.sampled_from([kind for kind, _, _ in SCALES]))
def test_scales_read_back(tonic: Pitch, kind: str) -> None:
    scale = Scale(tonic, kind)
    assert read_scale(f"{tonic.name} {kind}") == scale
    assert read_scale(scale.name) == scale
    sounds = [p.semitones % 12 for p in scale.pitches]
    assert len(set(sounds)) == len(sounds)
    if len(sounds) == 7 and len({degree.strip("♭♯") for degree in scale.degrees}) == 7:
        assert len({p.step for p in scale.pitches}) == 7


LEFT_TO_THE_CHORD = {"altered": {7}, "blues": {4}, "minor pentatonic": {4}}


@UNTIMED
@given(chords)
def test_proposed_scales_hold_the_chord(chord: Chord) -> None:
    over = {(tone.pitch_class - chord.root.pitch_class) % 12 for tone in chord.tones}
    altered_ninth = {4, 10} <= over and over & {1, 3}
    for scale in scales_for(chord):
        sounds = {(p.pitch_class - chord.root.pitch_class) % 12 for p in scale.pitches}
        left = LEFT_TO_THE_CHORD.get(scale.kind, set()) if altered_ninth else set()
        assert over - left <= sounds


@UNTIMED
@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_chord, read_music, read_scale, read_key):
        try:
            read(text)
        except MusicError as problem:
            assert str(problem)


def test_enharmonic_keys() -> None:
    assert enharmonic(Key(Pitch("G", 1))) == Key(Pitch("A", -1))
    assert enharmonic(Key(Pitch("C"))) is None


def test_agrees_with_published_scale_types() -> None:
    path = needs.data("train/chords-scales/scale_types.json")
    # Names that mean other scales to other people; after C, "flat" is the tonic's.
    disputed = {"minor bebop", "minor hexatonic", "flat three pentatonic", "flat six pentatonic"}
    checked = 0
    for entry in json.loads(path.read_text(encoding="utf-8")):
        expected = {_class(name) for name in entry["intervals"]}
        for name in {entry["name"], *entry["aliases"]} - disputed:
            assert {p.pitch_class for p in read_scale(f"C {name}").pitches} == expected, name
            checked += 1
    assert checked > 120


def _class(name: str) -> int:
    number = name.rstrip("PMmAd")
    return Interval.of(name[len(number) :] + number).semitones % 12
