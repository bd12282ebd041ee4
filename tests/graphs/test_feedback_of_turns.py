"""What a turn of the real graph leaves for feedback."""

from __future__ import annotations

from pathlib import Path

from support.graph_parts import World, bash_call

from graphs.assistant import Assistant
from graphs.events import Answered, Resume


def asked(mica: Assistant, *decisions: Resume) -> str:
    """Ask in conversation c, decide, and return the answer's id."""
    events = list(mica.stream("c", "delete the file x"))
    for decision in decisions:
        events += mica.resume("c", decision)
    return next(e.message_id for e in reversed(events) if isinstance(e, Answered))


def test_an_edited_command_is_feedback(tmp_path: Path) -> None:
    mica = World(tmp_path).assistant([bash_call("rm x"), "Gone."])
    answer = asked(mica, Resume("edit", command="rm -i x"))
    (item,) = mica.parts.store.feedback()
    assert (item.source, item.message_id, item.specialist) == ("edit", answer, "sysadmin")
    assert [call["arguments"]["command"] for call in item.calls] == ["rm x"]
    assert [call["arguments"]["command"] for call in item.corrected_calls] == ["rm -i x"]
    assert (item.kind, item.answer, item.request) == (
        "wrong argument", "Gone.", "delete the file x",
    )  # fmt: skip
    assert item.documents == ("files.largest",) and item.confidence == 0.9
    assert len(item.schema_version) == 12 and item.build
    mica.close()


def test_an_edit_that_the_policy_refuses_is_feedback_too(tmp_path: Path) -> None:
    mica = World(tmp_path).assistant([bash_call("rm x"), "No."])
    asked(mica, Resume("edit", command="mkfs /dev/sda"))
    (item,) = mica.parts.store.feedback()
    assert item.corrected_calls[0]["arguments"]["command"] == "mkfs /dev/sda"
    assert item.messages[-2]["status"] == "refused"
    mica.close()


def test_a_rejected_command_is_feedback_with_its_reason(tmp_path: Path) -> None:
    mica = World(tmp_path).assistant([bash_call("rm x"), "All right."])
    asked(mica, Resume("reject", reason="not that one", by="page/local"))
    (item,) = mica.parts.store.feedback()
    assert (item.source, item.rating, item.comment) == ("rejection", "down", "not that one")
    mica.close()


def test_an_approved_command_is_no_feedback_by_itself(tmp_path: Path) -> None:
    mica = World(tmp_path).assistant([bash_call("rm x"), "Gone."])
    answer = asked(mica, Resume("approve"))
    assert mica.parts.store.feedback() == []
    mica.parts.store.rate("c", answer, rating="up")
    (item,) = mica.parts.store.feedback()
    assert item.calls[0]["arguments"] == {"command": "rm x"} and item.kind == ""
    mica.close()
