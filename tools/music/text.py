"""Small words and signs that people use in every kind of musical text."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Callable, Iterable

from tools.music.languages import in_english
from tools.music.pitch import MusicError

ORDINALS = {
    "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7",
    "ninth": "9", "eleventh": "11", "thirteenth": "13", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "nine": "9", "eleven": "11", "thirteen": "13",
    "2nd": "2", "3rd": "3", "4th": "4", "5th": "5", "6th": "6", "7th": "7", "9th": "9",
    "11th": "11", "13th": "13",
}  # fmt: skip
# Guessing at what was meant stays quick, whatever was given.
_LONGEST_GUESS, _MOST_GUESSES = 80, 60
_NUMBER_WORD = r"(?:five|nine|eleven|thirteen|fifth|ninth|eleventh|thirteenth|5|9|11|13)"
_SIGNS = str.maketrans(
    {
        "♭": "b", "♯": "#", "𝄫": "bb", "𝄪": "##", "♮": "", "−": "-", "–": "-", "—": "-", "‑": "-",
        "△": "Δ", "∆": "Δ", "Ø": "ø", "⌀": "ø", "º": "°", "˚": "°", "＃": "#", "’": "'",
        "\xa0": " ", "′": "'", "″": "''", "⁺": "+", "⁻": "-", "ᵒ": "°",
        **{raised: str(digit) for digit, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
        **{lowered: str(digit) for digit, lowered in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    }
)  # fmt: skip
_APART = re.compile(r"(?<![A-Za-z])([A-Ga-g])\s+(♭♭?|♯♯?|##?|𝄫|𝄪)(?!\d)")
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

    >>> plain_signs("E♭–F♯"), plain_signs("Cm⁷"), plain_signs("B ♭")
    ('Eb-F#', 'Cm7', 'Bb')
    """
    return _APART.sub(r"\1\2", text).translate(_SIGNS)


def plain_accidentals(text: str) -> str:
    """Write note names as English letters with `b` or `#` right after them, signs in one form.

    >>> plain_accidentals("E flat minor"), plain_accidentals("F-sharp"), plain_accidentals("B♭/D")
    ('Eb minor', 'F#', 'Bb/D')
    >>> plain_accidentals("c double sharp"), plain_accidentals("Es-Dur")
    ('c##', 'Eb major')
    """
    text = _ALTERED_TONE.sub(r"\1 \2 ", in_english(plain_signs(text)))

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


def with_article(noun: str) -> str:
    """Put `a` or `an` before a noun.

    >>> with_article("octave"), with_article("third")
    ('an octave', 'a third')
    """
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def check_length(text: str, what: str, most: int = 200) -> None:
    """Refuse a text that is far too long for one name.

    Raises:
        MusicError: it has more than `most` characters.
    """
    if len(text) > most:
        raise MusicError(f"{len(text)} characters are too many for {what}; write at most {most}")


def did_you_mean(word: str, known: Iterable[str], before: str = "") -> str:
    """Return ` did you mean ...?` for the known spelling nearest to `word`, or nothing.

    >>> did_you_mean("dorain", ["dorian", "lydian"])
    ' did you mean dorian?'
    """
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" did you mean {before}{close[0]}?" if close else ""


def nearest(candidates: Iterable[str], read: Callable[[str], object], most: int = 1) -> str:
    """Return `; did you mean X or Y?` for the first candidates that `read` accepts, or nothing.

    >>> nearest(["x", "12", "7"], int, most=2)
    '; did you mean 12 or 7?'
    """
    good: list[str] = []
    short = (candidate for candidate in candidates if len(candidate) <= _LONGEST_GUESS)
    for candidate in dict.fromkeys(itertools.islice(short, _MOST_GUESSES)):
        try:
            read(candidate)
        except ValueError:
            continue
        good.append(candidate)
        if len(good) == most:
            break
    return f"; did you mean {' or '.join(good)}?" if good else ""


def corrected(text: str, known: Iterable[str]) -> list[str]:
    """Return the text with misspelled words replaced by the nearest known ones, best first.

    >>> corrected("C minro sevnth", ["minor", "major", "seventh"])
    ['C minor seventh']
    """
    if len(text) > _LONGEST_GUESS:
        return []
    words = sorted(set(known))
    found = [text]
    for match in reversed(list(re.finditer(r"[A-Za-z]{3,}", text))):
        if match[0].lower() in words:
            continue
        close = difflib.get_close_matches(match[0].lower(), words, n=3, cutoff=0.55)
        start, end = match.span()
        found = [one[:start] + word + one[end:] for one in found[:3] for word in close] or found
    return [one for one in found if one != text]
