"""Long outputs and attached folders, over the API and from the command line."""

from __future__ import annotations

import contextlib
import io
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support import needs, patient
from support.api_server import serving
from support.command_line import Mica
from support.graph_parts import bash_call
from support.preview_place import Place, open_box

from graphs.build import sandbox_of
from graphs.settings import Settings
from sandboxes import Sandbox, SandboxError
from sandboxes.attach import Attachments

LONG = "seq 1 60000"
NAME = f"attached-{uuid.uuid4().hex}"
WHOLE = b"".join(b"%d\n" % number for number in range(1, 60001))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with needs.a_sandbox():
        place = Place(tmp_path, open_box(tmp_path / "sandbox"))
    monkeypatch.setenv("MICA_HOME", str(tmp_path / "home"))
    yield place
    place.box.forget(place.name)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "notes.txt").write_text("one\n")
    return folder


def run(box: Sandbox, conversation: str, command: str) -> str:
    return box.run(command, conversation=conversation, call_id=uuid.uuid4().hex).output


def test_a_long_output_is_shown_shortened_and_fetched_whole(place: Place) -> None:
    mica = place.assistant([bash_call(LONG), "Done."])
    with serving(mica) as address, httpx.Client(base_url=address, timeout=patient.SECONDS) as api:
        asked = {"role": "user", "content": "count the files to sixty thousand"}
        body = {"model": "mica", "messages": [asked]}
        reply = api.post(
            "/v1/chat/completions", json=body, headers={"x-mica-conversation": place.name}
        )
        assert reply.status_code == 200, reply.text
        rows = mica.parts.store.transcript(place.name)
        (shown,) = [message for _, message, _ in rows if message["role"] == "tool"]
        assert "bytes left out" in shown["content"] and "30000\n" not in shown["content"]
        kept = api.get(f"/v1/outputs/{shown['tool_call_id']}")
        assert kept.content == WHOLE and kept.headers["content-type"].startswith("text/plain")
        missing = api.get("/v1/outputs/no-such-call")
        assert missing.status_code == 404 and "no-such-call" in missing.json()["error"]["message"]


def test_the_changes_of_an_attached_folder_are_shown(place: Place, project: Path) -> None:
    attached = Attachments().attach(place.box, place.name, project)
    run(place.box, place.name, f"echo two >>{attached.place}/notes.txt")
    with (
        serving(place.assistant(["Hello."])) as address,
        httpx.Client(base_url=address, timeout=patient.SECONDS) as api,
    ):
        shown = api.get(f"/v1/attachments/{place.name}")
        assert shown.status_code == 200 and "+two" in shown.text
        nothing = api.get("/v1/attachments/another")
        assert nothing.status_code == 404 and nothing.json()["error"]["code"] == "not_found"
    assert (project / "notes.txt").read_text() == "one\n"


@pytest.fixture
def box(mica: Mica, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Return the sandbox that the command line uses, where this machine has one."""
    monkeypatch.setenv("MICA_SANDBOX", "auto")
    with needs.a_sandbox():
        box = sandbox_of(Settings())
    yield box
    with contextlib.suppress(SandboxError):
        box.forget(NAME)
    box.close()


def test_attach_change_apply_undo_drop(mica: Mica, box: Sandbox, project: Path) -> None:
    added = mica("attach", "add", NAME, str(project))
    assert added.code == 0 and "1 files, copied to /workspace/project" in added.out + added.err
    assert "nothing has changed" in mica("attach", "diff", NAME).out
    run(box, NAME, "echo two >>/workspace/project/notes.txt; echo x >/workspace/project/new")
    changed = mica("attach", "diff", NAME).out
    assert "+two" in changed and "new" in changed
    asked = mica("attach", "apply", NAME)
    assert asked.code != 0 and "--yes" in asked.err
    assert (project / "notes.txt").read_text() == "one\n"
    applied = mica("attach", "apply", NAME, "--yes")
    assert applied.code == 0 and (project / "notes.txt").read_text() == "one\ntwo\n"
    assert (project / "new").read_text() == "x\n"
    assert mica("attach", "undo", NAME).code == 0
    assert (project / "notes.txt").read_text() == "one\n" and not (project / "new").exists()
    assert mica("attach", "drop", NAME).code == 0
    gone = mica("attach", "diff", NAME)
    assert gone.code != 0 and "no folder is attached" in gone.err


def test_the_whole_output_from_the_command_line(
    place: Place, mica: Mica, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    list(place.assistant([bash_call(LONG), "Done."]).stream(place.name, "count the files"))
    records = tmp_path / "mica.db"
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "home" / "mica.db").symlink_to(records)
    rows = place.world.assistant([]).parts.store.transcript(place.name)
    (call,) = [message["tool_call_id"] for _, message, _ in rows if message["role"] == "tool"]
    printed = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", printed)
    ended = mica("output", call)
    assert ended.code == 0 and printed.buffer.getvalue() == WHOLE
