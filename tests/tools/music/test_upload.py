"""Files that people send: read, analysed, changed; and what is heard in a WAV."""

from __future__ import annotations

import io
import re
import statistics
import tracemalloc
import wave

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.pieces import pieces

from benchmarks.listening import progression
from tools.music import audio
from tools.music.codes.analysis import chords_by_bar, form_of
from tools.music.codes.changing import change, sharps_of
from tools.music.codes.formats import ABC, FORMATS, MIDI, MUSICXML
from tools.music.codes.midi_writer import timed
from tools.music.codes.model import Piece
from tools.music.interval import Interval
from tools.music.interval_text import read_interval
from tools.music.listening import RATE, analyse_wav, listen, roots_right, samples_of
from tools.music.pitch import MusicError
from tools.music.upload import analyse_upload, changed_file, read_upload

STEPS = (
    "a perfect unison, a minor second, a major second, a minor third, a major third, "
    "a perfect fourth, an augmented fourth, a perfect fifth, a minor sixth, a major sixth, "
    "a minor seventh, a major seventh, an octave"
).split(", ")
TUNE = """X:1
T:A waltz
M:3/4
L:1/8
Q:1/4=120
V:1 name="Flute"
V:2 name="Bass"
K:D
V:1
D2 F2 A2|B3 A G2|A2 c2 e2|d6|D2 F2 A2|B3 A G2|A2 c2 e2|d6|f6|e6|c6|d6|D2 F2 A2|B3 A G2|A2 c2 e2|d6|]
V:2
D,2 F,2 A,2|G,2 B,2 D2|A,2 C2 E2|D,6|D,2 F,2 A,2|G,2 B,2 D2|A,2 C2 E2|D,6|D,6|A,6|A,6|D,6|
D,2 F,2 A,2|G,2 B,2 D2|A,2 C2 E2|D,6|]
"""


@pytest.mark.parametrize("found", [ABC, MIDI, MUSICXML], ids=lambda f: f.name)
def test_a_file_is_told_engraved_and_heard(found):
    data = found.write(ABC.read(TUNE).piece)
    result = analyse_upload(f"waltz{found.suffixes[0]}", data)
    assert "16 bars of 3/4 in D major, 120 quarters a minute" in result.text
    assert re.search(r"- (Flute|Track).*D4 to F♯5", result.text)
    assert "| D | G | A | - | D | G | A | - |" in result.text
    assert "Form: A A B A in phrases of 4 bars." in result.text
    kinds = [artifact.mime for artifact in result.artifacts]
    assert kinds[:4] == ["image/svg+xml", "audio/wav", "audio/midi", MUSICXML.mime]
    svg = result.artifacts[0].data.decode()
    assert len(re.findall(r'class="note\b', svg)) == 68


def test_chords_that_are_written_come_first():
    piece = ABC.read('X:1\nT:t\nM:4/4\nL:1/4\nK:C\n"Am7"C4|"F"A2 "G"B2|CEGE|z4|]').piece
    assert chords_by_bar(piece) == ["Am7", "F G", "C", "-"]
    assert form_of(piece) == ""


CHANGES = [
    ("up a step", "E major", "E4", "up a major second"),
    ("down 3 semitones", "B major", "B3", "down 3 semitones"),
    ("transpose it to F", "F major", "F4", "from D major to F major"),
    ("to B minor", "B minor", "B3", "from D major to B minor"),
    ("to Db major", "D♭ major", "D♭4", "from D major to D♭ major"),
    ("for alto sax", "B major", "B4", "written a major sixth above what sounds"),
    ("on violin", "D major", "D4", "played on violin"),
    ("at 90 bpm", "D major", "D4", "at 90 quarters a minute"),
    ("bars 3 to 4", "D major", "A4", "bars 3 to 4"),
    ("only the bass", "D major", "D3", "only Bass"),
]


@pytest.mark.parametrize(("request_", "key", "first", "words"), CHANGES)
def test_a_score_is_changed_by_request(request_, key, first, words):
    piece = ABC.read(TUNE).piece
    done = change(piece, request_)
    assert words in done.words
    assert done.piece.key.name == key
    assert str(next(done.piece.parts[0].pitches)) == first
    back = ABC.read(ABC.write(done.piece))
    assert back.problems == []
    assert analyse_upload("w.abc", TUNE.encode(), request_).text.startswith("A waltz ")


def test_minor_takes_the_other_thirds_sixths_and_sevenths():
    done = change(ABC.read("X:1\nT:t\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|]").piece, "to C minor").piece
    names = " ".join(pitch.name for pitch in done.parts[0].pitches)
    assert names == "C D E♭ F G A♭ B♭ C"


def test_there_and_back():
    piece = ABC.read(TUNE).piece
    there = change(piece, "up a minor third").piece
    back = change(there, "down a minor third").piece
    assert back == piece
    assert [sharps_of(Interval.of(name)) for name in ("P5", "m2", "A1")] == [1, -5, 7]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pieces().filter(lambda piece: piece.note_count), st.sampled_from(STEPS))
def test_whole_scores_there_and_back(piece: Piece, step: str):
    there = change(piece, f"up {step}").piece
    back = change(there, f"down {step}").piece
    assert [sounding(each) for each in (back, there)] == [
        sounding(piece),
        [(s, e, midi + STEPS.index(step)) for s, e, midi in sounding(piece)],
    ]
    if abs(piece.first.fifths + sharps_of(read_interval(step).interval)) <= 7:
        # Beyond that, signature and notes are spelled enharmonically.
        assert back == piece


def sounding(piece: Piece) -> list[tuple]:
    return sorted((s, e, p.midi) for part in piece.parts for s, e, p in timed(part))


def test_a_large_wav_is_read_in_pieces():
    data = wav(np.random.default_rng(1).integers(0, 255, 20_000_000).astype("u1"), 200_000, 1)
    tracemalloc.start()
    try:
        sound = samples_of("large.wav", data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(sound) == pytest.approx(100 * RATE, rel=0.01)
    assert peak < 80 << 20


def test_a_signature_of_too_many_accidentals_is_respelled():
    piece = ABC.read("X:1\nT:t\nM:4/4\nL:1/4\nK:B\nBcde|]").piece
    assert change(piece, "up a major third").piece.first.fifths == -3
    assert abs(change(piece, "up a major second").piece.first.fifths) <= 7


def test_what_cannot_be_done_says_what_can():
    for request_, said in (
        ("make it purple", "write e.g. up a step"),
        ("bars 90 to 95", "the piece has 16"),
        ("only the tuba", "the parts are Flute, Bass"),
        ("up nine octaves", "more than three octaves"),
        ("on theremin", "unknown instrument"),
    ):
        with pytest.raises(MusicError, match=said):
            change(ABC.read(TUNE).piece, request_)
    with pytest.raises(MusicError, match="no music could be read"):
        read_upload("x.mid", b"MThd" + bytes(30))


def test_changes_add_up():
    result, data = changed_file("w.abc", TUNE.encode(), "up a step")
    assert result.text == analyse_upload("w.abc", TUNE.encode(), "up a step").text
    assert " up a major second:\n" in result.text
    _, again = changed_file("score.musicxml", data, "up a step")
    assert read_upload("score.musicxml", again).piece.key.name == "F♯ major"


def test_long_files_are_drawn_as_far_as_is_quick():
    piece = ABC.read("X:1\nT:long\nM:4/4\nL:1/4\nK:C\n" + "CDEF|" * 500).piece
    result = analyse_upload("long.mid", MIDI.write(piece))
    svg = next(a.data.decode() for a in result.artifacts if a.mime == "image/svg+xml")
    assert len(re.findall(r'class="measure\b', svg)) == 64


def test_every_format_can_be_sent():
    piece = ABC.read(TUNE).piece
    for found in FORMATS:
        name = f"waltz{found.suffixes[0]}"
        assert read_upload(name, found.write(piece)).format.name == found.name


def test_listening_is_as_good_as_is_said(monkeypatch):
    monkeypatch.setenv("MICA_SOUNDFONT", "")
    keys, tempi, chords = [], [], []
    for number in range(6):
        sounds, key, tempo, truth = progression(number)
        heard = listen(samples_of("x.wav", audio.play(sounds)))
        keys.append(heard.key.fifths == key.fifths)
        tempi.append(any(abs(heard.tempo * n / tempo - 1) < 0.04 for n in (0.5, 1, 2)))
        chords.append(roots_right(heard.chords, truth))
    assert sum(keys) >= 5
    assert sum(tempi) >= 5
    assert statistics.mean(chords) > 0.7


def wav(samples: np.ndarray, rate: int = 8000, width: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def test_wav_files_that_say_nothing():
    with pytest.raises(MusicError, match="silent"):
        analyse_wav("s.wav", wav(np.zeros(16000, "<i2")))
    with pytest.raises(MusicError, match="less than a second"):
        analyse_wav("s.wav", wav(np.ones(100, "<i2")))
    with pytest.raises(MusicError, match="save it as 16-bit WAV"):
        analyse_upload("s.wav", b"RIFF" + bytes(20))
    noise = np.random.default_rng(1).integers(-9000, 9000, 40000).astype("<i2")
    assert "Check it by ear" in analyse_upload("noise.wav", wav(noise)).text


@pytest.mark.parametrize(
    ("request_", "words"),
    [("make it slower, 80 bpm", "at 80 quarters"), ("put it in C minor", "from D major to C minor"),
     ("can you put this in B flat for my trumpet", "for B♭ trumpet"),
     ("slow it down to 70 bpm", "at 70 quarters"), ("just the first two bars", "bars 1 to 2"),
     ("change the key to G please", "from D major to G major"), ("half speed", "at 60 quarters"),
     ("could you make it faster", "at 150 quarters"), ("in F major", "from D major to F major")],
)  # fmt: skip
def test_a_change_is_read_as_people_word_it(request_: str, words: str) -> None:
    text = analyse_upload("waltz.abc", TUNE.encode(), request_).text
    assert text.split("\n")[0].startswith(f"A waltz {words}")
