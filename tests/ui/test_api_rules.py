"""Rules over the API: an approval that lasts, listing and revoking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
from openai import OpenAI
from support import patient
from support.api_server import serving
from support.graph_parts import World, bash_call

from runtime.fake import Reply
from runtime.types import ChatPrompt

ASKED = [{"role": "user", "content": "delete the file x"}]


def script(prompt: ChatPrompt, *_: object) -> Reply:
    return "Gone." if prompt.messages[-1].role == "tool" else bash_call("rm x")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def address(world: World) -> Iterator[str]:
    with serving(world.assistant(script)) as found:
        yield found


def ask(address: str, messages: list) -> object:
    mica = OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, timeout=60)
    return mica.chat.completions.create(model="mica", messages=messages)


def decide(address: str, content: str) -> object:
    asked = ask(address, ASKED)
    assert asked.choices[0].finish_reason == "tool_calls"
    message = asked.choices[0].message.model_dump(exclude_none=True)
    call = message["tool_calls"][0]["id"]
    reply = {"role": "tool", "tool_call_id": call, "content": content}
    return ask(address, [*ASKED, message, reply])


@pytest.mark.parametrize(
    "content", ["approve: always", '{"decision": "approve", "scope": "always"}']
)
def test_always_covers_the_next_conversation(world: World, address: str, content: str):
    decide(address, content)
    again = ask(address, ASKED)
    assert again.choices[0].message.content == "Gone." and world.ran == ["rm x", "rm x"]
    (covered,) = again.mica["approved_by_rule"]
    assert covered["command"] == "rm x" and "exactly this command" in covered["rules"][0]
    (rule,) = patient.get(f"{address}/v1/rules").json()["data"]
    assert (rule["owner"], rule["by"], rule["uses"]) == ("api", "api", 1)
    assert patient.get(f"{address}/v1/rules", params={"owner": "local"}).json()["data"] == []
    ended = patient.delete(f"{address}/v1/rules/{rule['id']}")
    assert ended.status_code == 200 and ended.json()["revoked"]
    assert patient.get(f"{address}/v1/rules").json()["data"] == []
    assert ask(address, ASKED).choices[0].finish_reason == "tool_calls"


def test_for_the_conversation_is_not_for_the_next(world: World, address: str):
    decide(address, "approve: conversation")
    assert ask(address, ASKED).choices[0].finish_reason == "tool_calls"
    (rule,) = patient.get(f"{address}/v1/rules").json()["data"]
    assert rule["sentence"].startswith("In this conversation, allow")


def test_a_rule_that_is_not_there(address: str):
    ended = patient.delete(f"{address}/v1/rules/7")
    assert ended.status_code == 404 and ended.json()["error"]["code"] == "not_found"
    assert patient.delete(f"{address}/v1/rules/x").status_code == 400


@pytest.mark.parametrize(
    "content",
    ["approve: sometimes", '{"decision": "approve", "scope": "often"}', '{"decision": "edit"}',
     '{"decision": "reject", "scope": "always"}', '{"decision": "approve", "command": "ls"}', "{",
     '{"decision": "approve", "else": 1}', "edit:", '{"decision": "edit", "command": " "}'],
)  # fmt: skip
def test_a_decision_that_makes_no_sense_decides_nothing(world: World, address: str, content: str):
    with pytest.raises(openai.BadRequestError) as caught:
        decide(address, content)
    assert caught.value.code == "invalid_decision" and world.ran == []


def test_a_reason_as_json_reaches_the_model(world: World, address: str):
    done = decide(address, '{"decision": "reject", "reason": "not today"}')
    assert done.choices[0].message.content == "Gone." and world.ran == []
    (step,) = done.mica["steps"]
    assert step["status"] == "rejected" and "not today" in step["text"]
