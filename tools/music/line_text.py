"""Lines of music as text that people can type and that is read back exactly.

`3/4 in G major, 96 bpm: D4 G4:e A4:e B4:e C5:e | D5:h. | r [G3 B3 D4]:h`: a note or rest (`r`), a
length after a colon (w h q e s x, dots, `t` for triplets, or a fraction of a whole note; without
one a quarter), `~` where a note sounds on, chord symbols in quotes before their note, marks of
expression in brackets before these: `(mf)"C"C4 (staccato)D4:e`. `swing` may stand in the head.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from tools.music.chord_text import read_chord
from tools.music.expression import read_marks
from tools.music.key import Key, read_key
from tools.music.line import COMMON_TIME, MOST_NOTES, TEMPO, Line, Note, Piece, merged
from tools.music.meter import Meter, read_meter
from tools.music.music_text import carry_octaves, melody, read_notes
from tools.music.numbers import check_bpm
from tools.music.pitch import MusicError, read_pitch
from tools.music.text import plain_accidentals

LETTERS = {
    "w": Fraction(4), "h": Fraction(2), "q": Fraction(1), "e": Fraction(1, 2), "s": Fraction(1, 4),
    "x": Fraction(1, 8),
}  # fmt: skip
_HEAD = re.compile(
    r"^(?P<head>[^|\[\"(]*?\b(?:\d+/\d+|in|bpm|time|key|swing)\b[^|\[\"]*?):\s+(?P<body>.*)$", re.S
)
_TOKEN = re.compile(
    r"""\s*(?:(?P<bar>\|\|?:?|:\|)|(?:\((?P<marks>[^()]*)\)\s*)?(?:"(?P<chord>[^"]*)")?\s*
        (?:\[(?P<many>[^\]]+)\]|(?P<rest>[rRzZ])(?![a-z])|(?P<one>[A-Ga-g](?:[#♯b♭x]{0,2})-?\d{0,2}))
        (?::(?P<length>\d+/\d+|[whqesx]\.{0,3}t?))?(?P<tie>~)?)""",
    re.VERBOSE,
)
_KEY = re.compile(r"\b(?:in|key(?:\s+of)?:?)\s+(?P<key>[A-Ga-g][^,;:]*)")
_TEMPO = re.compile(r"(?P<tempo>\d+)\s*bpm|♩\s*=\s*(?P<mark>\d+)")
_WITH_LENGTH = re.compile(r"(?:[A-Ga-g][#b♯♭]*-?\d?|\br|\]):(?:\d|[whqesx])")
_MARKED = r"\((?:[mpf.>^<-]|[a-z]+p|[a-z]*f|[a-z][a-z .,-]{2,}|\d+ ?bpm)[^()]*\)\s*[\"A-Ga-g\[]"
_RHYTHMIC = re.compile(rf"[|\[\"~]|{_MARKED}|:\S|(?:^|\s)[rz](?=\s|$)", re.IGNORECASE)


def has_lengths(text: str) -> bool:
    """Tell whether a text is a melody with lengths, as against plain notes or chords.

    >>> has_lengths("C4 E4:e G4:h"), has_lengths("Dm7 | G7"), has_lengths("in G major: D4 G4:q.")
    (True, False, True)
    """
    body = split_head(text)[1]
    return bool(_WITH_LENGTH.search(body) or re.search(_MARKED, body))


def read_line(text: str) -> Line:
    """Read a melody: plain notes, or notes with lengths and bar lines.

    >>> line = read_line("3/4 in G major: D4 G4:e A4:e B4:e C5:e | D5:h.")
    >>> line.meter.name, [str(n.beats) for n in line.notes], line.pickup
    ('3/4', ['1', '1/2', '1/2', '1/2', '1/2', '3'], Fraction(0, 1))

    Raises:
        MusicError: names what cannot be read, or the bar that is not full.
    """
    head, body = split_head(text)
    meter, key, tempo = read_head(head)
    swing = bool(re.search(r"\bswing\b", head))
    if not _RHYTHMIC.search(body):
        notes = _plain(body)
        return Line(notes, meter or COMMON_TIME, key, tempo, swing=swing)
    bars = _bars(body, text)
    if sum(map(len, bars)) > MOST_NOTES:
        raise MusicError(f"more than {MOST_NOTES} notes are too many for one melody; write a part")
    drawn = "|" in body
    found = meter or (_guessed(bars) if drawn else COMMON_TIME)
    pickup = _pickup(bars, found) if drawn else Fraction(0)
    notes = _with_octaves(merged(piece for bar in bars for piece in bar))
    return Line(notes, found, key, tempo, pickup, swing)


def write_line(line: Line) -> str:
    """Write a line so that `read_line` reads the same back.

    >>> write_line(read_line("C4 E4:e F4:e G4:h"))
    'C4 E4:e F4:e G4:h'
    """
    bars = line.bars
    body = " | ".join(" ".join(_written(piece) for piece in bar) for bar in bars)
    if len(bars) == 1 and line.pickup:
        body += " |"
    head = _write_head(line)
    return f"{head}: {body}" if head else body


@lru_cache(maxsize=512)
def length_text(beats: Fraction) -> str:
    """Write a length: a letter, dots, `t` for a triplet; else a fraction of a whole note.

    >>> [length_text(Fraction(n)) for n in ("3/2", "1/3", "1/5", "7/2")]
    ['q.', 'et', '1/20', 'h..']
    """
    for letter, plain in LETTERS.items():
        for dots in range(3):
            if beats == plain * (2 - Fraction(1, 2**dots)):
                return letter + "." * dots
        if beats == plain * 2 / 3:
            return f"{letter}t"
    part = beats / 4
    return f"{part.numerator}/{part.denominator}"


def split_head(text: str) -> tuple[str, str]:
    """Part a head such as `3/4 in G major:` from the music; it may be missing."""
    match = _HEAD.match(text.strip())
    return (match["head"], match["body"]) if match else ("", text.strip())


def read_head(head: str) -> tuple[Meter | None, Key | None, int]:
    """Read meter, key and tempo of a head; what is not said is None, the tempo 100.

    Raises:
        MusicError: the meter or the key cannot be read, or the tempo is out of range.
    """
    tempo = _TEMPO.search(head)
    key = _KEY.search(plain_accidentals(head))
    meter = re.search(r"\d+/\d+(?:\s*\([\d+]+\))?|\b(?:common|cut) time\b", head)
    return (
        read_meter(meter[0]) if meter else None,
        read_key(key["key"]) if key else None,
        check_bpm(int(tempo["tempo"] or tempo["mark"])) if tempo else TEMPO,
    )


def _write_head(line: Line) -> str:
    parts = []
    plain = read_meter(line.meter.name)
    if line.meter != COMMON_TIME:
        grouped = "" if plain == line.meter else f" ({line.meter.grouping})"
        parts.append(f"{line.meter.name}{grouped}")
    if line.key is not None:
        parts.append(f"in {line.key.name}")
    said = " ".join(parts)
    if line.tempo != TEMPO:
        said = f"{said}, {line.tempo} bpm" if said else f"{line.tempo} bpm"
    if line.swing:
        said = f"{said}, swing" if said else "swing"
    return said


def _plain(body: str) -> tuple[Note, ...]:
    try:
        notes = read_notes(body)
    except MusicError as problem:
        raise MusicError(
            f"{problem}; a melody is written as notes with lengths, e.g. C4 E4:e F4:e G4:h"
        ) from None
    return _with_octaves(tuple(Note((pitch,), Fraction(1)) for pitch in notes))


def _bars(body: str, text: str) -> list[list[Piece]]:
    bars: list[list[Piece]] = [[]]
    place = 0
    # A full stop after a length is a dot.
    marked = re.sub(r"\([^()]*\)", lambda match: match[0].replace(",", " "), body)
    body = re.sub(
        r"(?<![whqesxt.])\.\s*$", "", plain_accidentals(marked).replace(",", " ")
    ).rstrip()
    while place < len(body):
        match = _TOKEN.match(body, place)
        if match is None or match.end() == place:
            raise MusicError(_unread(body[place:].split()[0] if body[place:].split() else text))
        place = match.end()
        if match["bar"]:
            bars.append([])
        else:
            bars[-1].append(_piece(match))
        if place < len(body) and match["bar"] is None and body[place] not in " |~\n\t":
            raise MusicError(_unread(body[match.start() :].split()[0]))
    found = [bar for bar in bars if bar]
    if not found:
        raise MusicError("no notes were given; write a melody such as C4 E4:e G4:h")
    return found


def _unread(word: str) -> str:
    return (
        f"cannot read {word!r} in the melody; write notes with lengths such as C4 E4:e G4:h. r:q, "
        "bar lines as |"
    )


def _piece(match: re.Match[str]) -> Piece:
    if match["many"]:
        pitches = tuple(read_pitch(name) for name in match["many"].split())
    elif match["one"]:
        pitches = (read_pitch(match["one"]),)
    else:
        pitches = ()
    chord = read_chord(match["chord"]).symbol if match["chord"] else ""
    marks = read_marks(match["marks"] or "")
    return Piece(Note(pitches, _length(match["length"] or "q"), chord, marks), bool(match["tie"]))


def _length(text: str) -> Fraction:
    if text[0].isdigit():
        top, bottom = (int(part) for part in text.split("/"))
        if not (0 < top <= 1024 and 0 < bottom <= 1024):
            raise MusicError(f"{text!r} is no length; write a fraction of a whole note, e.g. 1/8")
        return Fraction(4 * top, bottom)
    dots = text.count(".")
    plain = LETTERS[text[0]] * (2 - Fraction(1, 2**dots))
    return plain * 2 / 3 if text.endswith("t") else plain


def _written(piece: Piece) -> str:
    note = piece.note
    names = " ".join(str(pitch) for pitch in note.pitches) or "r"
    body = f"[{names}]" if len(note.pitches) > 1 else names
    length = "" if note.beats == 1 else f":{length_text(note.beats)}"
    chord = f'"{note.chord}"' if note.chord else ""
    marks = f"({' '.join(note.marks)})" if note.marks else ""
    return f"{marks}{chord}{body}{length}{'~' if piece.on else ''}"


def _size(bar: list[Piece]) -> Fraction:
    return sum((piece.note.beats for piece in bar), Fraction(0))


def _guessed(bars: list[list[Piece]]) -> Meter:
    """Take the meter from the bar lines: the length that most bars have."""
    inner = bars[1:-1] or bars[:1]
    counts = Counter(_size(bar) for bar in inner)
    size = max(counts, key=lambda size: (counts[size], size))
    if size.denominator == 1 and size <= 12:
        return read_meter(f"{size}/4")
    if (size * 2).denominator == 1 and size <= 12:
        return read_meter(f"{size * 2}/8")
    return COMMON_TIME


def _pickup(bars: list[list[Piece]], meter: Meter) -> Fraction:
    """Return what stands before the first full bar; every other bar but the last is full.

    Raises:
        MusicError: names a bar that is too short or too long.
    """
    first = _size(bars[0])
    pickup = first if first < meter.quarters and len(bars) > 1 else Fraction(0)
    for place, bar in enumerate(bars):
        size = _size(bar)
        last = place == len(bars) - 1
        if size > meter.quarters or (size < meter.quarters and place > 0 and not last):
            number = place if pickup else place + 1
            raise MusicError(
                f"bar {number} holds {_said(size)} quarter notes, but a bar of {meter.name} has "
                f"{_said(meter.quarters)}; correct its lengths"
            )
    return pickup


def _said(size: Fraction) -> str:
    return f"{float(size):.3f}".rstrip("0").rstrip(".")


def _with_octaves(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """Give octaves to names: that of the note before, or near the middle where none is given."""
    given = [pitch for note in notes for pitch in note.pitches]
    placed = iter(melody(carry_octaves(given)) if given else ())
    return tuple(replace(note, pitches=tuple(next(placed) for _ in note.pitches)) for note in notes)
