"""Reading the calls that a person says would have been right, checked against the tools."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools import Tool

COMMAND = "bash"
Calls = tuple[dict[str, Any], ...]


class CorrectionError(ValueError):
    """A correction that cannot be kept; the text says what to write instead."""


@cache
def known_tools() -> Mapping[str, Tool]:
    """Return every tool by name; nothing of them is run."""
    from graphs.build import all_tools

    return all_tools(None)


def read_correction(text: str, specialist: str) -> Calls:
    """Return the calls of a text that a person wrote for a specialist.

    For the sysadmin the text is a command. For others it is a call a line, as answers show
    them: `spell_chord(chord='E flat minor seventh')`. Where nobody took the request (`other`), it
    is either. JSON is read for all.

    Raises:
        CorrectionError: it cannot be read, or does not fit the tools.
    """
    text = text.strip()
    if not text:
        raise CorrectionError("write the call that would have been right")
    # A command may begin like JSON too: `[ -f x ]`, `{ ls; }`.
    if text[0] in "[{" and (specialist != "sysadmin" or _is_json(text)):
        found = _from_json(text)
    elif specialist == "sysadmin" or (specialist == "other" and not _names_tool(text)):
        found = [{"name": COMMAND, "arguments": {"command": text.removeprefix("$ ")}}]
    else:
        found = _from_lines(text)
    return checked(found)


def checked(calls: Sequence[Any]) -> Calls:
    """Return calls that fit the tools there are.

    Raises:
        CorrectionError: one names no tool, or its arguments are wrong; the text says which.
    """
    for call in calls:
        if not isinstance(call, dict) or set(call) != {"name", "arguments"}:
            raise CorrectionError('a call is {"name": TOOL, "arguments": {…}}')
        tool = known_tools().get(call["name"]) if isinstance(call["name"], str) else None
        if tool is None:
            raise CorrectionError(
                f"there is no tool {call['name']!r}; `mica tools list` shows those there are"
            )
        if not isinstance(call["arguments"], dict):
            raise CorrectionError(f"{tool.name}: the arguments must be an object of their values")
        if problem := tool.problem(call["arguments"]):
            raise CorrectionError(f"{tool.name}: {problem}")
        if tool.name == COMMAND and not call["arguments"]["command"].strip():
            raise CorrectionError("write the command that would have been right")
    return tuple(calls)


def written(calls: Sequence[Mapping[str, Any]], specialist: str) -> str:
    """Return calls as `read_correction` reads them for a specialist.

    >>> written([{"name": "spell_chord", "arguments": {"chord": "Ebm7"}}], "composer")
    "spell_chord(chord='Ebm7')"
    >>> written([{"name": "bash", "arguments": {"command": "ls /"}}], "sysadmin")
    'ls /'
    """
    if specialist != "sysadmin":
        return "\n".join(_line(call) for call in calls)
    if [call["name"] for call in calls] == [COMMAND] and set(calls[0]["arguments"]) == {"command"}:
        return str(calls[0]["arguments"]["command"])
    return json.dumps([dict(call) for call in calls], ensure_ascii=False, indent=1) if calls else ""


def _line(call: Mapping[str, Any]) -> str:
    given = ", ".join(f"{name}={value!r}" for name, value in call["arguments"].items())
    return f"{call['name']}({given})"


def label(specialist: str) -> str:
    """Return what the field is called into which a correction for a specialist is written."""
    named = {"sysadmin": "The right command", "other": "The right command or call"}
    return named.get(specialist, "The right call")


def _names_tool(text: str) -> bool:
    name, bracket, _ = text.partition("(")
    return bool(bracket) and name.strip() in known_tools()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _from_json(text: str) -> list[Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise CorrectionError(f"this is not JSON: {error}") from error
    return found if isinstance(found, list) else [found]


def _from_lines(text: str) -> list[dict[str, Any]]:
    try:
        return [_call(statement) for statement in ast.parse(text).body]
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError) as error:
        raise CorrectionError(
            "write a call a line, each as tool(argument='value'), with the names that "
            "`mica tools list` shows"
        ) from error


def _call(statement: ast.stmt) -> dict[str, Any]:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.args:
        raise ValueError("no call with named arguments")
    arguments = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
    # What is not JSON (a set, bytes) would be kept as something else.
    return {"name": call.func.id, "arguments": json.loads(json.dumps(arguments))}
