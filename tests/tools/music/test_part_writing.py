"""Voices read, checked, written in four parts, engraved and played."""

from __future__ import annotations

import io
import random
import re
from fractions import Fraction
from typing import Any

import mido
import pytest

from tools import ToolError
from tools.music.codes.musicxml_writer import head_count
from tools.music.figured_bass import realise_figures
from tools.music.harmonization import hymn, in_key, in_soprano, song, vocabulary
from tools.music.key import key_of_fifths, read_key
from tools.music.key_relations import triads
from tools.music.music_text import read_chords, read_notes
from tools.music.notation import engrave
from tools.music.part_writing import realise_chords
from tools.music.part_writing_tools import PART_WRITING_TOOLS
from tools.music.parts import BAR, Note, Texture, block, four_part
from tools.music.parts_show import present_parts
from tools.music.parts_xml import bar_count, heads, to_musicxml
from tools.music.pitch import MusicError, read_pitch
from tools.music.voice_leading import check, tell
from tools.music.voices_text import NAMES, read_line, read_voices

BY_NAME = {tool.name: tool for tool in PART_WRITING_TOOLS}


def call(name: str, **arguments: Any) -> str:
    return BY_NAME[name].call(arguments).text


def figured(bass: str, figures: str) -> dict[str, str]:
    return {"bass": bass, "figures": figures, "key": "C"}


def rules(voices: str, key: str | None = "C") -> list[str]:
    found = check(read_voices(voices), read_key(key) if key else None)
    return [finding.rule for finding in found]


@pytest.mark.parametrize(
    "text",
    [
        "S: C5 B4 C5 A: G4 G4 G4 T: E4 D4 E4 B: C3 G2 C3",
        "bass C3 G2 C3; tenor E4 D4 E4; alto G4 G4 G4; soprano C5 B4 C5",
        "C5 B4 C5\nG4 G4 G4\nE4 D4 E4\nC3 G2 C3",
        "C3 E4 G4 C5, G2 D4 G4 B4, C3 E4 G4 C5",
        "C3 E4 G4 C5 G2 D4 G4 B4 C3 E4 G4 C5",
    ],
)
def test_voices_are_read_in_every_form(text: str) -> None:
    texture = read_voices(text)
    assert texture.names == ("soprano", "alto", "tenor", "bass")
    said = [" ".join(str(note.pitch) for note in voice) for voice in texture.voices]
    assert said == ["C5 B4 C5", "G4 G4 G4", "E4 D4 E4", "C3 G2 C3"]


def test_lengths_bars_and_rests_are_read() -> None:
    texture = read_voices("S: C5:2 B4:h | C5:w; B: r C3 D3 E3 | C3:4")
    assert [note.beats for note in texture.voices[0]] == [2, 2, 4]
    assert texture.voices[1][0].pitch is None
    assert texture.where(Fraction(6)) == "bar 2, beat 3"
    assert [note.beats for note in read_line("C4 D4 | E4")] == [2, 2, 4]
    assert [note.beats for note in read_line("C4:q. D4:e~ D4:1/8")] == [
        Fraction(3, 2), Fraction(1, 2), Fraction(1, 2)
    ]  # fmt: skip
    assert read_line("C4~ C4")[1].tied
    assert [note.beats for note in read_line("C4 D4:h.")] == [1, 3]
    assert read_voices("S: C5 B4 B: C3 G3.").names == ("upper", "lower")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no voices were given"),
        ("C E G", "with octaves"),
        ("S: C5 B4; A: G4", "make them equally long"),
        ("S: C5 B4; S: G4 G4", "named twice"),
        ("S: C5 X4; B: C3 C3", "cannot read 'X4' as a note"),
        ("S: C5:1/12; B: C3:1/12", "use multiples of a sixteenth"),
        ("C3 G3 E4 C5, G2 D4 B4", "the same 2 to 4 notes"),
        ("S: C5:900000000; B: C3:900000000", "1024 or less"),
        ("S: C9 B: C3", "A0 to C8"),
        ("S: C5:0; B: C3:0", "cannot be written"),
        ("S: " + "C5 " * 300 + "B: C3", "at most 256"),
    ],
)
def test_unreadable_voices_say_how_to_write_them(text: str, said: str) -> None:
    with pytest.raises(MusicError) as caught:
        read_voices(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("voices", "found"),
    [
        ("C3 G3 E4 C5, F3 A3 F4 C5, G3 G3 F4 B4, C3 G3 E4 C5", []),
        ("C3 G3 E4 C5, D3 A3 F4 D5", ["parallel octaves", "parallel fifths"]),
        ("C3 G3 C4 E4, D3 A3 A3 F4", ["parallel fifths"]),
        ("G2 D4 G4 B4, C3 E4 G4 G4", ["leading tone unresolved"]),
        ("G2 F4 G4 B4, C3 E4 G4 C5", []),
        ("G2 F4 G4 B4, C3 G4 G4 C5", ["seventh unresolved", "no third"]),
        ("G2 D4 B4 B4, C3 E4 G4 C5", ["doubled leading tone"]),
        ("C3 G3 C4 E5, C3 G3 C4 E4", ["too far apart"]),
        ("C3 C4 G3 E4, C3 G3 C4 E4", ["voices cross"]),
        ("C3 C4 E4 G4, F3 A3 C4 A5", ["awkward leap"]),
        ("C2 C4 E4 G4, C3 C4 E4 G4", ["out of range"]),
        ("F3 C4 F4 A4, E3 B3 G#4 G#4", ["parallel fifths"]),
    ],
)
def test_findings_by_hand(voices: str, found: list[str]) -> None:
    assert [rule for rule in found if rule not in rules(voices)] == []
    if not found:
        assert rules(voices) == []


@pytest.mark.parametrize(
    ("voices", "rule"),
    [
        ("S: G4 C5; A: E4 E4; T: C4 C4; B: E3 F3", "direct fifths"),
        ("S: E4 C5; A: C4 G4; T: G3 E4; B: A2 C3", "direct octaves"),
        ("S: D5 A5; A: G4 E4; T: B3 A3; B: G3 A2", "octaves by contrary motion"),
        ("S: A4 B4; A: F4 G#4; T: C4 E4; B: D3 E3", "awkward leap"),
        ("S: C5 E4; A: G4 C4; T: E4 G3; B: C3 C3", "voices overlap"),
    ],
)
def test_rules_of_motion(voices: str, rule: str) -> None:
    assert (rule in rules(voices)) == (rule != "octaves by contrary motion")


def test_a_finding_says_where_and_who() -> None:
    texture = read_voices("C3 G3 E4 C5 | D3 A3 F4 D5")
    lines = [tell(finding, texture) for finding in check(texture, read_key("C"))]
    assert "bar 2, beat 1: parallel octaves, soprano and bass (C3–C5 to D3–D5)" in lines


def test_inner_leading_tones_and_bass_lines_have_their_freedom() -> None:
    assert rules("G2 D4 B4 D5, C3 C4 G4 E5") == []
    assert rules("C4 E4 G4 C5, B3 D4 G4 D5, A3 E4 A4 C5") == []
    assert rules("B3 D4 G4 D5, A3 E4 A4 C5, E3 E4 G4 B4") == []


@pytest.mark.parametrize(
    "chords",
    [
        "C F G7 C", "C Am Dm G C", "C G/B Am Em F C/E Dm G C", "Dm7 G7 Cmaj7 Fmaj7 Bm7b5 E7 Am",
        "C Db/F G7 C", "C/G G C", "C C7 F Fm C", "C9 F13 Bb6 Eb", "Gsus4 G C", "C13/G F",
    ],
)  # fmt: skip
def test_chords_are_written_without_a_broken_rule(chords: str) -> None:
    key = read_key("C")
    asked = read_chords(chords)
    voiced = realise_chords(asked, key)
    texture = Texture(block(voiced, [Fraction(1)] * len(voiced)), NAMES[4])
    assert [tell(finding, texture) for finding in check(texture, key)] == []
    for chord, pitches in zip(asked, voiced, strict=True):
        assert pitches[0].name == (chord.bass or chord.root).name
        own = {tone.name for tone in chord.tones} | {pitches[0].name}
        assert {pitch.name for pitch in pitches} <= own


def test_any_triads_of_a_key_are_written_without_a_broken_rule() -> None:
    rng = random.Random(7)
    for _ in range(25):
        key = key_of_fifths(rng.randint(-5, 6))
        voiced = realise_chords([rng.choice(triads(key)) for _ in range(8)], key)
        texture = Texture(block(voiced, [Fraction(1)] * 8), NAMES[4])
        assert check(texture, key) == []


def test_what_a_given_bass_breaks_is_all_that_is_left() -> None:
    rng = random.Random(11)
    for _ in range(25):
        key = key_of_fifths(rng.randint(-5, 6), rng.choice(["major", "minor"]))
        options = [option for option in vocabulary(key) if option.price < 4]
        chords = [option.chord for option in options if not option.chord.quality.seventh]
        voiced = realise_chords([rng.choice(chords) for _ in range(6)], key)
        texture = Texture(block(voiced, [Fraction(1)] * 6), NAMES[4])
        assert {voice for finding in check(texture, key) for voice in finding.voices} <= {3}


@pytest.mark.parametrize(
    ("bass", "figures", "key", "tones"),
    [
        ("C3", "-", "C", [{"C", "E", "G"}]),
        ("E3", "6", "C", [{"E", "G", "C"}]),
        ("G3", "6/4", "C", [{"G", "C", "E"}]),
        ("G3", "7", "C", [{"G", "B", "D", "F"}]),
        ("B2", "65", "C", [{"B", "D", "F", "G"}]),
        ("D3", "43", "C", [{"D", "F", "G", "B"}]),
        ("F3", "2", "C", [{"F", "G", "B", "D"}]),
        ("E3", "#", "A minor", [{"E", "G♯", "B"}]),
        ("D3", "#6", "A minor", [{"D", "F", "B♯"}]),
        ("Bb2", "6+", "G minor", [{"B♭", "D", "G♯"}]),
        ("E3", "b7", "C", [{"E", "G", "B", "D♭"}]),
        ("F3", "n", "C minor", [{"F", "A", "C"}]),
        ("G3", "4-3", "C", [{"G", "C", "D"}, {"G", "B", "D"}]),
        ("F3", "7-6", "C", [{"F", "A", "C", "E"}, {"F", "A", "D"}]),
        ("C3", "9-8", "C", [{"C", "E", "G", "D"}, {"C", "E", "G"}]),
    ],
)
def test_figures_by_hand(bass: str, figures: str, key: str, tones: list[set[str]]) -> None:
    rows = realise_figures(read_line(bass), figures, read_key(key))
    assert [{tone.name for tone in row.slot.tones} for row in rows] == tones
    assert sum(row.beats for row in rows) == 1


@pytest.mark.parametrize(
    ("bass", "figures", "key"),
    [
        ("C3 D3 E3 F3 G3 G3 C3", "- 6 6 65 64 7 -", "C"),
        ("C3 G3 G3 C3", "_ 4-3 7 _", "C"),
        ("A3 G#3 A3 F3 E3 A2", "- 6 - 7-6 # -", "A minor"),
        ("C4 B3 A3 G3 F3 E3 D3 C3", "- 6 - 6 - 6 6 -", "C"),
        ("G3 F3 E3 D3 C3", "- 42 6 6 -", "C"),
    ],
)
def test_figured_basses_are_realised_without_a_broken_rule(
    bass: str, figures: str, key: str
) -> None:
    text = call("realize_figured_bass", bass=bass, figures=figures, key=key)
    assert "no broken rule" in text
    low = next(line for line in text.splitlines() if line.startswith("Bass"))
    played = dict.fromkeys(re.findall(r"[A-G][♯♭]?\d", low))
    assert list(played) == list(dict.fromkeys(str(p) for p in read_notes(bass)))


def test_a_suspension_is_held_and_falls() -> None:
    text = call("realize_figured_bass", bass="C3 G3 C3", figures="- 4-3 -", key="C")
    voices = [line.split(": ")[1].split() for line in text.splitlines()[1:4]]
    assert any(row[0] == row[1] and (row[1][0], row[2][0]) == ("C", "B") for row in voices)


@pytest.mark.parametrize(
    ("melody", "key"),
    [
        ("E4 D4 C4 D4 E4 E4 E4:2 D4 D4 D4:2 E4 G4 G4:2", "C"),
        ("G4 G4:e A4:e B4 C5 D5 D5 G4:2", "G"),
        ("A4 B4 C5 D5 C5 B4 A4", "A minor"),
        ("C5 C#5 D5 D#5 E5 D5 C5", "C"),
        ("D4 E4 F4 G4 A4 G4 F4 E4 D4", "D minor"),
    ],
)
def test_hymns_keep_the_melody_and_the_rules(melody: str, key: str) -> None:
    text = call("harmonize_melody", melody=melody, key=key, style="hymn")
    assert "no broken rule" in text
    numerals = next(line for line in text.splitlines() if line.startswith("Numerals"))
    assert numerals.rstrip(".").split()[-1] in ("I", "i")
    chords = read_chords(text.splitlines()[0].split(": ")[1])
    on_beats = [p for p in read_notes(re.sub(r":\S+", "", melody)) if str(p) != "A4" or key != "G"]
    if "/" not in melody:
        for pitch, chord in zip(on_beats, chords, strict=True):
            assert pitch.name in {tone.name for tone in chord.tones}


def test_songs_have_a_chord_a_bar() -> None:
    tune = "C4 C4 G4 G4 | A4 A4 G4:2 | F4 F4 E4 E4 | D4 D4 C4:2"
    rows = song(read_line(tune), read_key("C"), span=BAR)
    assert [row.option.chord.symbol for row in rows][::3] == ["C", "C"]
    assert call("harmonize_melody", melody=tune, style="pop song").startswith("C major: C | ")
    halves = song(read_line(tune), read_key("C"), span=Fraction(2))
    assert len(halves) == 8
    assert halves[2].option.chord.symbol == "F"


def test_pickups_and_other_meters() -> None:
    tune = "3/4 in G major: D4 | G4:h A4 | B4:h G4 | A4:h F#4 | G4:h"
    text = call("harmonize_melody", melody=tune)
    assert text.startswith("G major: G ")
    assert "no broken rule" in text
    artifact = BY_NAME["harmonize_melody"].call({"melody": tune}).artifacts[3]
    assert b'<measure number="0" implicit="yes">' in artifact.data
    assert b"<beats>3</beats>" in artifact.data
    song_text = call("harmonize_melody", melody=tune, style="folk")
    assert song_text.splitlines()[0].count("|") == 4
    assert read_voices("S: D5 C5; B: G2 A2").where(Fraction(1)) == "bar 1, beat 2"
    assert Texture((), (), BAR, Fraction(3)).where(Fraction(2)) == "bar 1, beat 2"


def test_a_melody_is_spelled_as_its_key() -> None:
    text = call("harmonize_melody", melody="F#4 G#4 A#4 B4 A#4 G#4 F#4", key="Gb")
    assert text.startswith("G♭ major: G♭ ")
    assert "no broken rule" in text
    with pytest.raises(MusicError, match="no chord of C major"):
        hymn(read_line("F##4 C4"), read_key("C"))


@pytest.mark.parametrize("key", ["C", "Eb minor", "F# phrygian", "Db", "A dorian"])
def test_every_note_has_a_chord_in_every_key(key: str) -> None:
    home = read_key(key)
    for name in ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"):
        line = (Note(read_pitch(f"{name}4"), Fraction(1)), Note(home.tonic.at(4), Fraction(1)))
        soprano, _ = in_soprano(in_key(line, home))
        assert hymn(soprano, home)[-1].option.degree == 1


def test_a_low_melody_is_moved_into_the_soprano() -> None:
    moved, octaves = in_soprano(read_line("C3 D3 E3"))
    assert octaves == 1
    assert str(moved[0].pitch) == "C4"
    assert "up 1 octave" in call("harmonize_melody", melody="E3 D3 C3", key="C")


def test_four_parts_are_engraved_with_ties_labels_and_red_notes() -> None:
    chords = [read_notes(text) for text in ("C3 G3 E4 C5", "F3 F3 A3 C5", "G3 G3 D4 B4")]
    voices = list(block(chords, [Fraction(1), Fraction(2), Fraction(3)]))
    alto = read_notes("E4 F4")
    voices[1] = (Note(alto[0], Fraction(2)), Note(alto[1], Fraction(4)))
    score = four_part(
        "x", voices, fifths=-1, labels=[(Fraction(0), "V7")],
        marked=frozenset({(1, Fraction(2))}),
    )  # fmt: skip
    assert [head.beats for head in heads(score, 1)] == [2, 2, 2]
    assert [(head.continues, head.goes_on) for head in heads(score, 1)] == [
        (False, False), (False, True), (True, False)
    ]  # fmt: skip
    assert head_count(to_musicxml(score)) == 15
    svg = engrave(to_musicxml(score), notes=15, bars=bar_count(score))
    assert "V7" in re.sub(r"<[^>]+>|\s", "", svg)
    assert svg.lower().count("#c00000") >= 1
    image, sound, midi, source, abc = present_parts(score)
    assert (image.kind, sound.kind, midi.kind) == ("image", "audio", "file")
    assert source.data.count(b'<tie type="start"/>') == 4
    assert abc.data.startswith(b"X:1\n") and abc.data.count(b"V:") >= 4
    tracks = mido.MidiFile(file=io.BytesIO(midi.data)).tracks
    played = [sum(m.type == "note_on" for m in track) for track in tracks]
    assert played == [0, 3, 2, 3, 3]
    assert sum(m.time for m in tracks[1]) == 6 * 480


def test_an_accidental_is_written_once_a_bar_for_both_voices_of_a_staff() -> None:
    chords = [read_notes("C3 G3 F#4 C5"), read_notes("C3 G3 F#4 F#5"), read_notes("C3 G3 F4 C5")]
    score = four_part("x", block(chords, [Fraction(1)] * 3))
    source = to_musicxml(score)
    assert source.count("<accidental>sharp</accidental>") == 2
    assert source.count("<accidental>natural</accidental>") == 1


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("realize_parts", {"chords": "I IV V"}, "numerals need a key"),
        ("realize_parts", {"chords": ""}, "no chords were given"),
        ("realize_parts", {"chords": "C F G | C"}, "1, 2 or 4 chords"),
        ("realize_parts", {"chords": "C " * 100}, "at most 64"),
        ("realize_figured_bass", figured("C3 D3", "6 6 6"), "2 bass notes have 3"),
        ("realize_figured_bass", figured("C3", "x!"), "cannot read the figure"),
        ("realize_figured_bass", figured("C6", "6"), "give notes in the ranges"),
        ("realize_figured_bass", figured("C3:9999999", "6"), "1024 or less"),
        ("harmonize_melody", {"melody": "C4:1024/1 " * 8}, "1024 or less"),
        ("harmonize_melody", {"melody": "C4 D4", "style": "weird"}, "write hymn (four parts)"),
        ("harmonize_melody", {"melody": "C2 C6", "key": "C"}, "between C4 and A5"),
    ],
)
def test_errors_say_what_to_do(name: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ToolError) as caught:
        call(name, **arguments)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("melody", "key", "chords"),
    [
        ("C4 E4 G4:h | D4 F4 A4:h | G4 B4 D5:h | C5:w", "C", "Cmaj7 | Dm7 | G7 | Cmaj7"),
        ("A4 C5 E5:h | B4 D5 F5:h | E5 G#4 B4:h | A4:w", "A minor", "Am7 | Bm7♭5 | E7 | Am7"),
    ],
)
def test_a_melody_is_harmonised_with_sevenths(melody: str, key: str, chords: str) -> None:
    text = BY_NAME["harmonize_melody"].call({"melody": melody, "key": key, "style": "jazz"}).text
    assert text.splitlines()[0].split(": ")[1] == chords
