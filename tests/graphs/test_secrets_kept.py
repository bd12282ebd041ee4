"""What of a secret reaches the disk: nothing, once the command has run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.graph_parts import Killed, World, bash_call

from graphs.events import ApprovalNeeded, Resume, ToolFinished
from records.store import Store
from sandboxes import CommandResult

SECRET = "hunter2SuperLong99"
COMMAND = f"rm x --password={SECRET}"
OUTPUT = f"DB_PASSWORD={SECRET}\nDB_HOST=db"
MASKED = "DB_PASSWORD=[masked: password]\nDB_HOST=db"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def on_disk(world: World) -> list[str]:
    """Return the files that hold the secret, the write-ahead logs among them."""
    return [
        p.name for p in world.folder.iterdir() if p.is_file() and SECRET.encode() in p.read_bytes()
    ]


def printing(world: World, assistant) -> None:
    """Make every command print the secret."""
    sandbox = assistant.parts.sandbox

    def run(command: str, *, conversation: str, call_id: str, seconds=None) -> CommandResult:
        if call_id not in world.results:
            sandbox.before(command)
            world.ran.append(command)
            world.results[call_id] = CommandResult(0, OUTPUT, 0.01)
        return world.results[call_id]

    sandbox.run = run


def test_the_turn_sees_what_the_disk_does_not(world: World):
    assistant = world.assistant([bash_call("cat file"), f"It is {OUTPUT}"])
    printing(world, assistant)
    events = list(assistant.stream("c1", f"file password={SECRET}"))
    (finished,) = [e for e in events if isinstance(e, ToolFinished)]
    assert finished.text == OUTPUT and events[-1].text == f"It is {OUTPUT}"
    assert assistant.parts.backend.prompts[-1].messages[-1].content == OUTPUT
    assert on_disk(world) == []
    store = assistant.parts.store
    assert [m["content"] for _, m, _ in store.transcript("c1")][2:] == [MASKED, f"It is {MASKED}"]
    assert store.journal(finished.call.id).text == MASKED
    assistant.close()
    assert on_disk(world) == []


def test_a_command_with_a_secret_runs_as_it_is_after_a_restart(world: World):
    dying = world.assistant([bash_call(COMMAND)])
    needed = list(dying.stream("c1", "delete the file"))[-1]
    assert isinstance(needed, ApprovalNeeded) and needed.call.arguments == {"command": COMMAND}
    assert needed.rule is None
    dying.close()
    restarted = world.assistant(["Gone."])
    printing(world, restarted)
    *_, answered = restarted.resume("c1", Resume("approve", scope="always"))
    assert answered.text == "Gone." and world.ran == [COMMAND]
    assert not restarted.parts.store.rules()
    restarted.close()
    assert on_disk(world) == []


def test_after_a_crash_the_model_reads_the_masked_result(world: World):
    dying = world.assistant([bash_call("cat file")])
    printing(world, dying)
    finish = dying.parts.store.journal_finish

    def finish_and_die(*args: object) -> None:
        finish(*args)
        raise Killed

    dying.parts.store.journal_finish = finish_and_die
    with pytest.raises(Killed):
        list(dying.stream("c1", "file"))
    restarted = world.assistant(["Done."])
    *_, answered = restarted.recover("c1")
    assert answered.text == "Done." and world.ran == ["cat file"]
    assert restarted.parts.backend.prompts[-1].messages[-1].content == MASKED


def test_everything_that_is_kept_is_masked(tmp_path: Path):
    store = Store(tmp_path / "mica.db")
    text = f"password={SECRET}"
    call = {"id": "a", "type": "function",
            "function": {"name": "bash", "arguments": json.dumps({"command": text})}}  # fmt: skip
    store.add_conversation("c", title=text)
    store.append(
        "c", {"role": "assistant", "content": text, "tool_calls": [call]}, meta={"t": text}
    )
    store.journal_intend("a", "c", "bash", {"command": text})
    store.journal_start("a", {"command": text})
    store.journal_finish("a", "ok", text)
    store.audit("x", "c", {"command": text, "deep": [{"output": text}]})
    store.put_page_item("steps", "s", "c", {"output": text, "input": text})
    store.rate("c", "m", rating="down", comment=text, correction=text)
    store.rename("c", text)
    assert store.transcript("c")[0][1]["content"] == "password=[masked: password]"
    assert store.verify_audit() is None
    store.close()
    assert SECRET.encode() not in (tmp_path / "mica.db").read_bytes()
