"""Which things of a conversation are put together, and how a mix is changed."""

from __future__ import annotations

import pytest

from tools.music.band_tools import mix_parts
from tools.music.filling.carry import Before
from tools.music.filling.together import gathers, made, together

TUNE = '"C"E4 G4 C5:h | "F"A4 C5 A4:h'
OTHER = '"C"G4:h E4:h | "F"F4:w'
LOW = '"C"C3 E3 G3 E3 | "F"F3:w'
BEAT = "4/4, 100 bpm, 8 steps a bar:\nhihat |x-x-x-x-|\nkick  |x---x---|"
SAID = {"melody_over": {"chords": "C | F"}, "bass_line": {"chords": "C | F"}}
CHORDS = Before("progression", {"style": "pop"}, "C | F | G | C\n(C major)")
MELODY = Before("melody_over", SAID["melody_over"], f"{TUNE}\n(C major)")
SECOND = Before("melody_over", SAID["melody_over"], f"{OTHER}\n(C major)")
BASS = Before("bass_line", SAID["bass_line"], f"{LOW}\n(walking)")
DRUMS = Before("drum_pattern", {"style": "pop"}, f"pop\n```\n{BEAT}\n```")
MIX = Before("mix_parts", {"chords": "C | F", "melody": TUNE, "drums": "none", "seed": "3"}, "ok")


@pytest.mark.parametrize(
    ("request_", "calls", "arguments"),
    [
        ("mix the drums and the bass", [BASS, DRUMS], {"drums": BEAT, "bass": LOW}),
        ("play them together", [MELODY, BASS, DRUMS], {"melody": TUNE, "bass": LOW, "drums": BEAT}),
        ("play both together", [MELODY, BASS, DRUMS], {"bass": LOW, "drums": BEAT}),
        ("put the melody over the chords", [CHORDS, MELODY],
         {"melody": TUNE, "chords": "C | F | G | C", "bass": "none", "drums": "none"}),
        ("put the melody over the chords", [MELODY],
         {"melody": TUNE, "chords": "C | F", "bass": "none", "drums": "none"}),
        ("mix the first one and the bass line", [MELODY, SECOND, BASS],
         {"melody": TUNE, "bass": LOW}),
        ("mix the last melody with the drums", [MELODY, SECOND, DRUMS],
         {"melody": OTHER, "drums": BEAT}),
        ("add house drums to it", [CHORDS], {"chords": "C | F | G | C", "drums": "house",
                                            "bass": "none"}),
        ("play it with a jazz band", [CHORDS], {"chords": "C | F | G | C", "style": "jazz"}),
        ("a jazz band over Dm7 | G7", [MELODY], {"chords": "Dm7 | G7", "style": "jazz"}),
        ("a walking bass under Dm7 | G7", [BASS], {"chords": "Dm7 | G7", "bass": "walking"}),
    ],
)  # fmt: skip
def test_what_is_meant_is_put_together(
    request_: str, calls: list[Before], arguments: dict[str, str]
) -> None:
    found = together(request_, calls)
    assert (dict(found.arguments), found.missing) == (arguments, ())
    assert mix_parts.call(found.arguments).artifacts


@pytest.mark.parametrize(
    ("request_", "changed"),
    [
        ("without the melody", {"melody": None}),
        ("now with the drums", {"drums": BEAT}),
        ("in reggae style, 80 bpm", {"style": "reggae", "tempo": "80"}),
        ("no bass", {"bass": "none"}),
        ("another one", {"seed": "4"}),
        ("only the chords and the drums", {"drums": BEAT, "melody": None, "bass": "none"}),
    ],
)
def test_a_mix_is_changed_by_what_is_named(request_: str, changed: dict[str, str | None]) -> None:
    found = together(request_, [DRUMS, MIX])
    wanted = {name: v for name, v in (dict(MIX.arguments) | changed).items() if v is not None}
    assert dict(found.arguments) == wanted
    assert mix_parts.call(found.arguments).artifacts


def test_what_is_changed_keeps_its_player() -> None:
    moved = Before("edit_melody", {"melody": LOW, "edit": "down a step"}, "A2:w | D3:w\n(moved)")
    assert [thing.player for thing in made([BASS, moved, MELODY])] == ["bass", "bass", "melody"]
    assert dict(together("mix the bass and the drums", [BASS, DRUMS, moved]).arguments) == {
        "drums": BEAT,
        "bass": "A2:w | D3:w",
    }


def test_what_names_no_mix_and_what_has_no_music_is_none() -> None:
    assert gathers("mix the melody and the beat") and not gathers("a melody for the chords")
    assert together("mix the drums and the bass", []).missing
    assert together("a walking bass", [MELODY]).missing
    assert together("what do I get if I stack E A B", []).missing
    assert not together("a backing track for C | Am | F | G", []).missing
