"""What the API says to requests that make no sense: the status, the code, and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import openai
import pytest
from openai import OpenAI
from support import patient, small_disk
from support.api_server import serving
from support.graph_parts import World

HELLO = [{"role": "user", "content": "hello"}]
CHAT = "/v1/chat/completions"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    world = World(tmp_path_factory.mktemp("api"))
    with serving(world.assistant(lambda *_: "fine")) as address:
        yield address


def error_of(answer: httpx.Response) -> dict:
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "code", "param"}
    assert error["type"] == ("server_error" if answer.status_code >= 500 else
                             "invalid_request_error")  # fmt: skip
    assert error["message"]
    assert answer.headers["x-request-id"].startswith("req_")
    return error


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe{}", b"[" * 100_000, b"{'model': 1}"],
    ids=["empty", "cut", "list", "null", "text", "bytes", "deep", "python"],
)
def test_what_is_no_json_object(address: str, data: bytes):
    headers = {"content-type": "application/json"}
    answer = patient.post(address + CHAT, content=data, headers=headers)
    assert answer.status_code == 400
    assert error_of(answer)["code"] == "invalid_json"


BAD: list[tuple[dict, int, str, str | None]] = [
    ({"messages": HELLO}, 400, "invalid_value", "model"),
    ({"model": 7, "messages": HELLO}, 400, "invalid_value", "model"),
    ({"model": "gpt-9", "messages": HELLO}, 404, "model_not_found", "model"),
    ({"model": "", "messages": HELLO}, 404, "model_not_found", "model"),
    ({"model": "mica"}, 400, "invalid_value", "messages"),
    ({"messages": []}, 400, "invalid_value", "messages"),
    ({"messages": "hello"}, 400, "invalid_value", "messages"),
    ({"messages": ["hello"]}, 400, "invalid_value", "messages.0"),
    ({"messages": [{}]}, 400, "invalid_value", "messages.0"),
    ({"messages": [{"role": "robot", "content": "x"}]}, 400, "invalid_value", "messages.0"),
    ({"messages": [{"role": "user", "content": ""}]}, 400, "empty_message", "messages.0.content"),
    ({"messages": [{"role": "user", "content": " \n"}]}, 400, "empty_message",
     "messages.0.content"),
    ({"messages": [{"role": "user"}]}, 400, "empty_message", "messages.0.content"),
    ({"messages": [{"role": "user", "content": 7}]}, 400, "invalid_value", "messages.0.content"),
    ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]}, 400,
     "invalid_value", "messages.0.content"),
    ({"messages": [{"role": "user", "content": "\ud800"}]}, 400, "invalid_value", None),
    ({"messages": [{"role": "user", "content": "x" * 20_001}]}, 400, "message_too_long",
     "messages.0.content"),
    ({"messages": [*HELLO, {"role": "assistant", "content": "hi"}]}, 400, "invalid_value",
     "messages.1.role"),
    ({"messages": [{"role": "assistant", "tool_calls": [{"id": "x"}]}, *HELLO]}, 400,
     "invalid_value", "messages.0"),
    ({"messages": [{"role": "assistant", "tool_calls": [7]}, *HELLO]}, 400, "invalid_value",
     "messages.0"),
    ({"max_tokens": 0}, 400, "invalid_value", "max_tokens"),
    ({"temperature": -1}, 400, "invalid_value", "temperature"),
    ({"temperature": float("nan")}, 400, "invalid_value", "temperature"),
    ({"top_p": 0}, 400, "invalid_value", "top_p"),
    ({"stream": "perhaps"}, 400, "invalid_value", "stream"),
    ({"n": 2}, 400, "unsupported_parameter", "n"),
    ({"tools": [{"type": "function"}]}, 400, "unsupported_parameter", "tools"),
    ({"logprobs": True}, 400, "unsupported_parameter", "logprobs"),
    ({"response_format": {"type": "json_object"}}, 400, "unsupported_parameter",
     "response_format"),
    ({"metadata": {"conversation": "../x"}}, 400, "invalid_value", "metadata.conversation"),
    ({"metadata": {"conversation": ""}}, 400, "invalid_value", "metadata.conversation"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "status", "code", "param"), BAD)
@pytest.mark.parametrize("stream", [False, True])
def test_fields(
    address: str, fields: dict, status: int, code: str, param: str | None, stream: bool
):
    whole = {"messages": HELLO, "stream": stream, **fields}
    if "model" not in fields and fields != BAD[0][0]:
        whole["model"] = "mica"
    if fields == {"model": "mica"}:
        del whole["messages"]
    data = json.dumps(whole)
    headers = {"content-type": "application/json"}
    answer = patient.post(address + CHAT, content=data.encode(), headers=headers)
    error = error_of(answer)
    assert (answer.status_code, error["code"], error["param"]) == (status, code, param)


def test_a_prompt_of_a_megabyte(address: str):
    mica = OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)
    with pytest.raises(openai.APIStatusError) as caught:
        mica.chat.completions.create(
            model="mica", messages=[{"role": "user", "content": "x" * 1_000_000}]
        )
    assert (caught.value.status_code, caught.value.code) == (413, "request_too_large")
    assert caught.value.request_id.startswith("req_")
    done = mica.chat.completions.create(model="mica", messages=HELLO)
    assert done.choices[0].message.content


@pytest.mark.parametrize("content", ["", "yes", "edit", "edit:  ", "approve: x", "approve it"])
def test_a_decision_that_is_none(address: str, content: str):
    message = {"role": "tool", "tool_call_id": "call_x", "content": content}
    answer = patient.post(address + CHAT, json={"model": "mica", "messages": [message]})
    assert answer.status_code == 400
    error = error_of(answer)
    assert error["code"] == "invalid_decision"
    assert "edit: COMMAND" in error["message"]


def test_a_decision_about_nothing(address: str):
    message = {"role": "tool", "tool_call_id": "call_x", "content": "approve"}
    answer = patient.post(address + CHAT, json={"model": "mica", "messages": [message]})
    assert (answer.status_code, error_of(answer)["code"]) == (404, "unknown_call")


def test_only_json_is_read(address: str):
    # Browsers send other kinds of bodies to other sites without asking.
    answer = patient.post(address + CHAT, data={"model": "mica"})
    assert (answer.status_code, error_of(answer)["code"]) == (415, "not_json")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", CHAT), ("POST", "/v1/embeddings"), ("GET", "/v1"), ("DELETE", "/v1/models/mica")],
)
def test_paths_that_are_not_there(address: str, method: str, path: str):
    answer = patient.request(method, address + path)
    assert (answer.status_code, error_of(answer)["code"]) == (404, "not_found")


def test_other_hosts_are_turned_away(address: str):
    answer = patient.get(f"{address}/v1/models", headers={"host": "evil.example"})
    assert (answer.status_code, error_of(answer)["code"]) == (403, "not_trusted")


def test_records_that_cannot_be_written(tmp_path: Path):
    world = World(tmp_path)
    assistant = world.assistant(lambda *_: "fine")
    with serving(assistant) as address:
        assistant.parts.store.close()
        answer = patient.post(address + CHAT, json={"model": "mica", "messages": HELLO})
        assert answer.status_code in (500, 503)
        error_of(answer)


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path):
    with small_disk.mounted(tmp_path) as folder:
        world = World(folder)
        with serving(world.assistant(lambda *_: "fine")) as address:
            body = {"model": "mica", "messages": HELLO, "metadata": {"conversation": "kept"}}
            assert patient.post(address + CHAT, json=body).status_code == 200
            ballast = small_disk.fill(folder)
            refused = patient.post(address + CHAT, json=body)
            assert refused.status_code >= 500
            assert "disk" in error_of(refused)["message"]
            ballast.unlink()
            assert patient.post(address + CHAT, json=body).status_code == 200
