"""Small words and signs that people use in every kind of musical text."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

ORDINALS = {
    "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7",
    "ninth": "9", "eleventh": "11", "thirteenth": "13", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "nine": "9", "eleven": "11", "thirteen": "13",
    "2nd": "2", "3rd": "3", "4th": "4", "5th": "5", "6th": "6", "7th": "7", "9th": "9",
    "11th": "11", "13th": "13",
}  # fmt: skip
_NUMBER_WORD = r"(?:five|nine|eleven|thirteen|fifth|ninth|eleventh|thirteenth|5|9|11|13)"
_SIGNS = str.maketrans(
    {
        "♭": "b", "♯": "#", "𝄫": "bb", "𝄪": "##", "♮": "", "−": "-", "–": "-", "—": "-", "‑": "-",
        "△": "Δ", "∆": "Δ", "Ø": "ø", "⌀": "ø", "º": "°", "˚": "°", "＃": "#", "’": "'", "\xa0": " "
    }
)  # fmt: skip
_SPOKEN = re.compile(
    r"(?<![A-Za-z#])([A-Ga-g])[\s-]*(double[\s-]*)?(flat|sharp|natural)(?![a-rt-z])s?",
    re.IGNORECASE,
)
_ALTERED_TONE = re.compile(
    rf"\b(with|add|and|plus)\s+an?\s+(flat|sharp)\s+(?={_NUMBER_WORD}\b)", re.I
)
_ARTICLE = re.compile(r"^(?:(?:an?|the)\s+)(?=[A-Ga-g](?:[#b]*)(?:\s|$|[^a-z\s]|m(?:\b|\d|aj|in)))")


def plain_signs(text: str) -> str:
    """Write accidentals, dashes and chord signs in one form each.

    >>> plain_signs("E♭–F♯")
    'Eb-F#'
    """
    return text.translate(_SIGNS)


def plain_accidentals(text: str) -> str:
    """Write every accidental as `b` or `#` right after its letter, and signs in one form.

    >>> plain_accidentals("E flat minor"), plain_accidentals("F-sharp"), plain_accidentals("B♭/D")
    ('Eb minor', 'F#', 'Bb/D')
    >>> plain_accidentals("c double sharp")
    'c##'
    """
    text = _ALTERED_TONE.sub(r"\1 \2 ", plain_signs(text))

    def sign(match: re.Match[str]) -> str:
        letter, double, kind = match.groups()
        one = {"flat": "b", "sharp": "#", "natural": ""}[kind.lower()]
        return letter + one * (2 if double else 1)

    return _SPOKEN.sub(sign, text)


def strip_article(text: str) -> str:
    """Drop a leading article that stands before a note name.

    >>> strip_article("an Eb minor seventh"), strip_article("a minor")
    ('Eb minor seventh', 'a minor')
    """
    return _ARTICLE.sub("", text.strip())


def did_you_mean(word: str, known: Iterable[str], before: str = "") -> str:
    """Return ` did you mean ...?` for the known spelling nearest to `word`, or nothing.

    >>> did_you_mean("dorain", ["dorian", "lydian"])
    ' did you mean dorian?'
    """
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" did you mean {before}{close[0]}?" if close else ""
