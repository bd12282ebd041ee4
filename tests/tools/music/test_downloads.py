"""The files that music tools give to take away hold the same music in every format."""

from __future__ import annotations

import io
import wave

import pytest

from tools.music.codes.abc_reader import read_abc
from tools.music.codes.midi_reader import read_midi
from tools.music.codes.model import Piece
from tools.music.codes.musicxml_reader import read_musicxml
from tools.music.codes.showing import heard, show_piece
from tools.music.music_text import read_music
from tools.music.score import of_music
from tools.music.score_piece import piece_of
from tools.music.writing_tools import show_music

MUSIC = ["Dm7 | G7 | Cmaj7", "C4 E♭4 G4 C5 B4", "Bbm7b5/Ab", "C Am | F G | C", "F## Cbb4 E#"]


def heights(piece: Piece | None) -> list[list[int]]:
    assert piece is not None
    rows = [sorted(p.midi for p in sound.pitches) for part in piece.parts for sound in part.sounds]
    return [row for row in rows if row]


@pytest.mark.parametrize("music", MUSIC)
def test_all_formats_hold_the_same_notes(music: str) -> None:
    files = {a.name.rsplit(".", 1)[1]: a.data for a in show_music.call({"music": music}).artifacts}
    assert list(files) == ["svg", "wav", "mid", "musicxml", "abc"]
    score = of_music(read_music(music), music)
    expected = [sorted(pitch.midi for pitch in event.pitches) for event in score.events]
    assert heights(read_abc(files["abc"].decode()).piece) == expected
    assert heights(read_musicxml(files["musicxml"]).piece) == expected
    assert heights(read_midi(files["mid"]).piece) == expected


def test_a_piece_of_parts_is_heard_at_its_tempo() -> None:
    score = of_music(read_music("C4 E4 G4 C5 C5 C5 C5 C5"), "x")
    piece = piece_of(score)
    assert [round(sound.start, 3) for sound in heard(piece)[:3]] == [0.0, 0.6, 1.2]
    files = show_piece(piece, "name of the file")
    assert {artifact.name.split(".")[0] for artifact in files} == {"name-of-the-file"}
    with wave.open(io.BytesIO(files[1].data)) as file:
        assert 4.8 < file.getnframes() / file.getframerate() < 6
