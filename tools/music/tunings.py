"""Fretted instruments: their strings, the tunings people use, and how people write tunings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.music.pitch import MusicError, Pitch, read_pitch
from tools.music.text import did_you_mean, plain_accidentals

# Instrument, other names, the open strings from the lowest course up (a ukulele's first is high),
# and the last fret.
INSTRUMENTS: tuple[tuple[str, tuple[str, ...], str, int], ...] = (
    ("guitar", ("acoustic guitar", "electric guitar", "classical guitar", "gtr", "guitare",
                "6 string guitar", "gitarre", "guitarra"), "E2 A2 D3 G3 B3 E4", 15),
    ("ukulele", ("uke", "soprano ukulele", "concert ukulele", "tenor ukulele", "soprano uke",
                 "ukelele", "uku"), "G4 C4 E4 A4", 12),
    ("baritone ukulele", ("baritone uke", "bari uke"), "D3 G3 B3 E4", 12),
    ("bass", ("bass guitar", "electric bass", "4 string bass"), "E1 A1 D2 G2", 15),
    ("5-string bass", ("five string bass", "5 string bass guitar"), "B0 E1 A1 D2 G2", 15),
    ("7-string guitar", ("seven string guitar",), "B1 E2 A2 D3 G3 B3 E4", 15),
    ("12-string guitar", ("twelve string guitar",), "E2 A2 D3 G3 B3 E4", 15),
    ("tenor guitar", (), "C3 G3 D4 A4", 12),
    ("mandolin", ("mando",), "G3 D4 A4 E5", 12),
    ("mandola", ("octave mandolin",), "C3 G3 D4 A4", 12),
    ("bouzouki", ("irish bouzouki",), "G2 D3 A3 D4", 12),
    ("banjo", ("5 string banjo", "five string banjo"), "G4 D3 G3 B3 D4", 12),
    ("tenor banjo", ("4 string banjo",), "C3 G3 D4 A4", 12),
    ("cavaquinho", ("cavaco",), "D4 G4 B4 D5", 12),
    ("charango", (), "G4 C5 E5 A4 E5", 12),
)  # fmt: skip
# Instrument, name of the tuning, other names, strings.
TUNINGS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("guitar", "drop D", ("dropped d",), "D2 A2 D3 G3 B3 E4"),
    ("guitar", "double drop D", (), "D2 A2 D3 G3 B3 D4"),
    ("guitar", "DADGAD", ("d modal", "celtic"), "D2 A2 D3 G3 A3 D4"),
    ("guitar", "open D", (), "D2 A2 D3 F#3 A3 D4"),
    ("guitar", "open E", (), "E2 B2 E3 G#3 B3 E4"),
    ("guitar", "open G", (), "D2 G2 D3 G3 B3 D4"),
    ("guitar", "open A", (), "E2 A2 E3 A3 C#4 E4"),
    ("guitar", "open C", (), "C2 G2 C3 G3 C4 E4"),
    ("guitar", "half step down", ("eb", "eb standard", "e flat", "tuned down a half step"),
     "Eb2 Ab2 Db3 Gb3 Bb3 Eb4"),
    ("guitar", "whole step down", ("d standard", "full step down"), "D2 G2 C3 F3 A3 D4"),
    ("guitar", "drop C", ("dropped c",), "C2 G2 C3 F3 A3 D4"),
    ("guitar", "all fourths", ("fourths",), "E2 A2 D3 G3 C4 F4"),
    ("guitar", "new standard", ("nst", "fripp"), "C2 G2 D3 A3 E4 G4"),
    ("ukulele", "low G", ("linear",), "G3 C4 E4 A4"),
    ("ukulele", "D tuning", ("adf#b", "english"), "A4 D4 F#4 B4"),
    ("bass", "drop D", ("dropped d",), "D1 A1 D2 G2"),
    ("banjo", "double C", (), "G4 C3 G3 C4 D4"),
    ("banjo", "C tuning", (), "G4 C3 G3 B3 D4"),
)  # fmt: skip
_BY_COUNT = {4: "ukulele", 5: "banjo", 6: "guitar", 7: "7-string guitar"}
_STRING = re.compile(r"[A-Ga-g](?:#|b)?-?\d?")


@dataclass(frozen=True)
class Tuning:
    """Open strings in playing order, with the instrument's name and the tuning's, if special."""

    instrument: str
    strings: tuple[Pitch, ...]
    last_fret: int = 15
    name: str = ""

    @property
    def title(self) -> str:
        """How it is said: `guitar`, `guitar in drop D`."""
        return f"{self.instrument} in {self.name}" if self.name else self.instrument

    @property
    def reentrant(self) -> bool:
        """True where the first string is not the lowest, as on a ukulele."""
        return self.strings[0].midi > min(string.midi for string in self.strings)


def read_tuning(instrument: str = "", tuning: str = "", strings: int = 0) -> Tuning:
    """Find the strings of an instrument, in its standard or another tuning.

    `strings` is how many strings are meant where no instrument is named (6: a guitar).

    >>> read_tuning("uke").title, read_tuning("guitar", "drop D").title
    ('ukulele', 'guitar in drop D')
    >>> [str(p) for p in read_tuning("guitar", "C G D G B D").strings]
    ['C2', 'G2', 'D3', 'G3', 'B3', 'D4']

    Raises:
        MusicError: the instrument or the tuning is unknown, with the nearest that is known.
    """
    said, wanted = _plain(instrument), _plain(tuning)
    if not said and (found := _instrument(wanted)):
        return found
    base = _instrument(said) if said else _instrument(_BY_COUNT.get(strings, "guitar"))
    if base is None:
        names = [n for name, others, *_ in INSTRUMENTS for n in (name, *others)]
        near = did_you_mean(said, names) or " write guitar, ukulele, bass, mandolin or banjo"
        raise MusicError(f"unknown fretted instrument {instrument!r};{near}")
    if not wanted or wanted in ("standard", "normal", "regular", "usual", "default"):
        return base
    return _named(base, wanted) or _spelled(base, tuning)


def _plain(text: str) -> str:
    plain = plain_accidentals(text).lower().replace("-", " ")
    plain = re.sub(r"\b(?:the|a|an|in|on|for|my|tuned|to)\b(?=\s)", " ", plain)
    plain = re.sub(r"\s(?:tuning|chords?|shapes?)$", "", " ".join(plain.split()))
    return plain.strip(" .?!,")


def _instrument(said: str) -> Tuning | None:
    for name, others, strings, last in INSTRUMENTS:
        if said in (name, name.replace("-", " "), *others):
            return Tuning(name, _pitches(strings), last)
    return None


def _named(base: Tuning, wanted: str) -> Tuning | None:
    for instrument, name, others, strings in TUNINGS:
        if instrument == base.instrument and wanted in (name.lower(), *others):
            return Tuning(instrument, _pitches(strings), base.last_fret, name)
    return None


def _spelled(base: Tuning, text: str) -> Tuning:
    """Read `D A D G A D` or `D2 A2 ...`; strings without octaves lie near the standard ones."""
    plain = plain_accidentals(text)
    found = _STRING.findall(plain)
    left_over = _STRING.sub("", plain).strip(" ,-/")
    if left_over or not found:
        names = [name for kind, name, *_ in TUNINGS if kind == base.instrument]
        near = did_you_mean(text.strip(), names)
        known = f" write e.g. {', '.join(names[:4])}, or the strings" if names else " write strings"
        raise MusicError(f"unknown tuning {text!r};{near or known}, e.g. D A D G B E")
    if len(found) != len(base.strings):
        raise MusicError(
            f"the tuning {text!r} has {len(found)} strings, a {base.instrument} has "
            f"{len(base.strings)}; write one note for each string"
        )
    strings = tuple(
        _near(read_pitch(one), usual) for one, usual in zip(found, base.strings, strict=True)
    )
    name = " ".join(pitch.name for pitch in strings)
    return Tuning(base.instrument, strings, base.last_fret, name)


def _near(pitch: Pitch, usual: Pitch) -> Pitch:
    if pitch.octave is not None:
        return pitch
    options = [pitch.at((usual.octave or 0) + shift) for shift in (-1, 0, 1)]
    return min(options, key=lambda option: abs(option.midi - usual.midi))


def _pitches(text: str) -> tuple[Pitch, ...]:
    return tuple(read_pitch(one) for one in text.split())
