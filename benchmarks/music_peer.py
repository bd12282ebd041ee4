"""The same questions to music21, where it is installed: processor time and the ratio."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

from tools.music.tools import TOOLS

Call = Callable[[], object]


def compare(timed_cpu: Callable[[Call], float]) -> None:
    """Print our time for an answer in words, picture and files, and music21's for the words."""
    if importlib.util.find_spec("music21") is None:
        print("music21 is not installed: no comparison")
        return
    print(f"{'the same asked of music21':42}{'ours':>8}{'music21':>9}{'ratio':>8}")
    for said, ours, theirs in _pairs():
        mine, its = timed_cpu(ours), timed_cpu(theirs)
        print(f"{said:42}{mine:8.2f}{its:9.2f}{its / mine:7.1f}x")


def _pairs() -> list[tuple[str, Call, Call]]:
    from music21 import chord, converter, harmony, interval, key, note, pitch, roman, scale, stream

    notes = "C4 E4 G4 C5 B4 G4 A4 F4 D4 G4 C4".split()
    melody = stream.Part([note.Note(name) for name in notes])
    abc = "X:1\nT:t\nM:4/4\nL:1/8\nK:G\nGABc dedB|dedB dedB|"
    rows: list[tuple[str, Call, Call]] = [
        ("interval from E♭ to F♯", _ours("interval_between", first="Eb", second="F#"),
         lambda: interval.Interval(pitch.Pitch("E-4"), pitch.Pitch("F#4")).niceName),
        ("scales that hold the notes of Dm7", _ours("scales_for_chord", chord="Dm7"),
         lambda: scale.MajorScale().derive(["D", "F", "A", "C"])),
        ("numerals of Dm7 G7 Cmaj7 in C", _ours("roman_numerals", chords="Dm7 G7 C", key="C"),
         lambda: [roman.romanNumeralFromChord(chord.Chord(harmony.ChordSymbol(s).pitches),
                                              key.Key("C")).figure for s in ("Dm7", "G7", "C")]),
        ("key of eleven notes", _ours("find_key", music=" ".join(notes)),
         lambda: melody.analyze("key")),
        ("notes of E♭m7 (ours with a picture)", _ours("spell_chord", chord="Ebm7"),
         lambda: harmony.ChordSymbol("E-m7").pitches),
        ("two bars of ABC read (ours checked)", _ours("check_code", code=abc, format="ABC"),
         lambda: converter.parse(abc, format="abc")),
    ]  # fmt: skip
    return rows


def _ours(name: str, **arguments: Any) -> Call:
    tool = next(tool for tool in TOOLS if tool.name == name)
    return lambda: tool.call(arguments)
