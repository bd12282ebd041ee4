"""Training rows: rendered by the serving format, values and recipes as tokens."""

from __future__ import annotations

import random
import re

import pytest

from runtime.formats import mica
from tools.knowledge.recipes import load_recipes
from tools.music.tools import TOOLS
from training import mixture, noise, piles
from training.rows import ComposerRows, SysadminRows, collect_words, composer_data

BOOK = [recipe for recipe in load_recipes() if recipe["id"].startswith("files.")]


@pytest.fixture(scope="module")
def sysadmin_rows():
    return list(SysadminRows(BOOK, random.Random(7)).rows(1))


def test_the_same_seed_gives_the_same_rows(sysadmin_rows):
    again = SysadminRows(BOOK, random.Random(7)).rows(1)
    assert [row.text() for row in again] == [row.text() for row in sysadmin_rows]


def test_the_recipe_is_named_with_all_its_slots(sysadmin_rows):
    named = [row for row in sysadmin_rows if row.kind == "recipe"]
    assert len(named) > 0.8 * len(sysadmin_rows)
    for row in named:
        (document,) = row.prompt.documents
        call = re.search(r'"command": "(.*?)"', row.text())[1]
        assert call.startswith(f"{mica.title_of(document)} |")
        assert re.findall(r"(\w+)=", call) == list(document.slots)


def test_every_row_ends_its_answer(sysadmin_rows):
    assert all(row.text().endswith(mica.END) for row in sysadmin_rows)


def test_composer_rows_come_from_calls_that_were_run():
    rows = ComposerRows(composer_data(), TOOLS, random.Random(3)).rows(1)
    row = next(row for row in rows if row.prompt.messages[-1].status == "ok")
    call = row.prompt.messages[1].tool_calls[0]
    tool = next(tool for tool in TOOLS if tool.name == call.name)
    assert tool.call(call.arguments).text


def test_no_request_of_an_evaluation_is_a_training_row():
    evaluated = {
        " ".join(re.findall(r"\w+", row["request"].lower()))
        for name in ("sysadmin", "composer", "other")
        for row in _read(name)
    }
    trained = {ask for recipe in load_recipes() for ask in map(str, recipe["asks"])}
    trained |= set(mixture.off_topic())
    plain = {" ".join(re.findall(r"\w+", text.lower())) for text in trained}
    assert evaluated
    assert not evaluated & plain


def _read(name):
    from runtime.yaml_files import read_yaml

    path = mixture.ROOT / "tests" / "evals" / f"{name}.yaml"
    return read_yaml(path)


def test_noise_keeps_slots_whole():
    rng = random.Random(5)
    for _ in range(500):
        text = noise.disturb("copy the files in {path} to {target} please", rng)
        assert sorted(re.findall(r"\{\w+\}", text)) == ["{path}", "{target}"]


def test_values_mean_what_is_typed():
    rng = random.Random(1)
    for _ in range(200):
        size = piles.draw("size", "", rng)
        assert re.fullmatch(r"\d+[kMG]", size.meant)
        assert size.text.startswith(size.meant[:-1])


def test_words_of_slots_are_not_vocabulary():
    words = collect_words([{"title": "kill a process", "asks": ["kill {name} NOW"]}], [])
    assert words == {"NOW": 1, "a": 1, "kill": 2, "process": 1}


@pytest.mark.torch
def test_encoding_teaches_the_call_more_than_the_answer_and_the_prompt_not_at_all(tmp_path):
    from training import pretrain, tokenizer

    texts = [row.text() for row in SysadminRows(BOOK, random.Random(7)).rows(1)]
    trained = tokenizer.train(texts, 1024, tmp_path)
    example = pretrain.encode(texts[0], trained)
    names = [trained.id_to_token(i) for i in example.ids]
    call = names.index(mica.CALL)
    assert set(example.weights[: call - 1]) == {0.0}
    assert example.weights[call - 1] == pretrain.TEXT_WEIGHT
    assert pretrain.CALL_WEIGHT in example.weights[call:]
    assert example.targets[:-1] == example.ids[1:]
