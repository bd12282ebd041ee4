"""Melody, chords, bass and drums together: one score, one sound, one MIDI file."""

from __future__ import annotations

import pytest

from tools import ToolError, ToolResult
from tools.music import band
from tools.music.band_tools import mix_parts
from tools.music.codes.formats import MIDI
from tools.music.codes.model import Piece

CHORDS = "C | Am | F | G"
GRID = "hihat x-x-x-x-\nsnare --x---x-\nkick x---x---"


def by_suffix(result: ToolResult, suffix: str) -> bytes:
    return next(a.data for a in result.artifacts if a.name.endswith(suffix))


@pytest.mark.parametrize("style", band.STYLES)
def test_every_style_plays_in_full_bars(style: str) -> None:
    chords = "3/4: C | G | Am | F" if style == "waltz" else CHORDS
    made = band.assemble(chords, style=style)
    assert made.bars == 4
    assert {line.length for _, line in made.lines} == {4 * made.meter.quarters}
    piece = band.written(band.sounding(made, "x"))
    assert {len(part.bars) for part in piece.parts} == {4}
    assert all(bar.length == bar.full for part in piece.parts for bar in part.bars)
    starts = [sound.start for sound in band.heard(made)]
    assert (
        starts == sorted(starts) and starts[-1] < 4 * float(made.meter.quarters) * 60 / made.tempo
    )
    assert band.heard(band.assemble(chords, style=style)) == band.heard(made)


def test_all_players_are_in_the_score_the_sound_and_the_file() -> None:
    result = mix_parts.call(
        {"chords": "C | Am", "melody": "90 bpm: C5 E5 G5:h | A4 C5 E5:h | C5:w", "drums": GRID}
    )
    assert result.text.startswith("melody, chords, bass, drums together: 4 bars of 4/4, 90 bpm")
    assert result.artifacts[0].mime == "image/svg+xml"
    sounding = MIDI.read(by_suffix(result, ".mid")).piece
    assert isinstance(sounding, Piece)
    assert {part.name.split(",")[0] for part in sounding.parts} == {
        "Melody", "Chords", "Bass", "Drums"
    }  # fmt: skip
    bass = next(part for part in sounding.parts if part.name == "Bass")
    assert min(p.midi for p in bass.pitches) < 40  # an octave below what is written
    drums = next(part for part in sounding.parts if part.percussion)
    assert {p.midi for p in drums.pitches} == {36, 38, 42}


def test_players_can_be_left_out_or_written() -> None:
    assert band.assemble(CHORDS, bass="none", rhythm="no").names == ["chords"]
    assert band.assemble(melody="C4 D4 E4 F4", rhythm="rock").names == ["melody", "drums"]
    written = band.assemble(CHORDS, bass="C3:w | A2:w | F2:w | G2:w")
    assert [str(p) for p in dict(written.lines)["bass"].pitches] == ["C3", "A2", "F2", "G2"]
    assert band.assemble(CHORDS, tempo=77).tempo == 77


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ({}, "needs chords or a melody"),
        ({"chords": CHORDS, "bass": "wlking"}, "nor is it a style"),
        ({"chords": CHORDS, "style": "polka-core"}, "unknown style of band"),
        ({"chords": "3/4: C | G", "drums": "rock"}, "the drums are in 4/4"),
        ({"chords": CHORDS, "melody": "3/4: C4 D4 E4"}, "different meters"),
        ({"chords": CHORDS, "tempo": 900}, "out of range"),
        ({"melody": "C4:w " * 70}, "too many for a band"),
    ],
)
def test_what_does_not_fit_is_said(call: dict[str, object], said: str) -> None:
    with pytest.raises(ToolError, match=said):
        mix_parts.call(call)
