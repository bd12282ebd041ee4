"""`mica models` in this process, against a hub on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from support.command_line import Mica, run_here
from support.local_hub import REPO, LocalHub, gguf, running_hub

from runtime.models import registry

FILE = "granite-4.1-tiny-Q4_K_M.gguf"


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    with running_hub() as hub:
        hub.files[FILE] = gguf(general__architecture="granite", general__name="Granite 4.1")
        yield hub


@pytest.fixture
def mica(
    tmp_path: Path, hub: LocalHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> Mica:
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    monkeypatch.setenv("MICA_HUB", hub.url)
    return partial(run_here, monkeypatch, capsys, "models")


def test_pulling_listing_and_using(mica: Mica):
    pulled = mica("pull", REPO)
    assert pulled.code == 0
    assert "mica models use granite-4.1-tiny-Q4_K_M" in pulled.out
    rows = json.loads(mica("list", "--json").out)
    assert [row["name"] for row in rows] == ["mica", "granite-4.1-tiny-Q4_K_M"]
    assert rows[0]["aliases"] == ["champion"]
    assert mica("use", "granite-4.1-tiny-Q4_K_M").code == 0
    assert registry.resolve("champion").format == "granite4"
    assert "granite-4.1-tiny-Q4_K_M [champion]" in mica("list").out


def test_a_pulled_model_is_removed_and_pulled_again(mica: Mica):
    mica("pull", REPO, "--use", "--name", "tiny")
    file = registry.resolve("tiny").path
    assert "is the champion" in mica("remove", "tiny", "--yes").err
    mica("rollback")
    assert "tiny is gone" in mica("remove", "tiny", "--yes").out
    assert not file.exists() and mica("rollback").code == 1
    assert mica("pull", REPO, "--use", "--name", "tiny").code == 0 and file.exists()


def test_pulling_and_using_at_once(mica: Mica):
    assert mica("pull", REPO, "--use", "--name", "tiny", "--format", "granite3").code == 0
    entry = registry.resolve("champion")
    assert (entry.name, entry.format) == ("tiny", "granite3")


def test_errors_are_one_line(mica: Mica, hub: LocalHub):
    hub.hashes[FILE] = "0" * 64
    for arguments, said in (
        (("pull", REPO), "wrong sha256"),
        (("pull", "no/such"), "has no no/such"),
        (("use", "nonesuch"), "mica models list"),
    ):
        ended = mica(*arguments)
        assert ended.code == 1
        assert said in ended.err
        assert len(ended.err.strip().splitlines()) == 1
    assert mica("pull", REPO, "--format", "klingon").code == 2
