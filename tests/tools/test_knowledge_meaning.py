"""What a request means, by the encoder that was trained on the book's wordings."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pytest

from runtime.types import Document
from tools.knowledge import KnowledgeError
from tools.knowledge.meaning import LEAST, PATH, Meanings, likelihoods, shipped, weighed
from tools.knowledge.recipes import as_document, load_recipes
from tools.knowledge.text import normalise
from training.embedder import fill, held_out

HELD_OUT = 0.03
"""The share of the wordings that the shipped weights were not trained on."""
RECIPES = load_recipes()
BOOK = [as_document(recipe) for recipe in RECIPES]
OWN = Document(
    "mine.tea",
    "make tea",
    "tea {count}",
    "mine",
    template="tea {count}",
    slots={"count": "1"},
    wordings=("make {count} cups of tea", "brew tea", "put the kettle on"),
)


def test_wordings_that_it_was_not_trained_on_are_understood():
    rng = random.Random(5)
    unseen = [
        (recipe, ask)
        for recipe in RECIPES
        for ask in map(str, recipe["asks"])
        if held_out(recipe["id"], ask, HELD_OUT)
    ]
    table, first, near = shipped().table(BOOK), 0, 0
    asked = rng.sample(unseen, 400)
    for recipe, ask in asked:
        request = normalise(fill(recipe, ask, rng, noisy=False))
        likely = likelihoods([table], shipped().vectors([request])[0])
        before = sum(each > likely[recipe["id"]] for each in likely.values())
        first, near = first + (before == 0), near + (before < 12)
    assert first / len(asked) >= 0.6
    assert near / len(asked) >= 0.9


def test_likelihoods_are_shares_of_all_tables_together():
    vector = shipped().vectors(["brew tea"])[0]
    likely = likelihoods([shipped().table(BOOK[:50]), shipped().table([OWN])], vector)
    assert len(likely) == 51
    assert sum(map(math.exp, likely.values())) == pytest.approx(1, abs=1e-4)
    assert likelihoods([], vector) == likelihoods([shipped().table([])], vector) == {}


def test_a_recipe_of_ones_own_is_understood_by_its_wordings():
    table = shipped().table([*BOOK, OWN])
    likely = likelihoods([table], shipped().vectors(["please brew numbervalue pots of tea"])[0])
    assert max(likely, key=likely.__getitem__) == OWN.id


def test_passages_have_no_meaning_of_their_own():
    passage = Document("note", "a note", "text", "notes")
    assert shipped().table([passage]).documents == []


def test_the_likeliest_join_the_near_ones_and_the_best_stays_as_near():
    tables, texts = [shipped().table([*BOOK, OWN])], ["put the kettle on for tea"]
    far = {document.id: (0.5, document) for document in BOOK[:3]}
    found = weighed(far, tables, texts, 0.05)
    assert found[OWN.id][0] == max(near for near, _ in found.values()) == pytest.approx(0.5)
    assert set(far) < set(found)
    assert min(near for near, _ in found.values()) >= 0.5 + 0.05 * LEAST
    assert weighed({}, tables, texts, 0.05) == {}
    assert weighed(far, [], texts, 0.05) == far


def test_texts_are_read_alike_whether_or_not_they_were_read_before():
    texts = [f"show the {word} files" for word in ("largest", "oldest", "newest")]
    once = shipped().vectors(texts)
    for number in range(300):
        shipped().vectors([f"line numbervalue of {number}"])
    np.testing.assert_allclose(shipped().vectors(texts[::-1])[::-1], once, atol=1e-4)


def test_odd_texts_are_read():
    odd = ["", "🙂🙂", "日本語", "a" * 20_000, "[CLS] [unused5]"]
    assert np.isfinite(shipped().vectors(odd)).all()


def test_all_shipped_weights_together_are_small():
    assert sum(path.stat().st_size for path in PATH.parent.iterdir()) < 40_000_000


def test_weights_that_cannot_be_read_say_what_to_do(tmp_path: Path):
    with pytest.raises(KnowledgeError, match=r"restore it and meaning\.tokenizer\.json"):
        Meanings(tmp_path / "meaning.npz")
    (tmp_path / "meaning.npz").write_bytes(b"no weights")
    with pytest.raises(KnowledgeError, match=r"python -m training\.meaning"):
        Meanings(tmp_path / "meaning.npz")
