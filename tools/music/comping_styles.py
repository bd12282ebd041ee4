"""Rhythms of comping: a sign for each eighth of a bar.

`X` strikes the chord, `A` the chord of the bar that follows, `b` its root in the bass, `f` its
fifth there, a figure one tone of the chord counted from the bottom; `-` holds, `.` rests.
"""

from __future__ import annotations

STYLES: dict[str, tuple[str, ...]] = {
    "jazz": ("swing", "bebop", "charleston"),
    "ballad": ("slow", "whole notes", "pads", "pad", "sustained", "half notes"),
    "pop": ("quarters", "quarter notes", "steady", "singer songwriter"),
    "rock": ("eighths", "eighth notes", "driving", "punk"),
    "bossa nova": ("bossa", "latin", "brazilian", "samba"),
    "reggae": ("ska", "skank", "off beat", "offbeat", "upbeat"),
    "folk": ("boom chick", "boom chuck", "country", "strum", "guitar", "polka"),
    "waltz": ("oom pah pah", "oom pah", "three four"),
    "stride": ("ragtime", "rag", "harlem"),
    "arpeggio": ("arpeggios", "broken", "broken chords", "harp", "fingerpicking", "picking"),
    "alberti": ("alberti bass", "classical", "mozart"),
}  # fmt: skip
PATTERNS: dict[str, tuple[str, ...]] = {
    "jazz": (
        "X-.X-...", "...X-...", ".X-..X..", "X-----.A", "..X-..X-", "X..X-..A", "X--X----",
        "X-.X..", "..X.X-", "X----A",
    ),
    "ballad": ("X-------", "X---X---", "X-----X-", "X-----", "X---X-"),
    "pop": ("X-X-X-X-", "X-X-X-XX", "X--X-XX-", "X-X-X-", "X-X-XX"),
    "rock": ("XXXXXXXX", "XXX-XXXX", "X-XXX-XX", "XXXXXX"),
    "bossa nova": ("X-.X-.X-", "..X-.X--", "X..X.X-A"),
    "reggae": ("..X...X.",),
    "folk": ("b-X-f-X-", "b-XXf-X-", "b-X-X-", "b-X-XX"),
    "waltz": ("b-X-X-", "b-X-X-", "f-X-X-"),
    "stride": ("b-X-f-X-", "b-X-b-X-", "b-X-X-"),
    "arpeggio": ("12343432", "12345432", "12343234", "123432", "123454"),
    "alberti": ("13231323", "132323"),
}  # fmt: skip
# Which layout of the chords each style is played in; what it does not say is close.
VOICINGS = {"jazz": "rootless", "bossa nova": "rootless", "ballad": "open"}
# Styles that keep the chord down, because tones are picked from it or a bass stands under it.
LOW = frozenset(("arpeggio", "alberti"))
