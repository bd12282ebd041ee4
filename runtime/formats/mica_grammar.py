"""What the shipped model may say next, as a grammar: a call filled with values, or text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from runtime.recipes import DEFAULT
from runtime.types import Document, ToolSchema
from runtime.values import ValueTable

CALL, CALL_END = "<tool_call>", "</tool_call>"
FEW = 6
"""Up to how many values of a request the grammar keeps from being used twice in a command."""
WORD = "w"
"""The kind of an argument that may be filled with words."""


@dataclass
class State:
    """What the tokens of one prompt stand for; `words` are the request's others, as typed.

    `documents` may be named now; `known` are all that were found, which earlier calls named.
    `done` means that every part of the request has had its call, `owed` that the first part went
    well and another waits for its own, `carries` that values of the turn that is being rendered
    become tokens even where its request did not name them, `written` that the last command came
    from no recipe, `told` what is to be said of it then. `own` are the values that the
    next call's part of the request names, `near` those that it may be about. `bound` are the tokens
    of the arguments that were read for a tool.
    """

    documents: Mapping[str, Document]
    known: Mapping[str, Document]
    values: ValueTable
    outputs: dict[str, str] = field(default_factory=dict)
    phrases: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    shell: bool = False
    done: bool = False
    owed: bool = False
    carries: bool = False
    written: bool = False
    told: str = ""
    own: Mapping[str, str] = field(default_factory=dict)
    near: Mapping[str, str] = field(default_factory=dict)
    bound: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def rules(state: State, tools: Sequence[ToolSchema], *, required: bool) -> str:
    """Return the grammar of a completion (GBNF); `required`: it must be a call.

    Tools are named that are near to the request, where any are. A recipe is named with a value
    for each of its slots; a slot without a default gets a value rather than `-` where the
    request has any. A value is a token, or a word of the request; an argument of another tool
    is several of these, of the kinds that it takes. Values are strings, whatever the schema
    says: the decoder makes numbers of them.
    """
    root = "call" if required or state.owed else "text" if state.done else "text | call"
    values = _one_of(state.values.values) if state.values.values else ""
    said = _one_of([*state.values.values, *state.phrases, *state.outputs])
    near = {d.tool: d for d in state.documents.values() if d.tool}
    offered = [tool for tool in tools if tool.name in near] or tools
    calls = " | ".join(_call_rule(tool, near.get(tool.name), state) for tool in offered)
    passages = [title for title, d in state.documents.items() if not d.acts]
    text = f"[^<?] ( [^<] {'| ' + said if said else ''} )*"
    texts = [
        text,
        *([f"( {said} ) ( [^<] | {said} )*"] if said else []),
        *(f'"? {t}"' for t in passages),
    ]
    if state.told:
        texts = [json.dumps(state.told)]
    parts = {
        "root": root,
        "text": " | ".join(texts),
        "call": f'"{CALL}" ( {calls} ) "{CALL_END}"',
        "string": 'piece ( " " piece )*',
        "piece": " | ".join(_tokens_of(state)) or "plain+",
        "written": f"( {values + ' | ' if values else ''}plain )+",
        "plain": r'[^<"\\\x00-\x1f] | "\\" ["\\/bfnrtu]',
        "command": " | ".join(_recipe_rules(state)) or '"$ " written',
    }
    return "\n".join(f"{name} ::= {rule}" for name, rule in parts.items())


def _tokens_of(state: State) -> list[str]:
    """Return what a slot may be filled with: the values, and words that may be meant as one."""
    return [f'"{text}"' for text in (*state.values.values, *state.words)]


def _one_of(tokens: Iterable[str]) -> str:
    return " | ".join(f'"{token}"' for token in tokens)


def _call_rule(tool: ToolSchema, document: Document | None, state: State) -> str:
    """Give each argument a value; those that the schema does not require may be left away.

    Of a tool that was found by its wordings, they are where the request has nothing of their kind.
    What was read for the tool is given as it is.
    """
    required = tool.parameters.get("required", ())
    kinds = document.kinds if document is not None else {}
    bound = state.bound.get(tool.name)
    arguments = ""
    for name, spec in tool.parameters.get("properties", {}).items():
        if bound is not None and name in bound:
            arguments += rf' "{", " if arguments else ""}\"{name}\": \"{bound[name]}\""'
            continue
        if bound is not None and name not in required:
            continue
        rule = "command" if spec.get("format") == "shell" else _values_rule(kinds.get(name), state)
        if not rule and document is not None and name not in required:
            continue
        rule = rule or "string"
        member = rf'"{", " if arguments else ""}\"{name}\": \"" {rule} "\""'
        arguments += f" {member}" if name in required else f" ( {member} )?"
    return rf'"{{\"name\": \"{tool.name}\", \"arguments\": {{"{arguments} "}}}}"'


def _values_rule(kinds: str | None, state: State) -> str:
    """Hold an argument to values of its kinds, to the nearest there are; empty without any."""
    words = state.words if kinds and WORD in kinds else ()
    for values in (state.own, state.near, state.values.values, {}):
        fitting = [token for token in values if kinds and token[1] in kinds]
        if fitting or (words and not values):
            piece = f"( {_one_of([*fitting, *words])} )"
            return f'{piece} ( " " {piece} )*'
    return ""


def _recipe_rules(state: State) -> Iterator[str]:
    for title, document in state.documents.items():
        if document.template is None:
            continue
        slots = list(document.slots.items())
        bound = _bound_rules(document, state)
        yield f'"{title} |" {bound or _slot_rules(slots, _fitting(slots, state))}'


def _bound_rules(document: Document, state: State) -> str:
    """Give the slots the values that the search bound to them; empty where there are none."""
    tokens = state.values.tokens()
    ways = []
    for binding in document.bindings:
        said = {slot: _said(value, tokens) for slot, value in binding.items()}
        if all(re.fullmatch(r"[\w<>/.+'-]+", value) for value in said.values()):
            pairs = (f" {slot}={said.get(slot, DEFAULT)}" for slot in document.slots)
            ways.append(f'"{"".join(pairs)}"')
    return f"( {' | '.join(dict.fromkeys(ways))} )" if ways else ""


def _said(value: str, tokens: Mapping[str, str]) -> str:
    """Return what stands for a value: a token, a folder's and a name's, or the word itself."""
    folder, _, name = value.rpartition("/")
    of_folder = tokens.get(folder) or tokens.get(f"{folder}/")
    if value not in tokens and of_folder and name in tokens:
        return f"{of_folder}/{tokens[name]}"
    return tokens.get(value, value.lower())


def bound_words(document: Document) -> dict[str, str]:
    """Return the words that the search bound to slots, in lower case, with how they were typed."""
    return {text.lower(): text for binding in document.bindings for text in binding.values()}


def _fitting(slots: Sequence[tuple[str, str]], state: State) -> list[str]:
    """Return what a recipe's slots may be filled with: what is near, where that is enough."""
    near = [f'"{text}"' for text in (*state.near, *state.words)]
    needed = sum(not default for _, default in slots)
    return near if len(near) >= needed else _tokens_of(state)


def _slot_rules(slots: Sequence[tuple[str, str]], values: Sequence[str]) -> str:
    """Give every slot a value, and no value to two slots while there are few enough to say so."""
    if not slots:
        return ""
    (slot, default), *rest = slots
    if len(values) > FEW:
        ways = [f"( {' | '.join(values)} ) {_slot_rules(rest, values)}"]
    else:
        others = ([other for other in values if other != value] for value in values)
        ways = [f"{v} {_slot_rules(rest, left)}" for v, left in zip(values, others, strict=True)]
    if default or not values:
        ways.append(f'"-" {_slot_rules(rest, values)}')
    return f'" {slot}=" ( {" | ".join(ways)} )'
