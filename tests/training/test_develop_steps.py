"""The development rows for two steps and follow-ups: they can be played, and judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime import recipes
from runtime.yaml_files import read_yaml
from tools.knowledge.recipes import as_document, load_recipes
from training.develop_steps import PATH, boundary, serves

BOOK = {recipe["id"]: as_document(recipe) for recipe in load_recipes()}
ROWS = read_yaml(PATH)


def parts_of_all():
    return [part for row in ROWS for part in (*row["parts"], row.get("whole", {})) if part]


def test_there_are_rows_of_both_kinds():
    assert sum(len(row.get("turns", ())) == 2 for row in ROWS) == 71
    assert sum(row.get("request", "").count(" | ") == 1 for row in ROWS) == 80
    assert all(len(row["parts"]) == 2 for row in ROWS)


def test_every_part_can_be_filled_by_the_first_recipe_it_names():
    for part in parts_of_all():
        assert set(part["recipe"]) <= set(BOOK), part
        if part["recipe"]:
            document = BOOK[part["recipe"][0]]
            given = [part["values"].get(slot, recipes.DEFAULT) for slot in document.slots]
            assert serves(BOOK, part, recipes.fill(document, given)), part


def test_no_row_is_a_training_row():
    asked = {row.get("request", "").replace(" | ", " ").lower() for row in ROWS}
    folder = Path(__file__).parents[2] / "training" / "data" / "sysadmin"
    compounds = read_yaml(folder / "compounds.yaml")
    assert not asked & {str(ask).lower() for entry in compounds for ask in entry["asks"]}


@pytest.mark.parametrize(
    ("command", "right"),
    [
        ("tail -n 20 access.log", True),
        ("tail -n 10 access.log", False),
        ("tail -n 20 other.log", False),
        ("head -n 20 access.log", False),
    ],
)
def test_a_command_serves_with_a_right_recipe_and_all_values(command: str, right: bool):
    part = {"recipe": ["text.tail"], "values": {"count": "20", "file": "access.log"}}
    assert serves(BOOK, part, command) is right


def test_a_cut_is_right_apart_from_joining_words():
    assert boundary(("list a", "count it"), "list a,", "and then count it")
    assert not boundary(("list", "a and then count it"), "list a,", "and then count it")
