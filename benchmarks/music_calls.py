"""Usual calls of every music tool, for timing."""

from __future__ import annotations

from typing import Any

CALLS: dict[str, tuple[dict[str, Any], ...]] = {
    "spell_chord": ({"chord": "E flat minor seventh"}, {"chord": "G13(#11)"}),
    "name_chord": ({"notes": "C E G A"}, {"notes": "Bb D F Ab C E G"}),
    "interval_between": ({"first": "Eb", "second": "F#"},),
    "note_at_interval": ({"note": "Eb", "interval": "a fourth up"},),
    "spell_scale": ({"scale": "D dorian"},),
    "name_scale": ({"notes": "C D Eb F G A Bb"},),
    "scales_for_chord": ({"chord": "Dm7"},),
    "key_signature": ({"key": "E flat major"},),
    "diatonic_chords": ({"key": "E flat major"},),
    "find_key": ({"music": "Dm7 G7 Cmaj7"}, {"music": "E F# G# A B C# D#"}),
    "transpose": ({"music": "Ebm7", "interval": "up a fourth"},),
    "roman_numerals": ({"chords": "Dm7 G7 Cmaj7", "key": "C"},),
    "realize_numerals": ({"numerals": "ii V I", "key": "E flat"},),
    "invert_chord": ({"chord": "C7", "inversion": "second"},),
    "pitch_info": ({"pitch": "A4"},),
    "transpose_for_instrument": ({"music": "C4 E4 G4", "instrument": "alto sax"},),
    "capo_chords": ({"chords": "Eb Ab Bb7", "fret": 3},),
    "tempo_delay": ({"bpm": 120},),
    "show_music": ({"music": "Dm7 | G7 | Cmaj7 | Am7"},),
    "show_on": (
        {"instrument": "guitar", "music": "Am7"},
        {"instrument": "piano", "music": "Dm7 G7 Cmaj7"},
        {"instrument": "bass", "music": "E blues"},
        {"instrument": "piano roll", "music": "Dm7 | G7 | Cmaj7 | Am7"},
    ),
    "chord_from_frets": ({"frets": "x32010"}, {"frets": "0003", "tuning": "ukulele"}),
    "chord_shapes": (
        {"chord": "C", "instrument": "guitar"},
        {"chord": "E7#9", "instrument": "guitar"},
        {"chord": "Am", "instrument": "ukulele"},
    ),
    "instrument_range": ({"instrument": "alto sax"},),
    "fits_range": ({"notes": "G3 C4 C6", "instrument": "flute"},),
    "tone_row": (
        {"row": "E F G C# F# D# G# D B C A Bb", "form": "RI5"},
        {"row": "E F G C# F# D# G# D B C A Bb", "form": "matrix"},
    ),
    "set_class": ({"notes": "0 1 5 6 8"},),
    "meter": ({"meter": "7/8 as 3+2+2"},),
    "tuplet": ({"tuplet": "5:4", "value": "sixteenth", "bpm": 90},),
    "metric_modulation": ({"bpm": 120, "relation": "dotted quarter = quarter"},),
    "music_time": ({"amount": "16 bars", "bpm": 120},),
    "edit_melody": ({"melody": "C4 E4 G4 E4 | D4 F4 D4:h", "edit": "bar two up a step"},),
    "continue_melody": ({"melody": "C4 D4 E4 C4 | E4 F4 G4:h", "bars": 4},),
    "canon": ({"melody": "C4 D4 E4 C4 | E4 F4 G4:h", "interval": "octave below"},),
    "variations": ({"theme": "C4 E4 G4 E4 | D4 F4 D4:h", "kind": "ornaments"},),
    "progression": ({"style": "jazz", "key": "Bb", "bars": 8},),
    "song_form": (
        {"form": "AABA", "sections": "A: C | Am | F | G; B: F | G | Em | Am"},
        {"form": "AABA", "style": "jazz", "key": "F"},
    ),
    "bass_line": ({"chords": "Dm7 | G7 | Cmaj7 | A7", "style": "walking"},),
    "mix_parts": ({"chords": "Dm7 | G7 | Cmaj7 | A7", "style": "jazz"},),
    "chord_voicings": (
        {"chords": "Cmaj7"},
        {"chords": "Dm7 | G7 | Cmaj7 | A7", "kind": "rootless"},
    ),
    "comping": ({"chords": "Dm7 | G7 | Cmaj7 | A7", "style": "jazz"},),
    "drum_pattern": ({"style": "funk", "bars": 4},),
    "show_drums": ({"grid": "hihat x-x-x-x-x-x-x-x-\nkick x-------x-------"},),
    "rhythm_pattern": ({"pattern": "E(5,8)"},),
    "melody_over": ({"chords": "C | Am | F | G7", "key": "C"},),
    "check_code": (
        {"code": "X:1\nT:t\nM:4/4\nL:1/8\nK:G\nGABc dedB|dedB dedB|", "format": "ABC"},
        {"code": "\\relative c' { c4 d e f | g1 }", "format": "LilyPond"},
        {"code": "bd*2 [sd hh?] <x y>(3,8)", "format": "strudel"},
    ),
    "convert_code": (
        {"code": "\\relative c' { c4 d e f | g1 }", "source": "LilyPond", "target": "ABC"},
    ),
    "write_code": ({"music": "Dm7 | G7 | Cmaj7 | Am7", "format": "MusicXML"},),
    "find_in_corpus": (
        {"composer": "Bach", "progression": "Neapolitan"},
        {"progression": "ii V I", "key": "G minor"},
        {"key": "F# minor", "meter": "3/4"},
        {"intervals": "C D E C", "rhythm": "e e e e"},
        {"contour": "up up up up up down"},
    ),
    "borrowed_chords": ({"key": "E flat major"},),
    "secondary_dominants": ({"key": "A minor"},),
    "substitutions": ({"chord": "G7", "key": "C"},),
    "circle_of_fifths": ({"key": "C"}, {"key": "C", "steps": 3}),
    "related_keys": ({"key": "D minor"},),
    "cadences": ({"chords": "C F G7 C | Am F G | F G7 Am | F Fm C", "key": "C"},),
    "modulation_path": ({"start": "C major", "goal": "E major"},),
    "check_voice_leading": ({"voices": "C3 G3 E4 C5, F3 A3 F4 C5, G3 G3 F4 B4, C3 G3 E4 C5"},),
    "realize_parts": (
        {"chords": "I vi ii6 V7 I", "key": "D major"},
        {"chords": "Am Dm G C F Bdim E7 Am", "key": "A minor"},
    ),
    "realize_figured_bass": (
        {"bass": "C3 D3 E3 F3 G3 G3 C3", "figures": "- 6 6 65 64 7 -", "key": "C"},
    ),
    "harmonize_melody": (
        {"melody": "E4 D4 C4 D4 E4 E4 E4:h", "key": "C", "style": "hymn"},
        {"melody": "C4 C4 G4 G4 | A4 A4 G4:h | F4 F4 E4 E4 | D4 D4 C4:h", "style": "pop"},
    ),
    "check_counterpoint": (
        {
            "cantus": "D4 F4 E4 D4 G4 F4 A4 G4 F4 E4 D4",
            "counterpoint": "A4 A4 G4 A4 B4 C5 C5 B4 D5 C#5 D5",
        },
    ),
    "compose_counterpoint": (
        {"cantus": "D4 F4 E4 D4 G4 F4 A4 G4 F4 E4 D4", "seed": 3},
        *(
            {"cantus": "D4 F4 E4 D4 G4 F4 A4 G4 F4 E4 D4", "species": number}
            for number in range(2, 6)
        ),
    ),
    "show_excerpt": ({"piece": "BWV 269", "bars": "12-15"},),
}
