"""Rules in the graph: what they cover runs unasked, is audited, and survives a crash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.graph_parts import Killed, World, bash_call, kinds

from graphs.assistant import Assistant
from graphs.events import ApprovalNeeded, ApprovedByRule, Resume
from graphs.rules import Rules
from records.store import RecordsError
from tools.bash.policy import judge

COMMAND = "rm -f /srv/app/logs/a.log"
RULE = "Always allow `rm -f` on paths under /srv/app/logs, with no other option."


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def approved(world: World, scope: str, conversation: str = "c1") -> Assistant:
    assistant = world.assistant([bash_call(COMMAND), "Gone."])
    (*_, needed) = assistant.stream(conversation, "delete the file")
    assert isinstance(needed, ApprovalNeeded) and needed.rule == RULE
    list(assistant.resume(conversation, Resume("approve", scope=scope, by="page/local")))
    return assistant


def asks(world: World, command: str, conversation: str, owner: str | None = None) -> bool:
    """Whether a command of the model waits for a person."""
    assistant = world.assistant([bash_call(command), "Done."])
    events = list(assistant.stream(conversation, "another file", owner=owner))
    return isinstance(events[-1], ApprovalNeeded)


def audit(world: World) -> list[tuple[str, dict]]:
    rows = world.assistant([]).parts.store.database.rows("SELECT * FROM audit ORDER BY position")
    return [(row["kind"], json.loads(row["data"])) for row in rows]


OTHER = COMMAND.replace("a.log", "b.log")


def test_once_is_once(world: World):
    approved(world, "once")
    assert asks(world, OTHER, "c1") and not Rules(world.assistant([]).parts.store).store.rules()


def test_for_this_conversation_is_not_for_another(world: World):
    approved(world, "conversation")
    assert not asks(world, OTHER, "c1") and asks(world, OTHER, "c2")
    assert asks(world, OTHER.replace("-f", "-rf"), "c1")


def test_always_covers_other_conversations_of_the_same_person(world: World):
    approved(world, "always")
    assert not asks(world, OTHER, "c2")
    assert asks(world, OTHER, "c3", owner="api")
    (rule,) = world.assistant([]).parts.store.rules()
    assert (rule.uses, rule.by, rule.sentence) == (1, "page/local", RULE)


def test_a_covered_command_runs_and_says_by_which_rule(world: World):
    approved(world, "always")
    events = list(world.assistant([bash_call(OTHER), "Done."]).stream("c2", "another file"))
    assert kinds(events)[2:5] == ["ApprovedByRule", "ToolStarted", "ToolFinished"]
    assert ApprovedByRule(events[3].call, (RULE,)) in events
    assert world.ran == [COMMAND, OTHER]


def test_a_revoked_rule_covers_nothing(world: World):
    store = approved(world, "always").parts.store
    Rules(store).revoke(1, owner="local", by="terminal/me")
    assert asks(world, OTHER, "c2")
    with pytest.raises(RecordsError, match="no rule 1"):
        Rules(store).revoke(1, owner="api", by="api")


def test_a_deleted_conversation_takes_its_rules_along(world: World):
    assistant = approved(world, "conversation")
    assistant.forget("c1")
    assert assistant.parts.store.rules(revoked=True) == []


def test_a_refused_command_is_never_covered(world: World):
    store = world.assistant([]).parts.store
    Rules(store).add("rm", judge, owner="local", by="me")
    events = list(world.assistant([bash_call("mkfs /dev/sda"), "No."]).stream("c1", "file"))
    assert [e.status for e in events if hasattr(e, "status")] == ["refused"] and not world.ran


def test_the_audit_names_person_rule_and_evidence(world: World):
    approved(world, "always")
    assert not asks(world, OTHER, "c2")
    entries = audit(world)
    assert [kind for kind, _ in entries] == [
        "command.judged", "command.approved", "command.ran",
        "command.judged", "command.approved", "command.ran",
    ]  # fmt: skip
    (_, judged), (_, by_person), (_, done), _, (_, by_rule), _ = entries
    assert judged["request"] == "delete the file" and judged["model"] == "scripted"
    assert (judged["verdict"], judged["programs"]) == ("ask", ["rm"])
    assert by_person["by"] == "page/local" and by_person["made"] == {"rule": 1, "sentence": RULE}
    assert by_rule["by"][0]["rule"] == 1 and by_rule["by"][0]["made_by"] == "page/local"
    assert done["status"] == "ok" and len(done["output"]["sha256"]) == 64


def test_a_crash_after_a_rule_approved_runs_and_counts_once(world: World):
    approved(world, "always")
    dying = world.assistant([bash_call(OTHER)])

    def die(*args: object) -> None:
        raise Killed

    dying.parts.sandbox.before = die
    with pytest.raises(Killed):
        list(dying.stream("c2", "another file"))
    *_, answered = world.assistant(["Done."]).recover("c2")
    assert answered.text == "Done." and world.ran == [COMMAND, OTHER]
    (rule,) = world.assistant([]).parts.store.rules()
    assert rule.uses == 1


def test_a_crash_between_the_rule_and_the_checkpoint_makes_one_rule(world: World):
    assistant = world.assistant([bash_call(COMMAND)])
    list(assistant.stream("c1", "delete the file"))
    keep = assistant.parts.store.audit

    def die(kind: str, *args: object) -> str:
        if kind == "command.approved":
            raise Killed
        return keep(kind, *args)

    assistant.parts.store.audit = die
    with pytest.raises(Killed):
        list(assistant.resume("c1", Resume("approve", scope="always", by="me")))
    again = world.assistant(["Gone."])
    list(again.resume("c1", Resume("approve", scope="always", by="me")))
    assert len(again.parts.store.rules()) == 1 and world.ran == [COMMAND]
