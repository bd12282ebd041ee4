"""Fits how values of a request are bound to the slots of a recipe; writes weights/binding.json.

    python -m training.binding [--folds 4] [--write] [--verbose]

The counts come from all wordings of the recipe book. The weights of the few signs are fitted on the
development requests (`training/data/development`: single ones, and the first parts of those in two
steps) by the likelihood of the right fillings among those of all recipes that were found, held near
to weights set by hand. Figures are of requests that a fold's weights had not seen.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime import recipes
from runtime.types import Document
from runtime.yaml_files import read_yaml
from tools.knowledge import binding, contexts
from tools.knowledge.base import KnowledgeBase
from tools.knowledge.recipes import as_document, load_recipes

DATA = Path(__file__).parent / "data" / "development"
COUNT = 12
BY_HAND = {
    **{"near": 25.0, "left": 0.5, "before": 0.2, "right": 0.4, "kind": 0.8, "order": 0.7},
    **{"plain": -3.5, "capital": 1.0, "word": -0.3, "known": -0.3, "unused": -2.5},
    **{"unused word": -0.5, "missing": -5.0, "default": 0.4, "joined": -1.0},
    **{"suffix": 0.5, "other suffix": -1.0, "only asked": -6.0, "ordered": -1.0},
    **{"instead": -2.0, "denied": -2.5, "counted": -1.5, "opposite": -2.0, "usual": 0.5},
}
SCALE = {"near": 25.0}
"""By how much a step of a weight is larger than that of the others."""
HELD = 0.02
"""How strongly weights are held to those set by hand (ridge)."""
ROUNDS, STEPS, RATE = 3, 150, 0.1
WAYS = 12
"""How many fillings of a recipe count."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """A request, the recipes that would do with their values, and what was found for it."""

    request: str
    rights: Sequence[tuple[str, Mapping[str, str]]]
    found: Sequence[Document]


def examples(knowledge: KnowledgeBase) -> dict[str, list[Example]]:
    """Return the development requests that the book has recipes for, by kind."""
    single = [
        (row["request"], [pair for right in row["right"] for pair in right.items()])
        for row in read_yaml(DATA / "single.yaml")
        if "right" in row
    ]
    steps = []
    for row in read_yaml(DATA / "steps.yaml"):
        part = row["parts"][0]
        text = row["turns"][0] if "turns" in row else row["request"].partition(" | ")[0]
        if part["recipe"]:
            steps.append((text.rstrip(" ,;"), [(n, part["values"]) for n in part["recipe"]]))
    return {
        kind: [Example(t, r, knowledge.search(t, shelf="sysadmin", k=COUNT)) for t, r in rows]
        for kind, rows in {"single": single, "first of two": steps}.items()
    }


def right(document: Document, example: Example, filling: binding.Filling) -> bool:
    """Tell whether a filling is what a request means.

    Where the values are given for another recipe's slots, they may stand in any order.
    """
    got = {slot: recipes.fit(slot, word.text) for slot, word in filling.values.items()}
    for name, values in example.rights:
        if name != document.id:
            continue
        if not set(values) <= set(document.slots):
            return sorted(got.values()) == sorted(map(str, values.values()))
        meant = {s: recipes.fit(s, str(values.get(s, d))) for s, d in document.slots.items()}
        if all(got.get(slot, document.slots[slot]) == m for slot, m in meant.items()):
            return True
    return False


def chosen(binder: binding.Binder, example: Example) -> tuple[Document, binding.Filling]:
    """Return the likeliest recipe that was found, with its likeliest filling."""
    ways = [(d, binder.fillings(example.request, d)[0]) for d in example.found if d.wordings]
    return max(ways, key=lambda way: way[1].score)


def scores(binder: binding.Binder, rows: Sequence[Example], verbose: bool = False) -> Floats:
    """Return how many choose a right recipe, and how many of these with the right values."""
    total = np.zeros(2)
    for example in rows:
        document, filling = chosen(binder, example)
        named = document.id in {name for name, _ in example.rights}
        bound = named and right(document, example, filling)
        total += (named, bound)
        if verbose and not bound:
            values = {slot: word.text for slot, word in filling.values.items()}
            print(f"{example.request!r} -> {document.id} {values}, not {example.rights[0]}")
    return total


def fit(data: Mapping[str, Any], rows: Sequence[Example]) -> dict[str, float]:
    """Return the weights under which the right fillings are likeliest.

    Which fillings compete depends on the weights, so they are found anew in each round.
    """
    weights = dict(BY_HAND)
    for _ in range(ROUNDS):
        binder = binding.Binder({**data, "weights": weights})
        groups = [group for row in rows if (group := _group(binder, row)) is not None]
        weights = _ascend(groups, weights)
    return {sign: round(weight, 3) for sign, weight in weights.items()}


def _group(binder: binding.Binder, example: Example) -> tuple[Floats, Floats] | None:
    """Return the signs of all fillings, shape (fillings, signs), and which of them are right."""
    signs, good = [], []
    for document in example.found:
        for filling in (
            binder.fillings(example.request, document)[:WAYS] if document.wordings else ()
        ):
            signs.append([filling.signs.get(sign, 0.0) for sign in binding.SIGNS])
            good.append(float(right(document, example, filling)))
    return (np.array(signs), np.array(good)) if any(good) else None


def _ascend(
    groups: Sequence[tuple[Floats, Floats]], weights: Mapping[str, float]
) -> dict[str, float]:
    """Climb the likelihood by Adam (Kingma and Ba, 2015)."""
    scale = np.array([SCALE.get(sign, 1.0) for sign in binding.SIGNS])
    held = np.array([BY_HAND[sign] for sign in binding.SIGNS]) / scale
    place = np.array([weights[sign] for sign in binding.SIGNS]) / scale
    mean, square = np.zeros_like(place), np.zeros_like(place)
    for step in range(1, STEPS + 1):
        slope = HELD * (place - held)
        for signs, good in groups:
            slope += _slope(signs * scale, good, place) / len(groups)
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        size = np.sqrt(square / (1 - 0.99**step)) + 1e-8
        place = place - RATE * mean / (1 - 0.9**step) / size
    return dict(zip(binding.SIGNS, map(float, place * scale), strict=True))


def _slope(signs: Floats, good: Floats, place: Floats) -> Floats:
    """Return the gradient of minus the log-likelihood of the right fillings."""
    score = signs @ place
    likely = np.exp(score - score.max())
    likely /= likely.sum()
    meant = likely * good
    slope: Floats = signs.T @ (likely - meant / max(meant.sum(), 1e-12))
    return slope


def held_out(data: Mapping[str, Any], rows: Mapping[str, list[Example]], folds: int) -> None:
    """Print how well weights do on rows that they were not fitted on."""
    total = {kind: np.zeros(2) for kind in rows}
    tagged = [(kind, row) for kind, each in rows.items() for row in each]
    random.Random(1).shuffle(tagged)
    for fold in range(folds):
        rest = [row for n, (_, row) in enumerate(tagged) if n % folds != fold]
        binder = binding.Binder({**data, "weights": fit(data, rest)})
        for kind in rows:
            mine = [row for k, row in tagged[fold::folds] if k == kind]
            total[kind] += scores(binder, mine)
    _tell("held out", {kind: total[kind] for kind in rows}, rows)


def _tell(what: str, found: Mapping[str, Floats], rows: Mapping[str, list[Example]]) -> None:
    for kind, (named, bound) in found.items():
        count = len(rows[kind])
        print(f"{what}: {count} {kind}, recipe {named / count:.3f}, all right {bound / count:.3f}")


def main() -> None:
    """Fit, print the figures, and write the file where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=0, help="also fit on parts, for figures")
    parser.add_argument("--write", action="store_true", help="write weights/binding.json")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    book = [as_document(recipe) for recipe in load_recipes()]
    data = contexts.count((document.id, document.wordings) for document in book)
    knowledge = KnowledgeBase()
    wordings = {document.id: document.wordings for document in book}
    rows = {
        kind: [
            replace(e, found=[replace(d, wordings=wordings.get(d.id, ())) for d in e.found])
            for e in each
        ]
        for kind, each in examples(knowledge).items()
    }
    knowledge.close()
    by_hand = binding.Binder({**data, "weights": BY_HAND})
    _tell("by hand", {kind: scores(by_hand, each) for kind, each in rows.items()}, rows)
    if args.folds:
        held_out(data, rows, args.folds)
    weights = fit(data, [row for each in rows.values() for row in each])
    binder = binding.Binder({**data, "weights": weights})
    _tell("fitted", {k: scores(binder, each, args.verbose) for k, each in rows.items()}, rows)
    print(weights)
    if args.write:
        text = json.dumps({"weights": weights, **data}, ensure_ascii=False, separators=(",", ":"))
        binding.PATH.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
