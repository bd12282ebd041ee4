"""Note values: their names, how people write them, tuplets, and what they last at a tempo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from tools.music.pitch import MusicError
from tools.music.text import did_you_mean

# Name, letter, other names; each is half of the one before. In quarter notes from 8 down.
_VALUES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("double whole note", ("breve", "double whole", "2/1")),
    ("whole note", ("whole", "semibreve", "w", "1/1")),
    ("half note", ("half", "minim", "h", "1/2", "2nd note")),
    ("quarter note", ("quarter", "crotchet", "q", "1/4", "4th", "4th note", "beat")),
    ("eighth note", ("eighth", "quaver", "e", "8th", "8th note", "1/8", "eight", "eights")),
    ("sixteenth note", ("sixteenth", "semiquaver", "s", "16th", "16th note", "1/16")),
    ("thirty-second note", ("thirty second", "demisemiquaver", "32nd", "32nd note", "1/32", "x",
                            "32th")),
    ("sixty-fourth note", ("sixty fourth", "hemidemisemiquaver", "64th", "64th note", "1/64")),
)  # fmt: skip
_TUPLET_WORDS = {
    "duplet": 2, "triplet": 3, "quadruplet": 4, "quartuplet": 4, "quintuplet": 5, "sextuplet": 6,
    "sextolet": 6, "septuplet": 7, "septolet": 7, "octuplet": 8, "nonuplet": 9, "novemole": 9,
    "decuplet": 10, "quintole": 5, "quintolet": 5,
}  # fmt: skip
_NAMES = {
    name: Fraction(8, 2**place)
    for place, (main, others) in enumerate(_VALUES)
    for name in (main, main.replace("-", " "), *others)
}
_RATIO = re.compile(
    r"(\d+)\s*(?::|to|in the (?:time|space) of|over|against|in)\s*(\d+)", re.IGNORECASE
)


@dataclass(frozen=True)
class Value:
    """A note value in quarter notes: what is written, and `ratio` notes in the time of others."""

    written: Fraction
    ratio: tuple[int, int] = (1, 1)
    name: str = ""

    @property
    def quarters(self) -> Fraction:
        """What it lasts in quarter notes."""
        return self.written * self.ratio[1] / self.ratio[0]


def read_value(text: str) -> Value:
    """Read a note value: `dotted quarter`, `1/8`, `quaver`, `eighth triplet`, `quintuplet 16th`.

    >>> read_value("dotted quarter").quarters, read_value("eighth triplet").quarters
    (Fraction(3, 2), Fraction(1, 3))
    >>> read_value("quintuplet sixteenth").name, read_value("8th").name
    ('quintuplet sixteenth note', 'eighth note')

    Raises:
        MusicError: there is no such note value.
    """
    said = " ".join(text.lower().replace("-", " ").split()).strip(" ?!,")
    said = re.sub(r"\b(?:the|a|an|one|each|of|in)\b", " ", said)
    dots = 2 if "double dotted" in said else len(re.findall(r"\bdot(?:ted)?\b", said))
    said = re.sub(r"\bdouble\s+dotted\b|\bdot(?:ted)?\b", " ", said)
    # A full stop after a letter or a figure is a dot, after a word it ends the sentence.
    if re.search(r"(?:\b[a-z]|\d)\.+$", said):
        dots = len(said) - len(said.rstrip("."))
    said = said.rstrip(". ")
    ratio, said = _tuplet(said)
    base = " ".join(said.split())
    found = _NAMES.get(base, _NAMES.get(base.removesuffix("s"), _NAMES.get(base + " note")))
    found = found or _NAMES.get(base.replace("notes", "note"))
    if found is None:
        near = did_you_mean(base, _NAMES)
        raise MusicError(
            f"cannot read {text!r} as a note value;{near or ' write e.g. quarter, dotted eighth'}"
            f"{'' if near else ', eighth triplet or 1/16'}"
        )
    written = found * (2 - Fraction(1, 2**dots))
    return Value(written, ratio, value_name(written, ratio))


def read_ratio(text: str) -> tuple[int, int]:
    """Read `n in the time of m`: `3:2`, `5 in the time of 4`, `triplet`, `7`.

    >>> read_ratio("5:4"), read_ratio("septuplet"), read_ratio("3 in the time of 2")
    ((5, 4), (7, 4), (3, 2))

    Raises:
        MusicError: there is no tuplet in the text.
    """
    match = _RATIO.search(text)
    if match:
        count, usual = int(match[1]), int(match[2])
    else:
        word = next((n for w, n in _TUPLET_WORDS.items() if w in text.lower()), None)
        digits = re.search(r"\b(\d+)\s*(?:tuplets?|let)?\b", text)
        if word is None and digits is None:
            near = did_you_mean(text.lower().strip(), _TUPLET_WORDS)
            raise MusicError(
                f"cannot read {text!r} as a tuplet;{near or ' write e.g. triplet, 5:4 or 7 in 4'}"
            )
        count = word or int(digits[1] if digits else 0)
        usual = time_of(count)
    if not (1 <= count <= 64 and 1 <= usual <= 64):
        raise MusicError(f"{count}:{usual} is no tuplet; write two numbers from 1 to 64, e.g. 5:4")
    return count, usual


def time_of(count: int) -> int:
    """Return in the time of how many `count` notes are usually played.

    >>> [time_of(n) for n in (2, 3, 4, 5, 6, 7, 9)]
    [3, 2, 3, 4, 4, 4, 8]
    """
    if count in (2, 4):
        return 3
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def value_name(written: Fraction, ratio: tuple[int, int] = (1, 1)) -> str:
    """Name a written length: `dotted quarter note`, `eighth note triplet`, or a count of beats.

    >>> value_name(Fraction(3, 2)), value_name(Fraction(1, 2), (3, 2))
    ('dotted quarter note', 'triplet eighth note')
    """
    tuplet = ""
    if ratio != (1, 1):
        usual = {n: w for w, n in reversed(_TUPLET_WORDS.items())}
        named = ratio[1] == time_of(ratio[0]) and ratio[0] in usual
        tuplet = f"{usual[ratio[0]]} " if named else f"{ratio[0]}:{ratio[1]} "
    for place, (name, _) in enumerate(_VALUES):
        plain = Fraction(8, 2**place)
        for dots, word in enumerate(("", "dotted ", "double dotted ")):
            if written == plain * (2 - Fraction(1, 2**dots)):
                return f"{tuplet}{word}{name}"
    return f"{tuplet}{written} quarter notes"


def _tuplet(said: str) -> tuple[tuple[int, int], str]:
    """Take a tuplet out of the words: its ratio, and the words that remain."""
    match = re.search(r"\b(\d+)\s*:\s*(\d+)\b", said)
    if match:
        return (int(match[1]), int(match[2])), said.replace(match[0], " ")
    for word, count in _TUPLET_WORDS.items():
        if re.search(rf"\b{word}s?\b", said):
            rest = re.sub(rf"\b{word}s?\b", " ", said)
            return (count, time_of(count)), rest if rest.split() else "eighth"
    return (1, 1), said
