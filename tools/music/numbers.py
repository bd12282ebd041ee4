"""Numbers as people write them beside music: frets, inversions, tempi."""

from __future__ import annotations

import re

from tools.music.pitch import MusicError
from tools.music.text import with_article

CARDINALS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
}  # fmt: skip
_WORDS = {"root": 0, "zero": 0, "open": 0} | CARDINALS | ORDINALS
_FIGURES = {"6": 1, "64": 2, "6/4": 2, "65": 1, "6/5": 1, "43": 2, "4/3": 2, "42": 3, "4/2": 3}
_TERMS = {
    "grave": 35, "largo": 50, "lento": 52, "adagio": 70, "andante": 90, "moderato": 112,
    "allegretto": 116, "allegro": 132, "vivace": 160, "presto": 180, "prestissimo": 204,
}  # fmt: skip


def read_number(value: int | float | str, what: str) -> int:
    """Read a whole number: 3, `3rd fret`, `third`, `capo 3`.

    >>> read_number("3rd fret", "fret"), read_number("second", "fret")
    (3, 2)

    Raises:
        MusicError: there is no number in the text.
    """
    if not isinstance(value, str):
        return int(value)
    found = re.search(r"-?\d+", value)
    if found:
        return int(found[0])
    for word in re.findall(r"[a-z]+", value.lower()):
        if word in _WORDS:
            return _WORDS[word]
    raise MusicError(f"cannot read {value!r} as {with_article(what)}; write a number such as 2")


def check_bpm(bpm: int) -> int:
    """Return the tempo of a melody or a pattern.

    Raises:
        MusicError: it is not between 10 and 400.
    """
    if not 10 <= bpm <= 400:
        raise MusicError(f"a tempo of {bpm} is out of range; write 10 to 400 bpm")
    return bpm


def read_inversion(value: int | str) -> int:
    """Read an inversion: 1, `first`, `1st inversion`, `6/4`, `root position`.

    >>> read_inversion("1st inversion"), read_inversion("6/4"), read_inversion("root position")
    (1, 2, 0)

    Raises:
        MusicError: the text names no inversion.
    """
    if isinstance(value, str) and value.strip() in _FIGURES:
        return _FIGURES[value.strip()]
    return read_number(value, "inversion")


def read_tempo(value: int | float | str) -> float:
    """Read beats a minute: 120, `120 bpm`, `92.5`, `allegro`.

    >>> read_tempo("120 bpm"), read_tempo("andante")
    (120.0, 90.0)

    Raises:
        MusicError: there is no tempo, or it is not between 10 and 1000.
    """
    if isinstance(value, str):
        found = re.search(r"\d+(?:[.,]\d+)?", value)
        term = next((t for t in _TERMS if t in value.lower().split()), None)
        if found is None and term is None:
            raise MusicError(f"cannot read {value!r} as a tempo; write beats a minute, e.g. 120")
        tempo = float(found[0].replace(",", ".")) if found else float(_TERMS[term or "andante"])
    else:
        tempo = float(value)
    if not 10 <= tempo <= 1000:
        raise MusicError(f"a tempo of {tempo:g} is out of range; write 10 to 1000 beats a minute")
    return tempo
