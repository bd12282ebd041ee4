"""Previews and undo over the API, with a real sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support import needs, patient
from support.api_server import serving
from support.graph_parts import bash_call
from support.preview_place import Place, open_box

COMMAND = "echo hello >log"
ASKED = {"role": "user", "content": "change the file log"}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with needs.a_sandbox():
        place = Place(tmp_path, open_box(tmp_path / "sandbox"))
    yield place
    place.box.forget(place.name)


@pytest.fixture
def api(place: Place) -> Iterator[httpx.Client]:
    mica = place.assistant([bash_call(COMMAND), "Done."])
    with (
        serving(mica) as address,
        httpx.Client(base_url=address, timeout=patient.SECONDS) as client,
    ):
        yield client


def ask(api: httpx.Client, place: Place, *messages: dict) -> dict:
    body = {"model": "mica", "messages": list(messages)}
    headers = {"x-mica-conversation": place.name}
    reply = api.post("/v1/chat/completions", json=body, headers=headers)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_the_round_trip(api: httpx.Client, place: Place) -> None:
    asked = ask(api, place, ASKED)
    preview = asked["mica"]["approval"]["preview"]
    assert preview["summary"] == "1 file added" and preview["exit_code"] == 0
    (change,) = preview["changes"]
    assert (change["path"], change["diff"]) == ("/workspace/log", "@@ -0,0 +1 @@\n+hello")
    message = asked["choices"][0]["message"]
    decision = {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"]}
    done = ask(api, place, ASKED, message, {**decision, "content": "approve"})
    (changed,) = done["mica"]["changed"]
    assert changed == {"command": COMMAND, "summary": "1 file added", "undo_problem": None}
    url = f"/v1/conversations/{place.name}/undo"
    (step,) = api.get(url).json()["data"]
    assert (step["command"], step["summary"], step["problem"]) == (COMMAND, "1 file added", None)
    undone = api.post(url).json()
    assert undone["object"] == "undo" and undone["command"] == COMMAND
    assert [change["path"] for change in undone["changes"]] == ["/workspace/log"]
    assert place.read("ls") == "" and api.get(url).json()["data"] == []
    again = api.post(url)
    assert again.status_code == 409 and again.json()["error"]["code"] == "not_undone"


def test_undo_in_a_message(api: httpx.Client, place: Place) -> None:
    asked = ask(api, place, {"role": "user", "content": "undo"})
    answer = asked["choices"][0]["message"]["content"]
    assert answer.startswith("Nothing was undone: there is no command to undo")


def test_unknown_and_waiting_conversations(api: httpx.Client, place: Place) -> None:
    reply = api.post("/v1/conversations/none/undo")
    assert reply.status_code == 404 and reply.json()["error"]["code"] == "not_found"
    ask(api, place, ASKED)
    reply = api.post(f"/v1/conversations/{place.name}/undo")
    assert reply.status_code == 409 and "decision" in reply.json()["error"]["message"]
