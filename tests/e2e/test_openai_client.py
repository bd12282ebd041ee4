"""The same steps through the API, with the stock `openai` client and the shipped weights."""

from __future__ import annotations

from typing import Any

import pytest
from openai import OpenAI
from support.shipped import (
    DELETE,
    LARGEST,
    MUSIC,
    OFF_TOPIC,
    Inside,
    Shipped,
    exact_music,
    in_order,
    largest,
    logs_at_first,
)

# The first test of a run also builds the knowledge index, which takes a busy machine a while.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def client(served: Shipped) -> OpenAI:
    return OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0, timeout=300)


def ask(client: OpenAI, text: str, model: str = "mica", **more: Any) -> Any:
    messages = [{"role": "user", "content": text}]
    return client.chat.completions.create(model=model, messages=messages, **more)


def decide(client: OpenAI, asked: Any, decision: str) -> Any:
    message = asked.choices[0].message
    answer = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": decision}
    request = {"role": "user", "content": DELETE}
    return client.chat.completions.create(
        model="mica", messages=[request, message.model_dump(exclude_none=True), answer]
    )


def test_models(client: OpenAI):
    assert {"mica", "mica/sysadmin", "mica/composer"} <= {m.id for m in client.models.list()}


def test_a_streamed_answer(client: OpenAI, served: Shipped):
    chunks = list(ask(client, LARGEST, stream=True))
    pieces = [
        c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content
    ]
    assert len(pieces) >= 3
    assert in_order("".join(pieces), largest(served.home))


@pytest.mark.parametrize("model", ["mica", "mica/composer"])
def test_exact_music(client: OpenAI, model: str):
    answered = ask(client, MUSIC, model)
    assert answered.choices[0].finish_reason == "stop"
    assert exact_music(answered.choices[0].message.content)


@pytest.mark.parametrize("request_", OFF_TOPIC)
def test_small_talk_runs_no_tool(client: OpenAI, served: Shipped, request_: str):
    answered = ask(client, request_)
    assert "Debian system" in answered.choices[0].message.content
    assert served.ran(answered.mica["conversation"]) == []


@pytest.mark.parametrize(
    "decision", ["approve", "reject: keep them", "edit: rm -v /srv/app/old.log"]
)
def test_an_approval_round_trip(client: OpenAI, served: Shipped, decision: str):
    before = logs_at_first(served.home)
    left = {"a": [], "r": before, "e": [path for path in before if "old.log" not in path]}
    asked = ask(client, DELETE)
    assert asked.choices[0].finish_reason == "tool_calls"
    assert asked.mica["approval"]["reasons"]
    with Inside(served.home, asked.mica["conversation"]) as inside:
        assert inside.logs() == before
        done = decide(client, asked, decision)
        assert done.choices[0].finish_reason == "stop"
        assert done.choices[0].message.content
        assert inside.logs() == left[decision[0]]
        ran = served.ran(inside.conversation)
        assert [inside.runs(call_id) for call_id, _, _ in ran] == [1] * (decision[0] != "r")
