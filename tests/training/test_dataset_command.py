"""`mica dataset`, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.told import Told, tool
from typer.testing import CliRunner

from records.store import Store
from ui.cli import app

mica = CliRunner()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    monkeypatch.setenv("MICA_SANDBOX", "none")
    return tmp_path


def told(home: Path) -> str:
    store = Store(home / "mica.db")
    composer = Told(store, "composer")
    composer.corrected("spell a very bright C", tool("spell_chord", chord="C"))
    bad = composer.corrected("spell with an old tool", tool("spell_chords", chord="C"))
    store.close()
    return bad


def test_build_list_and_show(home: Path) -> None:
    bad = told(home)
    built = mica.invoke(app, ["dataset", "build"])
    assert built.exit_code == 0, built.output
    assert "composer-" in built.stdout and "1 row (1 correction)" in built.stdout
    assert f"kept out {bad} (schema) 'spell with an old tool'" in built.stdout
    (fact,) = json.loads(mica.invoke(app, ["dataset", "build", "--json"]).stdout)
    assert fact["rows"] == 1 and fact["kept_out"][0]["feedback"] == bad
    listed = mica.invoke(app, ["dataset", "list"]).stdout
    assert listed.count("\n") == 1 and f"{fact['name']}  1 row (1 correction)" in listed
    assert json.loads(mica.invoke(app, ["dataset", "list", "--json"]).stdout)[0]["rows"] == 1
    shown = mica.invoke(app, ["dataset", "show", fact["version"][:5]]).stdout
    assert f"# Dataset {fact['name']}" in shown and "## What it is not" in shown and bad in shown
    assert json.loads(mica.invoke(app, ["dataset", "show", fact["name"], "--json"]).stdout) == fact


def test_what_cannot_be_done_is_said_in_one_line(home: Path) -> None:
    for command, said in (
        (["build"], "there is no feedback yet"),
        (["build", "--specialist", "gardener"], "there is no specialist gardener"),
        (["build", "--specialist", "sysadmin"], "there is no sandbox to run commands in"),
        (["show", "abc"], "there is no dataset abc"),
    ):
        result = mica.invoke(app, ["dataset", *command])
        assert result.exit_code == 1 and said in result.stderr and not result.stdout


def test_a_changed_dataset_is_not_shown(home: Path) -> None:
    told(home)
    (fact,) = json.loads(mica.invoke(app, ["dataset", "build", "--json"]).stdout)
    (Path(fact["folder"]) / "rows.jsonl").write_text("{}\n")
    result = mica.invoke(app, ["dataset", "show", fact["version"]])
    assert result.exit_code == 1 and "rows.jsonl is missing or was changed" in result.stderr
