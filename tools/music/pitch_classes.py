"""Pitch classes as people write them: notes (`C E G`), numbers (`0 4 7`), `{0,4,7}` or `(01T)`."""

from __future__ import annotations

import re

from tools.music.music_text import read_notes
from tools.music.pitch import MusicError, Pitch, usual_pitch

_NUMBER_WORDS = {"t": 10, "e": 11, "a": 10, "b": 11, "x": 10}
_COMPACT = re.compile(r"[\dteab]+", re.IGNORECASE)
_PREFIX = re.compile(
    r"^(?:pitch[\s-]?class(?:es)?|pcs|set|row|tone[\s-]row|notes?|pc[\s-]set)\s*:?\s+", re.I
)


def read_pitch_classes(text: str) -> tuple[Pitch, ...]:
    """Read pitch classes as note names without octaves, in order, repeats kept.

    Numbers count semitones above C; T (or 10) is B♭, E (or 11) is B.

    >>> [p.name for p in read_pitch_classes("{0, 1, 4}")]
    ['C', 'C♯', 'E']
    >>> [p.name for p in read_pitch_classes("01T")], [p.name for p in read_pitch_classes("E G B")]
    (['C', 'C♯', 'B♭'], ['E', 'G', 'B'])

    Raises:
        MusicError: a word is neither a note nor a number from 0 to 11.
    """
    body = _PREFIX.sub("", text.strip()).strip(" .?!\"'{}[]()<>")
    if not body:
        raise MusicError("no notes were given; write notes such as C E G or numbers such as 0 4 7")
    words = re.split(r"[\s,;|]+", body)
    if not any(char.isdigit() for char in body) or re.search(r"[A-Ga-g](?:#|b|♯|♭)*\d", body):
        return tuple(pitch.at(None) for pitch in read_notes(body))
    if len(words) == 1 and len(body) > 2 and _COMPACT.fullmatch(body):
        words = list(body)
    return tuple(_numbered(word, text) for word in words)


def number_text(pitch_class: int) -> str:
    """Write a pitch class as one sign: 10 is T, 11 is E.

    >>> number_text(3), number_text(10)
    ('3', 'T')
    """
    return "0123456789TE"[pitch_class]


def _numbered(word: str, text: str) -> Pitch:
    number = _NUMBER_WORDS.get(word.lower())
    if word.isdecimal():
        number = int(word)
    if number is None:
        raise MusicError(
            f"cannot read {word!r} in {text!r} as a pitch class; write notes such as C E G, or "
            "numbers from 0 (C) to 11 (B)"
        )
    if number > 11:
        raise MusicError(f"{number} is no pitch class; write numbers from 0 (C) to 11 (B)")
    return usual_pitch(60 + number).at(None)
