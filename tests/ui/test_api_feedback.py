"""Feedback over the API: kept, listed for its owner, corrected calls and choices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import OpenAI
from support import patient
from support.api_server import serving
from support.graph_parts import World, bash_call

from graphs.assistant import Assistant
from graphs.settings import Settings
from records.store import Store
from runtime.fake import Reply
from runtime.types import ChatPrompt

EDITED = {"name": "bash", "arguments": {"command": "du -sh /srv"}}


def script(prompt: ChatPrompt, *_: object) -> Reply:
    asked = prompt.messages[-1]
    if asked.role == "tool":
        return "Those."
    return bash_call("rm x" if "delete" in asked.content else "ls /srv")


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    return World(tmp_path).assistant(script)


@pytest.fixture
def address(assistant: Assistant) -> Iterator[str]:
    with serving(assistant) as found:
        yield found


@pytest.fixture
def store(assistant: Assistant) -> Store:
    return assistant.parts.store


def ask(address: str, text: str, **more: Any) -> dict[str, str]:
    """Return the conversation and the id of an answer."""
    mica = OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, timeout=60)
    done = mica.chat.completions.create(
        model="mica", messages=[{"role": "user", "content": text}], **more
    )
    return {key: done.mica[key] for key in ("conversation", "message_id")}


def post(address: str, **body: Any) -> httpx.Response:
    return patient.post(f"{address}/v1/feedback", json=body)


def listed(address: str, **filters: Any) -> list[dict[str, Any]]:
    answer = patient.get(f"{address}/v1/feedback", params=filters)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_a_corrected_call_is_kept_with_the_record(address: str) -> None:
    answer = ask(address, "how large is each file")
    kept = post(address, **answer, calls=[EDITED], comment="sizes")
    assert kept.status_code == 200
    (item,) = listed(address)
    assert item["id"] == kept.json()["id"] and item["object"] == "feedback"
    assert (item["rating"], item["kind"], item["specialist"]) == ("down", "wrong tool", "sysadmin")
    assert item["corrected_calls"] == [EDITED] and item["comment"] == "sizes"
    assert [m["role"] for m in item["messages"]] == ["user", "assistant", "tool", "assistant"]
    assert item["schema_version"] and item["build"] and item["documents"] == ["files.largest"]
    assert item["confidence"] == 0.9 and item["owner"] == "api"
    again = post(address, **answer, rating="up", calls=[], comment="")
    assert again.json()["id"] == item["id"]
    (item,) = listed(address, rating="up")
    assert (item["corrected_calls"], item["comment"], item["kind"]) == ([], "", "")
    assert listed(address, rating="down") == listed(address, specialist="composer") == []
    assert patient.get(f"{address}/v1/feedback/{item['id']}").json() == item


def test_what_cannot_be_kept_is_said(address: str) -> None:
    answer = ask(address, "how large is each file")
    for wrong, status in (
        ({}, 400),
        ({"rating": "sideways"}, 400),
        ({"rating": "up", "message_id": "msg_none"}, 404),
        ({"calls": [{"name": "format_disk", "arguments": {}}]}, 400),
        ({"calls": [{"name": "bash", "arguments": {"comand": "ls"}}]}, 400),
        ({"calls": [{"name": "bash"}]}, 400),
        ({"rating": "down", "comment": "x" * 20_001}, 400),
    ):
        said = post(address, **{**answer, **wrong})
        assert said.status_code == status, said.text
        assert said.json()["error"]["message"]
    half = json.dumps({**answer, "correction": "\ud800"})
    headers = {"content-type": "application/json"}
    sent = patient.post(f"{address}/v1/feedback", content=half, headers=headers)
    assert sent.status_code == 400
    assert listed(address) == []
    assert patient.get(f"{address}/v1/feedback", params={"source": "x"}).status_code == 400


def test_a_choice_between_answers_of_two_conversations(address: str) -> None:
    one, two = ask(address, "the files"), ask(address, "the files")
    other = ask(address, "the file sizes")

    def choose(chosen: dict[str, str], rejected: dict[str, str]) -> httpx.Response:
        return post(
            address,
            conversation=chosen["conversation"],
            chosen=chosen["message_id"],
            rejected=rejected["message_id"],
            rejected_conversation=rejected["conversation"],
        )

    kept = choose(one, two)
    assert kept.status_code == 200
    (item,) = listed(address, source="preference")
    assert item["id"] == kept.json()["id"] and item["rejected"] == "Those."
    assert choose(two, one).json()["id"] == item["id"]
    assert choose(one, other).status_code == choose(one, one).status_code == 400
    gone = patient.delete(f"{address}/v1/feedback/{item['id']}")
    assert gone.json()["deleted"] is True and listed(address) == []


def test_nobody_sees_or_removes_anothers(address: str, store: Store) -> None:
    answer = ask(address, "the files")
    id = store.rate(answer["conversation"], answer["message_id"], rating="up", owner="local")
    assert listed(address) == []
    for method in ("GET", "DELETE"):
        assert patient.request(method, f"{address}/v1/feedback/rating:{id}").status_code == 404
    assert post(address, **answer, rating="down").status_code == 200
    assert [(r.owner, r.rating) for r in store.ratings()] == [("local", "up"), ("api", "down")]
    (mine,) = listed(address)
    assert patient.delete(f"{address}/v1/feedback/{mine['id']}").status_code == 200
    assert [r.owner for r in store.ratings()] == ["local"]


def test_an_edited_command_is_listed_and_stays(address: str) -> None:
    asked: list[Any] = [{"role": "user", "content": "delete the file x"}]
    mica = OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, timeout=60)
    waiting = mica.chat.completions.create(model="mica", messages=asked).choices[0].message
    (call,) = waiting.tool_calls
    decision = {"role": "tool", "tool_call_id": call.id, "content": "edit: rm -i x"}
    mica.chat.completions.create(model="mica", messages=[*asked, waiting, decision])
    (item,) = listed(address, source="edit")
    assert item["id"] == f"approval:{call.id}" and item["kind"] == "wrong argument"
    assert item["corrected_calls"] == [{"name": "bash", "arguments": {"command": "rm -i x"}}]
    assert patient.delete(f"{address}/v1/feedback/{item['id']}").status_code == 400
    assert listed(address) == [item]


def test_each_named_key_has_ratings_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben = "a" * 16, "b" * 20
    monkeypatch.setenv("MICA_FEEDBACK_KEYS", f"anna={anna} ben={ben}")
    assert anna not in repr(Settings())
    assistant = World(tmp_path).assistant(script, settings=Settings())
    with serving(assistant) as address:
        answer = ask(address, "list the files")
        url = f"{address}/v1/feedback"

        def call(method: str, key: str, path: str = "", **more: Any) -> httpx.Response:
            headers = {"authorization": f"Bearer {key}"}
            return patient.request(method, url + path, headers=headers, **more)

        up, down = answer | {"rating": "up"}, answer | {"rating": "down"}
        one = call("POST", anna, json=up).json()["id"]
        two = call("POST", ben, json=down).json()["id"]
        assert one != two
        assert call("DELETE", ben, f"/{one}").status_code == 404
        assert call("GET", ben, f"/{one}").status_code == 404
        (mine,) = call("GET", anna).json()["data"]
        assert (mine["id"], mine["rating"], mine["owner"]) == (one, "up", "api/anna")
        for refused in (
            post(address, **up),
            call("GET", "none"),
            call("DELETE", "c" * 16, f"/{one}"),
        ):
            assert refused.status_code == 401
            assert refused.json()["error"]["code"] == "invalid_api_key"
        assert call("DELETE", anna, f"/{one}").status_code == 200
        assert [item["id"] for item in call("GET", ben).json()["data"]] == [two]


@pytest.mark.parametrize(
    "keys", ["anna", "anna=short", f"={'k' * 16}", f"a={'k' * 16} b={'k' * 16}"]
)
def test_keys_that_are_none_are_said(keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICA_FEEDBACK_KEYS", keys)
    with pytest.raises(ValueError, match=r"NAME=KEY|there once"):
        Settings()
