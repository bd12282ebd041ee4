"""`mica models` for builds that were trained here: challenge, decide, promote, roll back."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

import pytest
from support.builds import register
from support.command_line import Mica, run_here

from records.store import Store
from runtime.models.registry import Registry


@pytest.fixture
def mica(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Mica:
    """Run `mica models ...` over the shipped model and a build of it."""
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    registry = Registry()
    register(registry, "mica-1", registry.entry("champion").adapters["composer"])
    return partial(run_here, monkeypatch, capsys, "models")


def test_challenge_promote_rollback(mica: Mica):
    assert "answers 30% of new conversations" in mica("challenge", "mica-1", "--share", "0.3").out
    listing = mica("list").out
    assert "mica-1 [challenger, 30%]" in listing and "version 1, from mica" in listing
    assert mica("promote").out.startswith("mica-1 is the champion;")
    (row,) = [r for r in json.loads(mica("list", "--json").out) if r["name"] == "mica-1"]
    assert (row["aliases"], row["parent"], row["version"]) == (["champion"], "mica", 1)
    assert mica("rollback").out.startswith("mica is the champion again;")
    history = [line.split("  ")[1:] for line in mica("history").out.splitlines()]
    assert history == [["mica-1", "(promote)"], ["mica", "(rollback)"]]
    ended = mica("rollback")
    assert ended.code == 1 and "no champion to go back to" in ended.err


def test_a_build_is_shown_with_its_files(mica: Mica):
    said = mica("show", "mica-1").out.splitlines()
    assert said[0] == "mica-1  mica, version 1, from mica"
    assert [line.split(":")[0].strip() for line in said[1:4]] == [
        "base",
        "adapter sysadmin",
        "adapter composer",
    ]
    shipped = mica("show", "champion").out
    assert shipped.startswith("mica [champion]  mica\n") and "\n# " in shipped


def test_bad_input_is_one_line(mica: Mica):
    for arguments, why in [
        (["promote"], "there is no challenger"),
        (["promote", "nobody"], "there is no model 'nobody'"),
        (["challenge", "mica"], "cannot challenge itself"),
        (["challenge", "mica-1", "--share", "20"], "the share is 20"),
    ]:
        ended = mica(*arguments)
        assert (ended.code, ended.out) == (1, "")
        assert why in ended.err and ended.err.count("\n") == 1
    withdrawn = mica("withdraw")
    assert (withdrawn.code, withdrawn.out) == (0, "there is no challenger\n")


def test_deciding_by_ratings(mica: Mica, tmp_path: Path):
    assert "no challenger" in mica("decide").out
    mica("challenge", "mica-1")
    said = mica("decide", "--apply").out
    assert "0 of 0 rated" in said and "not decided" in said and "serve on" in said
    store = Store(tmp_path / "mica.db")
    for number in range(25):
        for build, thumb in (("mica", "down"), ("mica-1", "up")):
            meta = {"message_id": f"m-{build}-{number}", "build": build}
            name = f"{build}-{number}"
            store.append(name, {"role": "assistant", "content": "x"}, meta=meta)
            store.rate(name, f"m-{build}-{number}", rating=thumb)  # type: ignore[arg-type]
    store.close()
    row = json.loads(mica("decide", "--json").out)
    assert (row["verdict"], row["rated"], row["done"]) == ("challenger better", [25, 25], "")
    said = mica("decide", "--apply").out
    assert "challenger mica-1: 25 of 25" in said and "mica-1 is the champion now" in said
    assert Registry().standing().champion == "mica-1"


def test_a_build_is_removed_after_it_was_agreed_to(mica: Mica, tmp_path: Path):
    adapter = Registry().entry("mica-1").adapters["composer"]
    asked = mica("remove", "mica-1")
    assert asked.code == 3 and "give --yes" in asked.err
    assert str(adapter) in asked.out and "MB" in asked.out
    assert Registry().resolve("mica-1")
    told = mica("remove", "mica-1", "--yes")
    assert told.code == 0 and re.search(r"mica-1 is gone; [1-9][0-9.]* MB freed", told.out)
    assert not adapter.exists() and "mica-1" not in mica("list").out


def test_a_build_that_serves_is_not_removed(mica: Mica):
    mica("challenge", "mica-1")
    for name, why in [("mica-1", "`mica models withdraw`"), ("mica", "comes with Mica")]:
        ended = mica("remove", name, "--yes")
        assert ended.code == 1 and why in ended.err and ended.err.count("\n") == 1
    assert Registry().resolve("mica-1")
