"""Random values for the slots of recipes, as people type them and as a command wants them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

_DATA = yaml.safe_load(Path(__file__).with_name("data").joinpath("values.yaml").read_text("utf-8"))
_NUMBER_WORDS = [
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "fifteen", "twenty", "thirty", "fifty",
]  # fmt: skip
_NUMBERS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 30, 50)


@dataclass(frozen=True)
class Typed:
    """A value: `text` as a person types it, `meant` as the command gets it."""

    text: str
    meant: str


def _same(text: str) -> Typed:
    return Typed(text, text)


def directory(rng: random.Random) -> Typed:
    """A folder, known or made up."""
    if rng.random() < 0.6:
        return _same(rng.choice(_DATA["folders"]))
    depth = rng.randint(1, 3)
    return _same(
        "/" + "/".join(rng.choice(_DATA["stems"] + _DATA["words"][:30]) for _ in range(depth))
    )


def filename(rng: random.Random) -> Typed:
    """A bare file name, or a path that ends in one."""
    stem, extension = rng.choice(_DATA["stems"]), rng.choice(_DATA["extensions"])
    name = f"{stem}{rng.choice(['', '', '', '2', '-old'])}.{extension}"
    if rng.random() < 0.45:
        folder = directory(rng).text.rstrip("/")
        return _same(f"{folder}/{name}" if folder not in (".", "..") else name)
    return _same(name if rng.random() < 0.9 else rng.choice(_DATA["stems"]))


def pattern(rng: random.Random) -> Typed:
    """A glob, or an extension that stands for one."""
    extension = rng.choice(_DATA["extensions"][:14])
    kind = rng.random()
    if kind < 0.5:
        return _same(f"*.{extension}")
    if kind < 0.8:
        return Typed(f".{extension}", f"*.{extension}")
    return _same(
        rng.choice(
            [
                f"{rng.choice(_DATA['stems'])}*",
                f"*{rng.choice(_DATA['stems'])}*",
                filename(rng).text,
            ]
        )
    )


def number(rng: random.Random) -> Typed:
    """A count, in digits or as a word."""
    if rng.random() < 0.3:
        index = rng.randrange(len(_NUMBERS))
        return Typed(_NUMBER_WORDS[index], str(_NUMBERS[index]))
    return _same(str(rng.choice([*range(1, 31), 40, 50, 64, 80, 90, 100, 120, 365, 500, 1000])))


def size(rng: random.Random) -> Typed:
    """A file size with its unit."""
    amount, letter = rng.choice((1, 2, 5, 10, 50, 100, 200, 500)), rng.choice("kMG")
    names = {
        "k": ("k", "KB", " KB", " kilobytes"),
        "M": ("M", "MB", " MB", " megabytes", " megs"),
        "G": ("G", "GB", " GB", " gigs"),
    }
    return Typed(f"{amount}{rng.choice(names[letter])}", f"{amount}{letter}")


def word(rng: random.Random) -> Typed:
    """A name: of a program, a user, a branch, a variable."""
    return _same(
        rng.choice(_DATA["words"])
        if rng.random() < 0.8
        else f"{rng.choice(_DATA['stems'])}{rng.randint(1, 99)}"
    )


def text(rng: random.Random) -> Typed:
    """Something to search for, quoted when it has spaces and often when it has none."""
    value = rng.choice(_DATA["phrases"] if rng.random() < 0.5 else _DATA["words"])
    if " " in value or rng.random() < 0.4:
        quotes = '""' if "'" in value else rng.choice(['""', "''", "``", "“”"])
        return Typed(f"{quotes[0]}{value}{quotes[1]}", value)
    return _same(value)


def mode(rng: random.Random) -> Typed:
    """File permissions, octal or symbolic."""
    return _same(
        rng.choice(["644", "755", "600", "700", "640", "750", "u+x", "go-w", "a+r", "+x", "o-rwx"])
    )


def moment(rng: random.Random) -> Typed:
    """A date."""
    return _same(f"20{rng.randint(19, 26)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}")


def clock(rng: random.Random) -> Typed:
    """A time of day."""
    return _same(f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}")


def character(rng: random.Random) -> Typed:
    """A separator or the like, quoted."""
    value = rng.choice([",", ";", ":", "|", "=", "-", "_", "#"])
    return Typed(rng.choice([f'"{value}"', f"'{value}'"]), value)


_PILES: dict[str, Callable[[random.Random], Typed]] = {}
for _names, _pile in (
    ("path dir folder repo directory dest_dir other_dir", directory),
    ("file source first second output script list files target link archive", filename),
    ("pattern glob", pattern),
    (
        "count n number days minutes hours lines line column from to depth pid port start end "
        "width "
        "seconds field uid octets bytes digits year month weeks level limit a b x y",
        number,
    ),
    ("size", size),
    ("text old new word message string query value needle", text),
    ("mode", mode),
    ("date", moment),
    ("time", clock),
    ("separator delimiter char sep", character),
):
    _PILES |= dict.fromkeys(_names.split(), _pile)


def draw(slot: str, default: str, rng: random.Random) -> Typed:
    """Return a random value for a slot, by its name, else by the shape of its default."""
    base = slot.rstrip("0123456789").split("_")[0] if slot not in _PILES else slot
    if base in _PILES:
        return _PILES[base](rng)
    if default.isdigit():
        return number(rng)
    if "/" in default:
        return directory(rng)
    return word(rng)
