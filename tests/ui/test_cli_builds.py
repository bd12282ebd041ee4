"""`mica models` for builds that were trained here: challenge, decide, promote, roll back."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.builds import register

from records.store import Store
from runtime.models.registry import Registry
from ui import cli

Ended = tuple[int, str, str]


@pytest.fixture
def mica(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """Run `mica models ...` over the shipped model and a build of it."""
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    registry = Registry()
    register(registry, "mica-1", registry.entry("champion").adapters["composer"])

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["mica", "models", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_challenge_promote_rollback(mica: Callable[..., Ended]):
    assert "answers 30% of new conversations" in mica("challenge", "mica-1", "--share", "0.3")[1]
    listing = mica("list")[1]
    assert "mica-1 [challenger, 30%]" in listing and "version 1, from mica" in listing
    assert mica("promote")[1].startswith("mica-1 is the champion;")
    (row,) = [r for r in json.loads(mica("list", "--json")[1]) if r["name"] == "mica-1"]
    assert (row["aliases"], row["parent"], row["version"]) == (["champion"], "mica", 1)
    assert mica("rollback")[1].startswith("mica is the champion again;")
    history = [line.split("  ")[1:] for line in mica("history")[1].splitlines()]
    assert history == [["mica-1", "(promote)"], ["mica", "(rollback)"]]
    code, _, err = mica("rollback")
    assert code == 1 and "no champion to go back to" in err


def test_a_build_is_shown_with_its_files(mica: Callable[..., Ended]):
    said = mica("show", "mica-1")[1].splitlines()
    assert said[0] == "mica-1  mica, version 1, from mica"
    assert [line.split(":")[0].strip() for line in said[1:4]] == [
        "base",
        "adapter sysadmin",
        "adapter composer",
    ]
    shipped = mica("show", "champion")[1]
    assert shipped.startswith("mica [champion]  mica\n") and "\n# " in shipped


def test_bad_input_is_one_line(mica: Callable[..., Ended]):
    for arguments, why in [
        (["promote"], "there is no challenger"),
        (["promote", "nobody"], "there is no model 'nobody'"),
        (["challenge", "mica"], "cannot challenge itself"),
        (["challenge", "mica-1", "--share", "20"], "the share is 20"),
    ]:
        code, out, err = mica(*arguments)
        assert (code, out) == (1, "") and why in err and err.count("\n") == 1
    assert mica("withdraw")[:2] == (0, "there is no challenger\n")


def test_deciding_by_ratings(mica: Callable[..., Ended], tmp_path: Path):
    assert "no challenger" in mica("decide")[1]
    mica("challenge", "mica-1")
    said = mica("decide", "--apply")[1]
    assert "0 of 0 rated" in said and "not decided" in said and "serve on" in said
    store = Store(tmp_path / "mica.db")
    for number in range(25):
        for build, thumb in (("mica", "down"), ("mica-1", "up")):
            meta = {"message_id": f"m-{build}-{number}", "build": build}
            name = f"{build}-{number}"
            store.append(name, {"role": "assistant", "content": "x"}, meta=meta)
            store.rate(name, f"m-{build}-{number}", rating=thumb)  # type: ignore[arg-type]
    store.close()
    row = json.loads(mica("decide", "--json")[1])
    assert (row["verdict"], row["rated"], row["done"]) == ("challenger better", [25, 25], "")
    said = mica("decide", "--apply")[1]
    assert "challenger mica-1: 25 of 25" in said and "mica-1 is the champion now" in said
    assert Registry().standing().champion == "mica-1"
