"""Turns JSON schemas into GBNF, so that a model can only write calls that its tools accept.

The grammars cover a whole completion. Bounds on numbers and on the values of strings are not
held by them: a tool checks those itself. GBNF is described in llama.cpp's grammars/README.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from runtime.types import ToolSchema

Schema = Mapping[str, Any]
Choice = Literal["auto", "none", "required"]

_ANNOTATIONS = {"$schema", "$id", "title", "description", "default", "examples", "format"} | {
    *("deprecated", "readOnly", "writeOnly", "uniqueItems", "multipleOf"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}
_KEYWORDS = {"type", "enum", "const", "anyOf", "oneOf", "nullable", "properties", "required"} | {
    *("additionalProperties", "items", "minItems", "maxItems", "minLength", "maxLength"),
}
_LONGEST_COUNTED = 500  # llama.cpp unrolls counts; a longer limit is left to the tool
_COMMON = r"""
char ::= [^"\\\x00-\x1f\x7f] | "\\" ( ["\\/bfnrt] | "u" [0-9a-fA-F]{4} )
string ::= "\"" char* "\""
integer ::= "-"? ( "0" | [1-9] [0-9]{0,15} )
number ::= integer ( "." [0-9]{1,15} )? ( [eE] [-+]? [0-9]{1,3} )?
boolean ::= "true" | "false"
null ::= "null"
space ::= " "?
array ::= "[" ( value ( "," space value )* )? "]"
object ::= "{" ( pair ( "," space pair )* )? "}"
pair ::= string ":" space value
value ::= string | number | boolean | null | array | object
"""


class GrammarError(ValueError):
    """A JSON schema cannot be put into a grammar. The text names the place and the keyword."""


class Rules:
    """Collects the rules of one grammar under names of its own.

    >>> rules = Rules()
    >>> rules.add({"enum": ["up", "down"]}, "direction")
    'direction'
    >>> rules.lines["direction"]
    '"\\\\"up\\\\"" | "\\\\"down\\\\""'
    """

    def __init__(self) -> None:
        self.lines: dict[str, str] = {}

    def add(self, schema: Schema, name: str) -> str:
        """Add a rule for a schema; return the rule's name.

        Raises:
            GrammarError: the schema has a keyword that cannot be held by a grammar.
        """
        body = self._body(schema, name)
        if re.fullmatch(r"[a-z]+", body):  # a rule that all grammars have
            return body
        return self.put(name, body)

    def put(self, name: str, body: str) -> str:
        """Add a rule as it is; return the name it got."""
        stem = re.sub(r"[^a-zA-Z0-9]+", "-", name).strip("-") or "rule"
        unique, number = stem, 2
        while unique in self.lines or f"\n{unique} ::=" in _COMMON:
            unique, number = f"{stem}-{number}", number + 1
        self.lines[unique] = body
        return unique

    def text(self, root: str) -> str:
        """Return the grammar, starting at the rule `root`."""
        own = "\n".join(f"{name} ::= {body}" for name, body in self.lines.items())
        return f"root ::= {root}\n{own}{_COMMON}"

    def _body(self, schema: Schema, name: str) -> str:
        unknown = set(schema) - _ANNOTATIONS - _KEYWORDS
        if unknown:
            raise GrammarError(
                f"{name}: a grammar cannot hold {', '.join(sorted(unknown))}; "
                "leave it out of the schema and check the value in the tool"
            )
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                return self._either(schema[keyword], name)
        if "const" in schema:
            return literal(_json(schema["const"]))
        if "enum" in schema:
            return " | ".join(literal(_json(value)) for value in schema["enum"])
        kinds = schema.get("type", "any")
        if isinstance(kinds, list):
            return self._either([{**schema, "type": kind} for kind in kinds], name)
        body = self._typed(kinds, schema, name)
        return f"{body} | null" if schema.get("nullable") else body

    def _either(self, schemas: Sequence[Schema], name: str) -> str:
        return " | ".join(self.add(s, f"{name}-{i}") for i, s in enumerate(schemas, start=1))

    def _typed(self, kind: str, schema: Schema, name: str) -> str:
        shaped: Mapping[str, Callable[[Schema, str], str]] = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
        }
        if kind in shaped:
            return shaped[kind](schema, name)
        if kind in ("integer", "number", "boolean", "null"):
            return kind
        if kind == "any":
            return "value"
        raise GrammarError(f"{name}: unknown type {kind!r}; use one of JSON schema's")

    def _string(self, schema: Schema, name: str) -> str:
        if "minLength" not in schema and "maxLength" not in schema:
            return "string"
        least, most = schema.get("minLength", 0), schema.get("maxLength", "")
        if most and most > _LONGEST_COUNTED:
            most = ""
        return f'"\\"" char{{{least},{most}}} "\\""'

    def _array(self, schema: Schema, name: str) -> str:
        item = self.add(schema.get("items", {}), f"{name}-item")
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        if most == 0:
            return '"[]"'
        more = "" if most is None else most - 1
        body = f'{item} ( "," space {item} ){{{max(least - 1, 0)},{more}}}'
        return f'"[" {body} "]"' if least else f'"[" ( {body} )? "]"'

    def _object(self, schema: Schema, name: str) -> str:
        properties: Mapping[str, Schema] = schema.get("properties", {})
        required = [key for key in properties if key in schema.get("required", ())]
        missing = set(schema.get("required", ())) - set(properties)
        if missing:
            raise GrammarError(f"{name}: required but not described: {', '.join(sorted(missing))}")
        if not properties:
            return '"{}"' if schema.get("additionalProperties") is False else "object"
        pairs = {
            key: f'{literal(_json(key))} ":" space {self.add(value, f"{name}-{key}")}'
            for key, value in properties.items()
        }
        optional = [pairs[key] for key in properties if key not in required]
        if not required:
            return f'"{{" ( {_any_of_in_order(optional)} )? "}}"'
        fixed = ' "," space '.join(pairs[key] for key in required)
        rest = "".join(f' ( "," space {pair} )?' for pair in optional)
        return f'"{{" {fixed}{rest} "}}"'


def _any_of_in_order(pairs: Sequence[str]) -> str:
    """Match one or more of the pairs, each at most once, in their order."""
    starts = []
    for i, pair in enumerate(pairs):
        rest = "".join(f' ( "," space {later} )?' for later in pairs[i + 1 :])
        starts.append(pair + rest)
    return " | ".join(starts)


def literal(text: str) -> str:
    r"""Return GBNF that matches exactly this text.

    >>> print(literal('a "b"\n'))
    "a \"b\"\n"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    for character, code in (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        escaped = escaped.replace(character, code)
    return f'"{escaped}"'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def tool_call_rule(rules: Rules, tools: Sequence[ToolSchema]) -> str:
    """Add rules for `{"name": …, "arguments": …}` of any of the tools; return their name.

    Raises:
        GrammarError: a tool's parameters cannot be held by a grammar.
    """
    calls = []
    for tool in tools:
        arguments = rules.add({"type": "object", **tool.parameters}, f"{tool.name}-arguments")
        name = literal(_json(tool.name))
        calls.append(
            f'"{{\\"name\\":" space {name} "," space "\\"arguments\\":" space {arguments} "}}"'
        )
    return rules.put("call", " | ".join(calls))


def text_rule(rules: Rules, marker: str, then: str | None = None) -> str:
    """Add rules for text in which `marker` does not occur, or is followed by the rule `then`.

    The rules are the states of a search for the marker, such as `<tool_call>`.

    Raises:
        ValueError: the marker repeats its first character, or has one that GBNF escapes.
    """
    first = marker[0]
    if first in marker[1:] or not re.fullmatch(r"[\w<>|/]+", marker):
        raise ValueError(f"the marker {marker!r} must be like <name>")
    names = [f"text-{i}" for i in range(len(marker))]
    for i, expected in enumerate(marker):
        others = first if expected == first else first + expected
        ways = [f"[^{others}] {names[0]}", '""']
        if i > 0:
            ways.append(f"{literal(first)} {names[1]}")
        if i + 1 < len(marker):
            ways.append(f"{literal(expected)} {names[i + 1]}")
        elif then is not None:
            ways.append(f"{literal(expected)} {then}")
        rules.lines[names[i]] = " | ".join(ways)
    return names[0]


def tool_call_grammar(
    tools: Sequence[ToolSchema],
    *,
    choice: Choice = "auto",
    opening: str = "<tool_call>",
    closing: str = "</tool_call>",
) -> str | None:
    """Return GBNF for a completion: text, or text and calls, or calls alone.

    With `auto` anything may be said, but after `opening` only calls follow; with `required`
    the completion is one call or more; with `none` the text never contains `opening`. None
    where there are no tools and anything may be said.

    Raises:
        GrammarError: a tool's parameters cannot be held by a grammar.
    """
    rules = Rules()
    if not tools:
        return None
    if choice == "none":
        return rules.text(text_rule(rules, opening))
    call = tool_call_rule(rules, tools)
    body = f'"\\n"? {call} "\\n"? {literal(closing)}'
    calls = rules.put("calls", f'{body} ( "\\n"? {literal(opening)} {body} )* "\\n"?')
    if choice == "required":
        return rules.text(f"{literal(opening)} {calls}")
    return rules.text(text_rule(rules, opening, calls))


def tool_list_grammar(
    tools: Sequence[ToolSchema], *, choice: Choice = "auto", opening: str = "<|tool_call|>"
) -> str | None:
    """Return GBNF for a completion whose calls are one JSON list after `opening`.

    Raises:
        GrammarError: a tool's parameters cannot be held by a grammar.
    """
    rules = Rules()
    if not tools:
        return None
    if choice == "none":
        return rules.text(text_rule(rules, opening))
    call = tool_call_rule(rules, tools)
    calls = rules.put("calls", f'space "[" {call} ( "," space {call} )* "]"')
    if choice == "required":
        return rules.text(f"{literal(opening)} {calls}")
    return rules.text(text_rule(rules, opening, calls))
