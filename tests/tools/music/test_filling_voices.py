"""What strangers say otherwise: other languages, values apart from each other, tempos in words."""

from __future__ import annotations

import pytest
from support.filled import whole

from graphs.filling import tool_said
from tools.music.filling.cues import named
from tools.music.filling.refused import refuses


@pytest.mark.parametrize(
    ("tool", "request_", "arguments"),
    [
        ("meter", "a bar of 13/8 felt like 3+3+2+2+3", {"meter": "13/8 as 3+3+2+2+3"}),
        ("tuplet", "one septuplet quaver at 69 beats a minute",
         {"tuplet": "septuplet", "value": "quaver", "bpm": "69"}),
        ("tempo_delay", "echo times for ninety-two bpm", {"bpm": "92"}),
        ("tempo_delay", "delays at a hundred and sixteen beats per minute", {"bpm": "116"}),
        ("metric_modulation", "crotchet = 58 and the dotted quaver becomes the new crotchet",
         {"relation": "dotted quaver = crotchet", "bpm": "58"}),
        ("name_chord", "bass D flat, right hand A flat C flat E natural",
         {"notes": "D flat A flat C flat E natural"}),
        ("name_chord", "B D F# G, G being the lowest", {"notes": "G B D F#"}),
        ("spell_scale", "E locrian natural 6", {"scale": "E locrian natural 6"}),
        ("spell_scale", "the double harmonic on Ab", {"scale": "the double harmonic on Ab"}),
        ("interval_between", "mi to si bemol, which interval",
         {"first": "mi", "second": "si bemol"}),
        ("interval_between", "is Ab to E# an augmented something",
         {"first": "Ab", "second": "E#"}),
        ("note_at_interval", "from Db I fall a minor sixth, where am I",
         {"interval": "down a minor sixth", "note": "Db"}),
        ("note_at_interval", "an aug. fifth up from Gb",
         {"interval": "an aug. fifth up", "note": "Gb"}),
        ("note_at_interval", "what is two octaves and a minor third above D2",
         {"interval": "two octaves and a minor third above", "note": "D2"}),
        ("find_key", "the key of D E G A by Aarden-Essen",
         {"music": "D E G A", "method": "Aarden-Essen"}),
        ("realize_numerals", "the Neapolitan in C# minor", {"numerals": "N6", "key": "C# minor"}),
        ("invert_chord", "Emaj7 with D# in the bass", {"inversion": "3", "chord": "Emaj7"}),
        ("capo_chords", "E A B shapes and the capo at 4", {"fret": "4", "shapes": "E A B"}),
        ("transpose_for_instrument", "my cornet part shows D F, concert pitch equivalents?",
         {"given": "written", "instrument": "cornet", "music": "D F"}),
        ("fits_range", "G2 up to B4 on bassoon", {"instrument": "bassoon", "notes": "G2 to B4"}),
        ("continue_melody", "go on with C4 E4 G4, second version",
         {"melody": "C4 E4 G4", "seed": "2"}),
        ("bass_line", "Bm7 | E7 | A6 a walking bass",
         {"chords": "Bm7 | E7 | A6", "style": "walking"}),
        ("rhythm_pattern", "7 strokes spread over 12 steps", {"pattern": "7 strokes over 12"}),
        ("mix_parts", "rock band, tempo 150: A5 | C5 | D5",
         {"chords": "A5 | C5 | D5", "style": "rock", "tempo": "150"}),
        ("variations", "a minor version of E4 G4 B4 | C5:h A4:h",
         {"theme": "E4 G4 B4 | C5:h A4:h", "kind": "minor"}),
        ("drum_pattern", "funk drums, add ghost notes",
         {"change": "ghost notes on the snare", "style": "funk"}),
        ("drum_pattern", "a samba without any crash",
         {"change": "without any crash", "style": "samba"}),
        ("metric_modulation", "at 96 the new quarter is the old dotted eighth",
         {"relation": "dotted eighth = quarter", "bpm": "96"}),
        ("capo_chords", "capo at 4 and I strum Em G D, sounding chords",
         {"fret": "4", "shapes": "Em G D"}),
        ("realize_numerals", "IIm7 subV7 I in Ab major",
         {"numerals": "IIm7 subV7 I", "key": "Ab major"}),
        ("show_drums", "w/o snare:\nkick x---x---x---x---\nsnare ----x-------x---",
         {"change": "without snare", "grid": "kick x---x---x---x---\nsnare ----x-------x---"}),
    ],
)  # fmt: skip
def test_what_is_said_is_read(tool: str, request_: str, arguments: dict[str, str]) -> None:
    assert whole(tool, request_) == arguments


@pytest.mark.parametrize(
    ("tool", "request_"),
    [
        ("key_signature", "si bémol mineur, combien de bémols"),
        ("secondary_dominants", "Zwischendominanten in G"),
        ("transpose", "C F G, now in E flat"),
        ("interval_between", "the skip from G up to Eb"),
        ("scales_for_chord", "Bb13, which modes fit?"),
        ("canon", "the second voice enters after two beats"),
        ("chord_from_frets", "ukulele 0 2 3 2"),
        ("fits_range", "could a flute play this"),
    ],
)
def test_a_term_names_the_tool(tool: str, request_: str) -> None:
    assert named(tool, request_)


@pytest.mark.parametrize(
    ("request_", "tool"),
    [
        ("so a quintuplet of quavers lasts what with the click at 84", "tuplet"),
        ("we go at 84, then eighth equals the new quarter", "metric_modulation"),
        ("measures 4 to 9 of bach/bwv10.7", "show_excerpt"),
        ("delete the folder with 3 files in it", ""),
    ],
)
def test_music_beyond_doubt_is_said_to_be_music(request_: str, tool: str) -> None:
    assert tool_said(request_) == tool


def test_a_tool_refuses_what_it_cannot_read() -> None:
    assert refuses("transpose", {"interval": "sevenths"})
    assert refuses("name_chord", {"notes": "Gbb a diminished"})
    assert refuses("name_chord", {"notes": "F#"}) and not refuses("name_chord", {"notes": "F# C"})
    assert not refuses("transpose", {"interval": "to A minor"})
    assert not refuses("mix_parts", {"chords": "C"})
