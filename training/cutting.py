"""Fits what speaks for cutting a request in two: the constants of `graphs.lookup`.

    python -m training.cutting [--rows 700] [--seed 3]

Requests of two parts (`compounds.yaml`) stand against wordings of single recipes that could be cut,
each looked up as if it were not in the book. Run it when the embedder has been trained again.
Needs scikit-learn, from the extra `train`.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.embedder import load_embedder
from runtime.yaml_files import read_yaml
from tools.knowledge.recipes import as_document, load_recipes, recipe_entries
from tools.knowledge.shelf import NEAREST, SHARPNESS
from tools.knowledge.splitting import Cut, cuts
from tools.knowledge.text import normalise, normalise_template
from training import piles
from training.mixture import DATA
from training.turns import STEP_SLOT

NAMES = ("FIRST", "SECOND", "SECOND_BEHIND", "WHOLE", "of the words (1)", "AGAINST")
ROUNDS = 4
Row = npt.NDArray[np.float64]


class Nearness:
    """How near texts are to recipes: the cosines of `tools.knowledge.shelf`, without keywords."""

    def __init__(self, book: Sequence[Mapping[str, Any]]) -> None:
        self._embedder = load_embedder("mica")
        entries = [(n, e.key) for n, recipe in enumerate(book) for e in recipe_entries(recipe)]
        self._owner = np.array([number for number, _ in entries])
        self._keys = np.array([key for _, key in entries])
        self._counts = np.minimum(np.bincount(self._owner), NEAREST)
        self._vectors = self._embedder.encode([key for _, key in entries])

    def best(self, texts: Sequence[str], without: str = "") -> tuple[float, int]:
        """Return the nearest recipe's score and number; `without` is left out of the book."""
        scores = self._vectors @ self._embedder.encode([normalise(t) for t in texts]).mean(axis=0)
        if without:
            scores = np.where(self._keys == without, -1.0, scores)
        nearest = np.argsort(-scores)[:300]
        found: dict[int, list[float]] = {}
        for entry in nearest:
            found.setdefault(int(self._owner[entry]), []).append(float(scores[entry]))
        floor = float(scores[nearest[-1]])
        return max((self._soft(n, s, floor), n) for n, s in found.items())

    def _soft(self, number: int, scores: Sequence[float], floor: float) -> float:
        count = int(self._counts[number])
        padded = np.array([*scores, *[floor] * count][:count])
        return float(np.log(np.exp(SHARPNESS * padded).mean()) / SHARPNESS)


def features(near: Nearness, titles: Sequence[str], cut: Cut, text: str, without: str = "") -> Row:
    """Return what speaks for a cut: shape (5,), in the order of `NAMES` without the last."""
    whole, _ = near.best([text], without)
    first, number = near.best([cut.first], without)
    second, _ = near.best([cut.second], without)
    behind, _ = near.best([cut.second, f"{titles[number]}, {cut.second}"], without)
    return np.array([first - whole, second - whole, behind - whole, whole, cut.odds])


class _Drawn:
    """Puts a value for a slot such as `{2.path}`."""

    def __init__(self, slots: Sequence[Mapping[str, str]], rng: random.Random) -> None:
        self._slots = slots
        self._rng = rng

    def __call__(self, match: re.Match[str]) -> str:
        default = self._slots[int(match[1]) - 1][match[2]]
        return piles.draw(match[2], default, self._rng).text


def two_parts(book: Mapping[str, Mapping[str, Any]], rng: random.Random) -> Iterator[str]:
    """Yield requests of two parts without end, with values."""
    path = DATA / "sysadmin" / "compounds.yaml"
    compounds = read_yaml(path)
    while True:
        compound = rng.choice(compounds)
        slots = [as_document(book[name]).slots for name in compound["steps"]]
        yield STEP_SLOT.sub(_Drawn(slots, rng), rng.choice(compound["asks"]))


def single(book: Sequence[Mapping[str, Any]], rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield wordings of recipes without end, with values, and the key that they are found by."""
    while True:
        recipe = rng.choice(book)
        ask, slots = str(rng.choice(recipe["asks"])), as_document(recipe).slots
        typed = {slot: piles.draw(slot, default, rng).text for slot, default in slots.items()}
        yield ask.format(**typed), normalise_template(ask)


def fit(positive: Sequence[npt.NDArray[Any]], negative: npt.NDArray[Any]) -> Row:
    """Return weights, shape (6,): of a request of two parts only the likeliest cut is right."""
    from sklearn.linear_model import (  # type: ignore[import-not-found,unused-ignore]
        LogisticRegression,
    )

    weights = np.array([1.0, 1.0, 0.0, 0.0, 0.1, 0.0])
    for _ in range(ROUNDS):
        right = np.array([rows[np.argmax(rows @ weights[:-1])] for rows in positive])
        labels = np.repeat([1, 0], [len(right), len(negative)])
        model = LogisticRegression(C=3.0, max_iter=1000, class_weight="balanced")
        model.fit(np.concatenate([right, negative]), labels)
        weights = np.append(model.coef_[0], model.intercept_[0])
    return weights


def main() -> None:
    """Print the weights, and which shares are cut at them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=700)
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    rng, book = random.Random(args.seed), load_recipes()
    near, titles = Nearness(book), [str(recipe["title"]) for recipe in book]
    positive, negative = [], []
    texts = two_parts({recipe["id"]: recipe for recipe in book}, rng)
    for text, _ in zip(texts, range(args.rows), strict=False):
        rows = [features(near, titles, cut, text) for cut in cuts(text)]
        positive += [np.array(rows)] if rows else []
    for text, key in single(book, rng):
        rows = [features(near, titles, cut, text, key) for cut in cuts(text)]
        negative += [np.array(rows)] if rows else []
        if len(negative) >= args.rows:
            break
    weights = fit(positive, np.concatenate(negative))
    for name, weight in zip(NAMES, weights, strict=True):
        print(f"{name:18} {weight:6.2f}")
    for name, groups in (("two parts", positive), ("single ones that could be cut", negative)):
        share = np.mean([(rows @ weights[:-1] + weights[-1]).max() > 0 for rows in groups])
        print(f"cut at these: {share:.2f} of {len(groups)} {name}")


if __name__ == "__main__":
    main()
