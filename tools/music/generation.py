"""What all generators share: seeds, choices by weight, and numbers of bars."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from tools.music.numbers import read_number
from tools.music.pitch import MusicError
from tools.music.text import did_you_mean

T = TypeVar("T")
MOST_BARS = 64


def dice(seed: int | str, *parts: object) -> random.Random:
    """Return a random source that depends on the seed and the request only.

    >>> dice(1, "pop").random() == dice(1, "pop").random() != dice(2, "pop").random()
    True
    """
    said = "\n".join(map(str, (read_seed(seed), *parts)))
    return random.Random(int.from_bytes(hashlib.sha256(said.encode()).digest()[:8], "big"))


def read_seed(seed: int | str) -> int:
    """Read a seed: a number, or any text, which stands for a number of its own."""
    if isinstance(seed, int):
        return seed
    digits = re.fullmatch(r"\s*(?:seed\s*)?(-?\d{1,18})\s*", seed)
    if digits:
        return int(digits[1])
    return int.from_bytes(hashlib.sha256(seed.strip().lower().encode()).digest()[:6], "big")


def choose(rng: random.Random, weights: Mapping[T, float]) -> T:
    """Return a key with a likelihood by its weight."""
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def read_bars(bars: int | str, most: int = MOST_BARS) -> int:
    """Read a number of bars.

    >>> read_bars("8 bars"), read_bars(12)
    (8, 12)

    Raises:
        MusicError: there is no number, or it is out of range.
    """
    number = read_number(bars, "number of bars")
    if not 1 <= number <= most:
        raise MusicError(f"{number} bars are out of range; write 1 to {most}")
    return number


def read_style(text: str, names: Mapping[str, Iterable[str]], what: str) -> str:
    """Find a style by one of its names.

    >>> read_style("a jazzy one", {"jazz": ("jazzy",), "pop": ()}, "style")
    'jazz'

    Raises:
        MusicError: it is unknown; lists those that are known.
    """
    said = " ".join(re.sub(r"[^a-z0-9&/\s-]", " ", text.lower()).replace("-", " ").split())
    known = {
        n.replace("-", " "): style for style, others in names.items() for n in (style, *others)
    }
    if said in known:
        return known[said]
    for name in sorted(known, key=len, reverse=True):
        if re.search(rf"\b{re.escape(name)}\b", said):
            return known[name]
    near = did_you_mean(said, known)
    raise MusicError(f"unknown {what} {text!r};{near or ' known are ' + ', '.join(names)}")
