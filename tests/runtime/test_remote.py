"""The remote backend against a model server on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from support.local_model_server import ModelServer, running_model_server

from runtime.remote import RemoteBackend
from runtime.types import (
    BackendError,
    ChatPrompt,
    Completion,
    Delta,
    Document,
    GenerationOptions,
    Message,
    ToolCall,
    ToolSchema,
    Usage,
    collect,
)

HELLO = ChatPrompt((Message("user", "hello"),))
BASH = ToolSchema("bash", "Run a command.", {"type": "object", "properties": {}})


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server


@pytest.fixture
def backend(server: ModelServer) -> Iterator[RemoteBackend]:
    backend = RemoteBackend(server.url, "granite", "secret", seconds=600)
    yield backend
    backend.close()


def call(index: int, **parts: str) -> dict:
    function = {name: parts[name] for name in ("name", "arguments") if name in parts}
    return {"tool_calls": [{"index": index, "id": parts.get("id"), "function": function}]}


def test_text_is_streamed_with_usage(server: ModelServer, backend: RemoteBackend):
    server.say({"role": "assistant", "content": ""}, {"content": "Hel"}, {"content": "lo."},
               prompt_tokens=7, completion_tokens=2)  # fmt: skip
    deltas = list(backend.stream(HELLO))
    assert deltas == [
        Delta("Hel"),
        Delta("lo."),
        Delta(finish_reason="stop", usage=Usage(7, 2)),
    ]
    assert server.keys == ["Bearer secret"]


def test_what_the_server_is_asked(server: ModelServer, backend: RemoteBackend):
    server.say({"content": "x"})
    asked = Message("assistant", "", (ToolCall("c1", "bash", {"command": "ls"}),))
    done = Message("tool", "a.txt", tool_call_id="c1", name="bash", status="ok")
    prompt = ChatPrompt(
        (Message("system", "Be brief."), Message("user", "hi"), asked, done),
        (BASH,),
        (Document("d", "largest files", "How to.", "recipes.yaml", "find {path}"),),
    )
    options = GenerationOptions(9, 0.5, 0.9, 3, ("\n",), "required")
    collect(backend.stream(prompt, options))
    (request,) = server.requests
    assert request["path"] == "/v1/chat/completions"
    system, user, assistant, tool = request["messages"]
    assert system["content"] == (
        "Be brief.\n\nReference: largest files (recipes.yaml)\nHow to.\nCommand: find {path}"
    )
    assert user == {"role": "user", "content": "hi"}
    assert assistant["tool_calls"][0]["function"]["arguments"] == '{"command": "ls"}'
    assert tool == {"role": "tool", "content": "a.txt", "tool_call_id": "c1"}
    assert request["tools"][0]["function"]["name"] == "bash"
    expected = {"model": "granite", "max_tokens": 9, "temperature": 0.5, "top_p": 0.9, "seed": 3,
                "stop": ["\n"], "tool_choice": "required"}  # fmt: skip
    assert {name: request[name] for name in expected} == expected
    assert request["stream_options"] == {"include_usage": True}


def test_pieces_of_tool_calls_are_put_together(server: ModelServer, backend: RemoteBackend):
    server.say(
        {"content": "I look."},
        call(0, id="a", name="bash", arguments=""),
        call(0, arguments='{"command": "ls'),
        call(1, id="b", name="spell_chord", arguments='{"chord": "C"}'),
        call(0, arguments=' /"}'),
        finish="tool_calls",
    )
    done = collect(backend.stream(HELLO))
    assert done == Completion(
        "I look.",
        (ToolCall("a", "bash", {"command": "ls /"}), ToolCall("b", "spell_chord", {"chord": "C"})),
        "tool_calls",
        Usage(),
    )


def test_servers_that_say_stop_after_a_call(server: ModelServer, backend: RemoteBackend):
    server.say(call(0, name="bash", arguments="{}"))
    done = collect(backend.stream(HELLO))
    assert done.finish_reason == "tool_calls"
    assert done.tool_calls[0].id.startswith("call_")


def test_a_call_that_cannot_be_read_is_text(server: ModelServer, backend: RemoteBackend):
    server.say(call(0, name="bash", arguments='{"command": '), finish="tool_calls")
    done = collect(backend.stream(HELLO))
    assert (done.text, done.tool_calls, done.finish_reason) == ('bash {"command":', (), "stop")


def test_log_probabilities(server: ModelServer, backend: RemoteBackend):
    server.say({"content": "ab"})
    token = {"token": "a", "logprob": -0.25, "bytes": None, "top_logprobs": []}
    server.chunks[0]["choices"][0]["logprobs"] = {"content": [token, token]}
    done = collect(backend.stream(HELLO, GenerationOptions(logprobs=True)))
    assert done.logprob == -0.5
    assert server.requests[0]["logprobs"] is True


def test_cancelling_leaves_a_silent_server_at_once(server: ModelServer, backend: RemoteBackend):
    server.say({"content": "Hel"}, finish=None)
    server.hang = True
    cancel = threading.Event()
    deltas = backend.stream(HELLO, cancel=cancel)
    assert next(deltas) == Delta("Hel")
    cancel.set()
    assert [delta.finish_reason for delta in deltas] == ["cancelled"]
    assert server.left.wait(300), "the server was not told"


def test_dropping_the_stream_leaves_the_server(server: ModelServer, backend: RemoteBackend):
    server.say({"content": "Hel"}, finish=None)
    server.hang = True
    deltas = backend.stream(HELLO)
    next(deltas)
    deltas.close()
    assert server.left.wait(300)


def test_a_stream_that_is_cut_is_an_error(server: ModelServer, backend: RemoteBackend):
    server.say({"content": "Hel"}, finish=None)
    with pytest.raises(BackendError, match="too early"):
        list(backend.stream(HELLO))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "MICA_REMOTE_KEY"),
        (404, "MICA_REMOTE_MODEL"),
        (429, "busy"),
        (400, "answers 400: .*does not fit"),
        (500, "answers 500"),
    ],
)
def test_errors_say_what_to_do(server: ModelServer, backend: RemoteBackend, status: int, said: str):
    server.status, server.error = status, {"message": "the prompt does not fit"}
    with pytest.raises(BackendError, match=said):
        list(backend.stream(HELLO))


def test_an_error_in_the_stream(server: ModelServer, backend: RemoteBackend):
    server.chunks = [b'{"error": {"message": "out of memory"}}']
    with pytest.raises(BackendError, match="out of memory"):
        list(backend.stream(HELLO))
    server.chunks = [b"{nonsense"]
    with pytest.raises(BackendError, match="broke off"):
        list(backend.stream(HELLO))


def test_a_server_that_says_nothing(server: ModelServer):
    server.hang = True
    backend = RemoteBackend(server.url, "granite", seconds=0.2)
    with pytest.raises(BackendError, match=r"said nothing for 0\.2 s"):
        list(backend.stream(HELLO))
    backend.close()


def test_no_server():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        backend = RemoteBackend(url, "granite")
        with pytest.raises(BackendError, match=r"cannot be reached.*MICA_REMOTE_URL"):
            list(backend.stream(HELLO))
        backend.close()


def test_adapters_cannot_be_asked_for(backend: RemoteBackend):
    with pytest.raises(BackendError, match="no adapter 'sysadmin'"):
        list(backend.stream(HELLO, adapter="sysadmin"))
