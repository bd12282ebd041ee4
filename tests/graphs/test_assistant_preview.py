"""Previews and undo through the graph: over a real sandbox, with a scripted model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import needs
from support.graph_parts import Killed, bash_call, kinds
from support.preview_place import ASK, Place, open_box

from graphs.events import Answered, ApprovalNeeded, Changed, Resume, ToolFinished, Undid
from graphs.settings import Settings
from sandboxes import SandboxError
from sandboxes.previewing import PreviewingSandbox

COMMAND = "echo $RANDOM$RANDOM >>log; cat log"


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PreviewingSandbox]:
    folder = tmp_path_factory.mktemp("graph-previews")
    with needs.a_sandbox():
        box = open_box(folder)
    yield box


@pytest.fixture
def place(tmp_path: Path, box: PreviewingSandbox) -> Iterator[Place]:
    place = Place(tmp_path, box)
    yield place
    box.forget(place.name)


def test_what_was_shown_is_what_runs(place: Place) -> None:
    mica = place.assistant([bash_call(COMMAND), "Done."])
    needed = place.ask(mica)
    assert needed.preview is not None and needed == mica.pending(place.name)
    (change,) = needed.preview.changes
    assert (change.path, change.kind) == ("/workspace/log", "added")
    said = needed.preview.result.output.strip()
    assert change.diff == f"@@ -0,0 +1 @@\n+{said}"
    events = list(mica.resume(place.name, Resume("approve")))
    assert kinds(events) == ["ToolStarted", "Changed", "ToolFinished", "TextDelta", "Answered"]
    assert events[1] == Changed(needed.call, "1 file added")
    assert events[2].text == said == place.read().strip()
    kinds_kept = [row["kind"] for row in mica.parts.store.database.rows("SELECT kind FROM audit")]
    assert kinds_kept[-2:] == ["command.changed", "command.ran"]


def test_a_rejected_preview_leaves_nothing(place: Place) -> None:
    mica = place.assistant([bash_call(COMMAND), "Left alone."])
    place.ask(mica)
    list(mica.resume(place.name, Resume("reject")))
    assert place.read("ls") == "" and mica.undoable(place.name) == []


def test_an_edited_command_runs_through_a_copy_without_a_second_question(place: Place) -> None:
    mica = place.assistant([bash_call(COMMAND), "Done."])
    place.ask(mica)
    events = list(mica.resume(place.name, Resume("edit", command="echo mine >log")))
    assert isinstance(events[-1], Answered) and place.read() == "mine\n"
    assert [step.command for step in mica.undoable(place.name)] == ["echo mine >log"]


def test_a_rule_approved_command_can_be_undone(place: Place) -> None:
    mica = place.assistant([bash_call("touch log"), "Done.", bash_call("touch log2"), "Done."])
    list(mica.stream(place.name, ASK))
    list(mica.resume(place.name, Resume("approve", scope="conversation")))
    list(mica.stream(place.name, "touch the file log2"))
    if mica.pending(place.name) is not None:  # where the rule is narrower than the command
        list(mica.resume(place.name, Resume("approve")))
    assert [step.command for step in mica.undoable(place.name)] == ["touch log2", "touch log"]


def test_undo_is_a_turn_without_a_model(place: Place) -> None:
    mica = place.assistant([bash_call("echo one >log"), "Done.", bash_call("rm log"), "Gone."])
    for text in (ASK, "delete the file log"):
        list(mica.stream(place.name, text))
        list(mica.resume(place.name, Resume("approve")))
    assert place.read() == ""
    events = list(mica.stream(place.name, " Undo. "))
    assert kinds(events) == ["Undid", "TextDelta", "Answered"]
    assert isinstance(events[0], Undid) and events[0].undone.command == "rm log"
    assert "- `/workspace/log`: back" in events[-1].text and place.read() == "one\n"
    *_, answered = mica.undo(place.name)
    assert "removed again" in answered.text and place.read("ls") == ""
    *_, answered = mica.undo(place.name)
    assert answered.text.startswith("Nothing was undone: there is no command to undo")
    roles = [m["role"] for _, m, _ in mica.parts.store.transcript(place.name)][-6:]
    assert roles == ["user", "assistant"] * 3
    kept = [row["kind"] for row in mica.parts.store.database.rows("SELECT kind FROM audit")]
    assert kept.count("command.undone") == 2


def test_undo_while_a_command_waits_is_not_taken_for_a_decision(place: Place) -> None:
    mica = place.assistant([bash_call(COMMAND)])
    needed = place.ask(mica)
    (failed,) = mica.undo(place.name)
    assert "decision" in failed.error and mica.pending(place.name) == needed


def test_where_no_copy_can_be_made_it_says_why_and_still_can_run(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    mica = place.assistant([bash_call(COMMAND), "Done."])

    def no_room(*_: object) -> None:
        raise SandboxError("no room for a copy")

    monkeypatch.setattr(place.box, "_copy", no_room)
    needed = place.ask(mica)
    assert needed.preview is None and needed.no_preview == "no room for a copy"
    assert mica.pending(place.name) == needed
    events = list(mica.resume(place.name, Resume("approve")))
    assert isinstance(events[-1], Answered) and place.read() != ""
    *_, answered = mica.undo(place.name)
    assert "cannot be undone" in answered.text and "no room for a copy" in answered.text


def test_previews_can_be_switched_off(place: Place) -> None:
    settings = Settings(preview=False)
    mica = place.assistant([bash_call(COMMAND), "Done."], settings=settings)
    needed = place.ask(mica)
    assert needed.preview is None and needed.no_preview == ""
    list(mica.resume(place.name, Resume("approve")))
    assert "MICA_PREVIEW" in mica.undoable(place.name)[0].problem


@pytest.mark.parametrize("where", ["preview", "set aside", "take over", "remove", "keep", "run"])
def test_a_kill_anywhere_runs_the_command_once(
    place: Place, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = place.assistant([bash_call(COMMAND)])

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        if where == "preview":
            make = place.box._make
            patch.setattr(place.box, "_make", lambda *a: (make(*a), die()))
            list(dying.stream(place.name, ASK))
        place.ask(dying)
        if where == "run":
            patch.setattr(dying.parts.store, "journal_finish", die)
        else:
            patch.setattr(place.box, "step", lambda step: die() if step == where else None)
        list(dying.resume(place.name, Resume("approve")))
    again = place.assistant(["Done."])
    events = list(again.recover(place.name))
    if where == "preview":
        assert isinstance(events[-1], ApprovalNeeded)
        events = list(again.resume(place.name, Resume("approve")))
    (finished,) = [event for event in events if isinstance(event, ToolFinished)]
    assert place.read() == finished.text + "\n" and "\n" not in finished.text
    assert [step.command for step in again.undoable(place.name)] == [COMMAND]
    list(again.undo(place.name))
    assert place.read("ls") == ""


def test_a_kill_between_an_undo_and_its_checkpoint_undoes_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    mica = place.assistant([bash_call("echo 1 >log"), "One.", bash_call("echo 2 >log"), "Two."])
    for _ in range(2):
        list(mica.stream(place.name, ASK))
        list(mica.resume(place.name, Resume("approve")))
    audit = mica.parts.store.audit

    def die(kind: str, *rest: object) -> None:
        if kind == "command.undone":
            raise Killed
        audit(kind, *rest)

    monkeypatch.setattr(mica.parts.store, "audit", die)
    with pytest.raises(Killed):
        list(mica.undo(place.name))
    *_, answered = place.assistant([]).recover(place.name)
    assert "echo 2" in answered.text and place.read() == "1\n"
