"""Tools that write and check music in four parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from tools import Artifact, Tool, ToolResult, tool
from tools.music.answers import musical, plural, symbols
from tools.music.cadence import is_numerals
from tools.music.chord import Chord
from tools.music.figured_bass import chord_of, realise_figures
from tools.music.harmonization import Harmonised, hymn, in_key, in_soprano, song
from tools.music.key import Key, read_key
from tools.music.key_finding import find
from tools.music.line import Line
from tools.music.music_text import Music, read_chords
from tools.music.part_writing import LONGEST, realise_chords, search
from tools.music.parts import (
    BAR,
    Note,
    PartScore,
    Staff,
    Texture,
    Voice,
    block,
    four_part,
    starts,
)
from tools.music.parts_show import present_parts
from tools.music.pitch import MusicError, Pitch
from tools.music.roman import realise
from tools.music.score import of_chords
from tools.music.voice_leading import Finding, check, sounding_chord, tell
from tools.music.voices_text import NAMES, read_line, read_tune, read_voices

MOST_TOLD = 24
_HALF = Fraction(2)
_SONG_WORDS = re.compile(r"pop|song|lead|guitar|chart|folk|rock", re.IGNORECASE)
_JAZZ_WORDS = re.compile(r"jazz|swing|bossa|seventh|standard", re.IGNORECASE)
_HYMN_WORDS = re.compile(r"hymn|choral|satb|four|4|part|classical|church|^\s*$", re.IGNORECASE)


@tool
@musical
def check_voice_leading(voices: str, key: str = "") -> ToolResult:
    """Check part-writing, e.g. S: C5 B4 A: G4 G4 T: E4 D4 B: C3 G3, or chords bottom up."""
    texture = read_voices(voices)
    home = read_key(key) if key.strip() else _key_of(texture)
    findings = check(texture, home)
    count = plural(len(findings), "finding")
    lines = [f"{plural(len(texture.voices), 'voice')} in {home.name}: {count}"]
    lines += _told(findings, texture)
    if not findings:
        lines.append("Parallels, ranges, spacing, crossing, leading tones and sevenths are right.")
    chords = [sounding_chord(moment) for moment in texture.moments if moment.together]
    lines.append(f"Chords: {' '.join(chord.symbol if chord else '–' for chord in chords)}.")
    return ToolResult("\n".join(lines), _shown(texture, home, "Voice leading", findings))


@tool
@musical
def realize_parts(chords: str, key: str = "") -> ToolResult:
    """Write chords or Roman numerals in four parts, e.g. C F G7 C, or I IV V7 I in D major."""
    found, home, labels, beats = _progression(chords, key)
    voiced = realise_chords(found, home)
    texture = _texture(voiced, beats)
    findings = check(texture, home)
    said = " ".join(labels)
    lines = [f"{said} in {home.name}: {_written(voiced)}", *_by_voice(texture)]
    lines += _verdict(findings, texture)
    title = f"{said} in {home.name}"
    over = labels if labels[0] != found[0].symbol else found
    return ToolResult("\n".join(lines), _shown(texture, home, title, findings, over))


@tool
@musical
def realize_figured_bass(bass: str, figures: str, key: str = "") -> ToolResult:
    """Realise a figured bass in four parts, e.g. bass C3 D3 G3 C3, figures "- 6 4-3 -"."""
    line = read_line(bass)
    home = read_key(key) if key.strip() else _key_of(Texture((line,), ("bass",)))
    if ":" not in bass and "|" not in bass:
        line = tuple(Note(note.pitch, _HALF) for note in line)  # room for suspensions
    rows = realise_figures(line, figures, home)
    best = search([[row.slot] for row in rows])
    voiced = [tuple(reversed(layout.pitches)) for _, layout in best]
    texture = _texture(voiced, [row.beats for row in rows])
    labels = [chord_of(row.slot) for row in rows]
    findings = check(texture, home)
    said = " ".join(label if isinstance(label, str) else label.symbol for label in labels)
    lines = [f"{said} in {home.name}: {_written(voiced)}", *_by_voice(texture)]
    lines += _verdict(findings, texture)
    shown = _shown(texture, home, f"Figured bass in {home.name}", findings, labels)
    return ToolResult("\n".join(lines), shown)


@tool
@musical
def harmonize_melody(melody: str, key: str = "", style: str = "hymn") -> ToolResult:
    """Find chords for a melody, e.g. E4 D4 C4 D4 E4 E4 E4:2 in C; style hymn, pop or jazz."""
    line, voice = read_tune(melody)
    home = read_key(key) if key.strip() else line.home
    voice = in_key(voice, home)
    if _SONG_WORDS.search(style) or _JAZZ_WORDS.search(style):
        return _as_song(line, voice, home, jazz=bool(_JAZZ_WORDS.search(style)))
    if not _HYMN_WORDS.search(style):
        raise MusicError(
            f"unknown style {style!r}; write hymn (four parts), pop (chords) or jazz (sevenths)"
        )
    soprano, octaves = in_soprano(voice)
    rows = hymn(soprano, home, beat=max(line.meter.beats), offset=_offset(line))
    voiced = [tuple(reversed(row.layout.pitches)) for row in rows if row.layout]
    lower = _texture(voiced, [row.beats for row in rows]).voices[1:]
    texture = Texture((soprano, *lower), NAMES[4], line.meter.quarters, _offset(line))
    findings = check(texture, home)
    lines = [f"{home.name}: {symbols(row.option.chord for row in rows)}"]
    lines.append(f"Numerals: {' '.join(_pretty(row.option.numeral) for row in rows)}.")
    if octaves:
        way = "up" if octaves > 0 else "down"
        lines.append(f"The melody was moved {way} {plural(abs(octaves), 'octave')} to be sung.")
    lines += _by_voice(texture)[1:] + _verdict(findings, texture)
    placed = [(row.start, row.option.chord) for row in rows]
    shown = _engraved(texture, home, f"Hymn in {home.name}", findings, placed)
    return ToolResult("\n".join(lines), shown)


def _offset(line: Line) -> Fraction:
    """What is missing of the bar before a pickup."""
    return line.meter.quarters - line.pickup if line.pickup else Fraction(0)


def _as_song(line: Line, voice: Voice, home: Key, *, jazz: bool) -> ToolResult:
    """A chord a bar, or every half bar of a tune of one or two bars; in jazz with sevenths."""
    bar, offset = line.meter.quarters, _offset(line)
    short = line.length <= 2 * bar and bar == BAR and not offset
    rows = song(voice, home, span=_HALF if short else bar, offset=offset, jazz=jazz)
    bars = " | ".join(
        " ".join(row.option.chord.symbol for row in rows if (row.start + offset) // bar == number)
        for number in range(int(-(-(line.length + offset) // bar)))
    )
    lines = [f"{home.name}: {bars}"]
    lines.append(f"Numerals: {' '.join(_pretty(row.option.numeral) for row in rows)}.")
    if (strange := _strange(voice, rows)) > 0:
        verb = "passes" if strange == 1 else "pass"
        lines.append(f"{plural(strange, 'note')} of the melody {verb} by outside of the chords.")
    placed = tuple((row.start, row.option.chord) for row in rows)
    low = [event.pitches for event in of_chords([chord for _, chord in placed], "").events]
    low = [tuple(pitch.at((pitch.octave or 4) - 1) for pitch in chord) for chord in low]
    staves = (Staff("G", (voice,)), Staff("F", block(low, [row.beats for row in rows])))
    title = f"{'Jazz' if jazz else 'Song'} in {home.name}"
    score = PartScore(title, staves, home.printed_fifths, bar, offset, tempo=104, labels=placed)
    return ToolResult("\n".join(lines), present_parts(score))


def _strange(line: Voice, rows: Sequence[Harmonised]) -> int:
    count = 0
    for start, note in zip(starts(line), line, strict=True):
        row = next(row for row in reversed(rows) if row.start <= start)
        names = {tone.name for tone in row.option.chord.tones}
        count += note.pitch is not None and note.pitch.name not in names
    return count


def _progression(text: str, key: str) -> tuple[list[Chord], Key, list[str], list[Fraction]]:
    """Chords, key, labels and lengths of what was written as chords or numerals."""
    parts = [part for part in text.split("|") if part.strip(" :\n.")]
    if not parts:
        raise MusicError("no chords were given; write e.g. C F G7 C, or I IV V7 I and a key")
    chords: list[Chord] = []
    labels: list[str] = []
    beats: list[Fraction] = []
    numerals = is_numerals(text)
    if numerals and not key.strip():
        raise MusicError("numerals need a key; write it too, e.g. I IV V7 I in D major")
    for part in parts:
        if numerals:
            found = realise(part, read_key(key))
            now = [numeral.chord for numeral in found]
            labels += [_pretty(numeral.text) for numeral in found]
        else:
            now = list(read_chords(part))
            labels += [chord.symbol for chord in now]
        chords += now
        beats += [BAR / len(now) if len(parts) > 1 else _HALF] * len(now)
    if len(chords) > LONGEST:
        raise MusicError(f"{len(chords)} chords are too many; give at most {LONGEST}")
    if any((size * 4).denominator > 1 for size in beats):
        raise MusicError("a bar holds 1, 2 or 4 chords; change the bar lines")
    home = read_key(key) if key.strip() else _found(chords)
    return chords, home, labels, beats


def _found(chords: Sequence[Chord]) -> Key:
    return find(Music("chords", chords=tuple(chords)))


def _key_of(texture: Texture) -> Key:
    """The key of block chords by their names, of other music by its notes."""
    named = [sounding_chord(moment) for moment in texture.moments if moment.together]
    chords = [chord for chord in named if chord is not None]
    if len(chords) > 1 and named[-1] is not None:
        return _found(chords)
    notes = [note.pitch for voice in texture.voices for note in voice if note.pitch is not None]
    return find(Music("notes", notes=tuple(notes)))


def _texture(voiced: Sequence[tuple[Pitch, ...]], beats: Sequence[Fraction]) -> Texture:
    return Texture(block(voiced, beats), NAMES[4])


def _written(voiced: Sequence[tuple[Pitch, ...]]) -> str:
    return ", ".join(" ".join(str(pitch) for pitch in chord) for chord in voiced)


def _by_voice(texture: Texture) -> list[str]:
    rows = []
    for name, voice in zip(texture.names, texture.voices, strict=True):
        rows.append(f"{name.capitalize()}: {' '.join(str(note.pitch or 'r') for note in voice)}")
    return rows


def _verdict(findings: Sequence[Finding], texture: Texture) -> list[str]:
    if not findings:
        return ["Checked: no broken rule of voice leading."]
    return [f"Checked: {plural(len(findings), 'finding')} left.", *_told(findings, texture)]


def _told(findings: Sequence[Finding], texture: Texture) -> list[str]:
    lines = [tell(finding, texture) for finding in findings[:MOST_TOLD]]
    more = len(findings) - MOST_TOLD
    return [*lines, f"and {more} more."] if more > 0 else lines


def _pretty(numeral: str) -> str:
    return re.sub(r"b(?=[IViv])", "♭", numeral).replace("#", "♯")


def _shown(
    texture: Texture,
    key: Key,
    title: str,
    findings: Sequence[Finding],
    labels: Sequence[Chord | str] = (),
) -> tuple[Artifact, ...]:  # fmt: skip
    """Engrave with a label over each moment; the notes of findings are red."""
    times = starts(texture.voices[0])
    placed = list(zip(times, labels, strict=True)) if labels else []
    return _engraved(texture, key, title, findings, placed)


def _engraved(
    texture: Texture, key: Key, title: str, findings: Sequence[Finding],
    labels: Sequence[tuple[Fraction, Chord | str]],
) -> tuple[Artifact, ...]:  # fmt: skip
    marked = frozenset((voice, finding.start) for finding in findings for voice in finding.voices)
    score = four_part(
        title, texture.voices, fifths=key.printed_fifths, bar=texture.bar, offset=texture.offset,
        labels=labels, marked=marked,
    )  # fmt: skip
    return present_parts(score)


PART_WRITING_TOOLS: tuple[Tool, ...] = (
    check_voice_leading,
    realize_parts,
    realize_figured_bass,
    harmonize_melody,
)
