"""Scores in several voices as MusicXML 4.0: a staff for one or two voices, ties over bar lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from tools.music.chord import Chord
from tools.music.musicxml import accidentals, harmony
from tools.music.parts import PartScore, Staff
from tools.music.pitch import Pitch
from tools.music.roman import NUMERALS

_ROMAN = re.compile("|".join(sorted(NUMERALS, key=len, reverse=True)), re.IGNORECASE)
DIVISIONS = 4
MARK_COLOUR = "#C00000"
_CLEF_LINES = {"G": 2, "F": 4, "C": 3}
# Lengths in beats that one note head can have: its type and dots.
_TYPES = {
    Fraction(4): ("whole", 0), Fraction(3): ("half", 1), Fraction(2): ("half", 0),
    Fraction(3, 2): ("quarter", 1), Fraction(1): ("quarter", 0), Fraction(3, 4): ("eighth", 1),
    Fraction(1, 2): ("eighth", 0), Fraction(1, 4): ("16th", 0),
}  # fmt: skip


@dataclass(frozen=True)
class Head:
    """A note head or rest within one bar, with the ties that join it to its neighbours."""

    pitch: Pitch | None
    start: Fraction
    beats: Fraction
    continues: bool
    goes_on: bool
    red: bool


def to_musicxml(score: PartScore) -> str:
    """Return the score as a MusicXML document of one part with its staves."""
    cut = [heads(score, v) for v in range(len(score.voices))]
    bars = "".join(_measure(score, cut, bar) for bar in range(bar_count(score)))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<score-partwise version="4.0">'
        f"<work><work-title>{escape(score.title)}</work-title></work>"
        '<part-list><score-part id="P1"><part-name print-object="no">Music</part-name>'
        f'</score-part></part-list><part id="P1">{bars}</part></score-partwise>\n'
    )


def bar_count(score: PartScore) -> int:
    """Return how many bars there are; the last may be short."""
    return -int(-(score.length + score.offset) // score.bar)


def heads(score: PartScore, number: int) -> list[Head]:
    """Cut a voice at bar lines into lengths that can be written with one note head each."""
    found: list[Head] = []
    now = Fraction(0)
    for note in score.voices[number]:
        pieces = _pieces((now + score.offset) % score.bar, note.beats, score.bar)
        red = (number, now) in score.marked
        if note.tied and found and note.pitch == found[-1].pitch:
            found[-1] = replace(found[-1], goes_on=True)
        for place, beats in enumerate(pieces):
            sounds = note.pitch is not None
            continues = sounds and (place > 0 or note.tied)
            found.append(
                Head(note.pitch, now, beats, continues, sounds and place < len(pieces) - 1, red)
            )
            now += beats
    return found


@lru_cache(maxsize=1024)
def _pieces(start: Fraction, beats: Fraction, bar: Fraction) -> tuple[Fraction, ...]:
    """Cut a length that begins `start` beats after a bar line into ones with note values."""
    pieces = []
    while beats > 0:
        room = min(beats, bar - start % bar)
        piece = next(size for size in _TYPES if size <= room)
        pieces.append(piece)
        start, beats = start + piece, beats - piece
    return tuple(pieces)


def _measure(score: PartScore, cut: Sequence[Sequence[Head]], bar: int) -> str:
    begin = bar * score.bar - score.offset
    end = min(begin + score.bar, score.length)
    begin = max(begin, Fraction(0))
    body = _attributes(score) if bar == 0 else ""
    number = 0
    for staff_number, staff in enumerate(score.staves, start=1):
        rows = [_between(cut[number + place], begin, end) for place in range(len(staff.voices))]
        signs = _accidentals(rows, score.fifths)
        for place, row in enumerate(rows):
            if number + place > 0:
                body += f"<backup><duration>{_ticks(end - begin)}</duration></backup>"
            body += _voice(score, row, signs, number + place, staff_number, len(rows), place)
        number += len(staff.voices)
    last = bar == bar_count(score) - 1
    line = '<barline location="right"><bar-style>light-heavy</bar-style></barline>' if last else ""
    name = f'"{bar if score.offset else bar + 1}"'
    name += ' implicit="yes"' if score.offset and bar == 0 else ""
    return f"<measure number={name}>{body}{line}</measure>"


def _between(row: Sequence[Head], begin: Fraction, end: Fraction) -> Sequence[Head]:
    first = bisect_left(row, begin, key=lambda head: head.start)
    return row[first : bisect_left(row, end, lo=first, key=lambda head: head.start)]


def _voice(
    score: PartScore, row: Sequence[Head], signs: dict[tuple[int, Fraction], str],
    voice: int, staff: int, shared: int, place: int,
) -> str:  # fmt: skip
    stem = ("up", "down")[place] if shared == 2 else ""
    text = ""
    for head in row:
        if voice == 0:
            text += "".join(_label(said) for said in score.labels_at.get(head.start, ()))
        text += _head(head, signs.get((place, head.start), ""), voice + 1, staff, stem)
    return text


def _accidentals(rows: Sequence[Sequence[Head]], fifths: int) -> dict[tuple[int, Fraction], str]:
    """Return the accidentals to print on one staff in one bar, by voice and start.

    An accidental holds for its line, in both voices, until the end of the bar.
    """
    struck = [
        (head.start, place, head.pitch)
        for place, row in enumerate(rows)
        for head in row
        if head.pitch is not None and not head.continues
    ]
    struck.sort(key=lambda row: row[:2])
    printed = accidentals([[pitch] for _, _, pitch in struck], fifths)
    signs = (sign for (sign,) in printed)
    return {(place, at): sign for (at, place, _), sign in zip(struck, signs, strict=True)}


def _head(head: Head, accidental: str, voice: int, staff: int, stem: str) -> str:
    kind, dots = _TYPES[head.beats]
    colour = f' color="{MARK_COLOUR}"' if head.red else ""
    sign = f"<accidental>{accidental}</accidental>" if accidental else ""
    stemmed = f"<stem>{stem}</stem>" if stem and head.pitch is not None else ""
    ties = ["stop"] * head.continues + ["start"] * head.goes_on
    sounding = "".join(f'<tie type="{kind_}"/>' for kind_ in ties)
    drawn = "".join(f'<tied type="{kind_}"/>' for kind_ in ties)
    notations = f"<notations>{drawn}</notations>" if ties else ""
    return (
        f"<note{colour}>{_pitch(head.pitch)}<duration>{_ticks(head.beats)}</duration>{sounding}"
        f"<voice>{voice}</voice><type>{kind}</type>{'<dot/>' * dots}{sign}{stemmed}"
        f"<staff>{staff}</staff>{notations}</note>"
    )


def _pitch(pitch: Pitch | None) -> str:
    if pitch is None:
        return "<rest/>"
    alter = f"<alter>{pitch.alter}</alter>" if pitch.alter else ""
    return f"<pitch><step>{pitch.step}</step>{alter}<octave>{pitch.octave}</octave></pitch>"


def _label(said: Chord | str) -> str:
    """A chord symbol or a numeral over the next note, or the number of an interval at it."""
    if isinstance(said, Chord):
        return harmony(said)
    if said.isdigit():
        return (
            f"<figured-bass><figure><figure-number>{said}</figure-number></figure></figured-bass>"
        )
    found = _ROMAN.search(said)
    degree = NUMERALS.index(found[0].upper()) + 1 if found else 1
    return (
        f"<harmony><numeral><numeral-root text={quoteattr(said)}>{degree}</numeral-root></numeral>"
        '<kind text="">none</kind></harmony>'
    )


def _attributes(score: PartScore) -> str:
    clefs = "".join(_clef(number, staff) for number, staff in enumerate(score.staves, start=1))
    beats, kind = (score.bar, 4) if score.bar.denominator == 1 else (score.bar * 2, 8)
    return (
        f"<attributes><divisions>{DIVISIONS}</divisions><key><fifths>{score.fifths}</fifths></key>"
        f"<time><beats>{beats}</beats><beat-type>{kind}</beat-type></time>"
        f"<staves>{len(score.staves)}</staves>{clefs}</attributes>"
        f'<direction placement="above"><sound tempo="{score.tempo}"/></direction>'
    )


def _clef(number: int, staff: Staff) -> str:
    return (
        f'<clef number="{number}"><sign>{staff.clef}</sign><line>{_CLEF_LINES[staff.clef]}</line>'
        "</clef>"
    )


def _ticks(beats: Fraction) -> int:
    return int(beats * DIVISIONS)
