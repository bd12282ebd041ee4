"""Reading a line of music: notes (`C, E and G`) or chords (`Dm7 | G7 | Cmaj7`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tools.music.chord import Chord
from tools.music.chord_text import WORDS, read_chord
from tools.music.pitch import MusicError, Pitch, read_pitch
from tools.music.syllables import read_syllables
from tools.music.text import corrected, nearest, plain_accidentals

LONGEST = 256
_PULL, _MIDDLE = 0.25, 67
_LEAD = re.compile(
    r"^(?:(?:the|these|this|my)\s+)?(?:notes?|chords?|chord progression|progression|changes|melody|"
    r"tune|music|triad|concert(?:\s+pitch)?)\s*:?\s+(?=[A-Ga-g])",
    re.IGNORECASE,
)
_TRAIL = re.compile(r"\s+(?:notes|chords|progression|please|in that order)\s*$", re.IGNORECASE)
_SPLIT = re.compile(
    r"\s*(?:[,;\n]|->|=>|→|\||\bthen\b|\bfollowed by\b|&|\bto\b|\s-\s"
    r"|\band\b(?!\s+(?:flat|sharp|added|a)\b)"
    r"|-(?=[A-G]|[a-g][b#]?\d?(?:$|[\s,-]))|\s\+\s|>|·|\bet\b|\bund\b)\s*"
)
_NO_CHORD = re.compile(r"(?<![A-Za-z])N\.?\s?C\.?(?![A-Za-z])")
_WRAPPED = re.compile(r"(?:(?<=\s)|^)[(\[]([A-G][^()\[\]\s]*)[)\]](?=\s|$)")
_BETWEEN_SLASHES = re.compile(r"[A-Ga-g][b#]*\d?(?:/[A-Ga-g][b#]*\d?){2,}")
_PRIMES = re.compile(r"(?<![A-Za-z#'])([a-h](?:[ei]s|s|[b#♭♯])*)(['′″]{1,4})(?!\w)")
_REPEAT = "%"
_NOTE = re.compile(r"[A-Ga-g](?:##?|bb?|x)?-?\d?\d?")
_MIDDLE_C = re.compile(r"\bmiddle\s+c\b", re.IGNORECASE)
_APART = re.compile(r"(?<![A-Za-z])([A-Ga-g](?:##?|bb?)?)\s+(-?\d)\b")
_BARE = re.compile(r"[A-Ga-g](?:##?|bb?|x)?")
_WITH_OCTAVE = re.compile(r"[A-Ga-g](?:##?|bb?|x)?(-?[0-58])")
_PARTS = frozenset(
    ("chord", "chords", "bass", "triad", "note", "notes", "from", "and", "the", "an")
)
_JOINS = frozenset(("over", "on", "slash", "with", "/"))


@dataclass(frozen=True)
class Music:
    """Notes or chords, in order. `bars` are counts of chords where bar lines were drawn."""

    kind: Literal["notes", "chords"]
    notes: tuple[Pitch, ...] = ()
    chords: tuple[Chord, ...] = ()
    bars: tuple[int, ...] = ()


def read_notes(text: str) -> tuple[Pitch, ...]:
    """Read note names, with or without octaves.

    >>> [str(p) for p in read_notes("C, E flat and G4")], [str(p) for p in read_notes("c' fis'")]
    (['C', 'E♭', 'G4'], ['C4', 'F♯4'])
    >>> [p.name for p in read_notes("do mi sol in E flat major")]
    ['E♭', 'G', 'B♭']

    Raises:
        MusicError: nothing was given, or a word is no note.
    """
    movable = read_syllables(text)
    if movable:
        _check_count(len(movable))
        return movable
    plain = plain_accidentals(_PRIMES.sub(_octave, text))
    plain = _APART.sub(r"\1\2", _MIDDLE_C.sub("C4", plain))
    if _BETWEEN_SLASHES.fullmatch(plain.strip()):
        plain = plain.replace("/", " ")
    return tuple(_note(item) for item in _items(plain))


def _octave(match: re.Match[str]) -> str:
    """Write Helmholtz's primes as an octave number: c' is C4."""
    count = len(match[2]) + match[2].count("″")
    return f"{match[1]}{3 + count}"


def _note(item: str) -> Pitch:
    if _NOTE.fullmatch(item):
        return read_pitch(item)
    words = corrected(item, ("flat", "sharp", "natural", "double", "middle"))
    shorter = [item[:end].strip() for end in range(min(len(item) - 1, 24), 0, -1)]
    german = [f"B{item[1:].removesuffix('es')}", "Bb", "B"] if item[0] in "Hh" else []
    candidates = [*german, *map(plain_accidentals, words), *shorter]
    near = nearest(candidates, read_pitch, most=2 if german else 1)
    hint = near or "; write letters A to G, e.g. C E♭ G or C4 E4 G4"
    raise MusicError(f"cannot read {item!r} as a note{hint}")


def read_chords(text: str) -> tuple[Chord, ...]:
    """Read a progression; bare letters are major triads.

    >>> [c.symbol for c in read_chords("D minor seventh, G7 and C")]
    ['Dm7', 'G7', 'C']

    Raises:
        MusicError: nothing was given, or an item is no chord.
    """
    return tuple(read_chord(item) for item in _items(text))


def read_music(text: str) -> Music:
    """Read notes or chords, whichever the line holds; bare letters alone are notes.

    >>> read_music("C E G").kind, read_music("Dm7 G7 Cmaj7").kind, read_music("C").kind
    ('notes', 'chords', 'notes')
    >>> [c.symbol for c in read_music("Am-F-C-G").chords]
    ['Am', 'F', 'C', 'G']

    Raises:
        MusicError: nothing was given, or an item is neither.
    """
    items = _items(text)
    bare = all(_BARE.fullmatch(item) for item in items)
    octaves = all(_BARE.fullmatch(item) or _WITH_OCTAVE.fullmatch(item) for item in items)
    if bare or octaves:
        return Music("notes", notes=carry_octaves([read_pitch(item) for item in items]))
    chords = tuple(read_chord(item) for item in items)
    return Music("chords", chords=chords, bars=_bars(text))


def carry_octaves(notes: Sequence[Pitch]) -> tuple[Pitch, ...]:
    """Give notes without an octave the octave of the note before them, where one has any."""
    if all(note.octave is None for note in notes):
        return tuple(notes)
    octave = next(note.octave for note in notes if note.octave is not None)
    carried = []
    for note in notes:
        octave = note.octave if note.octave is not None else octave
        carried.append(note.at(octave))
    return tuple(carried)


def melody(notes: tuple[Pitch, ...]) -> tuple[Pitch, ...]:
    """Give octaves to note names for playing: small steps, near the middle of the staff.

    >>> [str(p) for p in melody(read_notes("C C G G A A G"))]
    ['C4', 'C4', 'G4', 'G4', 'A4', 'A4', 'G4']
    >>> [str(p) for p in melody(read_notes("D F A C"))]
    ['D4', 'F4', 'A4', 'C5']
    """
    if all(note.octave is not None for note in notes):
        return notes
    placed = [notes[0].at(4)]
    for note in notes[1:]:
        options = [note.at(octave) for octave in range(2, 7)]
        placed.append(min(options, key=lambda option: _strain(placed[-1], option)))
    return tuple(placed)


def _strain(before: Pitch, option: Pitch) -> float:
    """How far a note leaps, and how far it lies from the middle of the staff."""
    leap = abs(option.semitones - before.semitones)
    return leap + _PULL * abs(option.midi - _MIDDLE)


def _bars(text: str) -> tuple[int, ...]:
    if "|" not in text:
        return ()
    counts = [len(_items(part)) for part in text.split("|") if part.strip(" :\n")]
    return tuple(counts)


def _items(text: str) -> list[str]:
    """Cut a line into items of one note or chord each."""
    plain = _NO_CHORD.sub(" ", plain_accidentals(text)).strip(" .?!\"'")
    plain = _WRAPPED.sub(r"\1", plain)
    plain = _TRAIL.sub("", _LEAD.sub("", plain)).strip(" .?!\"':|()[]")
    if plain.count(" / ") > 1:
        plain = plain.replace(" / ", ", ")
    items: list[str] = []
    for segment in _SPLIT.split(plain):
        items += _segment_items(segment)
    if not items:
        raise MusicError("no music was given; write notes such as C E G or chords such as Dm7 G7")
    for place, item in enumerate(items):
        if item == _REPEAT and place:
            items[place] = items[place - 1]
    _check_count(len(items))
    return items


def _check_count(count: int) -> None:
    if count > LONGEST:
        raise MusicError(f"{count} notes or chords are too many; give at most {LONGEST}")


def _segment_items(segment: str) -> list[str]:
    items: list[list[str]] = []
    words = segment.split()
    for place, word in enumerate(words):
        before = words[place - 1].lower() if place else ""
        after = words[place + 1] if place + 1 < len(words) else ""
        if _begins(word, before, after, started=bool(items)):
            items.append([word])
        elif items:
            items[-1].append(word)
        elif word.lower() not in _PARTS and not (word == "a" and after):
            items.append([word])
    return [" ".join(item).removesuffix(" /") for item in items]


def _begins(word: str, before: str, after: str, *, started: bool) -> bool:
    """True where `word` is the root of a new note or chord, not a part of the one before."""
    bare = word.lower().strip("()")
    if word == _REPEAT:
        return True
    if bare in WORDS or bare in _PARTS or not bare:
        return False
    if word == "a" and not started and after[:1].isupper():
        return False
    if started and (re.fullmatch(r"b(?:5|9|13)", word) or _is_bass(word, before)):
        return False
    return word[0] in "ABCDEFGH" or (word[0] in "abcdefg" and _readable(word))


def _is_bass(word: str, before: str) -> bool:
    return before in _JOINS and bool(_BARE.fullmatch(word))


@lru_cache(maxsize=1024)
def _readable(word: str) -> bool:
    if _NOTE.fullmatch(word):
        return True
    try:
        read_chord(word)
    except MusicError:
        return False
    return True
