"""The API by the stock `openai` client against a real server: answers, streams, histories."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from support import patient
from support.api_server import serving
from support.graph_parts import World, bash_call

from graphs.assistant import Assistant
from runtime.fake import Reply
from runtime.types import BackendError, ChatPrompt, Delta, GenerationOptions, ToolCall
from tools import Artifact, ToolResult, tool

CHORD = ToolCall("", "spell_chord", {"chord": "C"})
Serve = Callable[..., str]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def serve(world: World) -> Iterator[Serve]:
    """Return a function that serves a script, or an assistant, and gives the address."""
    with ExitStack() as servers:

        def start(script: list[Reply] | Assistant, keep_alive: float = 10.0) -> str:
            built = script if isinstance(script, Assistant) else world.assistant(script)
            return servers.enter_context(serving(built, keep_alive=keep_alive))

        yield start


def client(address: str, **more: object) -> OpenAI:
    return OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, timeout=60, **more)


def user(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


def ask(address: str, text: str, **more: object):
    return client(address).chat.completions.create(
        **{"model": "mica", "messages": user(text), **more}
    )


def test_models(serve: Serve):
    found = client(serve([])).models
    assert [model.id for model in found.list()] == ["mica", "mica/composer", "mica/sysadmin"]
    assert found.retrieve("mica/sysadmin").owned_by == "mica"
    with pytest.raises(openai.NotFoundError) as caught:
        found.retrieve("gpt-9")
    assert caught.value.code == "model_not_found"


def test_a_completion(serve: Serve):
    done = ask(serve([bash_call("ls /"), "Those are the files."]), "show the files")
    (choice,) = done.choices
    assert choice.message.content == "Those are the files."
    assert (choice.message.role, choice.finish_reason) == ("assistant", "stop")
    assert done.model == "mica"
    assert done.usage.completion_tokens == 5
    assert done.usage.total_tokens == done.usage.prompt_tokens + 5
    assert done.mica["specialist"] == "sysadmin"
    assert done.mica["confidence"] == 0.9
    assert done.mica["sources"] == [
        {"id": "files.largest", "title": "largest files", "source": "recipes/files.yaml"}
    ]
    (step,) = done.mica["steps"]
    assert (step["tool"], step["arguments"]) == ("bash", {"command": "ls /"})
    assert (step["status"], step["text"]) == ("ok", "ran ls /")


def test_a_stream_is_what_clients_expect(serve: Serve):
    address = serve([bash_call("ls /"), "Those are the files."])
    body = {"model": "mica", "messages": user("show the files"), "stream": True,
            "stream_options": {"include_usage": True}}  # fmt: skip
    with patient.stream("POST", f"{address}/v1/chat/completions", json=body) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-request-id"].startswith("req_")
        lines = [line for line in answer.iter_lines() if line]
    assert all(line.startswith("data: ") for line in lines)
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert chunks[0]["mica"]["specialist"] == "sysadmin"
    assert all("role" not in chunk["choices"][0]["delta"] for chunk in chunks[1:-1])
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[:-1]].count("stop") == 1
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens"] == 5
    assert all("usage" not in chunk for chunk in chunks[:-1])
    words = [chunk["choices"][0]["delta"].get("content", "") for chunk in chunks[:-1]]
    assert [word for word in words if word] == ["Those", " are", " the", " files."]


def test_a_stream_by_the_client(serve: Serve):
    address = serve([CHORD, "C E G."])
    chunks = list(ask(address, "which notes are in this chord", stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "C E G."
    assert chunks[-1].mica["steps"][0]["text"] == "C: C E G"
    assert chunks[-1].mica["message_id"].startswith("msg_")


async def test_the_asynchronous_client(serve: Serve):
    address = serve(lambda prompt, options: prompt.messages[-1].content.upper())
    async with AsyncOpenAI(base_url=f"{address}/v1", api_key="none") as mica:

        async def say(text: str) -> str:
            stream = await mica.chat.completions.create(
                model="mica/composer", messages=user(text), stream=True
            )
            return "".join([c.choices[0].delta.content or "" async for c in stream])

        done = await mica.chat.completions.create(model="mica/composer", messages=user("x"))
        assert done.choices[0].message.content == "X"
        assert await asyncio.gather(*(say(f"chord {n}") for n in range(4))) == [
            f"CHORD {n}" for n in range(4)
        ]


def test_a_model_name_chooses_the_specialist(serve: Serve):
    done = ask(serve(["Hello."]), "hello", model="mica/sysadmin")
    assert (done.mica["specialist"], done.mica["confidence"]) == ("sysadmin", 1.0)
    assert done.model == "mica/sysadmin"


def test_off_topic_is_answered_without_a_tool(serve: Serve):
    done = ask(serve([]), "what is the capital of France")
    assert done.mica["specialist"] == "other"
    assert done.choices[0].message.content
    assert done.mica["steps"] == []


def test_words_before_a_tool_are_a_paragraph_of_their_own(serve: Serve):
    script: list[Reply] = [["I look.", CHORD], "C E G."]
    assert ask(serve(script), "the chord").choices[0].message.content == "I look.\n\nC E G."


def test_earlier_messages_reach_the_model(world: World, serve: Serve):
    assistant = world.assistant(["The third."])
    call = {"id": "call_x", "type": "function", "function": {"name": "bash", "arguments": "{}"}}
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "name a chord"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_x", "content": "approve"},
        {"role": "assistant", "content": [{"type": "text", "text": "C E G."}]},
        {"role": "user", "content": "which note of that chord is in the middle"},
    ]
    ask(serve(assistant), "", messages=messages)
    (prompt,) = assistant.parts.backend.prompts
    said = [(m.role, m.content) for m in prompt.messages if m.role != "system"]
    assert said == [
        ("user", "name a chord"),
        ("assistant", "C E G."),
        ("user", "which note of that chord is in the middle"),
    ]


def test_decoding_options_reach_the_model(world: World, serve: Serve):
    assistant = world.assistant(["x", "x"])
    address = serve(assistant)
    ask(address, "a chord", max_tokens=7, temperature=0.5, top_p=0.9, seed=3, stop="\n")
    ask(address, "a chord")
    first, second = assistant.parts.backend.options
    assert first == GenerationOptions(7, 0.5, 0.9, 3, ("\n",))
    assert second == GenerationOptions()


@pytest.mark.parametrize("by", ["header", "metadata"])
def test_a_named_conversation_goes_on(world: World, serve: Serve, by: str):
    assistant = world.assistant(["One.", "Two."])
    address = serve(assistant)
    naming = (
        {"extra_headers": {"X-Mica-Conversation": "c-1"}}
        if by == "header"
        else {"metadata": {"conversation": "c-1"}}
    )
    for text in ("a chord", "another chord"):
        assert ask(address, text, **naming).mica["conversation"] == "c-1"
    assert [m.content for m in assistant.parts.backend.prompts[1].messages if m.role == "user"] == [
        "a chord",
        "another chord",
    ]
    assert assistant.parts.store.conversation("c-1").owner == "api"


def test_without_a_name_every_request_stands_alone(world: World, serve: Serve):
    assistant = world.assistant(["One.", "Two."])
    address = serve(assistant)
    names = {ask(address, "a chord").mica["conversation"] for _ in range(2)}
    assert len(names) == 2
    assert assistant.parts.store.conversations() == [], "the page lists its own only"


def test_an_error_before_the_first_word_has_a_status(serve: Serve):
    for stream in (False, True):
        address = serve(lambda *_: BackendError("the model is gone; run `mica doctor`"))
        with pytest.raises((openai.APIStatusError, openai.APIError), match="mica doctor"):
            list(ask(address, "a chord", stream=stream))


class Talking:
    """Says words until it is cancelled, or until it breaks."""

    name = "talking"

    def __init__(self, breaks: bool = False) -> None:
        self.breaks = breaks
        self.begun = threading.Event()
        self.cancelled = threading.Event()

    def stream(
        self,
        prompt: ChatPrompt,
        options: GenerationOptions = GenerationOptions(),  # noqa: B008
        *,
        adapter: str | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[Delta]:
        assert cancel is not None
        self.begun.set()
        while not cancel.wait(0.01):
            yield Delta(text="word ")
            if self.breaks:
                raise BackendError("the model broke; ask again")
        self.cancelled.set()
        yield Delta(finish_reason="cancelled")

    def close(self) -> None: ...


def talking(world: World, backend: Talking) -> Assistant:
    parts = world.assistant([]).parts
    return Assistant(replace(parts, backend=backend), world.folder / "other.db")


def test_an_error_in_the_middle_of_a_stream_raises(world: World, serve: Serve):
    address = serve(talking(world, Talking(breaks=True)))
    seen: list[str] = []
    with pytest.raises(openai.APIError, match="the model broke; ask again"):
        for chunk in ask(address, "a chord", stream=True):
            seen.append(chunk.choices[0].delta.content or "")
    assert "word " in seen


def test_leaving_a_stream_stops_the_model(world: World, serve: Serve):
    backend = Talking()
    with ask(serve(talking(world, backend)), "a chord", stream=True) as stream:
        assert any(chunk.choices[0].delta.content for chunk in stream)
    assert backend.cancelled.wait(60)


def test_leaving_a_request_stops_the_model(world: World, serve: Serve):
    backend = Talking()
    address = httpx.URL(serve(talking(world, backend)))
    body = json.dumps({"model": "mica", "messages": user("a chord")})
    with socket.create_connection((address.host, address.port)) as connection:
        connection.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            % (len(body), body.encode())
        )
        assert backend.begun.wait(60)
    assert backend.cancelled.wait(60)


def test_comments_keep_a_silent_stream_open(serve: Serve):
    goes_on = threading.Event()

    def script(*_: object) -> str:
        assert goes_on.wait(60)
        return "At last."

    body = {"model": "mica", "messages": user("a chord"), "stream": True}
    address = serve(script, keep_alive=0.05)
    with patient.stream("POST", f"{address}/v1/chat/completions", json=body) as answer:
        seen = []
        for line in answer.iter_lines():
            seen.append(line)
            if line == ": keep-alive":
                goes_on.set()
    assert ": keep-alive" in seen
    assert seen[-2:] == ["data: [DONE]", ""]


def test_artifacts_are_links(world: World, serve: Serve):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"/>'

    @tool
    def show_music(music: str) -> ToolResult:
        """Show music."""
        return ToolResult("C E G", (Artifact("image", "a b.svg", "image/svg+xml", svg),))

    parts = world.assistant([ToolCall("", "show_music", {"music": "C"}), "See."]).parts
    parts = replace(parts, tools={**parts.tools, "show_music": show_music})
    address = serve(Assistant(parts, world.folder / "other.db"))
    (artifact,) = ask(address, "show the chord").mica["artifacts"]
    assert (artifact["name"], artifact["mime"]) == ("a b.svg", "image/svg+xml")
    answer = patient.get(address + artifact["url"])
    assert (answer.content, answer.headers["content-type"]) == (svg, "image/svg+xml")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert patient.get(f"{address}/v1/files/0/a.svg").status_code == 404


def test_feedback_is_kept(world: World, serve: Serve):
    assistant = world.assistant(["C E G."])
    address = serve(assistant)
    done = ask(address, "a chord")
    rating = {"conversation": done.mica["conversation"], "message_id": done.mica["message_id"],
              "rating": "down", "correction": "C E♭ G."}  # fmt: skip
    assert patient.post(f"{address}/v1/feedback", json=rating).status_code == 200
    (kept,) = assistant.parts.store.ratings(done.mica["conversation"])
    assert (kept.rating, kept.correction) == ("down", "C E♭ G.")
    for wrong in ({"rating": "sideways"}, {"message_id": "msg_none"}, {"conversation": "none"}):
        assert patient.post(f"{address}/v1/feedback", json={**rating, **wrong}).status_code in (
            400,
            404,
        )


def test_health(serve: Serve):
    answer = patient.get(serve([]) + "/healthz")
    assert answer.json() == {
        "status": "ok",
        "model": "scripted",
        "build": "scripted",
        "sandbox": "noting",
    }
