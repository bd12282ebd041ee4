"""`mica train` in this process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import needs
from support.command_line import Mica
from support.training_parts import recipe, rows

from training.backends.environment import SHIPPED
from training.runs.recipe import shipped


def test_a_recipe_is_trained_shown_and_listed(mica: Mica, tmp_path: Path) -> None:
    needs.trainer(SHIPPED)
    file = tmp_path / "mine.yaml"
    file.write_text(recipe(rows(tmp_path / "rows")).dump())
    ended = mica("train", str(file), "--set", "steps=6", "--set", "threads=1")
    assert ended.code == 0, ended.err
    assert "100%  step 6" in ended.err and "adapter.gguf" in ended.out
    assert "finished  shipped  100%, step 6" in mica("train", "list").out
    (row,) = json.loads(mica("train", "list", "--json").out)
    assert row["recipe"]["steps"] == 6
    assert "rows to train on" in mica("train", "show", "last", "--log").out
    assert "held-out loss" in mica("train", "show", row["id"]).out
    ended = mica("train", "cancel", "last")
    assert ended.code == 1 and "is finished already" in ended.err


def test_recipes_are_listed_and_checked(mica: Mica, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = mica("train", "recipes").out
    assert all(name in listed for name in shipped())
    monkeypatch.setenv("MICA_TRAIN_PYTHON", "/nowhere/python")
    ended = mica("train", "shipped", "--data", "/tmp", "--check")
    assert ended.code == 1 and "make train-setup" in ended.out
    ended = mica("train", "shipped", "--data", "/tmp")
    assert ended.code == 1 and "cannot work here" in ended.err
    assert mica("train", "list").out == ""


def test_calling_it_wrongly(mica: Mica) -> None:
    for arguments, said in (
        (("nothing",), "there is no recipe nothing"),
        (("shipped",), "does not say data"),
        (("shipped", "--data", "/tmp", "--set", "steps"), "--set takes FIELD=VALUE"),
        (("shipped", "--data", "/tmp", "--set", "pace=1"), "no field pace"),
    ):
        ended = mica("train", *arguments)
        assert ended.code == 2 and said in ended.err
    ended = mica("train", "show", "none")
    assert ended.code == 1 and "there is no run none" in ended.err


def test_the_key_stays(mica: Mica) -> None:
    first = mica("train", "key").out.strip()
    assert len(first) > 30 and mica("train", "key").out.strip() == first


def test_the_machine_and_the_doctor_tell_what_can_be_trained(
    mica: Mica, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TRAIN", "TRL", "UNSLOTH", "MLX"):
        monkeypatch.setenv(f"MICA_{name}_PYTHON", "/nowhere/python")
    shown = mica("train", "machine").out
    assert "CUDA: Ampere (8.0)" in shown and "GiB" in shown
    tables = json.loads(mica("train", "machine", "--json").out)
    backends = [line for line in tables["here"] if line["what"].startswith("backend")]
    assert len(backends) == 4 and not any(line["works"] for line in backends)
    parts = {row["part"]: row for row in json.loads(mica("doctor", "--json").out)}
    assert not parts["training"]["ok"] and not parts["training"]["needed"]
    assert "make train-setup" in parts["training"]["fix"]
