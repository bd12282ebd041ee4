"""Builds in the registry: registered, challenged, promoted, rolled back, given by conversation."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from runtime.models import manifest
from runtime.models.entry import ModelEntry, ModelError, ModelFile, sha256_of
from runtime.models.registry import CHALLENGER, Registry
from runtime.models.standing import Standing, draw

ROOT = Path(__file__).parents[2]


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """A registry over one shipped model, `mica`, with two adapters."""
    weights = tmp_path / "weights"
    weights.mkdir()
    for name in ("base.gguf", "s.gguf", "c.gguf"):
        (weights / name).write_bytes(name.encode())
    row = {"name": "mica", "format": "mica", "file": "base.gguf", "licence": "Apache-2.0",
           "adapters": {"sysadmin": "s.gguf", "composer": "c.gguf"}}  # fmt: skip
    (weights / "manifest.yaml").write_text(
        yaml.safe_dump({"models": [row], "aliases": {"champion": "mica"}})
    )
    assert manifest.main(["--update", "--folder", str(weights)]) == 0
    return Registry(tmp_path / "models", weights)


def trained(registry: Registry, run: Path, name: str, text: str = "new") -> ModelEntry:
    """Return a build that a training run left in a folder of its own."""
    folder = run / name
    folder.mkdir(parents=True, exist_ok=True)
    for file in ("adapter.gguf", "learned.jsonl", "card.md"):
        (folder / file).write_text(f"{name} {file} {text}")
    parent = registry.entry("champion")
    return replace(
        parent,
        name=name,
        parent=parent.name,
        adapter_files={**parent.adapter_files, "sysadmin": ModelFile(folder / "adapter.gguf")},
        learned={"sysadmin": ModelFile(folder / "learned.jsonl")},
        card=folder / "card.md",
    )


def test_a_registered_build_is_whole_without_the_run_that_made_it(
    registry: Registry, tmp_path: Path
):
    made = registry.register(trained(registry, tmp_path / "run", "mica-1"))
    for path in (tmp_path / "run" / "mica-1").iterdir():
        path.unlink()
    found = registry.resolve("mica-1")
    assert found == made
    assert (found.parent, found.version, found.origin) == ("mica", 1, "trained")
    assert found.created and found.card and "card.md" in found.card.read_text()
    assert found.learned["sysadmin"].path.read_text() == "mica-1 learned.jsonl new"
    assert found.path == registry.entry("mica").path, "the base is shared"
    assert found.fingerprint() != registry.entry("mica").fingerprint()
    registry.promote("mica-1")
    second = registry.register(trained(registry, tmp_path / "run", "mica-2"))
    assert (second.parent, second.version) == ("mica-1", 2)


def test_registering_again_does_no_harm_unless_the_build_answers(
    registry: Registry, tmp_path: Path
):
    run = tmp_path / "run"
    first = registry.register(trained(registry, run, "mica-1"))
    again = registry.register(trained(registry, run, "mica-1"))
    assert (again.version, again.fingerprint()) == (first.version, first.fingerprint())
    registry.challenge("mica-1")
    registry.register(trained(registry, run, "mica-1"))
    with pytest.raises(ModelError, match="answering now"):
        registry.register(trained(registry, run, "mica-1", "other"))
    assert [entry.name for entry in registry.entries()] == ["mica", "mica-1"]
    assert registry.resolve("mica-1").fingerprint() == first.fingerprint()


@pytest.mark.parametrize("name", ["mica", "champion", "../up", "", "a/b", "x" * 81])
def test_names_that_a_build_cannot_have(registry: Registry, tmp_path: Path, name: str):
    with pytest.raises(ModelError, match=r"taken|cannot be called"):
        registry.register(replace(trained(registry, tmp_path / "run", "x"), name=name))


def test_a_build_needs_its_parent_and_its_files(registry: Registry, tmp_path: Path):
    entry = trained(registry, tmp_path / "run", "mica-1")
    with pytest.raises(ModelError, match="said to come from 'nobody'"):
        registry.register(replace(entry, parent="nobody"))
    gone = {"sysadmin": ModelFile(tmp_path / "nothing.gguf")}
    with pytest.raises(ModelError, match="cannot be kept"):
        registry.register(replace(entry, adapter_files=gone))
    assert [entry.name for entry in registry.entries()] == ["mica"]


def test_promote_and_rollback_keep_a_history(registry: Registry, tmp_path: Path):
    with pytest.raises(ModelError, match="no champion to go back to"):
        registry.rollback()
    for name in ("mica-1", "mica-2"):
        registry.register(trained(registry, tmp_path / "run", name))
        registry.promote(name)
    registry.promote("mica-2")  # it is the champion already
    assert registry.standing() == Standing("mica-2")
    assert registry.rollback().name == "mica-1"
    assert registry.rollback().name == "mica"
    with pytest.raises(ModelError, match="no champion to go back to"):
        registry.rollback()
    assert [(c.name, c.how) for c in registry.champions()] == [
        ("mica-1", "promote"),
        ("mica-2", "promote"),
        ("mica-1", "rollback"),
        ("mica", "rollback"),
    ]


def test_a_challenge_from_start_to_promotion(registry: Registry, tmp_path: Path):
    registry.register(trained(registry, tmp_path / "run", "mica-1"))
    with pytest.raises(ModelError, match="there is no challenger"):
        registry.promote()
    with pytest.raises(ModelError, match="cannot challenge itself"):
        registry.challenge("champion")
    for share in (0, -0.1, 1.1, float("nan")):
        with pytest.raises(ModelError, match="the share is"):
            registry.challenge("mica-1", share)
    registry.challenge("mica-1", 0.25)
    standing = registry.standing()
    assert (standing.champion, standing.challenger, standing.share) == ("mica", "mica-1", 0.25)
    assert registry.resolve(CHALLENGER).name == "mica-1"
    assert registry.promote().name == "mica-1"
    assert registry.standing() == Standing("mica-1")


def test_a_withdrawn_challenger_answers_nobody(registry: Registry, tmp_path: Path):
    registry.register(trained(registry, tmp_path / "run", "mica-1"))
    registry.challenge("mica-1", 1.0)
    assert registry.serving("thread").name == "mica-1"
    assert registry.withdraw() == "mica-1"
    assert registry.withdraw() is None
    assert registry.serving("thread", held="mica-1").name == "mica"
    assert CHALLENGER not in registry.aliases()


def test_the_share_holds_and_is_sticky():
    standing = Standing("old", "new", 0.2, "")
    threads = [f"thread-{number}" for number in range(5000)]
    given = [standing.assign(thread) for thread in threads]
    assert 0.18 < given.count("new") / len(given) < 0.22
    assert given == [standing.assign(thread) for thread in threads]
    # Another challenger gets other conversations: the two draws are independent.
    both = sum(draw(t, "new") < 0.2 and draw(t, "next") < 0.2 for t in threads)
    assert 0.025 < both / len(threads) < 0.055


def test_a_conversation_keeps_its_build_while_that_serves():
    challenge = Standing("old", "new", 1.0, "")
    assert challenge.assign("thread", held="old") == "old"
    assert challenge.assign("thread", held="new") == "new"
    assert challenge.assign("thread", held="gone") == "new"
    promoted = Standing("new")
    assert promoted.assign("thread", held="old") == "new"


def test_the_stamp_says_when_to_look_again(registry: Registry, tmp_path: Path):
    registry.register(trained(registry, tmp_path / "run", "mica-1"))
    before = registry.stamp()
    assert registry.stamp() == before
    registry.promote("mica-1")
    assert registry.stamp() != before


def test_a_damaged_build_is_not_promoted(registry: Registry, tmp_path: Path):
    made = registry.register(trained(registry, tmp_path / "run", "mica-1"))
    made.adapters["sysadmin"].write_text("something else")
    for change in (registry.promote, registry.challenge):
        with pytest.raises(ModelError, match=r"recorded.*train mica-1 again"):
            change("mica-1")
    assert registry.standing() == Standing("mica")


def test_a_file_of_an_earlier_version_is_read(registry: Registry):
    path = registry.folder / "registry.json"
    path.write_text(json.dumps({"models": [], "aliases": {}}))
    assert registry.standing() == Standing("mica")
    assert registry.champions() == []
    path.write_text(json.dumps({"models": [], "aliases": {}, "challenge": {"name": "x"}}))
    with pytest.raises(ModelError, match="cannot be read"):
        registry.standing()


def test_a_removed_build_is_gone_with_its_files(registry: Registry, tmp_path: Path):
    for name in ("mica-1", "mica-2", "mica-3"):
        registry.register(trained(registry, tmp_path / "run", name))
    shared = registry.entry("mica").path
    planned = registry.removal("mica-2")
    assert registry.resolve("mica-2"), "nothing goes before it is asked for"
    removed = registry.remove("mica-2")
    assert removed == planned and not (registry.folder / "mica-2").exists()
    assert removed.bytes > 0 and len(removed.files) == 4 and shared.exists()
    assert [entry.name for entry in registry.entries()] == ["mica", "mica-1", "mica-3"]
    assert registry.resolve("mica-1") and registry.resolve("mica-3")
    with pytest.raises(ModelError, match="there is no model 'mica-2'"):
        registry.remove("mica-2")
    registry.remove("mica-3")
    made = registry.register(trained(registry, tmp_path / "run", "mica-4"))
    assert made.version == 4, "a version means one build"


def test_what_answers_or_may_soon_is_not_removed(registry: Registry, tmp_path: Path):
    for name in ("mica-1", "mica-2", "mica-3"):
        registry.register(trained(registry, tmp_path / "run", name))
        registry.promote(name)
    registry.challenge("mica-1")
    registry.use("mica-1", "spare")
    for name, why in [
        ("mica", "comes with Mica"),
        ("mica-1", "models withdraw"),
        ("mica-2", "models rollback"),
        ("mica-3", "is the champion"),
        ("challenger", "models withdraw"),
    ]:
        with pytest.raises(ModelError, match=why):
            registry.remove(name)
    registry.withdraw()
    with pytest.raises(ModelError, match="the alias spare"):
        registry.remove("mica-1")
    assert all(registry.resolve(entry.name) for entry in registry.entries())


def test_rollback_passes_over_what_was_removed(registry: Registry, tmp_path: Path):
    for name in ("mica-1", "mica-2", "mica-3"):
        registry.register(trained(registry, tmp_path / "run", name))
        registry.promote(name)
    registry.remove("mica-1")
    assert [registry.rollback().name, registry.rollback().name] == ["mica-2", "mica"]
    assert [champion.name for champion in registry.champions()][:1] == ["mica-1"]


def test_a_base_that_a_build_needs_goes_with_the_last_of_them(registry: Registry, tmp_path: Path):
    file = registry.folder / "owner--repo" / "base.gguf"
    file.parent.mkdir()
    file.write_bytes(b"a base that was pulled")
    pulled = ModelEntry("pulled", "mica", ModelFile(file, 22, sha256_of(file)), origin="owner/repo")
    registry.add(pulled)
    registry.register(replace(pulled, name="own", parent="pulled"))
    assert registry.remove("pulled").files == ()
    assert registry.resolve("own").path == file
    assert registry.remove("own").files == (file,)
    assert not file.parent.exists()


_CHURN = """
import sys
from pathlib import Path
from runtime.models.registry import Registry
registry = Registry(Path(sys.argv[1]), Path(sys.argv[2]))
print("go", flush=True)
while True:
    registry.promote("mica-1")
    registry.challenge("mica", 0.5)
    registry.rollback()
"""


def test_a_kill_at_any_point_leaves_a_whole_registry(registry: Registry, tmp_path: Path):
    registry.register(trained(registry, tmp_path / "run", "mica-1"))
    for delay in (0.01, 0.05, 0.1):
        process = subprocess.Popen(
            [sys.executable, "-c", _CHURN, str(registry.folder), str(tmp_path / "weights")],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "go\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert registry.standing().champion in ("mica", "mica-1")
        assert registry.resolve("champion").name == registry.standing().champion
    registry.promote("mica-1")
    assert registry.standing().champion == "mica-1"
