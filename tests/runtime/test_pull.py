"""Pulling from a hub on this machine: resuming, hashes, errors."""

from __future__ import annotations

import fcntl
import os
import random
import socket
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.local_hub import REPO, LocalHub, gguf, running_hub

from runtime.models import pull as pulling
from runtime.models.entry import ModelError
from runtime.models.hub import Hub
from runtime.models.manifest import WEIGHTS
from runtime.models.pull import pull
from runtime.models.registry import Registry

FILE = "granite-4.1-tiny-Q4_K_M.gguf"
KEYS = {"general__architecture": "granite", "general__name": "Granite 4.1 Tiny",
        "general__license": "apache-2.0"}  # fmt: skip
DATA = gguf(**KEYS) + random.Random(7).randbytes(900_000)


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    with running_hub() as hub:
        hub.files = {FILE: DATA, "granite-4.1-tiny-f16.gguf": gguf(**KEYS)}
        yield hub


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models", WEIGHTS)


def pulled(hub: LocalHub, registry: Registry, file: str | None = None, **more: object):
    with Hub(hub.url, token=str(more.pop("token", "")), seconds=300) as client:
        return pull(REPO, file, hub=client, registry=registry, pause=0.001, **more)


def test_a_model_is_pulled_checked_and_recorded(hub: LocalHub, registry: Registry):
    seen: list[tuple[int, int]] = []
    entry = pulled(hub, registry, progress=lambda done, total: seen.append((done, total)))
    assert entry.path.read_bytes() == DATA
    assert (entry.name, entry.format) == ("granite-4.1-tiny-Q4_K_M", "granite4")
    assert (entry.licence, entry.origin) == ("apache-2.0", REPO)
    assert seen[-1] == (len(DATA), len(DATA))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert registry.resolve(entry.name) == entry
    assert list(entry.path.parent.iterdir()) == [entry.path]


def test_a_cut_connection_goes_on_where_it_ended(hub: LocalHub, registry: Registry):
    hub.cuts, hub.cut_after = 2, 300_000
    entry = pulled(hub, registry)
    assert entry.path.read_bytes() == DATA
    asked = [wanted for path, wanted in hub.requests if path.startswith("/cdn/")]
    assert asked == [None, "bytes=300000-", "bytes=600000-"]


def test_a_broken_pull_is_resumed_by_the_next_one(hub: LocalHub, registry: Registry):
    hub.cuts, hub.cut_after = 1, 300_000
    with pytest.raises(ModelError, match=r"300000 of \d+ bytes.*--file .* again, it goes on"):
        # After the cut nothing more comes.
        pulled(hub, registry, progress=lambda done, _: setattr(hub, "status", 503))
    assert registry.entries() == Registry(registry.folder, WEIGHTS).entries()
    with pytest.raises(ModelError, match="there is no model"):
        registry.resolve("granite-4.1-tiny-Q4_K_M")
    hub.status, hub.requests = 0, []
    assert pulled(hub, registry).path.read_bytes() == DATA
    assert ("/cdn/" + FILE, "bytes=300000-") in hub.requests


def test_a_hub_without_ranges_starts_again(hub: LocalHub, registry: Registry):
    hub.cuts, hub.cut_after, hub.ranges = 1, 300_000, False
    assert pulled(hub, registry).path.read_bytes() == DATA


def test_a_wrong_hash_registers_nothing(hub: LocalHub, registry: Registry):
    hub.hashes[FILE] = "0" * 64
    with pytest.raises(ModelError, match=r"wrong sha256.*mica models pull"):
        pulled(hub, registry)
    assert [entry.origin for entry in registry.entries()] == ["shipped"]
    assert not list((registry.folder / REPO.replace("/", "--")).iterdir())


def test_a_file_that_is_there_is_not_downloaded_again(hub: LocalHub, registry: Registry):
    pulled(hub, registry)
    hub.requests = []
    pulled(hub, registry)
    assert not [path for path, _ in hub.requests if path.startswith("/cdn/")]


def test_a_changed_file_is_not_joined_to_an_old_part(hub: LocalHub, registry: Registry):
    hub.cuts, hub.cut_after = 1, 300_000
    with pytest.raises(ModelError):
        pulled(hub, registry, progress=lambda *_: setattr(hub, "status", 503))
    hub.status, hub.files[FILE] = 0, gguf(**KEYS) + random.Random(8).randbytes(900_000)
    assert pulled(hub, registry).path.read_bytes() == hub.files[FILE]


def test_two_processes_do_not_write_one_part(hub: LocalHub, registry: Registry):
    hub.cuts, hub.cut_after = 1, 10
    with pytest.raises(ModelError):
        pulled(hub, registry, progress=lambda *_: setattr(hub, "status", 503))
    hub.status = 0
    (part,) = registry.folder.rglob("*.part")
    with part.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ModelError, match="another process is pulling"):
            pulled(hub, registry)
    assert pulled(hub, registry).path.read_bytes() == DATA


def test_too_little_room_is_said_before_the_download(
    hub: LocalHub, registry: Registry, monkeypatch: pytest.MonkeyPatch
):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(pulling.shutil, "disk_usage", lambda _: usage(10, 9, 1 << 20))
    with pytest.raises(ModelError, match=r"needs \d+ MiB .* 1 MiB are free"):
        pulled(hub, registry)
    assert not [path for path, _ in hub.requests if path.startswith("/cdn/")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(hub: LocalHub, registry: Registry):
    registry.folder.chmod(0o500)
    with pytest.raises(ModelError, match="cannot be written"):
        pulled(hub, registry)


def test_which_file_is_taken(hub: LocalHub, registry: Registry):
    assert pulled(hub, registry, "granite-4.1-tiny-f16.gguf").path.name.endswith("f16.gguf")
    with pytest.raises(ModelError, match=r"no file 'x.gguf'; it has .*Q4_K_M"):
        pulled(hub, registry, "x.gguf")
    hub.files = {"a-f16.gguf": b"", "b-f32.gguf": b""}
    with pytest.raises(ModelError, match=r"with --file: a-f16\.gguf, b-f32\.gguf"):
        pulled(hub, registry)
    hub.files = {"a-00001-of-00002.gguf": b""}
    with pytest.raises(ModelError, match="in one piece"):
        pulled(hub, registry)


def test_errors_of_the_hub(hub: LocalHub, registry: Registry):
    with Hub(hub.url) as client:
        with pytest.raises(ModelError, match="has no a/b"):
            pull("a/b", hub=client, registry=registry)
        with pytest.raises(ModelError, match="no repository"):
            pull("../../etc", hub=client, registry=registry)
    hub.token = "secret"
    with pytest.raises(ModelError, match="MICA_HUB_TOKEN"):
        pulled(hub, registry)
    assert pulled(hub, registry, token="secret").path.read_bytes() == DATA
    hub.status = 500
    with pytest.raises(ModelError, match="answers 500"):
        pulled(hub, registry, token="secret")


def test_a_hub_that_does_not_answer(registry: Registry):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with (
            Hub(address) as client,
            pytest.raises(ModelError, match=r"cannot be reached.*MICA_HUB"),
        ):
            pull(REPO, hub=client, registry=registry)


def test_names_that_are_taken(hub: LocalHub, registry: Registry):
    for name in ("mica", "champion"):
        with pytest.raises(ModelError, match="--name"):
            pulled(hub, registry, name=name)
    assert pulled(hub, registry, name="small").name == "small"


def test_a_file_that_is_no_model_is_not_recorded(hub: LocalHub, registry: Registry):
    hub.files[FILE] = b"not a model, though its hash is right" * 9
    with pytest.raises(ModelError, match="cannot be read as a model"):
        pulled(hub, registry)
    assert [entry.origin for entry in registry.entries()] == ["shipped"]
