"""Measures how often search offers the right recipe, and how long it takes.

    python benchmarks/retrieval.py   # the shipped embedder, wordings it was trained on
    python benchmarks/retrieval.py --embedder FILE --hold-out 0.2

With `--hold-out` the part of each recipe's wordings that `training.embedder --hold-out` leaves
out is asked for and not indexed; train with the same number first for an honest figure.
Slots are filled with random values as people type them.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from runtime.embedder import MicaEmbedder
from tools.knowledge.recipes import as_document, load_notes, load_recipes, note_document
from tools.knowledge.shelf import PASSAGE_KEYWORDS, RECIPE_KEYWORDS, Shelf, open_collection, put
from tools.knowledge.store import open_chroma
from tools.knowledge.text import normalise, normalise_template
from training.embedder import fill, held_out

Question = tuple[str, str]  # text, id of the right document
RANKS = (1, 3, 4, 5, 6)


def recipe_data(part: float, rng: random.Random) -> tuple[list, list[Question]]:
    items, questions = [], []
    for recipe in load_recipes():
        keys = [normalise(recipe["title"])]
        for ask in map(str, recipe["asks"]):
            asked = held_out(recipe["id"], ask, part) if part else rng.random() < 0.2
            if asked:
                questions += [(fill(recipe, ask, rng, noisy=False), recipe["id"])]
            if not (part and asked):
                keys.append(normalise_template(ask))
        items.append((as_document(recipe), keys, "built-in"))
    return items, [(normalise(text), name) for text, name in questions]


def note_data(part: float, rng: random.Random) -> tuple[list, list[Question]]:
    items, questions = [], []
    for specialist in ("sysadmin", "composer"):
        for note in load_notes(specialist):
            keys = [note["title"].lower(), f"{note['title']}: {note['text']}".lower()]
            for ask in map(str, note["asks"]):
                asked = held_out(note["id"], ask, part) if part else rng.random() < 0.2
                if asked:
                    questions.append((ask.lower(), note["id"]))
                if not (part and asked):
                    keys.append(ask.lower())
            items.append((note_document(note), keys, "built-in"))
    return items, questions


def report(name: str, questions: Sequence[Question], rank: Callable[[str], list[str]]) -> None:
    ranks, times = [], []
    for text, right in questions:
        started = time.perf_counter()
        found = rank(text)
        times.append(time.perf_counter() - started)
        ranks.append(found.index(right) if right in found else len(found) + 99)
    shares = " ".join(f"@{k} {sum(r < k for r in ranks) / len(ranks):.3f}" for k in RANKS)
    middle = sorted(times)[len(times) // 2] * 1000
    print(f"{name:36} {shares}   median {middle:.1f} ms")


def by_score(scores: dict[str, float]) -> list[str]:
    return sorted(scores, key=lambda name: (-scores[name], name))[: max(RANKS)]


def measure(kind: str, items: list, questions: list[Question], embedder: MicaEmbedder) -> None:
    with tempfile.TemporaryDirectory() as folder, open_chroma(Path(folder)) as client:
        collection = open_collection(client, "measured")
        put(collection, embedder, items)
        print(
            f"{kind}: {len(items)} documents, {collection.count()} entries, {len(questions)} asked"
        )
        for name, weight in (
            ("vectors alone", 0.0),
            (f"fused, keywords {RECIPE_KEYWORDS} (recipes)", RECIPE_KEYWORDS),
            ("fused, keywords 0.2", 0.2),
            (f"fused, keywords {PASSAGE_KEYWORDS} (passages)", PASSAGE_KEYWORDS),
            ("BM25 alone", 1.0),
        ):
            shelf = Shelf(collection, weight)
            report(
                name, questions, lambda t, s=shelf: by_score(s.scores(embedder.encode([t])[0], t))
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--embedder", type=Path, help="an .npz; default: the shipped one")
    parser.add_argument("--hold-out", type=float, default=0.0)
    args = parser.parse_args()
    rng = random.Random(5)
    embedder = MicaEmbedder(args.embedder)
    measure("recipes", *recipe_data(args.hold_out, rng), embedder)
    measure("notes", *note_data(args.hold_out, rng), embedder)


if __name__ == "__main__":
    main()
