"""Approvals: they wait, survive restarts and crashes, and run a command exactly once."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from support.graph_parts import Killed, World, bash_call, kinds

from graphs.events import Answered, ApprovalNeeded, Failed, Resume, ToolFinished
from runtime.types import ToolCall
from sandboxes import ResultUnknownError


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


ASK = "delete the file x"


def test_asking_command_waits_and_runs_after_approval(world: World):
    assistant = world.assistant([bash_call("rm x"), "Gone."])
    events = list(assistant.stream("c1", ASK))
    assert kinds(events) == ["Routed", "Retrieved", "ApprovalNeeded"] and not world.ran
    needed = events[-1]
    assert isinstance(needed, ApprovalNeeded)
    assert needed.call.arguments == {"command": "rm x"}
    assert needed.decision.verdict == "ask" and needed.decision.reasons == ("rm removes files",)
    assert assistant.pending("c1") == needed
    resumed = list(assistant.resume("c1", Resume("approve", call_id=needed.call.id)))
    assert kinds(resumed) == ["ToolStarted", "ToolFinished", "TextDelta", "Answered"]
    assert world.ran == ["rm x"] and assistant.pending("c1") is None


def test_rejection_is_answered_and_nothing_runs(world: World):
    assistant = world.assistant([bash_call("rm x"), "I left x alone."])
    list(assistant.stream("c1", ASK))
    resumed = list(assistant.resume("c1", Resume("reject", reason="it is still needed")))
    (finished,) = [e for e in resumed if isinstance(e, ToolFinished)]
    assert finished.status == "rejected" and "it is still needed" in finished.text
    assert resumed[-1].text == "I left x alone." and not world.ran
    assert assistant.parts.backend.options[-1].tool_choice == "none"


def test_rejection_drops_the_calls_behind_it(world: World):
    assistant = world.assistant([[bash_call("rm x"), bash_call("ls")], "Nothing done."])
    list(assistant.stream("c1", ASK))
    resumed = list(assistant.resume("c1", Resume("reject")))
    statuses = [e.status for e in resumed if isinstance(e, ToolFinished)]
    assert statuses == ["rejected", "rejected"] and not world.ran


def test_edited_command_runs_instead(world: World):
    assistant = world.assistant([bash_call("rm x"), "Moved."])
    list(assistant.stream("c1", ASK))
    resumed = list(assistant.resume("c1", Resume("edit", command="mv x /tmp")))
    assert world.ran == ["mv x /tmp"] and isinstance(resumed[-1], Answered)
    rows = assistant.parts.store.transcript("c1")
    assert rows[2][2]["edited"] and rows[2][2]["arguments"] == {"command": "mv x /tmp"}
    seen = assistant.parts.backend.prompts[-1].messages[-2].tool_calls[0]
    assert seen.arguments == {"command": "mv x /tmp"}


def test_edit_that_would_ask_again_counts_as_approved(world: World):
    assistant = world.assistant([bash_call("rm x"), "Gone."])
    list(assistant.stream("c1", ASK))
    list(assistant.resume("c1", Resume("edit", command="rm y")))
    assert world.ran == ["rm y"]


def test_edit_to_a_refused_command_is_refused(world: World):
    assistant = world.assistant([bash_call("rm x"), "That is refused."])
    list(assistant.stream("c1", ASK))
    resumed = list(assistant.resume("c1", Resume("edit", command="mkfs /dev/sda")))
    (finished,) = [e for e in resumed if isinstance(e, ToolFinished)]
    assert finished.status == "refused" and not world.ran
    assert resumed[-1].text == "That is refused."


@pytest.mark.parametrize(
    "decision", [Resume("edit"), Resume("edit", command=" "), Resume("approve", call_id="old")]
)
def test_decision_that_cannot_be_meant_changes_nothing(world: World, decision: Resume):
    assistant = world.assistant([bash_call("rm x")])
    needed = list(assistant.stream("c1", ASK))[-1]
    (failed,) = assistant.resume("c1", decision)
    assert isinstance(failed, Failed) and assistant.pending("c1") == needed and not world.ran


def test_message_while_pending_loses_nothing(world: World):
    assistant = world.assistant([bash_call("rm x"), "Gone."])
    needed = list(assistant.stream("c1", ASK))[-1]
    (failed,) = assistant.stream("c1", "hello?")
    assert isinstance(failed, Failed) and "approve" in failed.error
    assert assistant.pending("c1") == needed
    *_, answered = assistant.resume("c1", Resume("approve"))
    assert answered.text == "Gone." and world.ran == ["rm x"]


def test_resume_with_nothing_pending_fails(world: World):
    (failed,) = world.assistant([]).resume("c1", Resume("approve"))
    assert isinstance(failed, Failed) and "nothing is waiting" in failed.error


def test_pending_approval_survives_a_restart_and_runs_once(world: World):
    needed = list(world.assistant([bash_call("rm x")]).stream("c1", ASK))[-1]
    restarted = world.assistant(["Gone."])
    assert restarted.pending("c1") == needed
    *_, answered = restarted.resume("c1", Resume("approve"))
    assert answered.text == "Gone."
    (again,) = restarted.resume("c1", Resume("approve"))
    assert isinstance(again, Failed) and world.ran == ["rm x"]


def _crash(world: World, where: str) -> None:
    """Approve, and die before the sandbox, in it, or between the journal and the checkpoint."""
    dying = world.assistant([bash_call("rm x")])
    list(dying.stream("c1", ASK))

    def die(*args: object, **kwargs: object) -> None:
        raise Killed

    if where == "before the sandbox":
        dying.parts.sandbox.before = die
    elif where == "after the sandbox":
        dying.parts.sandbox.after = die
    else:
        finish = dying.parts.store.journal_finish

        def finish_and_die(*args: object, **kwargs: object) -> None:
            finish(*args, **kwargs)
            raise Killed

        dying.parts.store.journal_finish = finish_and_die
    with pytest.raises(Killed):
        list(dying.resume("c1", Resume("approve")))


CRASHES = ["before the sandbox", "after the sandbox", "after the journal"]


@pytest.mark.parametrize("where", CRASHES)
def test_crash_after_approval_runs_the_command_once(world: World, where: str):
    _crash(world, where)
    restarted = world.assistant(["Gone."])
    assert restarted.pending("c1") is None and restarted.unfinished("c1")
    events = list(restarted.recover("c1"))
    assert isinstance(events[-1], Answered) and events[-1].text == "Gone."
    assert world.ran == ["rm x"] and not restarted.unfinished("c1")
    roles = [m["role"] for _, m, _ in restarted.parts.store.transcript("c1")]
    assert roles == ["user", "assistant", "tool", "assistant"]


@pytest.mark.parametrize("where", CRASHES)
def test_approving_again_after_a_crash_runs_the_command_once(world: World, where: str):
    _crash(world, where)
    *_, answered = world.assistant(["Gone."]).resume("c1", Resume("approve"))
    assert answered.text == "Gone." and world.ran == ["rm x"]


def test_kept_result_needs_no_sandbox(world: World):
    _crash(world, "after the journal")
    world.results.clear()
    *_, answered = world.assistant(["Gone."]).recover("c1")
    assert answered.text == "Gone." and world.ran == ["rm x"]


def test_new_message_after_a_crash_finishes_the_old_turn_first(world: World):
    _crash(world, "after the sandbox")
    restarted = world.assistant(["Gone.", "Nothing else."])
    events = list(restarted.stream("c1", "any other file?"))
    assert events[-1].text == "Nothing else." and world.ran == ["rm x"]
    contents = [m["content"] for _, m, _ in restarted.parts.store.transcript("c1")]
    assert contents == [ASK, "", "ran rm x", "Gone.", "any other file?", "Nothing else."]


def test_crash_while_the_model_speaks_repeats_only_the_model(world: World):
    def dying_model(prompt, options):
        if prompt.messages[-1].role == "tool":
            raise Killed
        return bash_call("ls")

    with pytest.raises(Killed):
        list(world.assistant(dying_model).stream("c1", "list files"))
    *_, answered = world.assistant(["One file."]).recover("c1")
    assert answered.text == "One file." and world.ran == ["ls"]


@pytest.mark.parametrize(("command", "ran"), [("ls", ["ls"]), ("rm x", [])])
def test_only_a_reading_command_is_tried_again_when_it_was_cut_off(
    world: World, command: str, ran: list[str]
):
    assistant = world.assistant([bash_call(command), "Done."])
    cut_off = iter([True])

    def die_once(_: str) -> None:
        if next(cut_off, False):
            raise ResultUnknownError("the result is unknown")

    assistant.parts.sandbox.before = die_once
    events = list(assistant.stream("c1", ASK))
    if assistant.pending("c1"):
        events += assistant.resume("c1", Resume("approve"))
    (finished,) = [e for e in events if isinstance(e, ToolFinished)]
    assert (finished.status == "ok") == bool(ran) and world.ran == ran


@pytest.mark.parametrize("checkpoint", range(2, 9))
def test_crash_between_a_step_and_its_checkpoint_loses_no_answer(world: World, checkpoint: int):
    # The results of the step are kept by then; what joins them to the state is not.
    def model(prompt, options):
        return "One file." if prompt.messages[-1].role == "tool" else bash_call("ls")

    dying = world.assistant(model)
    put, calls = dying._checkpoints.put, itertools.count(1)

    def put_or_die(*args: object) -> object:
        if next(calls) == checkpoint:
            raise Killed
        return put(*args)

    dying._checkpoints.put = put_or_die
    with pytest.raises(Killed):
        list(dying.stream("c1", "list files"))
    restarted = world.assistant(model)
    assert restarted.unfinished("c1")
    list(restarted.recover("c1"))
    said = [m["content"] for _, m, _ in restarted.parts.store.transcript("c1")]
    assert said == ["list files", "", "ran ls", "One file."] and world.ran == ["ls"]
    assert not restarted.unfinished("c1")


def test_two_conversations_wait_independently(world: World):
    assistant = world.assistant([bash_call("rm a"), bash_call("rm b"), "b.", "a."])
    list(assistant.stream("c1", "delete file a"))
    list(assistant.stream("c2", "delete file b"))
    list(assistant.resume("c2", Resume("approve")))
    assert world.ran == ["rm b"] and assistant.pending("c1")
    list(assistant.resume("c1", Resume("approve")))
    assert world.ran == ["rm b", "rm a"]


def test_audit_has_judgement_decision_and_run(world: World):
    assistant = world.assistant([bash_call("rm x"), "Gone."])
    list(assistant.stream("c1", ASK))
    list(assistant.resume("c1", Resume("edit", command="rm y")))
    rows = assistant.parts.store.database.rows("SELECT kind FROM audit ORDER BY position")
    assert [row["kind"] for row in rows] == ["command.judged", "command.edited", "command.ran"]


def test_composer_tools_need_no_approval(world: World):
    call = ToolCall("", "spell_chord", {"chord": "C"})
    events = list(world.assistant([call, "C E G."]).stream("c1", "spell the chord C"))
    assert kinds(events)[2:] == ["ToolStarted", "ToolFinished", "TextDelta", "Answered"]
