"""Readers of names that are nearly right: the tools refuse them with the nearest right one."""

from __future__ import annotations

import difflib
import re

from tools.music.filling.asked import Asked

_WORDS = (
    "major minor dominant diminished augmented suspended altered ionian dorian phrygian lydian "
    "mixolydian aeolian locrian harmonic melodic natural pentatonic blues chromatic octatonic "
    "bebop seventh ninth eleventh thirteenth flat sharp"
).split()
_RIGHT = "|".join(_WORDS)
_NEARLY = re.compile(
    rf"(?<![\w#♯♭])(?:[A-H](?:#|b|♯|♭|[\s-](?:sharp|flat)\b)?)\s(?:(?:{_RIGHT})\s)*"
    rf"(?!(?:{_RIGHT})\w*\b|blue\b|minute\b|domain\b|mayor\b)(?P<word>[a-z]{{4,12}})(?:\s(?:{_RIGHT})\b)*(?!\w)"
)
_KINDS = r"(?:m(?:aj|in)?\d{0,2}|dim7?|aug|sus\d?|\d{1,2})|\s(?:major|minor|dorian|lydian|blues)\b"
_NO_NOTE = re.compile(rf"(?<![\w#♯♭'])[JKLOQUWXYZ](?:#|b)?(?:{_KINDS})(?![\w#])")
_CLOSE = 0.8
"""How near a word must come to a name: `dorain`, `minro` and `majr` do, `minute` does not."""


def nearly(asked: Asked) -> str | None:
    """A note with a word that is nearly the name of a kind: "D dorain"."""
    for match in asked.matches(_NEARLY):
        if difflib.get_close_matches(match["word"], _WORDS, 1, _CLOSE):
            asked.taken.append(match.span())
            return match[0]
    return None


def no_note(asked: Asked) -> str | None:
    """What is written like a chord or a key on a letter that is no note: "Xm7", "Q minor"."""
    return asked.search(_NO_NOTE)
