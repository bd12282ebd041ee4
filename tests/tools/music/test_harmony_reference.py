"""Voice leading, figured bass and related keys against an independent library."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tools.music.figured_bass import realise_figures
from tools.music.key import key_of_fifths, read_key
from tools.music.key_relations import related
from tools.music.music_text import read_chords
from tools.music.part_writing_tools import PART_WRITING_TOOLS
from tools.music.parts import Note, Texture
from tools.music.pitch import STEPS, Pitch
from tools.music.voice_leading import RANGES, check

BY_NAME = {tool.name: tool for tool in PART_WRITING_TOOLS}
UPPER = st.builds(Pitch, st.sampled_from("CDEFGAB"), st.integers(-1, 1), st.integers(4, 5))
LOWER = st.builds(Pitch, st.sampled_from("CDEFGAB"), st.integers(-1, 1), st.integers(3, 4))


def _theirs(music21: Any, pitch: Pitch) -> Any:
    sign = "#" * pitch.alter if pitch.alter > 0 else "-" * -pitch.alter
    return music21.note.Note(f"{pitch.step}{sign}{pitch.octave}")


def _rules(*moves: tuple[Pitch, Pitch]) -> set[str]:
    voices = tuple(tuple(Note(pitch, Fraction(1)) for pitch in row) for row in moves)
    return {finding.rule for finding in check(Texture(voices, ("upper", "lower")))}


def test_parallels_crossings_and_overlaps(music21: Any) -> None:
    quartet = music21.voiceLeading.VoiceLeadingQuartet

    @settings(deadline=None, max_examples=120)
    @given(UPPER, UPPER, LOWER, LOWER, st.booleans())
    def same(high: Pitch, high_after: Pitch, low: Pitch, low_after: Pitch, fifth: bool) -> None:
        if fifth:  # most random moves hold no perfect interval at all
            high, high_after = (
                Pitch(p.step, p.alter, (p.octave or 4) + 1) for p in (low, low_after)
            )
        assume(high.midi >= low.midi and high_after.midi >= low_after.midi)
        assume(high.midi - low.midi <= 12 and high_after.midi - low_after.midi <= 12)
        notes = [_theirs(music21, p) for p in (high, high_after, low, low_after)]
        theirs = quartet(*notes)
        ours = _rules((high, high_after), (low, low_after))
        moved = high.midi != high_after.midi and low.midi != low_after.midi
        if moved and (high_after.midi > high.midi) == (low_after.midi > low.midi):
            octave = theirs.parallelOctave() or theirs.parallelUnison()
            assert ("parallel fifths" in ours) == theirs.parallelFifth()
            assert ("parallel octaves" in ours) >= octave
        assert ("voices overlap" in ours) == theirs.voiceOverlap()

    same()


def test_figures_mean_the_same_notes(music21: Any) -> None:
    # A plain 9 is left out: music21 adds the seventh to it, we read the suspension of the Baroque.
    scales = music21.figuredBass.realizerScale.FiguredBassScale
    rng = random.Random(4)
    for _ in range(80):
        key = key_of_fifths(rng.randint(-4, 4), rng.choice(["major", "minor"]))
        bass = rng.choice(key.scale.pitches).at(3)
        figure = rng.choice(["", "6", "64", "7", "65", "43", "42", "#6"])
        row = realise_figures((Note(bass, Fraction(1)),), figure or "-", key)[0]
        # music21 raises a tone that is sharp already; to us the sign only reminds of it.
        sixth = STEPS[(STEPS.index(bass.step) + 5) % 7]
        sharp = any(p.step == sixth and p.alter > 0 for p in key.scale.pitches)
        written = "6" if figure == "#6" and sharp else figure
        written = written if written == "#6" else ",".join(written)
        mode = scales(key.tonic.ascii.replace("b", "-"), key.mode)
        names = mode.getPitchNames(_theirs(music21, bass).nameWithOctave, written)
        ours = {tone.name.replace("♯", "#").replace("♭", "-") for tone in row.slot.tones}
        assert ours == set(names), (key.name, str(bass), figure)


def test_close_keys_share_the_signature_to_one_accidental(music21: Any) -> None:
    for name in ("C", "G", "F", "A minor", "D minor", "E flat", "B minor"):
        key = read_key(name)
        found = {row.key.fifths for row in related(key)[:5]}
        tonic = key.tonic.ascii.replace("b", "-")
        theirs = music21.key.Key(tonic if key.mode == "major" else tonic.lower())
        assert found == {theirs.sharps - 1, theirs.sharps, theirs.sharps + 1}


def test_bach_breaks_few_of_the_rules(music21: Any) -> None:
    """In three chorales of the corpus parallels are rare, and no voice is out of range for long."""
    parallels, notes = 0, 0
    for name in ("bwv255", "bwv256", "bwv257"):
        voices = []
        for part in music21.corpus.parse(f"bach/{name}").parts:
            voice = []
            for item in part.flatten().notesAndRests:
                beats = Fraction(item.quarterLength).limit_denominator(16)
                tied = item.tie is not None and item.tie.type != "start"
                pitch = None if item.isRest else item.pitch
                own = pitch and Pitch(pitch.step, int(pitch.alter), pitch.octave)
                voice.append(Note(own, beats, tied))
            voices.append(tuple(voice))
        found = check(Texture(tuple(voices), tuple(RANGES)))
        parallels += sum(finding.rule.startswith("parallel") for finding in found)
        notes += sum(map(len, voices))
    assert notes > 400
    assert parallels <= 1


def test_another_reader_finds_the_same_notes_and_chords(music21: Any) -> None:
    chords = "C Dm E7 Fmaj7 Gm7 Adim Bm7b5 Cdim7 Caug C6 Dm6 Gsus4 Dsus2 Am(maj7)/E C13"
    result = BY_NAME["realize_parts"].call({"chords": chords, "key": "C"})
    source = result.artifacts[3].data.decode()
    read = music21.converter.parseData(source, format="musicxml")
    rows = [line.split(": ")[1].split() for line in result.text.splitlines()[1:5]]
    for staff, names in zip(read.parts, (rows[0] + rows[1], rows[2] + rows[3]), strict=True):
        theirs = sorted(_ours(note.pitch) for note in staff.flatten().notes if note.isNote)
        assert theirs == sorted(names)
    found = list(read.parts[0].flatten().getElementsByClass(music21.harmony.ChordSymbol))
    for symbol, chord in zip(found[:14], read_chords(chords), strict=False):
        assert {p.pitchClass for p in symbol.pitches} == {t.pitch_class for t in chord.tones}


def _ours(theirs: Any) -> str:
    alter = int(theirs.accidental.alter) if theirs.accidental else 0
    return str(Pitch(theirs.step, alter, theirs.octave))
