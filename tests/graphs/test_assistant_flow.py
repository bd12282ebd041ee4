"""The way of a request through the graph, with a scripted model."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from support.graph_parts import RECIPE, World, bash_call, kinds

from graphs.build import open_knowledge
from graphs.events import (
    Answered,
    ApprovalNeeded,
    Failed,
    Resume,
    Retrieved,
    Routed,
    TextDelta,
    ToolFinished,
    ToolStarted,
)
from graphs.settings import Settings
from runtime.types import BackendError, GenerationOptions, Message, ToolCall
from tools.knowledge import KnowledgeError


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def _roles(assistant, conversation: str) -> list[tuple[str, str | None]]:
    rows = assistant.parts.store.transcript(conversation)
    return [(message["role"], message.get("status")) for _, message, _ in rows]


def test_request_is_routed_looked_up_run_and_answered(world: World):
    command = "find /srv -type f | head -n 5"
    assistant = world.assistant([bash_call(command), "There is one file."])
    events = list(assistant.stream("c1", "which files are in /srv"))
    assert kinds(events) == [
        "Routed", "Retrieved", "ToolStarted", "ToolFinished", "TextDelta", "Answered",
    ]  # fmt: skip
    routed, retrieved, started, finished = events[:4]
    assert isinstance(routed, Routed) and routed.specialist == "sysadmin"
    assert isinstance(retrieved, Retrieved) and retrieved.documents == (RECIPE,)
    assert isinstance(started, ToolStarted) and started.decision.verdict == "allow"
    assert isinstance(finished, ToolFinished) and finished.text == f"ran {command}"
    answered = events[-1]
    assert isinstance(answered, Answered)
    assert answered.text == "There is one file." and answered.sources == (RECIPE,)
    assert {"route", "retrieve", "act", "run", "total"} <= set(answered.timings)
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == answered.text
    assert world.ran == [command]


def test_transcript_is_the_whole_linear_conversation(world: World):
    assistant = world.assistant([bash_call("find . -type f | head -n 3"), "Done."])
    *_, answered = assistant.stream("c1", "list files")
    rows = assistant.parts.store.transcript("c1")
    assert _roles(assistant, "c1") == [
        ("user", None), ("assistant", None), ("tool", "ok"), ("assistant", None),
    ]  # fmt: skip
    calls = rows[1][1]["tool_calls"]
    assert rows[2][1]["tool_call_id"] == calls[0]["id"]
    meta = rows[3][2]
    assert meta["message_id"] == answered.message_id
    assert meta["specialist"] == "sysadmin" and meta["model"] == "scripted"
    assert meta["sources"] == [{"id": RECIPE.id, "title": RECIPE.title, "source": RECIPE.source}]
    assert assistant.parts.store.verify_audit() is None
    assert assistant.parts.store.audit_head()[0] == 2


def test_model_is_given_system_history_tools_and_documents(world: World):
    assistant = world.assistant([bash_call("ls"), "One.", "Two."])
    list(assistant.stream("c1", "list files"))
    list(assistant.stream("c1", "which file is newest"))
    backend = assistant.parts.backend
    prompt = backend.prompts[-1]
    assert prompt.messages[0].role == "system" and "sysadmin" in prompt.messages[0].content
    assert [m.role for m in prompt.messages[1:]] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]
    assert [t.name for t in prompt.tools] == ["bash"] and prompt.documents == (RECIPE,)
    assert backend.adapters == ["sysadmin"] * 3


def test_tool_calls_get_ids_that_never_repeat(world: World):
    assistant = world.assistant(
        [
            ToolCall("same", "bash", {"command": "ls a"}),
            "1",
            ToolCall("same", "bash", {"command": "ls b"}),
            "2",
        ]
    )
    list(assistant.stream("c1", "list files"))
    list(assistant.stream("c1", "list files of b"))
    assert world.ran == ["ls a", "ls b"]


@pytest.mark.parametrize(
    ("text", "part"),
    [("hello", "Hello"), ("what can you do", "Sysadmin"), ("capital of France?", "outside")],
)
def test_other_is_answered_without_model_or_tool(world: World, text: str, part: str):
    assistant = world.assistant([])
    events = list(assistant.stream("c1", text))
    assert kinds(events) == ["Routed", "TextDelta", "Answered"]
    assert part in events[-1].text and not assistant.parts.backend.prompts


def test_unsure_follow_up_stays_with_the_specialist_before(world: World):
    assistant = world.assistant([ToolCall("", "spell_chord", {"chord": "C"}), "C E G.", "G B D."])
    list(assistant.stream("c1", "spell the chord C"))
    events = list(assistant.stream("c1", "and G"))
    assert events[0] == Routed("composer", 0.4)
    fresh = list(assistant.stream("c2", "and G"))
    assert fresh[0].specialist == "other" and "not sure" in fresh[-1].text


def test_several_calls_in_one_completion_run_in_order(world: World):
    calls = [bash_call("ls a"), bash_call("ls b")]
    assistant = world.assistant([calls, "Both."])
    events = list(assistant.stream("c1", "list files"))
    assert [e.text for e in events if isinstance(e, ToolFinished)] == ["ran ls a", "ran ls b"]
    assert _roles(assistant, "c1")[1:4] == [("assistant", None), ("tool", "ok"), ("tool", "ok")]


def test_step_budget_makes_the_model_answer(world: World):
    commands = (bash_call(f"ls {n}") for n in range(100))

    def script(prompt, options: GenerationOptions):
        return "I looked twice." if options.tool_choice == "none" else next(commands)

    assistant = world.assistant(script, settings=Settings(max_steps=2))
    *_, last = assistant.stream("c1", "list files")
    assert isinstance(last, Answered) and last.text == "I looked twice."
    assert world.ran == ["ls 0", "ls 1"]


def test_the_same_call_again_is_not_run_and_the_model_must_answer(world: World):
    assistant = world.assistant([bash_call("ls"), bash_call("ls"), "Listed."])
    events = list(assistant.stream("c1", "list files"))
    assert world.ran == ["ls"] and events[-1].text == "Listed."
    assert assistant.parts.backend.options[-1].tool_choice == "none"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (ToolCall("", "spell_chord", {"cord": "C"}), "spell_chord:"),
        (ToolCall("", "spell_chord", {"chord": "crash"}), "ZeroDivisionError"),
        (ToolCall("", "bash", {"command": "ls"}), "there is no tool 'bash'"),
        (ToolCall("", "compose", {}), "there is no tool 'compose'"),
    ],
)
def test_bad_call_becomes_an_error_that_the_model_reads(world: World, call, expected: str):
    assistant = world.assistant([call, "I could not read that."])
    events = list(assistant.stream("c1", "spell a chord"))
    (finished,) = [e for e in events if isinstance(e, ToolFinished)]
    assert finished.status == "error" and expected in finished.text
    assert assistant.parts.backend.prompts[-1].messages[-1].status == "error"
    assert isinstance(events[-1], Answered) and not world.ran


def test_refused_command_is_never_run(world: World):
    assistant = world.assistant([bash_call("mkfs /dev/sda"), "That is refused."])
    events = list(assistant.stream("c1", "format the file system"))
    (finished,) = [e for e in events if isinstance(e, ToolFinished)]
    assert finished.status == "refused" and "mkfs formats a disk" in finished.text
    assert not world.ran and events[-1].text == "That is refused."


def test_without_a_sandbox_the_command_is_only_proposed(world: World):
    assistant = world.assistant([bash_call("ls /srv")], sandbox=False)
    events = list(assistant.stream("c1", "list files"))
    assert isinstance(events[-1], Answered) and not world.ran
    for part in ("cannot run", "ls /srv", "start Docker"):
        assert part in events[-1].text


def test_override_goes_past_the_router(world: World):
    assistant = world.assistant(["Hi."])
    events = list(assistant.stream("c1", "hello", specialist="sysadmin"))
    assert events[0] == Routed("sysadmin", 1.0) and events[-1].text == "Hi."


@pytest.mark.parametrize(
    ("text", "specialist", "expected"),
    [(" \n", None, "empty"), ("x" * 20_001, None, "20001"), ("a file", "pilot", "sysadmin")],
)
def test_bad_request_fails_clearly_and_keeps_nothing(world: World, text, specialist, expected):
    assistant = world.assistant([])
    (failed,) = assistant.stream("c1", text, specialist=specialist)
    assert isinstance(failed, Failed) and expected in failed.error
    assert not assistant.parts.store.transcript("c1")


def test_conversation_is_usable_after_a_model_error(world: World):
    assistant = world.assistant([BackendError("the prompt does not fit"), "Fine now."])
    *_, failed = assistant.stream("c1", "list files")
    assert failed == Failed("the prompt does not fit")
    *_, answered = assistant.stream("c1", "list files again")
    assert answered.text == "Fine now."
    assert [r for r, _ in _roles(assistant, "c1")] == ["user", "assistant", "user", "assistant"]


def test_sandbox_failure_ends_the_turn_and_keeps_the_conversation(world: World):
    assistant = world.assistant([bash_call("ls"), "Good.", "Better."])
    assistant.parts.sandbox.broken = "Docker does not answer; start it"
    *_, failed = assistant.stream("c1", "list files")
    assert failed == Failed("Docker does not answer; start it")
    assistant.parts.sandbox.broken = ""
    *_, answered = assistant.stream("c1", "list files again")
    assert answered.text == "Good."


def test_an_answer_without_knowledge_says_so(world: World):
    world.shelf.fails = True
    assistant = world.assistant(["Without looking."])
    events = list(assistant.stream("c1", "list files"))
    assert kinds(events) == ["Routed", "TextDelta", "Answered"]
    said = "Nothing could be looked up, so this may be wrong: the index is damaged."
    assert events[-1].text.startswith(f"Without looking.\n\n{said}")


def test_a_knowledge_base_that_cannot_be_opened_says_why(tmp_path: Path):
    file = tmp_path / "knowledge"
    file.write_text("no folder")
    library = open_knowledge(Settings(knowledge=file))
    assert library is not None
    with pytest.raises(KnowledgeError, match="knowledge"):
        library.search("list files")


def test_records_that_fail_are_told_and_nothing_runs(world: World):
    assistant = world.assistant([bash_call("ls")])
    assistant.parts.store.close()
    (failed,) = assistant.stream("c1", "list files")
    assert isinstance(failed, Failed) and not world.ran


def test_long_output_is_shortened_for_the_model_only(world: World):
    command = "ls " + "x" * 5000
    assistant = world.assistant([bash_call(command), "Long."])
    list(assistant.stream("c1", "list files"))
    rows = assistant.parts.store.transcript("c1")
    assert rows[2][1]["content"] == f"ran {command}"
    seen = assistant.parts.backend.prompts[-1].messages[-1].content
    assert "characters left out" in seen and len(seen) < 4100


def test_history_and_options_reach_the_model(world: World):
    earlier = [Message("user", "list files"), Message("assistant", "None.")]
    options = GenerationOptions(max_tokens=7, temperature=0.5, stop=("x",))
    assistant = world.assistant(["Still none."])
    list(assistant.stream("c1", "list files", history=earlier, options=options))
    prompt, used = assistant.parts.backend.prompts[0], assistant.parts.backend.options[0]
    assert [m.content for m in prompt.messages[1:]] == ["list files", "None.", "list files"]
    assert (used.max_tokens, used.temperature, used.stop) == (7, 0.5, ("x",))


def test_stop_keeps_what_was_said(world: World):
    assistant = world.assistant(["one two three four"])
    said = []
    for event in assistant.stream("c1", "list files"):
        if isinstance(event, TextDelta):
            said.append(event.text)
            assistant.stop("c1")
    assert isinstance(event, Answered) and event.text.startswith("one")
    assert assistant.parts.store.transcript("c1")[-1][2]["finish"] in ("cancelled", "stop")


def test_leaving_early_still_ends_the_turn(world: World):
    assistant = world.assistant(lambda prompt, options: prompt.messages[-1].content.title())
    following = assistant.stream("c1", "list files")
    next(following)
    following.close()
    *_, answered = assistant.stream("c1", "list more files")
    assert answered.text == "List More Files" and not assistant.unfinished("c1")
    roles = [role for role, _ in _roles(assistant, "c1")]
    assert roles == ["user", "assistant", "user", "assistant"]


def test_a_request_right_behind_an_answer_waits_until_its_turn_is_kept(world: World):
    assistant = world.assistant(["One.", "Two."])
    prune, kept = assistant._checkpoints.prune_thread, threading.Event()

    def prune_late(conversation: str) -> None:
        assert kept.wait(60)
        prune(conversation)

    assistant._checkpoints.prune_thread = prune_late
    following = assistant.stream("c1", "list files")
    assert next(event for event in following if isinstance(event, Answered)).text == "One."
    threading.Timer(0.5, kept.set).start()
    *_, answered = assistant.stream("c1", "list more files")
    assert isinstance(answered, Answered) and answered.text == "Two."
    assert list(following) == []


async def test_async_streams_say_the_same(world: World):
    assistant = world.assistant([bash_call("rm x"), "Gone."])
    events = [event async for event in assistant.astream("c1", "delete the file x")]
    assert isinstance(events[-1], ApprovalNeeded) and not world.ran
    resumed = [event async for event in assistant.aresume("c1", Resume("approve"))]
    assert kinds(resumed) == ["ToolStarted", "ToolFinished", "TextDelta", "Answered"]
    assert world.ran == ["rm x"]


def test_forget_removes_everything(world: World):
    assistant = world.assistant([bash_call("rm x")])
    list(assistant.stream("c1", "delete the file x"))
    assistant.forget("c1")
    assert assistant.pending("c1") is None and not assistant.parts.store.transcript("c1")
    assert world.ran == ["forget c1"]
