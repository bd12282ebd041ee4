"""The shipped models' format over two turns, and over requests of two parts."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.bash_schema import BASH
from support.gbnf import accepts

from runtime.formats import mica, text_of
from runtime.llama import Model
from runtime.types import (
    ChatPrompt,
    Document,
    GenerationOptions,
    Message,
    ToolCall,
    ToolSchema,
)

LIST = Document("list", "list a folder", "", "", template="ls {path}", slots={"path": "."},
    phrase="What is in {path}", score=0.9)  # fmt: skip
HIDDEN = Document("hidden", "hidden files", "", "", template="ls -d {path}/.*",
    slots={"path": "."}, phrase="The hidden files in {path}", score=0.9)  # fmt: skip
COUNT = Document("count", "count entries", "", "", template="ls {path} | wc -l",
    slots={"path": "."}, phrase="How many entries {path} has", score=0.6, part=1)  # fmt: skip


@pytest.fixture
def model(tiny_models: Path) -> Iterator[Model]:
    loaded = Model(tiny_models / "tiny.gguf", vocabulary_only=True)
    yield loaded
    loaded.close()


def turn(request: str, command: str, number: int = 1) -> tuple[Message, ...]:
    call = ToolCall(f"call-{number}", "bash", {"command": command})
    return (
        Message("user", request),
        Message("assistant", "", (call,)),
        Message("tool", "a\nb", tool_call_id=call.id, name="bash", status="ok"),
    )


def said(prompt: ChatPrompt) -> str:
    return text_of(mica.render(prompt).segments)


def call(command: str) -> str:
    return f'<tool_call>{{"name": "bash", "arguments": {{"command": "{command}"}}}}</tool_call>'


FIRST = (*turn("list /srv/data", "ls /srv/data"), Message("assistant", "There they are."))
AGAIN = ChatPrompt(
    (*FIRST, Message("user", "only the hidden ones")), (BASH,), (LIST, HIDDEN), follows=True
)


def test_a_turn_that_follows_shows_the_request_and_the_call_before():
    text = said(AGAIN)
    assert "user<|end_of_role|>list <p1><|end_of_text|>" in text
    assert "list a folder | path=<p1>" in text
    assert "There they are" not in text
    assert text.index("path=<p1>") < text.index("only the hidden ones")
    assert "list <p1>" not in said(replace(AGAIN, follows=False))


def test_its_call_may_take_values_of_the_turn_before():
    deltas = list(mica.decoder(AGAIN, mica.render(AGAIN)).feed(call("hidden files | path=<p1>")))
    assert deltas[0].tool_call is not None
    assert deltas[0].tool_call.arguments == {"command": "ls -d /srv/data/.*"}


def test_values_are_carried_over_more_than_one_turn():
    earlier = (*turn("only the hidden ones", "ls -d /srv/data/.*"),)
    prompt = replace(AGAIN, messages=(*FIRST, *earlier, Message("user", "how many are there")))
    text = said(prompt)
    assert "list /srv/data" not in text
    assert "hidden files | path=<p1>" in text


def test_each_part_of_a_request_is_offered_its_own_recipes(model: Model):
    request = Message("user", "list /srv and count its entries")
    prompt = ChatPrompt((request,), (BASH,), (LIST, COUNT))
    options = GenerationOptions()
    first, second = call("list a folder | path=<p1>"), call("count entries | path=<p1>")
    before = mica.grammar(prompt, options)
    assert before is not None
    assert accepts(model, before, first)
    assert not accepts(model, before, second)
    done = turn(request.content, "ls /srv")
    after = mica.grammar(replace(prompt, messages=done), options)
    assert after is not None
    assert accepts(model, after, second)
    assert not accepts(model, after, first)


def test_when_every_part_has_its_call_only_an_answer_is_left(model: Model):
    request = Message("user", "list /srv and count its entries")
    messages = (*turn(request.content, "ls /srv"), *turn("", "ls /srv | wc -l", 2)[1:])
    prompt = ChatPrompt(messages, (BASH,), (LIST, COUNT))
    rendered = mica.render(prompt)
    assert rendered.state.phrases == {
        "<r1>": "What is in /srv",
        "<r2>": "How many entries /srv has",
    }
    grammar = mica.grammar(prompt, GenerationOptions())
    assert grammar is not None
    assert accepts(model, grammar, "<r1>:\n<o1>\n\n<r2>:\n<o2>")
    assert not accepts(model, grammar, call("list a folder | path=<p1>"))


EDIT = ToolSchema(
    "edit_melody",
    "Change a melody.",
    {
        "type": "object",
        "properties": {
            "melody": {"type": "string"},
            "edit": {"type": "string"},
            "seed": {"type": "string"},
        },
        "required": ["melody", "edit"],
    },
)
EDITING = Document("tool.edit_melody", "edit melody", "", "", score=0.9, tool="edit_melody",
    kinds={"melody": "l", "edit": "iw"})  # fmt: skip
TUNE = 'in C major: "Am"E4:e F4:e C4 | G4:w'


def music_turns(result: str, request: str) -> ChatPrompt:
    made = ToolCall("call-1", "melody_over", {"chords": "Am | G"})
    messages = (
        Message("user", "a melody over Am | G"),
        Message("assistant", "", (made,)),
        Message("tool", result, tool_call_id=made.id, name=made.name, status="ok"),
        Message("assistant", result),
        Message("user", request),
    )
    return ChatPrompt(messages, (EDIT,), (EDITING,))


def edit_call(melody: str, edit: str) -> str:
    body = f'{{"name": "edit_melody", "arguments": {{"melody": "{melody}", "edit": "{edit}"}}}}'
    return f"<tool_call>{body}</tool_call>"


def test_what_was_made_can_be_changed(model: Model):
    prompt = music_turns(f"{TUNE}\n(seed 1)", "bar two up a step")
    state = mica.render(prompt).state
    assert state.near == {"<i1>": "bar two up a step", "<l1>": TUNE}
    rules = mica.grammar(prompt, GenerationOptions())
    assert rules is not None
    assert accepts(model, rules, edit_call("<l1>", "<i1>"))
    assert not accepts(model, rules, edit_call("<i1>", "<i1>"))


def test_what_is_told_beside_other_words_was_not_made():
    state = mica.render(music_turns("Am: A C E\nA minor", "bar two up a step")).state
    assert state.values.values == {"<i1>": "bar two up a step"}


def test_an_argument_that_nothing_fits_is_left_away():
    rules = mica.grammar(music_turns(TUNE, "bar two up a step"), GenerationOptions())
    assert rules is not None
    assert "seed" not in rules


@pytest.mark.parametrize(("status", "fixed"), [("ok", True), ("error", False)])
def test_what_one_tool_made_of_music_is_the_whole_answer(
    model: Model, status: str, fixed: bool
) -> None:
    tool = Document("t", "check code", "check code", "", tool="check_code", score=0.9)
    schema = ToolSchema("check_code", "", {"type": "object", "properties": {}})
    call = ToolCall("c1", "check_code", {})
    turns = (
        Message("user", "debug this csound: i3 0 1"),
        Message("assistant", "", (call,)),
        Message("tool", "1 problem", tool_call_id="c1", name="check_code", status=status),
    )
    rules = mica.grammar(ChatPrompt(turns, (schema,), documents=(tool,)), GenerationOptions())
    assert rules is not None and accepts(model, rules, "<o1>")
    assert accepts(model, rules, "That is not something I can do.") is not fixed
