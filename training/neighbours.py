"""Hard neighbours: which other recipes a search could offer for a request."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

_KEPT = 16


class Neighbours:
    """TF-IDF over the words of each recipe's wordings; cosine similarity."""

    def __init__(self, texts: Mapping[str, Sequence[str]]) -> None:
        bags = {key: Counter(_words(" ".join(lines))) for key, lines in texts.items()}
        seen = Counter(word for bag in bags.values() for word in bag)
        self._idf = {word: math.log(len(bags) / count) + 0.1 for word, count in seen.items()}
        self._vectors = {key: self._vector(bag) for key, bag in bags.items()}
        self._found: dict[tuple[str, str], list[str]] = {}

    def of(self, key: str, text: str, count: int) -> list[str]:
        """Return the `count` keys nearest to `text` and to `key`, without it; at most 16."""
        if (key, text) in self._found:
            return self._found[key, text][:count]
        query = self._vector(Counter(_words(text)))
        own = self._vectors[key]
        scores = {
            other: _dot(query, vector) + 0.5 * _dot(own, vector)
            for other, vector in self._vectors.items()
            if other != key
        }
        self._found[key, text] = sorted(scores, key=lambda other: -scores[other])[:_KEPT]
        return self._found[key, text][:count]

    def _vector(self, bag: Counter[str]) -> dict[str, float]:
        raw = {w: (1 + math.log(n)) * self._idf[w] for w, n in bag.items() if w in self._idf}
        norm = math.sqrt(sum(v * v for v in raw.values())) or 1.0
        return {word: value / norm for word, value in raw.items()}


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", re.sub(r"\{[^}]*\}", " ", text.lower()))


def _dot(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    if len(a) > len(b):
        a, b = b, a
    return sum(value * b[word] for word, value in a.items() if word in b)
