"""The development rows for single requests: they can be judged, and say where they are lost."""

from __future__ import annotations

import pytest

from runtime import recipes
from runtime.formats import mica
from runtime.types import ChatPrompt, Message
from runtime.yaml_files import read_yaml
from tools.knowledge.recipes import as_document, load_recipes
from training.develop_single import PATH, fault, filled, findable, rights_of
from training.rows import BASH

BOOK = {recipe["id"]: as_document(recipe) for recipe in load_recipes()}
ROWS = read_yaml(PATH)


def state_of(request: str, *names: str) -> mica.State:
    documents = tuple(BOOK[name] for name in names)
    prompt = ChatPrompt((Message("user", request),), (BASH,), documents)
    return mica.render(prompt).state


def test_there_are_more_than_two_hundred_and_each_says_what_is_right():
    assert len(ROWS) > 200
    assert all(row.get("right") or row.get("command") for row in ROWS)
    assert len({row["request"] for row in ROWS}) == len(ROWS)


def test_every_recipe_that_is_named_can_be_filled_with_its_values():
    for row in ROWS:
        for recipe, values in rights_of(row, BOOK):
            assert set(values) <= set(recipe.slots), row
            assert recipes.recognise(recipe, filled((recipe, values))) is not None, row


def test_no_row_is_a_wording_of_a_recipe():
    asks = {str(ask).lower() for recipe in load_recipes() for ask in recipe["asks"]}
    assert not asks & {row["request"].lower() for row in ROWS}


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"source": "b.txt", "target": "a.txt"}, "swapped"),
        ({"source": "a.txt", "target": "c.txt"}, "other value"),
    ],
)
def test_wrong_slots_are_told_apart(values: dict[str, str], what: str):
    right = BOOK["files.copy"], {"source": "a.txt", "target": "b.txt"}
    assert fault(right, filled((BOOK["files.copy"], values))) == what


def test_a_default_in_place_of_a_value_is_a_constant_and_a_value_for_it_is_extra():
    tail = BOOK["text.tail"]
    given, usual = {"count": "20", "file": "a.log"}, {"file": "a.log"}
    assert fault((tail, given), filled((tail, usual))) == "constant"
    assert fault((tail, usual), filled((tail, given))) == "extra"


def test_a_value_is_findable_where_the_grammar_can_name_it():
    right = BOOK["files.size"], {"file": "photo.raw"}
    assert findable(right, state_of("how big is photo.raw", "files.size"))
    assert not findable(right, state_of("how big is the picture", "files.size"))
