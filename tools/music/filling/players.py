"""Readers of what players ask: shapes behind a capo, written notes of a transposing instrument."""

from __future__ import annotations

import re

from tools.music.filling.asked import Asked

_SHAPES = r"[\s-](?:(?:chord|open|major|minor)[\s-])*(?:shapes?|forms?|fingerings?|grips?)\b"
_HELD = (
    r"\b(?:like|as\sif|as\sthough|as|pretend\w*)(?:\s(?:i|we|it|were|was|am|play\w*|in|is))*\s"
    r"|\bi\s(?:finger|hold|press|grab|strum)\s"
)
_SOUNDING = (
    r"\b(?:what|which)\b(?:(?!\b(?:play|finger|shapes?|grips?|grab|press|use|hold)\b)[^?.,;])*"
    r"\b(?:sounds?|sounding|hear|key|comes?\sout)\b|\bsounding\b"
    r"|\bwhat\s(?:do|does|will|would)\s[^?]*\bbecome\b"
)
"""Asked is what sounds, not what to play."""
_BEFORE_WRITTEN = (
    r"\b(?:written|reads?|reading|notated|fingers?|fingering|sees?|(?:part|sheet|stand) (?:has|"
    r"says|shows|reads))"
    r"(?:\s(?:an?|the|notes?|written))*"
)
_BEHIND_WRITTEN = (
    r"^\s(?:is\s)?(?:written|in\s(?:the|my)\spart|on\s(?:the\s|my\s)?(?:paper|page|part))\b"
)
_TO_CONCERT = (
    r"\b(?:in)?to\sconcert\b|\bconcert\s(?:pitch(?:es)?|notes?)\s(?:of|for|is|are|when|equivalents?)\b"
    r"|(?<!at\s)(?<!in\s)\bsounding\s(?:pitch|note)|\bwhat\s(?:\w+\s){0,2}sounds\b"
    r"|\b(?:what|which|how)\b[^?]*\b(?:others|people|audience|they|you|one|we)\shear\b"
)


def capo_shapes(asked: Asked) -> str | None:
    """The chords that are played behind a capo, where they are named beside those that sound.

    Chords alone are those that sound, but where just that is asked.
    """
    named = [f for f in asked.values("hlckm") if re.match(_SHAPES, asked.text[f.end :], re.I)]
    held = [f for f in asked.values("hlckm") if asked.before(f, _HELD)]
    several = len(asked.values("hlckm")) > 1
    sounds = asked.says(_SOUNDING) or (bool(named) and asked.says(r"\bfret\b|\bcapo\D{0,12}\d"))
    found = (named or held) if several or sounds else []
    if not found and asked.says(_SOUNDING):
        found = asked.values("h") or asked.values("l")
        single = asked.values("ckm")
        return asked.take(found[0]) if found else " ".join(map(asked.take, single)) or None
    return asked.take(found[0]) if found else None


def given_as(asked: Asked) -> str | None:
    """ "written" where the music is a player's part, and what sounds is asked."""
    for found in asked.values("hlckm"):
        written = asked.before(found, _BEFORE_WRITTEN) or re.search(
            _BEHIND_WRITTEN, asked.text[found.end :], re.IGNORECASE
        )
        if written:
            return "written"
    return "written" if asked.says(_TO_CONCERT) else None
