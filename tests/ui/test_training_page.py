"""The training page: runs, their loss, and ending one."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.training_parts import recipe

from runtime.models.entry import write_json
from training.runs.run import Run, kept_state
from ui import chat_auth
from ui.pages.training import TrainingPage

EVIL = "<script>alert(1)</script>"


@pytest.fixture
async def client(tmp_path: Path) -> Iterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(TrainingPage(tmp_path).router())
    app.add_middleware(chat_auth.ClientAddress)
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 4000))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as opened:
        yield opened


def keep(root: Path, name: str, state: str, losses: list[float], error: str = "") -> Run:
    """Write a run's folder as training leaves it."""
    folder = root / name
    folder.mkdir()
    run = Run(name, folder, recipe(root), state, "2026-11-01T10:00:00+00:00", error=error)
    write_json(folder / "state.json", kept_state(run))
    (folder / "recipe.yaml").write_text(run.recipe.dump())
    (folder / "log.txt").write_text(f"begun {EVIL}\n")
    with (folder / "metrics.jsonl").open("w") as file:
        for step, loss in enumerate(losses, 1):
            line = {"step": step, "loss": loss, "done": step / 10, "eta": 90.0}
            file.write(json.dumps(line) + "\n")
        file.write('{"step": 9')  # half a line, being written
    return run


async def test_runs_are_listed_and_shown(client: httpx.AsyncClient, tmp_path: Path) -> None:
    assert "Nothing has been trained yet" in (await client.get("/training")).text
    keep(tmp_path, "20261101-a", "finished", [2.0, 1.5, 1.0])
    keep(tmp_path, "20261102-b", "failed", [3.0], error=f"the disk {EVIL} is full")
    listed = await client.get("/training")
    assert listed.text.index("20261102-b") < listed.text.index("20261101-a")
    assert "refresh" not in listed.headers
    shown = await client.get("/training/20261101-a")
    assert "Loss by step, now 1.000" in shown.text and "30%, step 3" in shown.text
    assert "refresh" not in shown.headers and 'value="cancel"' not in shown.text
    failed = await client.get("/training/20261102-b")
    assert "is full" in failed.text
    for page in (listed, shown, failed):
        assert EVIL not in page.text


async def test_a_run_that_trains_is_live_and_can_be_cancelled(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    run = keep(tmp_path, "20261101-a", "running", [2.0, 1.5])
    with (tmp_path / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(run.id)
        lock.flush()
        shown = await client.get(f"/training/{run.id}")
        assert shown.headers["refresh"] == "2" and "about 2 min left" in shown.text
        said = await client.post(f"/training/{run.id}", data={"do": "cancel"})
        assert said.status_code == 403  # another site's form
        here = {"origin": "http://localhost"}
        said = await client.post(f"/training/{run.id}", data={"do": "cancel"}, headers=here)
        assert said.status_code == 303 and (run.folder / "cancel").exists()
    killed = await client.get(f"/training/{run.id}")
    assert "was killed" in killed.text and "refresh" not in killed.headers


async def test_what_is_not_there_or_not_possible(client: httpx.AsyncClient, tmp_path: Path) -> None:
    keep(tmp_path, "20261101-a", "finished", [])
    assert (await client.get("/training/none")).status_code == 404
    here = {"origin": "http://localhost"}
    for body, status in (({"do": "dance"}, 400), ({"do": "cancel"}, 409)):
        said = await client.post("/training/20261101-a", data=body, headers=here)
        assert said.status_code == status
    strangers = {"host": "evil.example"}
    assert (await client.get("/training", headers=strangers)).status_code == 403
