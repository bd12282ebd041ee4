"""Training rows in which a request about music leans on the one before it.

The data is `training/data/composer/followups.yaml`: the tools of the turn before, the tool that
the new message wants, and wordings. An argument that a wording does not name is the one of the
turn before that `inherit` names, else the one of the same name.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runtime.types import ChatPrompt, Message, ToolCall, ToolStatus
from tools import Tool, ToolError
from training import noise
from training.rows import Row, calls_are_marked, in_order, slots_of

TRIES = 6
"""How often values are drawn anew for a turn before that gives no result."""
UNRELATED = 0.12
"""The share of rows in which a request stands after another that it does not lean on."""

Turn = tuple[str, str, Mapping[str, str]]


class MusicTurnRows:
    """Rows of two turns over the music tools; every call was run."""

    def __init__(self, data: Sequence[Any], tools: Sequence[Tool], rng: random.Random) -> None:
        """Take what `training.rows.composer_data` returns."""
        self._rng = rng
        self._tools = {tool.name: tool for tool in tools}
        self._schemas = tuple(tool.schema for tool in tools)
        self._works: dict[str, bool] = {}
        self._asks: dict[str, list[Mapping[str, Any]]] = {}
        for each in data:
            if "tool" in each:
                self._asks.setdefault(each["tool"], []).append(each)
        self._pairs: list[Mapping[str, Any]] = next(d for d in data if isinstance(d, list))

    def rows(self, copies: int) -> Iterator[Row]:
        """Yield `copies` rows for each wording, with fresh values and noise."""
        for _ in range(copies):
            for pair in self._pairs:
                for said in pair["says"]:
                    row = self._row(pair, str(said))
                    if row is not None and calls_are_marked(row.text()):
                        yield row

    def _row(self, pair: Mapping[str, Any], said: str) -> Row | None:
        before = self._first(self._rng.choice(pair["from"]))
        if before is None:
            return None
        after = self._after(before, pair, said)
        if self._rng.random() < UNRELATED:
            after = self._first(self._rng.choice(list(self._asks)))
        return None if after is None else self._two_turns(before, after)

    def _first(self, tool: str) -> Turn | None:
        """Draw a request for a tool that gives a result."""
        for _ in range(TRIES):
            data = self._rng.choice(self._asks[tool])
            ask = str(self._rng.choice(data["asks"]))
            drawn = self._draw(slots_of(ask), data["values"])
            arguments = in_order(self._tools[tool], drawn)
            if self._run(tool, arguments):
                return noise.disturb(ask, self._rng).format(**drawn), tool, arguments
        return None

    def _after(self, before: Turn, pair: Mapping[str, Any], said: str) -> Turn | None:
        _, _, known = before
        tool, inherit = pair["to"], pair.get("inherit") or {}
        values = dict(self._asks[tool][0]["values"]) | dict(pair.get("values") or {})
        given = self._draw(slots_of(said), values)
        arguments = {}
        parameters = self._tools[tool].schema.parameters
        for name in parameters["properties"]:
            value = given.get(name, known.get(inherit.get(name, name)))
            if value is not None:
                arguments[name] = value
            elif name in parameters.get("required", ()):
                return None
        return noise.disturb(said, self._rng).format(**given), tool, arguments

    def _draw(self, names: Sequence[str], values: Mapping[str, Sequence[Any]]) -> dict[str, str]:
        return {name: str(self._rng.choice(values[name])) for name in names}

    def _two_turns(self, before: Turn, after: Turn) -> Row:
        failed = self._rng.random() < 0.05 or not self._run(after[1], after[2])
        status: ToolStatus = "error" if failed else "ok"
        first = (*_messages(before, 1, "ok"), Message("assistant", "There it is."))
        messages = (*first, *_messages(after, 2, status))
        prompt = ChatPrompt(messages, self._schemas, follows=True)
        answer = "I could not work that out: <o1>" if failed else "<o1>"
        return Row("composer", "follow-up", prompt, answer)

    def _run(self, name: str, arguments: Mapping[str, str]) -> bool:
        """Run the call for real; tell whether it gave a result."""
        key = json.dumps([name, arguments])
        if key not in self._works:
            try:
                self._works[key] = self._tools[name].call(arguments).status == "ok"
            except ToolError:
                self._works[key] = False
        return self._works[key]


def _messages(turn: Turn, number: int, status: ToolStatus) -> tuple[Message, ...]:
    request, tool, arguments = turn
    call = ToolCall(f"call-{number}", tool, dict(arguments))
    return (
        Message("user", request),
        Message("assistant", "", (call,)),
        Message("tool", "result", tool_call_id=call.id, name=tool, status=status),
    )
