"""Scales as degrees against the major scale, with every name people give them.

The order is the order in which scales are proposed for a chord.
"""

from __future__ import annotations

SCALES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("major", "1 2 3 4 5 6 7", ("ionian", "maj")),
    ("dorian", "1 2 b3 4 5 6 b7", ()),
    ("mixolydian", "1 2 3 4 5 6 b7", ("dominant",)),
    ("lydian", "1 2 3 #4 5 6 7", ()),
    ("natural minor", "1 2 b3 4 5 b6 b7", ("minor", "aeolian", "pure minor", "min")),
    ("locrian", "1 b2 b3 4 b5 b6 b7", ()),
    ("melodic minor", "1 2 b3 4 5 6 7", ("jazz minor", "ascending melodic minor")),
    ("harmonic minor", "1 2 b3 4 5 b6 7", ("minor harmonic",)),
    ("phrygian", "1 b2 b3 4 5 b6 b7", ()),
    ("lydian dominant", "1 2 3 #4 5 6 b7", ("lydian b7", "overtone", "acoustic")),
    ("altered", "1 b2 b3 b4 b5 b6 b7", ("super locrian", "superlocrian", "diminished whole tone")),
    ("half-whole diminished", "1 b2 b3 3 #4 5 6 b7",
     ("dominant diminished", "half whole diminished", "half whole", "half-whole")),
    ("whole-half diminished", "1 2 b3 4 b5 b6 6 7",
     ("octatonic", "diminished", "whole half diminished", "whole half", "whole-half")),
    ("whole tone", "1 2 3 #4 #5 b7", ("whole-tone", "wholetone")),
    ("locrian natural 2", "1 2 b3 4 b5 b6 b7",
     ("locrian #2", "half diminished", "half-diminished", "aeolian b5", "locrian sharp two")),
    ("lydian augmented", "1 2 3 #4 #5 6 7", ("lydian #5",)),
    ("mixolydian b6", "1 2 3 4 5 b6 b7",
     ("mixolydian flat six", "aeolian dominant", "hindu", "mixolydian b13")),
    ("phrygian dominant", "1 b2 3 4 5 b6 b7",
     ("spanish", "spanish gypsy", "spanish phrygian", "freygish", "phrygian major")),
    ("dorian b2", "1 b2 b3 4 5 6 b7", ("phrygian natural 6", "phrygian #6", "dorian flat two")),
    ("major pentatonic", "1 2 3 5 6", ("pentatonic", "pentatonic major")),
    ("minor pentatonic", "1 b3 4 5 b7", ("pentatonic minor",)),
    ("blues", "1 b3 4 b5 5 b7", ("minor blues", "blues minor")),
    ("major blues", "1 2 b3 3 5 6", ("blues major",)),
    ("bebop dominant", "1 2 3 4 5 6 b7 7", ("bebop", "dominant bebop")),
    ("bebop major", "1 2 3 4 5 #5 6 7", ("major bebop",)),
    ("bebop minor", "1 2 b3 3 4 5 6 b7", ("bebop dorian", "dorian bebop", "minor bebop")),
    ("bebop melodic minor", "1 2 b3 4 5 #5 6 7", ()),
    ("harmonic major", "1 2 3 4 5 b6 7", ()),
    ("locrian natural 6", "1 b2 b3 4 b5 6 b7", ("locrian 6", "locrian #6")),
    ("ionian augmented", "1 2 3 4 #5 6 7", ("ionian #5", "major #5", "major augmented")),
    ("dorian #4", "1 2 b3 #4 5 6 b7", ("ukrainian dorian", "romanian minor", "dorian sharp four")),
    ("lydian #2", "1 #2 3 #4 5 6 7", ("lydian #9", "lydian sharp two")),
    ("ultralocrian", "1 b2 b3 b4 b5 b6 bb7",
     ("superlocrian bb7", "super locrian bb7", "altered diminished")),
    ("hungarian minor", "1 2 b3 #4 5 b6 7", ("double harmonic minor", "gypsy minor")),
    ("hungarian major", "1 #2 3 #4 5 6 b7", ()),
    ("double harmonic major", "1 b2 3 4 5 b6 7",
     ("double harmonic", "byzantine", "arabic", "gypsy major")),
    ("neapolitan major", "1 b2 b3 4 5 6 7", ()),
    ("neapolitan minor", "1 b2 b3 4 5 b6 7", ()),
    ("persian", "1 b2 3 4 b5 b6 7", ()),
    ("enigmatic", "1 b2 3 #4 #5 #6 7", ()),
    ("augmented", "1 #2 3 5 #5 7", ("augmented hexatonic",)),
    ("prometheus", "1 2 3 #4 6 b7", ()),
    ("egyptian", "1 2 4 5 b7", ("suspended pentatonic",)),
    ("hirajoshi", "1 2 b3 5 b6", ()),
    ("in-sen", "1 b2 4 5 b7", ("insen",)),
    ("iwato", "1 b2 4 b5 b7", ()),
    ("kumoi", "1 2 b3 5 6", ()),
    ("pelog", "1 b2 b3 5 b6", ()),
    ("chromatic", "1 #1 2 #2 3 4 #4 5 #5 6 #6 7", ()),
)  # fmt: skip

# How far a mode's signature lies from that of the major key on the same tonic, in fifths.
MODE_FIFTHS = {
    "major": 0, "lydian": 1, "mixolydian": -1, "dorian": -2, "natural minor": -3, "minor": -3,
    "phrygian": -4, "locrian": -5,
}  # fmt: skip

# What players reach for first, by the chord's third, fifth and seventh.
FIRST_CHOICES: dict[tuple[str, str, str | None], tuple[str, ...]] = {
    ("M3", "P5", None): ("major", "lydian", "mixolydian", "major pentatonic"),
    ("M3", "P5", "M7"): ("major", "lydian", "major pentatonic", "bebop major"),
    ("M3", "P5", "m7"): (
        *("mixolydian", "lydian dominant", "altered", "half-whole diminished"),
        *("phrygian dominant", "mixolydian b6", "bebop dominant", "blues"),
    ),
    ("M3", "A5", None): ("whole tone", "lydian augmented", "augmented"),
    ("M3", "A5", "m7"): ("altered", "whole tone"),
    ("M3", "A5", "M7"): ("lydian augmented", "ionian augmented"),
    ("M3", "d5", "m7"): ("lydian dominant", "altered", "whole tone", "half-whole diminished"),
    ("m3", "P5", None): (
        *("natural minor", "dorian", "harmonic minor", "melodic minor", "minor pentatonic"),
        "blues",
    ),
    ("m3", "P5", "m7"): ("dorian", "natural minor", "phrygian", "minor pentatonic", "blues"),
    ("m3", "P5", "M7"): ("melodic minor", "harmonic minor"),
    ("m3", "d5", None): ("locrian", "whole-half diminished", "locrian natural 2"),
    ("m3", "d5", "m7"): ("locrian", "locrian natural 2", "locrian natural 6"),
    ("m3", "d5", "d7"): ("whole-half diminished", "ultralocrian"),
}
