"""Another recipe for a command that failed and changed nothing: the next likeliest, once a turn."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from graphs.state import State, document_to_json, documents_of
from runtime import recipes
from runtime.types import Document, ToolCall
from runtime.values import shell
from tools import ToolResult
from tools.knowledge.text import slot_kind

SAID = "That did not work, so I try the next likeliest way.\n\n"
FARTHEST = 0.35
"""How much farther from the request than the recipe that failed another one may be: 3.5 nats,
set by hand."""
_ABSENT = re.compile(
    r"no such file|cannot (?:access|open|stat|find)|does not exist|unable to open|"
    r"permission denied|not a directory|is a directory",
    re.IGNORECASE,
)
"""What programs say of a file that is not there, or that they may not read."""
_WORDS = "sw"
"""Kinds of slots that take any text, whether or not a file is called so."""


def another(state: State, call: ToolCall, result: ToolResult) -> dict[str, Any]:
    """Return what is left to choose from once a call failed; empty where nothing else is near.

    A file that a request names and that is not there is no file for other recipes either: only
    those are left then that take its name as a text.
    """
    tried = set(state.get("given_up", ()))
    calls = _calls(state["messages"])
    if result.status != "error" or any(each["id"] in tried for made in calls for each in made):
        return {}
    documents = documents_of(state)
    command = str(call.arguments.get("command", ""))
    part = len(calls) - 1
    own = [d for d in documents if d.part == part and d.template is not None]
    used = next((d for d in own if recipes.recognise(d, command) is not None), None)
    if used is None:
        return {}
    absent = _absent(state["text"], result.text)
    left = [
        document
        for document in own
        if document.title != used.title
        and document.score >= used.score - FARTHEST
        and _whole(document)
        and _takes_as_text(document, absent)
    ]
    if not left:
        return {}
    others = [d for d in documents if d.part != part or not d.acts]
    return {
        "documents": [document_to_json(d) for d in [*left, *others]],
        "given_up": [*state.get("given_up", ()), call.id],
    }


def announced(state: State) -> str:
    """Return what is said before another way is tried; empty where none is."""
    last = state["messages"][-1]
    return SAID if last.get("tool_call_id") in state.get("given_up", ()) else ""


def _calls(messages: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Return the calls of the last turn, those of one completion together."""
    start = max(i for i, message in enumerate(messages) if message["role"] == "user")
    return [message["tool_calls"] for message in messages[start:] if message.get("tool_calls")]


def _absent(request: str, said: str) -> set[str]:
    """Return the values of a request that a program did not find as files, by what it said."""
    if not _ABSENT.search(said):
        return set()
    return {found.text for found in shell.find(request) if found.text in said}


def _whole(document: Document) -> bool:
    """Whether a recipe has a value for each of its slots."""
    bound = _bound(document)
    return all(default or bound.get(slot) for slot, default in document.slots.items())


def _takes_as_text(document: Document, values: set[str]) -> bool:
    taken = {value: slot_kind(slot) for slot, value in _bound(document).items()}
    return all(value in taken and taken[value] in _WORDS for value in values)


def _bound(document: Document) -> Mapping[str, str]:
    return document.bindings[0] if document.bindings else {}
