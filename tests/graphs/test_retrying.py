"""Another recipe after one that failed, over a real sandbox, with a scripted model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support import needs
from support.graph_parts import Shelf, bash_call
from support.preview_place import Place, open_box

from graphs.events import Answered, ApprovalNeeded, Resume, TextDelta, ToolFinished
from graphs.retrying import SAID
from graphs.state import messages_of
from runtime.types import Document
from sandboxes.previewing import PreviewingSandbox


def recipe(name: str, template: str, score: float, **binding: str) -> Document:
    slots = dict.fromkeys(binding, "")
    return Document(
        name, f"recipe {name}", name, "r.yaml", template, slots, name, score, bindings=(binding,)
    )


TAR = recipe("tar", "tar -tf {archive}", 0.8, archive="docs.zip")
FILE = recipe("file", "ls -- {file}", 0.7, file="docs.zip")
FAR = recipe("far", "wc -c -- {file}", 0.4, file="docs.zip")
OPEN = recipe("open", "ls -- {file}", 0.75, folder="docs.zip", file="")
REQUEST = "which files are in docs.zip"


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PreviewingSandbox]:
    with needs.a_sandbox():
        box = open_box(tmp_path_factory.mktemp("retrying"))
    yield box


@pytest.fixture
def place(tmp_path: Path, box: PreviewingSandbox) -> Iterator[Place]:
    place = Place(tmp_path, box)
    place.read("echo no archive > docs.zip")
    yield place
    box.forget(place.name)


def took(place: Place, found: list[Document], script: list[object], text: str = REQUEST):
    """Return the results of a turn, what it said, and what the model was shown last."""
    place.world.shelf = Shelf(lambda query: found)
    mica = place.assistant(script)
    events = list(mica.stream(place.name, text))
    while isinstance(events[-1], ApprovalNeeded):
        events += mica.resume(place.name, Resume("approve"))
    results = [
        (e.call.arguments["command"], e.status) for e in events if isinstance(e, ToolFinished)
    ]
    assert isinstance(events[-1], Answered)
    said = "".join(event.text for event in events if isinstance(event, TextDelta))
    return results, said, mica.parts.backend.prompts


def test_the_next_recipe_is_tried_and_the_model_sees_only_that(place: Place):
    script = [bash_call("tar -tf docs.zip"), bash_call("ls -- docs.zip"), "Here it is."]
    results, said, prompts = took(place, [TAR, FILE], script)
    assert results == [("tar -tf docs.zip", "error"), ("ls -- docs.zip", "ok")]
    assert said == f"{SAID}Here it is."
    first, second, last = prompts
    assert [d.id for d in first.documents] == ["tar", "file"]
    assert [d.id for d in second.documents] == ["file"]
    assert [m.role for m in second.messages] == [m.role for m in first.messages]
    assert [m.status for m in last.messages if m.role == "tool"] == ["ok"]


def test_the_transcript_keeps_both_attempts(place: Place):
    script = [bash_call("tar -tf docs.zip"), bash_call("ls -- docs.zip"), "Here it is."]
    place.world.shelf = Shelf(lambda query: [TAR, FILE])
    mica = place.assistant(script)
    list(mica.stream(place.name, REQUEST))
    rows = [message for _, message, _ in mica.parts.store.transcript(place.name)]
    assert [(m["role"], m.get("status")) for m in rows] == [
        ("user", None), ("assistant", None), ("tool", "error"), ("assistant", None),
        ("tool", "ok"), ("assistant", None),
    ]  # fmt: skip
    assert rows[3]["content"] == SAID


def test_there_is_one_more_try_and_not_two(place: Place):
    tries = [f"tar -tf {{file}} && echo {n}" for n in range(3)]
    others = [replace(FILE, id=each, title=each, template=each) for each in tries]
    script = [bash_call(each.format(file="docs.zip")) for each in tries[:2]]
    results, said, _ = took(place, others, [*script, "It failed."])
    assert [status for _, status in results] == ["error", "error"]
    assert said == f"{SAID}It failed."


@pytest.mark.parametrize("others", [[FAR], [OPEN], []])
def test_nothing_else_is_tried_where_nothing_else_is_near_or_whole(
    place: Place, others: list[Document]
):
    results, said, _ = took(place, [TAR, *others], [bash_call("tar -tf docs.zip"), "It failed."])
    assert [status for _, status in results] == ["error"] and said == "It failed."


def test_a_file_that_is_not_there_is_not_looked_for_again(place: Place):
    size = recipe("size", "wc -c -- {file}", 0.8, file="gone.txt")
    lines = recipe("lines", "wc -l -- {file}", 0.79, file="gone.txt")
    found = recipe("found", "grep -rlF -- {text} .", 0.7, text="gone.txt")
    request = "how big is the file gone.txt"
    failed = [bash_call("wc -c -- gone.txt"), "It is not there."]
    results, said, _ = took(place, [size, lines], failed, request)
    assert len(results) == 1 and said == "It is not there."
    script = [bash_call("wc -c -- gone.txt"), bash_call("grep -rlF -- gone.txt ."), "None has it."]
    results, _, prompts = took(place, [size, lines, found], script, request)
    assert len(results) == 2 and [d.id for d in prompts[-2].documents] == ["found"]


def test_a_command_that_changed_something_is_not_followed_by_another(place: Place):
    moved = recipe("moved", "mv {file} b && cd b", 0.8, file="docs.zip")
    other = recipe("other", "rm {file}", 0.79, file="docs.zip")
    failed = [bash_call("mv docs.zip b && cd b"), "It failed."]
    results, said, _ = took(place, [moved, other], failed)
    assert results == [("mv docs.zip b && cd b", "error")] and said == "It failed."


def test_a_change_that_failed_and_left_all_as_it_was_is_made_another_way(place: Place):
    folder = recipe("folder", "rmdir {file}", 0.8, file="docs.zip")
    remove = recipe("file", "rm {file}", 0.79, file="docs.zip")
    script = [bash_call("rmdir docs.zip"), bash_call("rm docs.zip"), "It is gone."]
    results, _, _ = took(place, [folder, remove], script, "delete the file docs.zip")
    assert [status for _, status in results] == ["error", "empty"]
    assert place.read("ls") == ""


def test_calls_that_were_given_up_are_left_out_of_the_conversation():
    call = {"id": "c1", "type": "function", "function": {"name": "bash", "arguments": "{}"}}
    user = {"role": "user", "content": "hi"}
    made = {"role": "assistant", "content": "", "tool_calls": [call]}
    result = {"role": "tool", "content": "no", "tool_call_id": "c1", "name": "bash"}
    state = {"messages": [user, made, result]}
    assert [m.role for m in messages_of(state)] == ["user", "assistant", "tool"]
    assert [m.role for m in messages_of({**state, "given_up": ["c1"]})] == ["user"]
