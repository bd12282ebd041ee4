"""Recipes: the shipped ones load, and what is wrong with one is said field by field."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.backends import load
from training.runs import matrix, memory, recipe
from training.runs.errors import RecipeError
from training.runs.machine import GIB, Card, Machine
from training.runs.recipe import Recipe
from training.runs.runs import Runs

SMALL = {"backend": "shipped", "specialist": "sysadmin", "data": "rows"}
BOARD = Machine("Linux", "aarch64", 4, GIB // 4)
DESK = Machine("Linux", "x86_64", 8, 16 * GIB)
MAC = Machine("Darwin", "arm64", 8, 16 * GIB)


def with_card(*capability: int, gib: int = 8) -> Machine:
    return Machine("Linux", "x86_64", 8, 32 * GIB, (Card("a card", capability, gib * GIB),))


@pytest.mark.parametrize("name", recipe.shipped())
def test_shipped_recipes_load_and_explain_their_fields(name: str) -> None:
    read = Recipe.load(name, data="somewhere")
    assert Recipe.of(read.as_dict()) == read
    lines = [line for line in recipe.find(name).read_text().splitlines() if line.strip()]
    fields = [line for line in lines if not line.startswith("#")]
    assert lines[0].startswith("# ")
    assert sum("#" in line for line in fields) > len(fields) * 0.6


def test_a_recipe_is_written_as_it_is_read(tmp_path: Path) -> None:
    made = Recipe.of({**SMALL, "learning_rate": "5e-4", "minutes": 2})
    (tmp_path / "recipe.yaml").write_text(made.dump())
    assert Recipe.load(tmp_path / "recipe.yaml") == made
    assert (made.learning_rate, made.minutes) == (5e-4, 2.0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"learning_speed": 1}, "no field learning_speed"),
        ({"data": ""}, "does not say data"),
        ({"backend": "magic"}, "backend is one of shipped, trl, unsloth, mlx"),
        ({"steps": "many"}, "steps is a int"),
        ({"steps": True}, "steps is a int"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"minutes": -1}, "minutes must be more than 0"),
        ({"minutes": float("nan")}, "minutes must be more than 0"),
        ({"learning_rate": "fast"}, "learning_rate is a number"),
        ({"held_out": 0.9}, "held_out is a share"),
        ({"specialist": "../x"}, "no name of a folder in agents/"),
        ({"backend": "trl", "method": "kto"}, "batch_rows must be at least 2"),
        ({"method": "dpo"}, "the shipped backend trains sft only"),
    ],
)
def test_what_is_wrong_is_said(changes: dict, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        Recipe.of({**SMALL, **changes})


def test_files_that_are_no_recipes(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"no recipe nothing; give a file, or one of .*shipped"):
        Recipe.load("nothing")
    for text in ("- a list", "rank: [", "\x00"):
        (tmp_path / "x.yaml").write_text(text)
        with pytest.raises(RecipeError, match=r"x\.yaml"):
            Recipe.load(tmp_path / "x.yaml")


@pytest.mark.parametrize(
    ("machine", "changes", "said"),
    [
        (DESK, {"device": "cuda"}, "no CUDA card is found"),
        (DESK, {"device": "mps"}, "trains on cpu or cuda"),
        (DESK, {"loading": "4bit"}, "loads in full"),
        (BOARD, {}, "GiB of memory and 0.2 GiB are free on this machine: lower batch_tokens"),
        (Machine("Linux", "armv7l", 4, GIB), {}, "no builds for 32-bit ARM"),
        (with_card(6, 1), {"device": "cuda"}, "6.1; torch needs 7.5"),
        (with_card(7, 5), {"precision": "bfloat16"}, "bfloat16 needs 8.0"),
    ],
)
def test_what_cannot_work_is_refused_with_a_reason(
    machine: Machine, changes: dict, said: str
) -> None:
    problems = load("shipped").problems(Recipe.of({**SMALL, **changes}), machine)
    assert any(said in problem for problem in problems), problems


def test_a_missing_environment_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs(tmp_path)
    monkeypatch.setenv("MICA_TRAIN_PYTHON", "/nowhere/python")
    (problem,) = runs.check(Recipe.of(SMALL))
    assert "make train-setup" in problem and "MICA_TRAIN_PYTHON" in problem
    monkeypatch.setenv("MICA_TRAIN_PYTHON", "/usr/bin/true")
    (problem,) = runs.check(Recipe.of(SMALL))
    assert "lacks a working Python: run `make train-setup` again" in problem


def test_memory_grows_with_the_base_and_shrinks_with_4_bits() -> None:
    small = Recipe.of({**SMALL, "backend": "trl", "loading": "full"})
    quantised = Recipe.of({**SMALL, "backend": "trl", "loading": "4bit"})
    sizes = [memory.GRANITE[name] for name in ("350m", "1b", "3b", "8b")]
    full = [memory.needed(size, small, card=True, bfloat16=True) for size in sizes]
    assert full == sorted(full)
    for size, whole in zip(sizes, full, strict=True):
        assert memory.needed(size, quantised, card=True, bfloat16=True) < whole
    assert memory.GRANITE["350m"].parameters == pytest.approx(352e6, rel=0.1)
    assert memory.GRANITE["8b"].parameters == pytest.approx(8.1e9, rel=0.15)
    assert memory.size_of("ibm-granite/granite-4.0-350m") == memory.GRANITE["350m"]
    assert memory.size_of("somebody/model") is None


def test_the_matrix_tells_machines_apart() -> None:
    table = {row.machine: row for row in matrix.kinds()}
    assert set(table["Raspberry Pi and other ARM boards, 64 bit"].backends) == {
        "shipped", "trl", "unsloth", "mlx",
    }  # fmt: skip
    assert not table["ARM boards, 32 bit"].backends
    assert "mlx" in table["Mac with an Apple processor"].backends
    assert "unsloth" not in table["Mac with an Apple processor"].backends
    assert "unsloth" in table["CUDA: Turing (7.5)"].backends
    assert "unsloth" in table["CPU, 64 bit (x86_64)"].backends
    assert table["CUDA: Volta (7.0)"].note.startswith("on its processor only")
    sizes = [row for row in matrix.sizes() if row.loading == "4bit"]
    assert [row.size for row in sizes] == list(memory.GRANITE)
    assert sizes[0].card < sizes[-1].card < 16 * GIB
