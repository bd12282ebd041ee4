"""Tools for species counterpoint: checking a line, and composing one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools import Artifact, Tool, ToolResult, tool
from tools.music import line
from tools.music.answers import musical, names, plural
from tools.music.counterpoint import SPECIES, Exercise, Finding, Tone, exercise, timed
from tools.music.counterpoint_rules import check
from tools.music.counterpoint_species import compose_species
from tools.music.counterpoint_writing import compose, mode_of
from tools.music.key import Key, read_key
from tools.music.line_text import write_line
from tools.music.numbers import read_number
from tools.music.parts import BAR, Note, PartScore, Staff, Voice
from tools.music.parts_show import present_parts
from tools.music.pitch import MusicError, Pitch
from tools.music.voices_text import read_line

MOST_TOLD = 24
_MIDDLE_CANTUS, _ABOVE = 60, 69
_LENGTHS = re.compile(r":\s*[\dwhqes]|\|")
_BELOW_WORDS = re.compile(r"below|under|lower|beneath|bass|down", re.IGNORECASE)
_KINDS = (
    (re.compile(r"florid|mixed|free", re.I), 5),
    (re.compile(r"syncop|suspen|ligat|tied|fourth", re.I), 4),
    (re.compile(r"quarter|four (?:notes )?against|4\s*:\s*1|third", re.I), 3),
    (re.compile(r"half|two (?:notes )?against|2\s*:\s*1|second", re.I), 2),
    (re.compile(r"whole|note against note|1\s*:\s*1|first", re.I), 1),
)
_ABOVE_WORDS = re.compile(r"above|over|upper|top|soprano|up|^\s*$", re.IGNORECASE)


@tool
@musical
def check_counterpoint(cantus: str, counterpoint: str, species: int | str = 1) -> ToolResult:
    """Check species counterpoint, e.g. cantus D4 F4 E4 D4, counterpoint A4 A4 C#5 D5, species 1."""
    number = _species(species)
    firmus = _pitches(cantus)
    voice = _line(counterpoint, number, len(firmus))
    work = exercise(firmus, voice, number)
    findings = check(work)
    side = "above" if work.above else "below"
    count = plural(len(findings), "finding")
    lines = [f"{SPECIES[number].capitalize()} species {side} {names(firmus)}: {count}"]
    lines += [finding.line for finding in findings[:MOST_TOLD]]
    if len(findings) > MOST_TOLD:
        lines.append(f"and {len(findings) - MOST_TOLD} more.")
    lines.append(f"Intervals: {_intervals(work)}.")
    if not findings:
        lines.append("No rule is broken.")
    return ToolResult("\n".join(lines), _shown(work, voice, mode_of(firmus), findings))


@tool
@musical
def compose_counterpoint(
    cantus: str,
    position: str = "above",
    key: str = "",
    seed: int | str = 0,
    species: int | str = 1,
) -> ToolResult:
    """Compose species counterpoint to a cantus, e.g. D4 F4 E4 D4, above, species 1 to 5 (first,
    second, third, fourth, florid); seed for others."""
    firmus = _pitches(cantus)
    number = _species(species)
    above = not _BELOW_WORDS.search(position)
    if above and not _ABOVE_WORDS.search(position):
        raise MusicError(f"cannot read {position!r} as a position; write above or below")
    home = read_key(key) if key.strip() else mode_of(firmus)
    chance = read_number(seed, "seed")
    if number == 1:
        whole = compose(firmus, home, above=above, seed=chance)
        voice: Voice = tuple(Note(pitch, BAR) for pitch in whole)
    else:
        voice = compose_species(firmus, home, number, above=above, seed=chance)
    work = exercise(firmus, voice, number)
    side = "above" if above else "below"
    name = SPECIES[number].capitalize()
    lines = [_text(work), f"{name} species {side} {names(firmus)}, in {home.name}."]
    lines.append(f"Intervals: {_intervals(work)}. No rule is broken.")
    return ToolResult("\n".join(lines), _shown(work, voice, home, []))


def _species(said: int | str) -> int:
    """The number of a species by its number, its name or what it is like.

    >>> _species("florid"), _species("2nd"), _species("syncopated"), _species("")
    (5, 2, 4, 1)
    """
    if isinstance(said, str):
        if not said.strip():
            return 1
        known = (number for words, number in _KINDS if words.search(said))
        number = next(known, None) or read_number(said, "species")
    else:
        number = said
    if number not in SPECIES:
        raise MusicError(f"there is no species {number}; write 1 to 5")
    return number


def _text(work: Exercise) -> str:
    """The composed line: names for whole notes, else notes with lengths, ties and bar lines."""
    if work.species == 1:
        return names(tone.pitch for tone in work.tones)
    rest = work.tones[0].start
    notes = [line.Note((tone.pitch,), tone.beats) for tone in work.tones]
    return write_line(line.Line((*([line.Note((), rest)] if rest else []), *notes)))


def _pitches(text: str) -> tuple[Pitch, ...]:
    """The notes of a cantus, whatever their lengths."""
    pitches = [note.pitch for note in read_line(text, _MIDDLE_CANTUS) if note.pitch is not None]
    return tuple(pitches)


def _line(text: str, species: int, bars: int) -> Voice:
    """The counterpoint with its lengths: those written, else those of the species."""
    notes = read_line(text, _ABOVE)
    if _LENGTHS.search(text):
        return notes
    if species == 5:
        raise MusicError("the fifth species needs lengths; write them, e.g. r:h D5:h~ D5:q C5 B4:h")
    return timed(notes, species, bars)


def _numbers(work: Exercise) -> list[tuple[Tone, str]]:
    """Each tone with the number of its interval: 8 for an octave, 3 for a third or a tenth."""
    rows = []
    for tone in work.tones:
        gap = work.interval(tone)
        number = gap.simple.number
        rows.append((tone, "8" if number == 1 and gap.semitones else str(number)))
    return rows


def _intervals(work: Exercise) -> str:
    return " ".join(number for _, number in _numbers(work))


def _shown(
    work: Exercise, voice: Voice, key: Key, findings: Sequence[Finding]
) -> tuple[Artifact, ...]:
    """Engrave both lines with the intervals; the counterpoint's notes of findings are red."""
    cantus = tuple(Note(pitch, BAR) for pitch in work.cantus)
    rows = (voice, cantus) if work.above else (cantus, voice)
    number = 0 if work.above else 1
    places = {(finding.bar - 1) * BAR + finding.beat - 1 for finding in findings}
    staves = tuple(Staff(_clef(row), (row,)) for row in rows)
    labels = tuple((tone.start, said) for tone, said in _numbers(work))
    title = f"Counterpoint in {key.name}"
    marked = frozenset((number, place) for place in places)
    score = PartScore(title, staves, key.printed_fifths, tempo=120, labels=labels, marked=marked)
    return present_parts(score)


def _clef(voice: Voice) -> str:
    heights = [note.pitch.midi for note in voice if note.pitch is not None]
    return "G" if sum(heights) / len(heights) >= _MIDDLE_CANTUS else "F"


COUNTERPOINT_TOOLS: tuple[Tool, ...] = (check_counterpoint, compose_counterpoint)
