"""A running `mica serve` over the shipped models follows promote, challenge and rollback."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import patient
from support.builds import register
from support.page_server import PageServer

from runtime.models.registry import Registry

ASKED = "what notes are in an E flat minor seventh"
RIGHT = "E♭ G♭ B♭ D♭"


def changed(folder: Path) -> Path:
    """Return a copy of the composer's adapter whose weights are eight times as large."""
    import gguf

    path = folder / "changed.gguf"
    shutil.copyfile(Registry().entry("mica").adapters["composer"], path)
    reader = gguf.GGUFReader(path, "r+")
    for tensor in reader.tensors:
        if tensor.name.endswith("lora_b"):
            tensor.data[:] = 8 * tensor.data
    reader.data.flush()
    return path


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PageServer]:
    """A server without a sandbox or a knowledge base, which music does not need."""
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    monkeypatch.setenv("MICA_SANDBOX", "none")
    monkeypatch.setenv("MICA_RETRIEVED", "0")
    register(Registry(), "mica-copy", Registry().entry("mica").adapters["composer"], "composer")
    register(Registry(), "mica-loud", changed(tmp_path), "composer")
    running = PageServer(tmp_path, "-m", "ui.cli", "serve", "--port", "{port}")
    running.start()
    yield running
    running.kill(signal.SIGTERM)


def ask(server: PageServer, conversation: str, text: str = ASKED) -> dict[str, Any]:
    body = {
        "model": "mica/composer",
        "messages": [{"role": "user", "content": text}],
        "metadata": {"conversation": conversation},
    }
    answer = patient.post(f"{server.url}/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_promote_ask_rollback_ask(server: PageServer):
    assert server.process is not None
    first = ask(server, "one")
    assert RIGHT in first["choices"][0]["message"]["content"]
    assert (first["mica"]["build"], first["mica"]["role"]) == ("mica", "champion")

    registry = Registry()
    registry.promote("mica-loud")
    loud = ask(server, "one")
    assert loud["mica"]["build"] == "mica-loud"
    assert RIGHT not in loud["choices"][0]["message"]["content"], "other weights, another answer"
    assert patient.get(f"{server.url}/healthz").json()["build"] == "mica-loud"

    registry.rollback()
    again = ask(server, "one")
    assert again["mica"]["build"] == "mica"
    assert again["choices"][0]["message"]["content"] == first["choices"][0]["message"]["content"]

    registry.challenge("mica-copy", 1.0)
    assert ask(server, "one")["mica"]["build"] == "mica", "a conversation keeps its build"
    new = ask(server, "two")
    assert (new["mica"]["build"], new["mica"]["role"]) == ("mica-copy", "challenger")
    assert new["choices"][0]["message"]["content"] == first["choices"][0]["message"]["content"]
    registry.promote()
    assert ask(server, "one")["mica"]["build"] == "mica-copy"

    assert server.process.poll() is None, "it is the same process all along"
    store = server.store()
    built = [meta.get("build") for _, _, meta in store.transcript("one") if "message_id" in meta]
    store.close()
    assert built == ["mica", "mica-loud", "mica", "mica", "mica-copy"]

    server.kill()
    registry.rollback()
    server.start()
    assert ask(server, "one")["mica"]["build"] == "mica", "changed while the server was down"
