"""Frets read as notes and chords, and chords laid out as shapes that a hand can hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import ToolError
from tools.music.chord import Chord
from tools.music.chord_symbol import read_suffix
from tools.music.chord_text import read_chord
from tools.music.fret_tools import chord_from_frets, chord_shapes
from tools.music.frets import read_fingering
from tools.music.pitch import Pitch
from tools.music.shapes import FINGERS, SPAN, shapes_of
from tools.music.tunings import INSTRUMENTS, read_tuning

# What songbooks print. Frets, tuning, chord.
NAMED = [
    ("x32010", "", "C"), ("320003", "", "G"), ("022100", "", "E"), ("xx0232", "", "D"),
    ("x02220", "", "A"), ("133211", "", "F"), ("x24432", "", "Bm"), ("x02210", "", "Am"),
    ("022000", "", "Em"), ("xx0231", "", "Dm"), ("x21202", "", "B7"), ("x32310", "", "C7"),
    ("320001", "", "G7"), ("x46654", "", "C♯m"), ("x13331", "", "B♭"), ("244222", "", "F♯m"),
    ("2x0232", "", "D/F♯"), ("x20033", "", "G/B"), ("x32000", "", "Cmaj7"), ("xx0233", "", "Dsus4"),
    ("002220", "", "A/E"), ("02220x", "", "Esus4"), ("x7678x", "", "E7♯9"), ("577xxx", "", "A5"),
    ("8-10-10-9-8-8", "", "C"),
    ("0003", "", "C"), ("2010", "", "F"), ("0232", "", "G"), ("2000", "", "Am"), ("0212", "", "G7"),
    ("0001", "ukulele", "C7"), ("0 2 3 2", "uke", "G"), ("000232", "drop D", "D"),
    ("000000", "open G", "G/D"), ("0023", "mandolin", "G"), ("x32010 capo 3", "", "E♭"),
    ("x-0-2-2-1-0", "half step down", "A♭m"), ("x,3,2,0,1,0", "", "C"), ("X3201O", "", "C"),
]  # fmt: skip
PRINTED = {
    "guitar": [
        ("C", "x32010"), ("A", "x02220"), ("G", "320003"), ("E", "022100"), ("D", "xx0232"),
        ("Am", "x02210"), ("Em", "022000"), ("Dm", "xx0231"), ("F", "133211"), ("Bm", "x24432"),
        ("B7", "x21202"), ("C7", "x32310"), ("G7", "320001"), ("D7", "xx0212"), ("E7", "020100"),
        ("A7", "x02020"), ("Dm7", "xx0211"), ("Am7", "x02010"), ("Cmaj7", "x32000"),
        ("Bb", "x13331"), ("Cm", "x35543"), ("Gm", "355333"), ("F#m", "244222"),
        ("Fmaj7", "xx3210"), ("Dsus4", "xx0233"), ("Asus2", "x02200"), ("C/G", "332010"),
    ],
    "ukulele": [
        ("C", "0003"), ("F", "2010"), ("G", "0232"), ("Am", "2000"), ("D", "2220"), ("A", "2100"),
        ("Em", "0432"), ("G7", "0212"), ("C7", "0001"), ("Bb", "3211"), ("Dm", "2210"),
        ("E7", "1202"), ("A7", "0100"), ("Cm", "0333"), ("B7", "2322"), ("Gm", "0231"),
    ],
    "mandolin": [("G", "0023")],
}  # fmt: skip


@pytest.mark.parametrize(("frets", "tuning", "symbol"), NAMED)
def test_printed_shapes_are_named(frets: str, tuning: str, symbol: str) -> None:
    line = chord_from_frets.call({"frets": frets, "tuning": tuning}).text.splitlines()[0]
    assert line.split(": ", 1)[1].split(" (")[0] == symbol


@pytest.mark.parametrize("instrument", PRINTED)
def test_the_first_shapes_are_those_of_songbooks(instrument: str) -> None:
    for symbol, printed in PRINTED[instrument]:
        found = shapes_of(read_chord(symbol), read_tuning(instrument))
        assert printed in [shape.fingering.text for shape in found[:2]], symbol


@settings(deadline=None, max_examples=60)
@given(
    st.builds(Pitch, st.sampled_from("CDEFGAB"), st.integers(-1, 1)),
    st.sampled_from(["", "m", "7", "m7", "maj7", "dim", "dim7", "aug", "sus4", "m7b5", "9", "6"]),
    st.sampled_from(["guitar", "ukulele", "mandolin", "banjo"]),
)
def test_shapes_hold_the_chord_and_fit_a_hand(root: Pitch, suffix: str, instrument: str) -> None:
    chord = Chord(root, read_suffix(suffix))
    tones = {tone.pitch_class for tone in chord.tones}
    tuning = read_tuning(instrument)
    for shape in shapes_of(chord, tuning):
        pressed = [fret for fret in shape.fingering.frets if fret]
        sounds = [pitch for _, pitch in shape.fingering.sounding]
        assert {pitch.pitch_class for pitch in sounds} <= tones
        assert len(tones) - len({pitch.pitch_class for pitch in sounds}) <= 2
        assert not pressed or max(pressed) - min(pressed) < SPAN
        assert shape.fingers <= FINGERS
        if instrument == "guitar":
            assert min(sounds, key=lambda p: p.midi).pitch_class == root.pitch_class


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.none(), st.integers(0, 15)), min_size=6, max_size=6).filter(any))
def test_frets_read_back(frets: list[int | None]) -> None:
    written = "-".join("x" if fret is None else str(fret) for fret in frets)
    fingering = read_fingering(written, "guitar")
    assert list(fingering.frets) == frets
    assert read_fingering(fingering.text, "guitar") == fingering


def test_every_instrument_plays_c() -> None:
    for name, others, *_ in INSTRUMENTS:
        for said in (name, *others):
            assert read_tuning(said).instrument == name
        result = chord_shapes.call({"chord": "C", "instrument": name})
        assert result.text.startswith(f"C on {name}: ")


def test_the_sound_is_where_the_strings_are() -> None:
    result = chord_from_frets.call({"frets": "x32010"})
    assert "C3 E3 G3 C4 E4" in result.text
    kinds = [artifact.kind for artifact in result.artifacts]
    assert kinds == ["image", "audio", "file", "file", "file"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"frets": "x3201", "tuning": "guitar"}, "a guitar has 6 strings"),
        ({"frets": "C major"}, "cannot read 'C major' as frets"),
        ({"frets": ""}, "as frets"),
        ({"frets": "xxxxxx"}, "no string is played"),
        ({"frets": "x32010 capo 24"}, "beyond fret 24"),
        ({"frets": "x32010", "tuning": "drop H"}, "did you mean drop D?"),
        ({"frets": "x32010", "tuning": "D A D"}, "3 strings, a guitar has 6"),
    ],
)
def test_frets_that_cannot_be_read(arguments: dict[str, str], said: str) -> None:
    with pytest.raises(ToolError) as caught:
        chord_from_frets.call(arguments)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"chord": "C", "instrument": "guitarre"}, "did you mean guitar"),
        ({"chord": "C", "instrument": "piccolo"}, "write guitar, ukulele"),
        ({"chord": "Cfoo"}, "no chord notation"),
        ({"chord": "C", "instrument": "guitar", "tuning": "wrong"}, "unknown tuning"),
    ],
)
def test_shapes_that_cannot_be_found(arguments: dict[str, str], said: str) -> None:
    with pytest.raises(ToolError) as caught:
        chord_shapes.call(arguments)
    assert said in str(caught.value)
