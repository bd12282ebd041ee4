"""Tools for fretted instruments: what frets sound, and how to finger a chord."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tools import Artifact, Tool, ToolResult, tool
from tools.music.answers import musical, names
from tools.music.chord import Chord
from tools.music.chord_text import read_chord
from tools.music.frets import Fingering, read_fingering
from tools.music.interval import Interval, between, transpose
from tools.music.naming import name_notes
from tools.music.pitch import Pitch, respellings
from tools.music.presentation import present
from tools.music.score import Event, Score
from tools.music.shapes import Shape, shapes_of
from tools.music.tunings import read_tuning


@tool
@musical
def chord_from_frets(frets: str, tuning: str = "") -> ToolResult:
    """Name the chord that frets make, lowest string first, e.g. x32010, 320003, 0003; tuning
    e.g. "drop D", "ukulele"."""
    fingering = read_fingering(frets, tuning)
    heard = sorted((pitch for _, pitch in fingering.sounding), key=lambda p: p.midi)
    at = f" with the capo at fret {fingering.capo}" if fingering.capo else ""
    where = f"{fingering.text} on {fingering.tuning.title}{at}"
    if len({pitch.pitch_class for pitch in heard}) < 2:
        return ToolResult(f"{where}: the note {heard[0].name}, no chord\nNotes: {names(heard)}.")
    chords = _named(heard)
    if not chords:
        text = f"{where}: no chord with a common name\nNotes: {names(heard)}."
        if len({pitch.pitch_class for pitch in heard}) == 2:
            gap = between(heard[0], next(p for p in heard if p.name != heard[0].name))
            text = f"{where}: no chord, the interval {gap.simple.name}\nNotes: {names(heard)}."
        return ToolResult(text, _shown(heard, None, fingering.text))
    best, *others = (_usual(chord, fingering) for chord in chords)
    spelled = [_as_in(pitch, best) for pitch in heard]
    lines = [f"{where}: {best.symbol} ({best.name})", f"Notes, lowest first: {names(spelled)}."]
    if missing := _missing(fingering, best):
        lines.append(f"Not played: {' '.join(missing)}.")
    # A raised fifth or a missing third in the name tells that it is not the name meant.
    usual = dict.fromkeys(chord.symbol for chord in others if "(" not in chord.symbol)
    if usual:
        lines.append("Also: " + ", ".join(list(usual)[:4]))
    return ToolResult("\n".join(lines), _shown(spelled, best, f"{best.symbol} {fingering.text}"))


@tool
@musical
def chord_shapes(chord: str, instrument: str = "guitar", tuning: str = "") -> ToolResult:
    """List playable shapes of a chord, the easiest first, e.g. F#m7 on guitar, C on ukulele."""
    found = read_chord(chord)
    strings = read_tuning(instrument, tuning)
    shapes = shapes_of(found, strings)
    best = shapes[0].fingering
    written = ", ".join(shape.fingering.text for shape in shapes)
    lines = [f"{found.symbol} on {strings.title}: {written}"]
    lines.append(f"Strings {names_of(strings.strings)}, lowest first; x is not played.")
    lines += [_told(shape, found) for shape in shapes[:3]]
    heard = sorted((pitch for _, pitch in best.sounding), key=lambda p: p.midi)
    spelled = [_as_in(pitch, found) for pitch in heard]
    return ToolResult("\n".join(lines), _shown(spelled, found, f"{found.symbol} {best.text}"))


def _named(heard: list[Pitch]) -> list[Chord]:
    """Name the notes; a sharp ninth (F♯♯ in E7♯9) only has a name under its own letter."""
    found = name_notes(heard)
    if not found:
        low = heard[0]
        above = ("P1", "m2", "M2", "A2", "M3", "P4", "A4", "P5", "m6", "M6", "m7", "M7")
        sharp_ninth = [
            transpose(low.at(None), Interval.of(above[(pitch.midi - low.midi) % 12]))
            for pitch in heard
        ]
        found = name_notes(sharp_ninth)
    return found


def _usual(chord: Chord, fingering: Fingering) -> Chord:
    """Name a chord as players do: no inversions on a ukulele, `C7` and not `C7(no5)`."""
    if fingering.tuning.reentrant and chord.inversion is not None:
        chord = replace(chord, bass=None)
    if chord.quality.omitted != (5,):
        return chord
    return replace(chord, quality=replace(chord.quality, omitted=()))


def names_of(strings: Iterable[Pitch]) -> str:
    """Return the strings by name, without octaves."""
    return " ".join(string.name for string in strings)


def _told(shape: Shape, chord: Chord) -> str:
    heard = " ".join(_as_in(pitch, chord).name for _, pitch in shape.fingering.sounding)
    fingers = "no finger" if not shape.fingers else f"{shape.fingers} finger"
    bar = ", one of them a barre" if shape.barre else ""
    missing = _missing(shape.fingering, chord)
    left = f", without {' '.join(missing)}" if missing else ""
    return f"{shape.fingering.text}: {heard} ({fingers}{'s' * (shape.fingers > 1)}{bar}{left})"


def _missing(fingering: Fingering, chord: Chord) -> list[str]:
    heard = {pitch.pitch_class for _, pitch in fingering.sounding}
    return [tone.name for tone in chord.pitches if tone.pitch_class not in heard]


def _as_in(pitch: Pitch, chord: Chord) -> Pitch:
    """Spell a sounding note as the chord spells it."""
    own = {tone.name for tone in chord.pitches}
    return next((other for other in respellings(pitch) if other.name in own), pitch)


def _shown(heard: list[Pitch], chord: Chord | None, title: str) -> tuple[Artifact, ...]:
    # A guitar is written an octave above its sound; here the staff shows what is heard.
    event = Event(tuple(dict.fromkeys(heard)), 4, chord)
    return present(Score(title, (event,)))


FRET_TOOLS: tuple[Tool, ...] = (chord_from_frets, chord_shapes)
