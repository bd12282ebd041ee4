"""`mica models` in this process, against a hub on this machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.local_hub import REPO, LocalHub, gguf, running_hub

from runtime.models import registry
from ui import cli

FILE = "granite-4.1-tiny-Q4_K_M.gguf"


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    with running_hub() as hub:
        hub.files[FILE] = gguf(general__architecture="granite", general__name="Granite 4.1")
        yield hub


@pytest.fixture
def mica(
    tmp_path: Path, hub: LocalHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    monkeypatch.setenv("MICA_HUB", hub.url)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mica", "models", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_pulling_listing_and_using(mica: Callable[..., tuple[int, str, str]]):
    code, out, _ = mica("pull", REPO)
    assert code == 0
    assert "mica models use granite-4.1-tiny-Q4_K_M" in out
    rows = json.loads(mica("list", "--json")[1])
    assert [row["name"] for row in rows] == ["mica", "granite-4.1-tiny-Q4_K_M"]
    assert rows[0]["aliases"] == ["champion"]
    assert mica("use", "granite-4.1-tiny-Q4_K_M")[0] == 0
    assert registry.resolve("champion").format == "granite4"
    assert "granite-4.1-tiny-Q4_K_M [champion]" in mica("list")[1]


def test_pulling_and_using_at_once(mica: Callable[..., tuple[int, str, str]]):
    assert mica("pull", REPO, "--use", "--name", "tiny", "--format", "granite3")[0] == 0
    entry = registry.resolve("champion")
    assert (entry.name, entry.format) == ("tiny", "granite3")


def test_errors_are_one_line(mica: Callable[..., tuple[int, str, str]], hub: LocalHub):
    hub.hashes[FILE] = "0" * 64
    for arguments, said in (
        (("pull", REPO), "wrong sha256"),
        (("pull", "no/such"), "has no no/such"),
        (("use", "nonesuch"), "mica models list"),
    ):
        code, _, err = mica(*arguments)
        assert code == 1
        assert said in err
        assert len(err.strip().splitlines()) == 1
    assert mica("pull", REPO, "--format", "klingon")[0] == 2
