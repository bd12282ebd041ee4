"""The approval round trip over the API, and the example that shows it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
from openai import OpenAI
from support.api_server import serving
from support.graph_parts import World, bash_call

from graphs.assistant import Assistant
from runtime.fake import Reply
from runtime.types import ChatPrompt

ROOT = Path(__file__).parents[2]
ASKED = [{"role": "user", "content": "delete the file x"}]


def script(prompt: ChatPrompt, *_: object) -> Reply:
    """Ask for rm x; then tell how that went."""
    last = prompt.messages[-1]
    return f"Tool: {last.status}." if last.role == "tool" else bash_call("rm x")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def assistant(world: World) -> Assistant:
    return world.assistant(script)


@pytest.fixture
def mica(assistant: Assistant) -> Iterator[OpenAI]:
    with serving(assistant) as address:
        yield OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, timeout=60)


def ask(mica: OpenAI, messages: list, **more: object):
    return mica.chat.completions.create(model="mica", messages=messages, **more)


def decided(completion, content: str) -> list[dict]:
    """Return the messages that answer an approval."""
    message = completion.choices[0].message
    return [
        *ASKED,
        message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": content},
    ]


def test_the_question(world: World, mica: OpenAI):
    asked = ask(mica, ASKED)
    (choice,) = asked.choices
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content is None
    (call,) = choice.message.tool_calls
    assert (call.function.name, call.function.arguments) == ("bash", '{"command": "rm x"}')
    assert asked.mica["approval"] == {
        "command": "rm x", "summary": "removes files", "reasons": ["rm removes files"],
        "programs": ["rm"], "reads": [], "writes": [], "network": False, "privilege": False,
        "rule": "Always allow exactly this command: `rm x` (in whatever folder the conversation is "
        "then).", "preview": None,
    }  # fmt: skip
    assert asked.usage.completion_tokens == 1
    assert world.ran == []


@pytest.mark.parametrize(
    ("content", "ran", "answer"),
    [
        ("approve", ["rm x"], "Tool: ok."),
        (" Approve\n", ["rm x"], "Tool: ok."),
        ("edit: ls x: y", ["ls x: y"], "Tool: ok."),
        ("reject", [], "Tool: rejected."),
        ("reject: not today", [], "Tool: rejected."),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_decisions(world: World, mica: OpenAI, content: str, ran: list, answer: str, stream: bool):
    following = ask(mica, decided(ask(mica, ASKED), content), stream=stream)
    if stream:
        text = "".join(chunk.choices[0].delta.content or "" for chunk in following)
    else:
        text = following.choices[0].message.content
    assert text == answer
    assert world.ran == ran


def test_a_reason_reaches_the_transcript(assistant: Assistant, mica: OpenAI):
    asked = ask(mica, ASKED)
    ask(mica, decided(asked, "reject: not today"))
    told = [
        m["content"] for _, m, _ in assistant.parts.store.transcript(asked.mica["conversation"])
    ]
    assert any("not today" in text for text in told)


def test_a_streamed_question(mica: OpenAI):
    chunks = list(ask(mica, ASKED, stream=True))
    calls = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or ()]
    assert [(call.index, call.function.name) for call in calls] == [(0, "bash")]
    assert chunks[-1].choices[0].finish_reason == "tool_calls"
    assert chunks[-1].mica["approval"]["command"] == "rm x"


def test_a_decision_counts_once(world: World, mica: OpenAI):
    messages = decided(ask(mica, ASKED), "approve")
    ask(mica, messages)
    for _ in range(2):
        with pytest.raises(openai.ConflictError) as caught:
            ask(mica, messages)
        assert caught.value.code == "approval_decided"
    assert world.ran == ["rm x"]


def test_nothing_else_is_answered_while_a_command_waits(world: World, mica: OpenAI):
    naming = {"metadata": {"conversation": "c-1"}}
    asked = ask(mica, ASKED, **naming)
    with pytest.raises(openai.ConflictError) as caught:
        ask(mica, [{"role": "user", "content": "hello"}], **naming)
    assert caught.value.code == "approval_pending"
    assert asked.choices[0].message.tool_calls[0].id in caught.value.message
    ask(mica, decided(asked, "reject"))
    assert ask(mica, [{"role": "user", "content": "hello"}], **naming).choices[0].message.content
    assert world.ran == []


def test_a_call_of_another_conversation_decides_nothing(world: World, mica: OpenAI):
    first, second = ask(mica, ASKED), ask(mica, ASKED)
    with pytest.raises(openai.ConflictError):
        ask(mica, decided(first, "approve"),
            metadata={"conversation": second.mica["conversation"]})  # fmt: skip
    assert world.ran == []


def test_an_approval_outlives_the_server(world: World):
    with serving(world.assistant(script)) as address:
        asked = ask(OpenAI(base_url=f"{address}/v1", api_key="none"), ASKED)
    with serving(world.assistant(script)) as address:
        mica = OpenAI(base_url=f"{address}/v1", api_key="none")
        done = ask(mica, decided(asked, "approve"))
    assert done.choices[0].message.content == "Tool: ok."
    assert done.mica["conversation"] == asked.mica["conversation"]
    assert world.ran == ["rm x"]


@pytest.mark.parametrize(
    ("decision", "ran", "said"),
    [("approve", ["rm x"], "[bash {'command': 'rm x'}: ok]\nTool: ok.\n"),
     ("reject: no", [], "[bash {'command': 'rm x'}: rejected]\nTool: rejected.\n")],
)  # fmt: skip
def test_the_example(world: World, mica: OpenAI, decision: str, ran: list, said: str):
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "approve.py", "delete", "the", "file", "x"],
        env={"MICA_URL": str(mica.base_url), "PYTHONIOENCODING": "utf-8"},
        input=f"{decision}\n",
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(said)
    assert world.ran == ran
