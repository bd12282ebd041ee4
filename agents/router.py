"""Chooses the specialist for a request: a linear model over hashed n-grams, numpy only.

The weights are made by `training/router.py`, which uses `features` of this file, so that
training and serving see the same numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from zipfile import BadZipFile
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from runtime.values import music

WEIGHTS = Path(__file__).parent.parent / "weights" / "router.npz"
LONGEST = 1000
"""Characters of a request that the router reads: what is asked for stands at its start."""

_PATH = re.compile(r"(?<![\w])(?:~|\.{1,2})?(?:/[\w.+@:-]+)+/?")
_NUMBER = re.compile(r"\d")
_WORD = re.compile(r"[^\W_]+|[#♭♯/*.~|]")
_SHAPES = (
    ("<path>", re.compile(r"~?[\w.*+-]*/[\w./*+-]*|~")),
    ("<file>", re.compile(r"[\w*+-]*\.[a-z][a-z0-9]{0,4}")),
    ("<note>", re.compile(r"[A-G](?:#|b|♯|♭)?\d?")),
    (
        "<chord>",
        re.compile(r"[A-G][#b♯♭]?(?:maj|min|m|M|dim|aug|sus|add|alt|°|ø|\+|\d|[#b()/A-G])+"),
    ),
    ("<roman>", re.compile(r"[b#]?(?:[IV]{1,3}|[iv]{1,3})(?:°|7|maj7)?")),
    ("<number>", re.compile(r"\d+[kKMGTx%]?B?")),
    ("<sum>", re.compile(r"[\d.()-]+(?:[+*^%×]+[\d.()-]+)+=?")),
)
"""Shapes of values, tried in this order on words whose case still shows."""
_VALUES = {kind: f"<music {kind}>" for kind in "cklhmxivu"}
"""Kinds of musical values that say something of the field; numbers are everybody's."""


class RouterError(Exception):
    """The router's weights cannot be read. The text says how to get them."""


@dataclass(frozen=True)
class Route:
    """Who answers. `confidence` is a calibrated probability of the named specialist.

    `unsure` is true where no class was likely enough, so that `other` is a lack of an
    answer rather than the answer; `chances` has the probability of every class. `follows` is
    how likely the request leans on the turn before it, as "now only the hidden ones" does.
    """

    specialist: str
    confidence: float
    unsure: bool = False
    chances: Mapping[str, float] = field(default_factory=dict)
    follows: float = 0.0


def normalize(text: str) -> str:
    """Return `text` with what differs between equal requests taken out: values and case.

    >>> normalize("Show  the 12 biggest files under /usr/lib")
    'show the 00 biggest files under /p'
    """
    text = " ".join(text[:LONGEST].lower().split())
    return _NUMBER.sub("0", _PATH.sub("/p", text))


def shaped(text: str) -> list[str]:
    """Return the words of a request, values as their shape: the case of a note matters.

    >>> shaped("sort C E G, Dm7 and ~/a.txt")
    ['sort', '<note>', '<note>', '<note>', '<chord>', 'and', '<path>']
    """
    words = []
    for word in text[:LONGEST].split():
        word = word.strip("\"'`,;:!?()[]“”").rstrip(".")
        shapes = (name for name, pattern in _SHAPES if pattern.fullmatch(word))
        words.append(next(shapes, word.lower()))
    return [word for word in words if word]


def in_kinds(text: str) -> list[str]:
    """Return the words of a request, musical values as their kind, however they are named.

    >>> in_kinds("welche Töne hat Gis-Moll")
    ['welche', 'töne', 'hat', '<music k>']
    """
    text, words, position = text[:LONGEST], [], 0
    for found in music.find(text):
        if found.kind in _VALUES and found.start >= position:
            words += [*_WORD.findall(text[position : found.start].lower()), _VALUES[found.kind]]
            position = found.end
    return words + _WORD.findall(text[position:].lower()) if words else []


def features(
    text: str, buckets: int, *, kinds: bool = True
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the hashed n-grams of a request: distinct bucket numbers, and weights of norm 1.

    Character n-grams of 3 to 5 within words (with their ends marked), word 1-2-grams, and
    1-2-grams of words whose values are replaced by their shape, and where the tools for music
    know a name in it, by its kind, where `kinds` is set. What leans on the turn before is told
    without: that a chord is named says nothing of it.
    """
    words = _WORD.findall(normalize(text))
    grams = [f"w{word}" for word in words]
    grams += [f"v{first} {second}" for first, second in pairwise(words)]
    shapes = shaped(text)
    grams += [f"s{word}" for word in shapes]
    grams += [f"t{first} {second}" for first, second in pairwise(["^", *shapes, "$"])]
    if known := in_kinds(text) if kinds else []:
        grams += [f"k{word}" for word in known if word.startswith("<music")]
        grams += [f"l{first} {second}" for first, second in pairwise(["^", *known, "$"])]
    for word in words:
        marked = f"<{word}>"
        for size in (3, 4, 5):
            grams += [marked[i : i + size] for i in range(len(marked) - size + 1)]
    counts = Counter(crc32(gram.encode()) % buckets for gram in grams)
    index = np.fromiter(counts.keys(), np.int64, len(counts))
    value = np.log1p(np.fromiter(counts.values(), np.float32, len(counts)))
    norm = float(np.linalg.norm(value))
    return index, (value / norm if norm else value).astype(np.float32)


class Router:
    """Routes requests with the weights of one file, read at the first use.

    `threshold` (0 to 1) replaces the one kept with the weights.
    """

    def __init__(self, weights: Path = WEIGHTS, threshold: float | None = None) -> None:
        self._path = weights
        self._threshold = threshold

    @cached_property
    def _model(self) -> tuple[NDArray[np.float32], NDArray[np.float32], list[str], float]:
        try:
            with np.load(self._path, allow_pickle=False) as data:
                scale = 1.0 / float(data["temperature"])
                return (
                    data["weights"].astype(np.float32) * scale,
                    data["bias"].astype(np.float32) * scale,
                    [str(name) for name in data["classes"]],
                    float(data["threshold"]),
                )
        except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
            raise RouterError(
                f"the router's weights at {self._path} cannot be read ({error}); "
                "restore the file, or make it again with `python -m training.router`"
            ) from error

    @cached_property
    def _second(self) -> tuple[NDArray[np.float32], float]:
        with np.load(self._path, allow_pickle=False) as data:
            if "follow_weights" not in data:
                return np.zeros(1, np.float32), -np.inf
            return data["follow_weights"].astype(np.float32), float(data["follow_bias"])

    def probabilities(self, text: str) -> dict[str, float]:
        """Return a calibrated probability for each class.

        Raises:
            RouterError: the weights are missing or damaged.
        """
        weights, bias, classes, _ = self._model
        index, value = features(text, weights.shape[1])
        scores = bias + weights[:, index] @ value
        exponents = np.exp(scores - scores.max())
        return dict(zip(classes, (exponents / exponents.sum()).tolist(), strict=True))

    def route(self, text: str) -> Route:
        """Choose a specialist; `other` where the likeliest is less likely than the threshold.

        Raises:
            RouterError: the weights are missing or damaged.
        """
        chances = self.probabilities(text)
        follows = self._follows(text)
        best = max(chances, key=lambda name: chances[name])
        threshold = self._model[3] if self._threshold is None else self._threshold
        if best != "other" and chances[best] < threshold:
            return Route("other", chances["other"], unsure=True, chances=chances, follows=follows)
        return Route(best, chances[best], chances=chances, follows=follows)

    def _follows(self, text: str) -> float:
        weights, bias = self._second
        index, value = features(text, len(weights), kinds=False)
        return float(1.0 / (1.0 + np.exp(-(bias + weights[index] @ value))))
