"""What the readers find in requests for marks, comping, voicings, rhythms, forms and scales."""

from __future__ import annotations

import pytest
from support.filled import whole

from tools.music.filling.table import fill

TUNE = "C4 D4 E4 F4 | G4:h E4:h"
SECTIONS = "A: C | Am | F | G; B: F | G | Em | Am"


@pytest.mark.parametrize(
    ("tool", "request_", "arguments"),
    [
        ("edit_melody", f"{TUNE} - bar 1 forte please", {"melody": TUNE, "edit": "bar 1 forte"}),
        ("edit_melody", f"let {TUNE} swing", {"melody": TUNE, "edit": "swing"}),
        ("edit_melody", f"a crescendo for {TUNE}", {"melody": TUNE, "edit": "a crescendo"}),
        ("edit_melody", f"accent note 3 of {TUNE}", {"melody": TUNE, "edit": "accent note 3"}),
        ("edit_melody", f"{TUNE} bar two up a step", {"melody": TUNE, "edit": "bar two up a step"}),
        ("continue_melody", f"8 bars more of {TUNE}", {"melody": TUNE, "bars": "8"}),
        ("name_scale", "C D E F G A B with D as tonic", {"notes": "C D E F G A B", "tonic": "D"}),
        ("chord_voicings", "rootless Am7 D7", {"chords": "Am7 D7", "kind": "rootless"}),
        ("comping", "Am7 | D7 as a ballad", {"chords": "Am7 | D7", "style": "ballad"}),
        ("song_form", f"as AABA please, {SECTIONS}", {"form": "AABA", "sections": SECTIONS}),
        ("song_form", "a folk rondo in D major",
         {"form": "rondo", "style": "folk", "key": "D major"}),
        ("rhythm_pattern", "euclidean 3 over 8 on the cowbell",
         {"pattern": "3 over 8", "drum": "cowbell"}),
        ("rhythm_pattern", "5 over 16", {"pattern": "5 over 16"}),
        ("fits_range", "can a flute play B3 to D7", {"instrument": "flute", "notes": "B3 to D7"}),
        ("chord_from_frets", "x32010 with a capo on 3", {"frets": "x32010 capo 3"}),
        ("mix_parts", "a bossa band over Am7 | D7, walking bass, no drums, 96 bpm",
         {"drums": "none", "bass": "walking", "chords": "Am7 | D7", "style": "bossa",
          "tempo": "96"}),
        ("harmonize_melody", f"jazz chords for {TUNE}", {"melody": TUNE, "style": "jazz"}),
    ],
)  # fmt: skip
def test_arguments_are_read(tool: str, request_: str, arguments: dict[str, str]) -> None:
    assert whole(tool, request_) == arguments


def test_a_request_about_other_things_has_no_rhythm_and_no_form() -> None:
    for tool, text in (("rhythm_pattern", "count 3 over 8"), ("song_form", "a song in F major")):
        found = fill(tool, text)
        assert found is not None and not found.whole
