"""`mica serve` as a process: page and API on one port, a port that is taken, a missing model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from openai import OpenAI
from support import patient
from support.page_server import ROOT, reserved_port

from ui.server import listen

SCRIPT = [
    {"when": "seventh", "replies": [{"tool": "spell_chord", "arguments": {"chord": "Ebm7"}},
                                    "E♭ G♭ B♭ D♭."]},
    {"when": "play", "replies": [{"tool": "edit_melody", "arguments": {
        "melody": "Dm7 | G7 | Cmaj7 | Am7", "edit": "put a ii-V before the last chord"}}, "Here."]},
]  # fmt: skip
BEGINS = {".svg": b"<svg", ".wav": b"RIFF", ".mid": b"MThd", ".musicxml": b"<?xml", ".abc": b"X:1"}
STARTING = patient.SECONDS  # a busy machine imports slowly


def start(folder: Path, port: int, **more: str) -> subprocess.Popen[str]:
    (folder / "script.json").write_text(json.dumps(SCRIPT))
    surroundings = {
        "MICA_HOME": str(folder / "home"),
        "MICA_BACKEND": "script",
        "MICA_SCRIPT": str(folder / "script.json"),
        "MICA_SANDBOX": "none",
        "MICA_RETRIEVED": "0",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "serve", "--port", str(port)],
        cwd=folder,
        env={**os.environ, **surroundings, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    reserved = reserved_port()
    port = reserved.getsockname()[1]
    process = start(tmp_path_factory.mktemp("served"), port)
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + STARTING
        while True:
            try:
                if httpx.get(f"{address}/healthz", timeout=STARTING).status_code == 200:
                    break
            except httpx.TransportError:
                assert process.poll() is None, process.communicate()[1]
                assert time.monotonic() < until, "the server did not start"
                time.sleep(0.1)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=patient.SECONDS)
        reserved.close()
    assert f"Mica is at {address}" in out
    assert process.returncode == 0, err


def test_the_page_and_the_api_share_a_port(served: str):
    page = patient.get(served)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert patient.get(f"{served}/v1/models").json()["object"] == "list"
    missing = patient.get(f"{served}/v1/nothing")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    # The page takes every other path; a wrong method must not land there.
    assert patient.get(f"{served}/v1/chat/completions").status_code == 404


def test_a_request_over_the_served_api(served: str):
    mica = OpenAI(base_url=f"{served}/v1", api_key="none", max_retries=0)
    chunks = list(
        mica.chat.completions.create(
            model="mica/composer",
            messages=[{"role": "user", "content": "what is in an E flat minor seventh"}],
            stream=True,
        )
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "E♭ G♭ B♭ D♭."
    (step,) = chunks[-1].mica["steps"]
    assert "E♭ G♭ B♭ D♭" in step["text"]


def test_what_an_answer_made_is_fetched_by_two_clients(served: str):
    mica = OpenAI(base_url=f"{served}/v1", api_key="none", max_retries=0)
    done = mica.chat.completions.create(
        model="mica/composer", messages=[{"role": "user", "content": "play it with a ii-V"}]
    )
    made = done.mica["artifacts"]
    assert {Path(each["name"]).suffix for each in made} == BEGINS.keys()
    for each in made:
        data = mica.files.content(each["id"]).content
        plain = patient.get(served + each["url"])
        assert data == plain.content
        assert data.startswith(BEGINS[Path(each["name"]).suffix])
        assert len(data) == each["bytes"]
        assert plain.headers["content-type"].split(";")[0] == each["mime"]


def test_a_port_that_is_taken(tmp_path: Path):
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        process = start(tmp_path, port)
        _, err = process.communicate(timeout=STARTING)
    assert process.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in err
    assert "--port or MICA_PORT" in err
    assert "Traceback" not in err


def test_a_model_that_is_not_there(tmp_path: Path):
    with reserved_port() as reserved:
        port = reserved.getsockname()[1]
        process = start(tmp_path, port, MICA_BACKEND="local", MICA_MODEL="nonesuch")
        _, err = process.communicate(timeout=STARTING)
    assert process.returncode == 1
    assert "there is no model 'nonesuch'" in err
    assert "mica models list" in err


def test_an_address_of_another_machine():
    with pytest.raises(OSError, match=r"MICA_HOST|MICA_PORT"):
        listen("192.0.2.1", 8000)
