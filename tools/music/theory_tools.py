"""Tools that answer questions of theory: chords, intervals, scales, keys and pitches."""

from __future__ import annotations

import contextlib
import re

from tools import Tool, ToolResult, tool
from tools.music import key_profiles, scale_naming
from tools.music.answers import musical, names, plural, symbols
from tools.music.chord import Chord
from tools.music.chord_text import read_chord
from tools.music.interval import OCTAVE, Interval, between, transpose
from tools.music.interval_text import read_interval
from tools.music.key import Key, count_of, diatonic, enharmonic, key_of_fifths, read_key, stacked
from tools.music.key_finding import rank_keys
from tools.music.music_text import read_music, read_notes
from tools.music.naming import name_notes
from tools.music.pitch import (
    A4_HERTZ,
    A4_MIDI,
    MusicError,
    Pitch,
    is_odd,
    simplest,
    usual_pitch,
)
from tools.music.presentation import show_chords, show_scale
from tools.music.quality import degree
from tools.music.roman import analyse_all
from tools.music.scale import Scale, read_scale, scales_for
from tools.music.text import plain_accidentals, with_article

MOST_SCALES = 7
_DEGREES = ("I", "II", "III", "IV", "V", "VI", "VII")
_USUAL_GAPS = {
    (3, 11): "The third is often left out.",
    (3, 13): "The eleventh is left out, as usual.",
}  # fmt: skip


@tool
@musical
def spell_chord(chord: str) -> ToolResult:
    """Give the notes of a chord, e.g. Ebm7, G13(#11), E flat minor seventh, Bb/D."""
    found = read_chord(chord)
    degrees = " ".join(degree(interval) for interval in found.quality.intervals)
    lines = [f"{found.symbol}: {names(found.pitches)}", f"{found.name}; degrees {degrees}."]
    simple = simplest(found.root)
    if simple != found.root or any(abs(tone.alter) > 1 for tone in found.tones):
        lines += _sounds_like(found.root, chord)
    if found.quality.alt:
        lines.append("alt: altered fifth and ninth, here ♯5 ♯9; ♭5 and ♭9 are as usual.")
    elif found.quality.extent in (11, 13) and not found.quality.sus:
        note = _USUAL_GAPS.get((3, found.quality.extent))
        natural = not any(short.endswith("11") for short in found.quality.altered)
        lines += [note] if note and natural and found.quality.third == "M3" else []
    return ToolResult("\n".join(lines), show_chords([found], found.symbol))


@tool
@musical
def name_chord(notes: str) -> ToolResult:
    """Name the chord that notes make, the lowest first, e.g. C E G A."""
    pitches = read_notes(notes)
    chords = name_notes(pitches)
    if not chords:
        low, high = pitches[0], pitches[1]
        if len({p.pitch_class for p in pitches}) == 2:
            name = between(low, high).name
            return ToolResult(f"{names(pitches)}: no chord, {with_article(name)} ({low} to {high})")
        return ToolResult(f"{names(pitches)}: no chord with a common name", status="empty")
    best, *others = chords
    lines = [f"{names(pitches)}: {best.symbol} ({best.name})"]
    if others:
        lines.append("Also: " + ", ".join(chord.symbol for chord in others[:4]))
    return ToolResult("\n".join(lines), show_chords([best], best.symbol))


@tool
@musical
def interval_between(first: str, second: str) -> ToolResult:
    """Name the interval from one note to another, e.g. first Eb, second F#."""
    low, high = _one_note(first), _one_note(second)
    interval = between(low, high)
    count = abs(interval.semitones)
    way = " down" if interval.descending else ""
    lines = [f"{low} to {high}: {interval.name}{way} ({plural(count, 'semitone')})"]
    simple = interval.simple
    if interval.number > 8 and simple != interval:
        lines.append(f"Within the octave: {simple.name}.")
    inverted = Interval(OCTAVE.steps - simple.steps, OCTAVE.semitones - simple.semitones)
    lines.append(f"Inverted: {inverted.name}.")
    return ToolResult(" ".join([lines[0]]) + "\n" + " ".join(lines[1:]))


@tool
@musical
def note_at_interval(note: str, interval: str) -> ToolResult:
    """Find the note at an interval from a note, e.g. note Eb, interval "a fourth up"."""
    start = _one_note(note)
    asked = read_interval(interval)
    found, words = transpose(start, asked.interval), asked.words
    if not asked.exact:
        found = simplest(found)
    if "tritone" in interval.lower() and is_odd(found):
        # Of its two spellings the one that is read more easily.
        found, words = simplest(found), f"{'down' if asked.interval.descending else 'up'} a tritone"
    lines = [f"{start} {words}: {found}"]
    if abs(found.alter) > 1:
        lines.append(f"It sounds like {simplest(found)}.")
    return ToolResult("\n".join(lines))


@tool
@musical
def spell_scale(scale: str) -> ToolResult:
    """Give the notes of a scale or mode, e.g. D dorian, F# harmonic minor, A blues."""
    found = read_scale(scale)
    lines = [f"{found.name}: {names(found.pitches)}", f"Degrees {' '.join(found.degrees)}."]
    modes = [mode.name for mode in scale_naming.modes_of(found) if mode.kind != found.kind]
    if 4 < len(found.pitches) < 8 and modes:
        lines.append(f"Modes: {', '.join(modes)}.")
    if found.kind == "melodic minor":
        descending = [p.name for p in Key(found.tonic, "minor").scale.pitches][::-1]
        lines.append(f"Descending, in classical use: {found.tonic.name} {' '.join(descending)}.")
    if any(abs(p.alter) > 1 for p in found.pitches):
        lines += _sounds_like(found.tonic, scale)
    return ToolResult("\n".join(lines), show_scale(found))


@tool
@musical
def name_scale(notes: str, tonic: str = "") -> ToolResult:
    """Name the scale or mode that loose notes make or fit in, e.g. notes C D Eb F G A Bb; tonic D
    where it is not the first note."""
    given = tuple(dict.fromkeys(note.at(None) for note in read_notes(notes)))
    found = scale_naming.name_scale(given, _one_note(tonic) if tonic.strip() else None)
    if not found.same and not found.wider:
        return ToolResult(f"{names(given)}: no scale with a name holds them", status="empty")
    head, lines = (found.same or found.wider)[0], []
    if found.same:
        lines.append(f"{names(given)}: {head.name}")
        others = [scale.name for scale in found.same[1:]]
        lines += [f"Also: {', '.join(others[:MOST_SCALES])}."] if others else []
    else:
        lines.append(f"{names(given)}: no scale of just these notes; they fit in {head.name}")
    others = [scale.name for scale in found.wider if scale != head]
    lines += [f"With more notes: {', '.join(others[:MOST_SCALES])}."] if others else []
    lines.append(f"{head.name}: {names(head.pitches)}; degrees {' '.join(head.degrees)}.")
    return ToolResult("\n".join(lines), show_scale(head))


@tool
@musical
def scales_for_chord(chord: str) -> ToolResult:
    """List scales to play over a chord, the usual choice first, e.g. Dm7."""
    found = read_chord(chord)
    scales = scales_for(found)
    if not scales:
        return ToolResult(f"{found.symbol}: no common scale holds all its notes", status="empty")
    lines = [f"{found.symbol}: {', '.join(s.name for s in scales)}"]
    lines += [f"{scale.name}: {names(scale.pitches)}" for scale in scales[:3]]
    return ToolResult("\n".join(lines))


@tool
@musical
def key_signature(key: str) -> ToolResult:
    """Give a key's signature and its relative and parallel keys, e.g. E flat major."""
    counted = count_of(key)
    found = key_of_fifths(counted) if counted is not None else read_key(key)
    minor = f" or {found.relative.name}" if counted is not None else ""
    lines = [f"{found.name}{minor}: {_signature(found)}"]
    if counted is None:
        relative, parallel = found.relative, found.parallel
        lines.append(
            f"Relative {relative.mode}: {relative.name}. Parallel {parallel.mode}: {parallel.name}."
        )
    other = enharmonic(found)
    if other is not None and abs(found.fifths) > 6:
        lines.append(f"It sounds the same as {other.name} ({_signature(other)}).")
    return ToolResult("\n".join(lines))


@tool
@musical
def diatonic_chords(key: str) -> ToolResult:
    """List the triads and sevenths of a key with their Roman numerals, e.g. A minor."""
    found = read_key(key)
    scale = _steps(key, found)
    name = scale.name if scale != found.scale else found.name
    triads, sevenths = stacked(scale, 3), stacked(scale, 4)
    lines = [
        f"{name}: {symbols(triads)}",
        f"Numerals: {' '.join(map(_on_degree, _DEGREES, triads))}",
        f"Sevenths: {symbols(sevenths)}",
    ]
    if scale.kind == "natural minor":
        raised = diatonic(found, 4, raised=True)
        lines.append(f"With the raised seventh: V7 {raised[4].symbol}, vii°7 {raised[6].symbol}.")
    return ToolResult("\n".join(lines), show_chords(triads, name, key=found))


def _on_degree(number: str, triad: Chord) -> str:
    """Return the numeral of a scale's own triad: small where the third is."""
    number = number.lower() if triad.quality.third == "m3" else number
    return number + {"d5": "°", "A5": "+"}.get(triad.quality.fifth, "")


def _steps(text: str, key: Key) -> Scale:
    """Return the scale that a key's chords stand on; a minor one may be said more closely."""
    with contextlib.suppress(MusicError):
        said = read_scale(text)
        if said.kind in ("harmonic minor", "melodic minor"):
            return said
    return key.scale


@tool
@musical
def find_key(music: str, method: str = "") -> ToolResult:
    """Find the key that notes or chords are in, e.g. Dm7 G7 Cmaj7.

    The method is one of `tools.music.key_profiles`; without it, notes and cadences count.
    """
    read = read_music(music)
    tones = list(read.notes) or [tone for chord in read.chords for tone in chord.tones]
    ranked = rank_keys(read)
    if method:
        chosen = key_profiles.read_method(method)
        ranked = key_profiles.rank(tones, chosen)
    best = ranked[0][1]
    written = symbols(read.chords) or names(read.notes)
    seen = {best.tonic.pitch_class * 2 + best.minor_like}
    others = []
    for _, key in ranked[1:]:
        if (sound := key.tonic.pitch_class * 2 + key.minor_like) not in seen:
            seen.add(sound)
            others.append(key.name)
    by = f" (by {chosen.name}, {ranked[0][0]:.2f})" if method else ""
    lines = [f"{written}: {best.name}{by}", f"Next likeliest: {', '.join(others[:3])}."]
    if read.chords:
        numerals = " ".join(analyse_all(read.chords, best))
        lines.insert(1, f"In {best.name}: {numerals}.")
    else:
        own = {p.pitch_class for p in best.scale.pitches}
        outside = [n.name for n in dict.fromkeys(read.notes) if n.pitch_class not in own]
        lines.insert(
            1, f"Outside the key: {' '.join(outside)}." if outside else "All notes fit it."
        )
    return ToolResult("\n".join([*lines, key_profiles.told(tones)]))


@tool
@musical
def pitch_info(pitch: str) -> ToolResult:
    """Give a pitch's MIDI number and frequency, e.g. A4, middle C, MIDI 61, 440 Hz."""
    found, about = _any_pitch(pitch)
    text = f"{found}: MIDI {found.midi}, {found.hertz:.2f} Hz"
    return ToolResult(f"{text}\n{about}A4 = {A4_HERTZ:g} Hz, equal temperament; C4 is middle C.")


def _any_pitch(text: str) -> tuple[Pitch, str]:
    plain = plain_accidentals(text).strip().lower()
    hertz = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:hz|hertz)", plain)
    if hertz:
        return _from_hertz(float(hertz[1]))
    number = re.fullmatch(r"(?:midi\s*)?(?:note\s*)?(?:number\s*)?(\d{1,3})", plain)
    if number and int(number[1]) > 127 and plain.isdigit():
        return _from_hertz(float(number[1]))
    if number:
        return _from_midi(int(number[1])), ""
    plain = re.sub(r"^concert\s+(?:pitch\s+)?", "", plain)
    found = _one_note(plain)
    if found.octave is None:
        return found.at(4), "No octave was given: octave 4. "
    if not 0 <= found.midi <= 127:
        raise MusicError(f"{found} is outside MIDI's range; write a note from C-1 to G9")
    return found, ""


def _from_hertz(hertz: float) -> tuple[Pitch, str]:
    import math

    if not 8 <= hertz <= 13000:
        raise MusicError(f"{hertz:g} Hz is outside MIDI's range; write 8 to 13000 Hz")
    exact = A4_MIDI + 12 * math.log2(hertz / A4_HERTZ)
    cents = round((exact - round(exact)) * 100)
    return _from_midi(round(exact)), f"{hertz:g} Hz lies {cents:+d} cents from it. "


def _from_midi(number: int) -> Pitch:
    if number > 127:
        raise MusicError(f"MIDI note {number} does not exist; write 0 to 127")
    return usual_pitch(number)


def _one_note(text: str) -> Pitch:
    notes = read_notes(text)
    if len(notes) != 1:
        raise MusicError(f"cannot read {text!r} as one note; write e.g. Eb or F#4")
    return notes[0]


def _signature(key: Key) -> str:
    count = abs(key.fifths)
    if not count:
        return "no sharps or flats"
    sign = "sharp" if key.fifths > 0 else "flat"
    return f"{plural(count, sign)} ({names(key.signature)})"


def _sounds_like(root: Pitch, text: str) -> list[str]:
    simple = simplest(root)
    if simple.name == root.name:
        other = Key(root)
        same = enharmonic(other)
        if same is None or abs(other.fifths) < 7:
            return []
        simple = same.tonic
    return [f"It sounds the same on {simple.name}."]


THEORY_TOOLS: tuple[Tool, ...] = (
    spell_chord,
    name_chord,
    interval_between,
    note_at_interval,
    spell_scale,
    name_scale,
    scales_for_chord,
    key_signature,
    diatonic_chords,
    find_key,
    pitch_info,
)
