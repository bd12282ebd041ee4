"""The weights of the binder are fitted so that the right fillings are likeliest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tools.knowledge import binding, contexts
from tools.knowledge.recipes import as_document, load_recipes
from training.binding import BY_HAND, Example, chosen, fit, right, scores

NAMES = ("files.copy", "files.rename", "text.diff", "files.size", "text.tail")
BOOK = {r["id"]: as_document(r) for r in load_recipes() if r["id"] in NAMES}
DATA = contexts.count((d.id, d.wordings) for d in BOOK.values())


def example(request: str, name: str, **values: str) -> Example:
    """Return an example in which the right recipe is the last of those found."""
    others = [replace(d, score=0.7) for d in BOOK.values() if d.id != name]
    return Example(request, [(name, values)], [*others, replace(BOOK[name], score=0.6)])


ROWS = [
    example("copy a.txt to b.txt", "files.copy", source="a.txt", target="b.txt"),
    example("rename a.txt to b.txt", "files.rename", source="a.txt", target="b.txt"),
    example("how big is a.txt", "files.size", file="a.txt"),
]


def test_every_sign_has_a_weight_by_hand():
    assert set(BY_HAND) == set(binding.SIGNS)


def test_fitting_chooses_what_retrieval_puts_last():
    before = binding.Binder({**DATA, "weights": {**BY_HAND, "near": 60.0}})
    fitted = binding.Binder({**DATA, "weights": fit(DATA, ROWS)})
    assert scores(fitted, ROWS)[1] > scores(before, ROWS)[1]
    assert fitted.weights["near"] < BY_HAND["near"]


@pytest.mark.parametrize(
    ("values", "is_right"),
    [
        ({"source": "a.txt", "target": "b.txt"}, True),
        ({"source": "b.txt", "target": "a.txt"}, False),
        ({"source": "a.txt"}, False),
        ({"any": "b.txt", "order": "a.txt"}, True),
    ],
)
def test_a_filling_is_right_with_the_right_value_in_each_slot(
    values: dict[str, str], is_right: bool
):
    row = example("copy a.txt to b.txt", "files.copy", **values)
    binder = binding.Binder({**DATA, "weights": BY_HAND})
    best = binder.fillings(row.request, BOOK["files.copy"])[0]
    assert right(BOOK["files.copy"], row, best) is is_right


def test_the_likeliest_recipe_is_chosen_with_its_values():
    level = replace(ROWS[2], found=[replace(d, score=0.7) for d in ROWS[2].found])
    document, filling = chosen(binding.shipped(), level)
    assert document.id == "files.size"
    assert [word.text for word in filling.values.values()] == ["a.txt"]
