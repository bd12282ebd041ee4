"""Readers of degrees in words: "the four chord", "two five one", "V of V"."""

from __future__ import annotations

import re

from tools.music.filling.asked import Asked
from tools.music.numbers import CARDINALS, ORDINALS

_CARDINALS = {word: str(n) for word, n in CARDINALS.items() if n <= 7}
_SHORT = dict(zip("1st 2nd 3rd 4th 5th 6th 7th".split(), "1234567", strict=True))
_ORDINALS = {word: str(n) for word, n in ORDINALS.items() if n <= 7} | _SHORT
_NAMES = {
    "tonic": "1", "supertonic": "2", "mediant": "3", "subdominant": "4", "dominant": "5",
    "submediant": "6",
}  # fmt: skip
_WORD = rf"(?:{'|'.join(_CARDINALS)})"
_ROMAN = r"(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)"
_KIND = r"(?:°7?|ø7?|7|maj7|6|64|65)?"
_APPLIED = re.compile(
    rf"(?<![\w/])(?P<what>(?:V|vii){_KIND})\s(?:of|over)\s(?:the\s)?(?P<goal>{_ROMAN})(?![\w/])"
)
_APPLIED_WORDS = re.compile(
    rf"\b(?:the\s)?five(?P<seven>\s?(?:seven|7))?\s(?:chord\s)?of\s(?:the\s)?(?P<goal>{_WORD})\b",
    re.IGNORECASE,
)
_ROW = re.compile(rf"\b{_WORD}(?:[\s,-]+{_WORD}){{1,7}}\b", re.IGNORECASE)
_CHORD = re.compile(
    rf"\b(?P<flat>flat[\s-])?(?P<word>{_WORD})(?P<minor>\sminor)?[\s-]chord\b"
    rf"|\b(?:the\s)(?P<name>{'|'.join(_NAMES)})(?:\s(?:chord|triad))?\b(?!\s(?:seventh|7th))"
    rf"|\b(?:chord|triad)\son\s(?:the\s)?(?P<nth>{'|'.join(_ORDINALS)})(?:\s(?:degree|step|note))?\b"
    rf"|\b(?P<nth2>{'|'.join(_ORDINALS)})[\s-](?:degree\s)(?:chord|triad)\b",
    re.IGNORECASE,
)
_LONE = re.compile(
    rf"\b(?:the\s)?(?!I\s(?!chord))(?P<sign>[b#♭♯]?)(?P<roman>{_ROMAN}){_KIND}(?=\schord\b|\s(?:in|of)\s)"
)
_NEAPOLITAN = (
    r"\bneapolitan(?:\s(?:sixth|6th|chord|triad|harmony))*\b(?!\s(?:scale|major|minor|mode))"
)
_NOT_A_DEGREE = re.compile(
    r"\A\s(?:bars?|beats?|notes?|chords|octaves?|times|voices|parts|frets?)\b"
)


def numerals(asked: Asked) -> str | None:
    """Degrees that are said in words or stand alone, as numerals that the tools read."""
    if asked.search(_NEAPOLITAN):
        return "N6"
    return _single(asked) or _row(asked)


def applied(asked: Asked) -> str | None:
    """A chord that is applied to another degree: "V of V"."""
    match = asked.first(_APPLIED)
    if match:
        return f"{match['what']}/{match['goal']}"
    match = asked.first(_APPLIED_WORDS)
    if match is None:
        return None
    roman = "I ii iii IV V vi vii".split()[int(_CARDINALS[match["goal"].lower()]) - 1]
    return f"V{'7' if match['seven'] else ''}/{roman}"


def _row(asked: Asked) -> str | None:
    for match in asked.matches(_ROW):
        if not _NOT_A_DEGREE.match(asked.text[match.end() :]):
            asked.taken.append(match.span())
            words = re.findall(rf"\b{_WORD}\b", match[0], re.IGNORECASE)
            return " ".join(_CARDINALS[word.lower()] for word in words)
    return None


def _single(asked: Asked) -> str | None:
    match = asked.first(_CHORD)
    if match is None:
        lone = asked.first(_LONE)
        return re.sub(r"^the\s", "", lone[0]) if lone else None
    if match["word"]:
        sign = "b" if match["flat"] else ""
        return f"{sign}{_CARDINALS[match['word'].lower()]}{'m' if match['minor'] else ''}"
    nth = match["nth"] or match["nth2"]
    return _ORDINALS[nth.lower()] if nth else _NAMES[match["name"].lower()]
