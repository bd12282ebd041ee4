"""Grammars made from JSON schemas, checked by llama.cpp itself on a real vocabulary."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.gbnf import accepts

from runtime.grammar import GrammarError, Rules, tool_call_grammar, tool_list_grammar
from runtime.llama import Grammar, Model
from runtime.types import BackendError, ToolSchema

BASH = ToolSchema(
    "bash",
    "Run a command",
    {
        "type": "object",
        "properties": {"command": {"type": "string"}, "seconds": {"type": "integer"}},
        "required": ["command"],
    },
)
CHORD = ToolSchema("spell_chord", "Spell", {"properties": {"chord": {"type": "string"}}})


@pytest.fixture(scope="module")
def model(tiny_models: Path) -> Iterator[Model]:
    loaded = Model(tiny_models / "tiny.gguf", vocabulary_only=True)
    yield loaded
    loaded.close()


def accepts_value(model: Model, schema: dict[str, Any], value: Any) -> bool:
    rules = Rules()
    text = value if isinstance(value, str) else json.dumps(value)
    return accepts(model, rules.text(rules.add(schema, "value")), text)


OPTIONAL = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "boolean"}, "c": {"type": "null"}},
}


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string"}, '"a \\"quoted\\" \\u00e9 ♭ <p1>"', '"line\nbreak"'),
        ({"type": "string", "maxLength": 2}, '"ab"', '"abc"'),
        ({"type": "string", "minLength": 1}, '"a"', '""'),
        ({"type": "string", "maxLength": 100000}, '"abc"', "3"),
        ({"type": "integer"}, "-120", "1.5"),
        ({"type": "integer"}, "0", "007"),
        ({"type": "number"}, "-1.5e-3", ".5"),
        ({"type": "boolean"}, "true", "True"),
        ({"enum": ["up", 3, None]}, '"up"', '"down"'),
        ({"enum": ["up", 3, None]}, "null", "2"),
        ({"const": {"a": 1}}, '{"a": 1}', '{"a": 2}'),
        ({"type": ["string", "null"]}, "null", "1"),
        ({"anyOf": [{"type": "integer"}, {"const": "all"}]}, '"all"', '"some"'),
        ({"type": "integer", "nullable": True}, "null", '"x"'),
        ({"type": "array", "items": {"type": "integer"}}, "[1, 2]", '["1"]'),
        ({"type": "array", "items": {"type": "integer"}}, "[]", "[1,]"),
        ({"type": "array", "items": {}, "minItems": 1, "maxItems": 2}, "[1, {}]", "[1, 2, 3]"),
        ({"type": "array", "items": {}, "minItems": 1}, "[[]]", "[]"),
        ({"type": "array", "maxItems": 0}, "[]", "[1]"),
        (OPTIONAL, {}, '{"a": 1, }'),
        (OPTIONAL, {"b": True}, {"b": 1}),
        (OPTIONAL, {"a": 1, "c": None}, {"d": 1}),
        (BASH.parameters, {"command": "ls"}, {"seconds": 3}),
        (BASH.parameters, {"command": "ls", "seconds": 3}, {"command": 3}),
        ({"type": "object"}, {"any": [1, {"thing": None}]}, "[]"),
        ({"type": "object", "additionalProperties": False}, {}, {"a": 1}),
        ({}, '[true, "x", 1.5]', "undefined"),
    ],
)
def test_schema(model: Model, schema: dict[str, Any], good: Any, bad: Any) -> None:
    assert accepts_value(model, schema, good)
    assert not accepts_value(model, schema, bad)


def test_what_a_grammar_cannot_hold_is_named() -> None:
    with pytest.raises(GrammarError, match=r"email: a grammar cannot hold pattern"):
        Rules().add({"type": "string", "pattern": ".+@.+"}, "email")
    with pytest.raises(GrammarError, match=r"cannot hold \$ref"):
        Rules().add({"properties": {"x": {"$ref": "#/x"}}, "type": "object"}, "thing")
    with pytest.raises(GrammarError, match="required but not described: b"):
        Rules().add({"type": "object", "properties": {"a": {}}, "required": ["b"]}, "thing")
    with pytest.raises(GrammarError, match="unknown type 'date'"):
        Rules().add({"type": "date"}, "day")


CALL = '<tool_call>{"name": "bash", "arguments": {"command": "ls <p1>"}}</tool_call>'


@pytest.mark.parametrize(
    ("choice", "text", "expected"),
    [
        ("auto", "", True),
        ("auto", "just text, 2 < 3 and <tool_ca", True),
        ("auto", "<tool_<tool_call", True),
        ("auto", CALL, True),
        ("auto", "I will look. " + CALL, True),
        ("auto", CALL.replace("{", "\n{", 1).replace("}}<", "}}\n<") + "\n" + CALL, True),
        ("auto", CALL + " done", False),
        ("auto", "<tool_call>nonsense", False),
        ("auto", CALL.replace("bash", "rm"), False),
        ("auto", CALL.replace("command", "cmd"), False),
        ("required", CALL, True),
        ("required", "text " + CALL, False),
        ("required", "", False),
        ("none", "just text", True),
        ("none", "<tool_call", True),
        ("none", CALL, False),
    ],
)
def test_tool_calls(model: Model, choice: Any, text: str, expected: bool) -> None:
    grammar = tool_call_grammar([BASH, CHORD], choice=choice)
    assert grammar is not None
    assert accepts(model, grammar, text) is expected


def test_tool_call_list(model: Model) -> None:
    one = '{"name": "spell_chord", "arguments": {"chord": "Eb"}}'
    auto = tool_list_grammar([BASH, CHORD])
    required = tool_list_grammar([BASH, CHORD], choice="required")
    none = tool_list_grammar([BASH, CHORD], choice="none")
    assert auto and required and none
    assert accepts(model, auto, f"<|tool_call|>[{one}, {one}]")
    assert accepts(model, auto, "hello")
    assert not accepts(model, auto, "<|tool_call|>[]")
    assert not accepts(model, required, "hello")
    assert not accepts(model, none, f"<|tool_call|>[{one}]")


def test_no_tools_means_no_grammar() -> None:
    assert tool_call_grammar([]) is None
    assert tool_list_grammar([], choice="none") is None


@pytest.mark.parametrize("broken", ['root ::= "x', "root ::= nothing", 'start ::= "x"', "%%"])
def test_an_invalid_grammar_is_an_error(model: Model, broken: str) -> None:
    with pytest.raises(BackendError, match="grammar of this request is invalid"):
        Grammar(model, broken)
