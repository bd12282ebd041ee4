"""Slots that the search has bound to values: the grammar gives them just these."""

from __future__ import annotations

from support.bash_schema import BASH

from runtime.formats import mica
from runtime.types import ChatPrompt, Document, GenerationOptions, Message


def move(*bindings: dict[str, str]) -> Document:
    return Document(
        *("move", "move a file", "", "recipe move"),
        template="mv {source} {target}",
        slots={"source": "", "target": "."},
        phrase="Moved",
        score=0.7,
        bindings=bindings,
    )


def rules_of(request: str, *bindings: dict[str, str]) -> str:
    prompt = ChatPrompt((Message("user", request),), (BASH,), (move(*bindings),))
    grammar = mica.grammar(prompt, GenerationOptions())
    assert grammar is not None
    return next(line for line in grammar.splitlines() if line.startswith("command "))


def command_of(request: str, written: str, *bindings: dict[str, str]) -> str:
    prompt = ChatPrompt((Message("user", request),), (BASH,), (move(*bindings),))
    decoder = mica.decoder(prompt, mica.render(prompt))
    body = f'{{"name": "bash", "arguments": {{"command": "move a file |{written}"}}}}'
    (delta,) = decoder.feed(f"<tool_call>{body}</tool_call>")
    assert delta.tool_call is not None
    return str(delta.tool_call.arguments["command"])


def test_slots_may_be_filled_in_the_bound_ways_only():
    rule = rules_of(
        "move a.txt into Old",
        {"source": "a.txt", "target": "Old"},
        {"source": "a.txt"},
    )
    assert rule.endswith('( " source=<f1> target=old" | " source=<f1> target=-" )')


def test_without_bindings_every_value_may_go_anywhere():
    assert "source=-" not in rules_of("move a.txt into b.txt")
    assert rules_of("move a.txt into b.txt").count("target=") > 1


def test_a_word_is_written_as_it_was_typed():
    bound = {"source": "a.txt", "target": "Old"}
    said = command_of("move a.txt into Old", " source=<f1> target=old", bound)
    assert said == "mv a.txt Old"


def test_a_name_in_a_folder_is_written_with_both_tokens():
    bound = {"source": "/srv/x/a.txt", "target": "b.txt"}
    request = "move a.txt in /srv/x/ to b.txt"
    assert '" source=<p1>/<f1> target=<f2>"' in rules_of(request, bound)
    said = command_of(request, " source=<p1>/<f1> target=<f2>", bound)
    assert said == "mv /srv/x//a.txt b.txt"


def test_a_value_that_the_grammar_cannot_spell_is_left_to_the_model():
    free = rules_of("move a.txt to b.txt")
    assert rules_of("move a.txt to b.txt", {"source": 'sa"y', "target": "b.txt"}) == free
