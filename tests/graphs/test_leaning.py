"""What the model is shown: a part of a request alone, and a follow-up as it was read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from support.graph_parts import World, bash_call

from graphs.composing.composed import composed
from graphs.events import Answered
from graphs.reading import leaning
from graphs.reading.leaning import following, shown
from graphs.settings import Settings
from graphs.state import document_to_json
from runtime import recipes
from runtime.types import ChatPrompt, Document, GenerationOptions, Message, ToolCall

FIND = Document(
    "find", "find a file", "", "", template="find {path} -name {name}",
    slots={"path": ".", "name": ""}, request="find the file core.py", score=0.9,
)  # fmt: skip
COUNT = Document(
    "count", "count the lines of a file", "", "", template="wc -l {file}", slots={"file": ""},
    request="count its lines", part=1, score=0.9,
)  # fmt: skip
ASKED = Message("user", "find the file core.py and count its lines")
CALL = Message("assistant", "", (ToolCall("1", "bash", {"command": "find . -name core.py"}),))


def printed(text: str, status: str = "ok") -> Message:
    return Message("tool", text, tool_call_id="1", name="bash", status=status)  # type: ignore[arg-type]


def test_the_first_part_is_shown_alone():
    messages, documents = shown([ASKED], [FIND, COUNT], "")
    assert [message.content for message in messages] == ["find the file core.py"]
    assert documents == (replace(FIND, request=""),)


def test_the_second_part_names_what_the_first_printed():
    read = following([FIND, COUNT], [ASKED, CALL, printed("./src/core.py\n")])
    assert read is not None
    assert read.text == "count the lines of src/core.py"


def test_the_second_part_waits_for_nothing_when_the_first_failed():
    assert following([FIND, COUNT], [ASKED, CALL, printed("find: no such option", "error")]) is None


def test_a_search_that_found_something_went_well_though_it_could_not_look_everywhere():
    turn = [ASKED, CALL, printed("/workspace/core.py\nexit code 1", "error")]
    assert following([FIND, COUNT], turn) is not None


def test_the_second_part_is_shown_alone_once_it_is_read():
    text = "count the lines of src/core.py"
    documents = [FIND, replace(COUNT, request=text)]
    messages, found = shown([ASKED, CALL, printed("./src/core.py\n")], documents, text)
    assert [message.content for message in messages] == [text]
    assert [document.id for document in found] == ["count"]


def test_after_both_commands_the_whole_turn_is_shown():
    turn = [ASKED, CALL, printed("a"), CALL, printed("b")]
    assert shown(turn, [FIND, COUNT], COUNT.request) == (tuple(turn), (FIND, COUNT))


def by_words(query: str) -> list[Document]:
    whole = "find" in query and "count" in query
    near = [document for document in (FIND, COUNT) if document.id in query]
    return [replace(d, part=0, request="", score=0.3 if whole else 0.9) for d in near]


def test_the_second_command_is_given_what_the_first_printed(tmp_path: Path):
    world = World(tmp_path)
    world.shelf.find = by_words
    seen: list[ChatPrompt] = []

    def script(prompt: ChatPrompt, options: GenerationOptions):
        seen.append(prompt)
        if len(seen) > 2:
            return "done"
        assert options.tool_choice == ("auto" if len(seen) == 1 else "required")
        return bash_call(["find . -name core.py", "wc -l core.py"][len(seen) - 1])

    assistant = world.assistant(script, settings=Settings(preview=False))
    *_, last = assistant.stream("c", "find the file core.py and count its lines")
    assistant.close()
    assert isinstance(last, Answered)
    asked = [[message.content for message in prompt.messages[1:]] for prompt in seen[:2]]
    # The sandbox of these tests prints "ran", and the command with its last word.
    assert asked == [["find the file core.py"], ["count the lines of core.py"]]
    assert world.ran == ["find . -name core.py", "wc -l core.py"]


def test_what_is_composed_says_in_which_folder_it_looked():
    recipe = composed("delete the pngs older than 60 days in /srv/a")
    assert recipe is not None
    command = recipes.fill(recipe, ())
    call = ToolCall("1", "bash", {"command": command})
    turn = [Message("user", "…"), Message("assistant", "", (call,)), printed("no output")]
    assert leaning.said(turn, [recipe], "delete …").values == {"path": "/srv/a"}


def test_a_composed_command_is_owed_once():
    recipe = composed("how many pngs over 1M are in /srv/a")
    state = {
        "text": "…",
        "messages": [Message("user", "…").to_openai()],
        "documents": [document_to_json(recipe)],
        "reading": "",
    }
    assert leaning.waits(state)
    call = ToolCall("1", "bash", {"command": "find"})
    state["messages"].append(Message("assistant", "", (call,)).to_openai())
    assert not leaning.waits(state)
