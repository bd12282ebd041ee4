"""The scripted model itself: tests of everything else rest on it."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from runtime.fake import ScriptedBackend, read_script
from runtime.types import BackendError, ChatPrompt, GenerationOptions, Message, ToolCall, collect

PROMPT = ChatPrompt((Message("user", "show the files"),))


def test_replies_come_in_turn_and_are_noted():
    backend = ScriptedBackend(["one  two\n", [ToolCall("", "bash", {}), ToolCall("x", "bash", {})]])
    first = collect(backend.stream(PROMPT, GenerationOptions(seed=3), adapter="sysadmin"))
    assert (first.text, first.finish_reason) == ("one  two\n", "stop")
    second = collect(backend.stream(PROMPT))
    assert second.finish_reason == "tool_calls"
    assert [call.id for call in second.tool_calls] == ["scripted_1", "x"]
    assert backend.prompts == [PROMPT, PROMPT] and backend.adapters == ["sysadmin", None]
    assert backend.options[0].seed == 3


def test_end_of_the_script_and_scripted_errors():
    backend = ScriptedBackend([BackendError("too long")])
    with pytest.raises(BackendError, match="too long"):
        collect(backend.stream(PROMPT))
    with pytest.raises(BackendError, match="ended"):
        collect(backend.stream(PROMPT))


def test_cancel_ends_the_stream():
    cancel = threading.Event()
    said = []
    for delta in ScriptedBackend(["a b c d"]).stream(PROMPT, cancel=cancel):
        said.append(delta)
        cancel.set()
    assert [d.text for d in said] == ["a", ""] and said[-1].finish_reason == "cancelled"


def test_script_file_depends_on_the_prompt_alone(tmp_path: Path):
    path = tmp_path / "script.json"
    call = {"tool": "bash", "arguments": {"command": "ls"}}
    path.write_text(json.dumps([{"when": "FILES", "replies": [call, "Done."]}]))
    for _ in range(2):  # A second process would see the same.
        backend = ScriptedBackend(read_script(path))
        asked = collect(backend.stream(PROMPT)).tool_calls[0]
        assert (asked.name, asked.arguments) == ("bash", {"command": "ls"})
        later = PROMPT.with_messages(Message("assistant", "", (asked,)), Message("tool", "a"))
        assert collect(backend.stream(later)).text == "Done."
    with pytest.raises(BackendError, match="no reply number 1"):
        collect(backend.stream(ChatPrompt((Message("user", "hello"),))))


@pytest.mark.parametrize("text", [None, "{", "[1]", '[{"when": "a"}]'])
def test_bad_script_file_is_named(tmp_path: Path, text: str | None):
    path = tmp_path / "script.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BackendError, match=r"script\.json"):
        read_script(path)
