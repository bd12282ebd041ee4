"""Engraving, MIDI and sound hold the notes that were asked for."""

from __future__ import annotations

import io
import re
import wave
from pathlib import Path

import mido
import numpy as np
import pytest
from support import needs

from tools.music import notation
from tools.music.audio import RATE, Sound, play, soundfont, synthesise, to_wav
from tools.music.key import Key
from tools.music.midi import TICKS, to_midi
from tools.music.music_text import read_chords, read_music
from tools.music.musicxml import accidentals, to_musicxml
from tools.music.notation import EngravingError, to_svg
from tools.music.pitch import MusicError, Pitch
from tools.music.scale import read_scale
from tools.music.score import Score, of_chords, of_music, of_scale

LINES = [
    "Ebm7",
    "C4 E4 G4",
    "Dm7 | G7 | Cmaj7",
    "C Am | F G | C",
    "C2 E2 G2",
    "F## Cbb4 E#",
    "G13#11/F B7alt",
    "C E G C E G C E G",
]


def score_of(line: str) -> Score:
    return of_music(read_music(line), line)


@pytest.mark.parametrize("line", LINES)
def test_image_holds_every_note_and_bar(line: str) -> None:
    score = score_of(line)
    svg = to_svg(score)
    assert len(re.findall(r'class="note\b', svg)) == score.note_count
    assert len(re.findall(r'class="measure\b', svg)) == len(score.bars)
    assert "fill:white" in svg


def test_same_score_gives_same_image() -> None:
    score = score_of("Ebm7")
    assert to_svg(score) == to_svg(score)


@pytest.mark.parametrize(
    ("music", "lines"),
    [
        ("Dm7 | " * 4, [4]),
        ("Dm7 | " * 12, [4, 4, 4]),
        ("Dm7 | " * 13, [5, 5, 3]),
        ("C4 D4 E4 F4 " * 6, [3, 3]),
    ],
)
def test_lines_hold_as_many_bars_as_fit_in_fours_where_the_music_is(
    music: str, lines: list[int]
) -> None:
    systems = to_svg(score_of(music)).split('class="system"')[1:]
    assert [len(re.findall(r'class="measure\b', system)) for system in systems] == lines


def test_one_line_that_comes_out_too_wide_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    score = score_of("Dm7 | " * 12)
    monkeypatch.setattr(notation, "_bars_in_line", lambda source, bars: bars)
    svg = to_svg(score)
    assert svg.count('class="system"') > 1
    (width,) = re.findall(r'<svg width="(\d+)px"', svg)
    assert int(width) <= notation._WIDEST_PX


def test_chord_symbols_are_readable_text() -> None:
    text = re.sub(r"<[^>]+>|\s", "", to_svg(score_of("Bbm7b5/Ab")))
    assert "B♭m7♭5/A♭" in text
    assert not [c for c in text if 0xE000 <= ord(c) <= 0xF8FF]


def test_an_incomplete_image_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = "<score-partwise><part-list/></score-partwise>"
    monkeypatch.setattr(notation, "to_musicxml", lambda score: broken)
    with pytest.raises(EngravingError, match="instead of 4"):
        to_svg(score_of("Ebm7"))


def test_long_music_fits() -> None:
    score = score_of(" ".join(["Am7", "D13#11"] * 128))
    assert len(re.findall(r'class="measure\b', to_svg(score))) == 256


def test_accidentals_hold_until_the_bar_line() -> None:
    c, c_sharp, b_flat = (Pitch("C", a, 4) for a in (0, 1, 0)), Pitch("C", 1, 4), Pitch("B", -1, 4)
    natural = next(c)
    bar = [[pitch] for pitch in (c_sharp, c_sharp, natural, b_flat)]
    assert accidentals(bar, 0) == [["sharp"], [""], ["natural"], ["flat"]]
    assert accidentals([[b_flat]], -1) == [[""]]
    assert accidentals([[Pitch("B", 0, 4)]], -1) == [["natural"]]


def test_signature_of_the_key() -> None:
    key = Key(Pitch("E", -1))
    score = of_chords(read_chords("Eb Ab Bb7"), "x", key=key)
    assert "<fifths>-3</fifths>" in to_musicxml(score)
    assert "<accidental>" not in to_musicxml(score)


@pytest.mark.parametrize("line", LINES)
def test_midi_has_the_same_notes(line: str) -> None:
    score = score_of(line)
    file = mido.MidiFile(file=io.BytesIO(to_midi(score)))
    on = [m.note for m in file.tracks[0] if m.type == "note_on"]
    off = [m.note for m in file.tracks[0] if m.type == "note_off"]
    assert on == [p.midi for event in score.events for p in event.pitches]
    assert sorted(on) == sorted(off)
    assert sum(m.time for m in file.tracks[0]) == TICKS * sum(e.beats for e in score.events)


def test_scale_rises_to_the_octave() -> None:
    heights = [e.pitches[0].midi for e in of_scale(read_scale("B altered")).events]
    assert heights == sorted(heights)
    assert heights[-1] - heights[0] == 12


def test_beyond_the_piano_is_refused() -> None:
    with pytest.raises(MusicError, match="A0 to C8"):
        score_of("C0 E0")


def _spectrum_peak(samples: np.ndarray, hertz: float) -> float:
    size = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    place = round(hertz * len(samples) / RATE)
    return float(size[place - 3 : place + 4].max() / size.max())


def _samples(data: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768.0


def test_our_own_synthesiser_sounds_the_pitch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICA_SOUNDFONT", "")
    assert soundfont() is None
    samples = _samples(to_wav(score_of("A4")))
    assert _spectrum_peak(samples, 440.0) > 0.9
    assert _spectrum_peak(samples, 523.25) < 0.1
    assert 0.5 < np.abs(samples).max() <= 1.0


def test_a_missing_font_falls_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MICA_SOUNDFONT", str(tmp_path / "none.sf2"))
    assert soundfont() is None


def test_soundfont_sounds_the_pitch() -> None:
    font = soundfont()
    if font is None:
        needs.lacking("no SoundFont: apt-get install timgm6mb-soundfont, or set MICA_SOUNDFONT")
    samples = _samples(to_wav(score_of("A4"), font))
    assert _spectrum_peak(samples, 440.0) > 0.5
    assert np.allclose(samples, _samples(to_wav(score_of("A4"), font)), atol=1e-3)


def test_length_is_limited_to_a_minute() -> None:
    samples = synthesise(score_of(" ".join(["Am7", "D9"] * 100)))
    assert 60 <= len(samples) / RATE <= 62


def test_no_soundfont_variable_uses_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MICA_SOUNDFONT", raising=False)
    font = soundfont()
    if font is None:
        needs.lacking("no SoundFont: apt-get install timgm6mb-soundfont")
    head = Path(font).read_bytes()[:12]
    assert (head[:4], head[8:]) == (b"RIFF", b"sfbk")


def test_notes_may_overlap_and_keep_their_places() -> None:
    notes = [Sound(0.0, 1.5, 69), Sound(0.5, 0.5, 76), Sound(70.0, 1.0, 60)]
    for data in (play(notes), _played_plain(notes)):
        samples = _samples(data)
        first, both = samples[2000 : RATE // 2 - 500], samples[RATE // 2 + 2000 : RATE - 500]
        assert _spectrum_peak(first, 659.26) < 0.2 < _spectrum_peak(both, 659.26)
        assert 1.5 < len(samples) / RATE < 3


def _played_plain(notes: list[Sound]) -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MICA_SOUNDFONT", "")
        return play(notes)


def test_drums_are_heard_with_and_without_a_font() -> None:
    notes = [Sound(0.0, 0.2, 36, drum=True), Sound(0.5, 0.2, 42, drum=True, velocity=40)]
    for data in (play(notes), _played_plain(notes)):
        samples = np.abs(_samples(data))
        assert samples[: RATE // 10].max() > 0.5
        assert samples[RATE // 2 : RATE // 2 + 2000].max() > 0.01
