"""Records as conversations leave them, for tests of what is learned from feedback."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from records.store import Store

Call = Mapping[str, Any]


def bash(command: str) -> Call:
    """Return a call of bash as feedback has it."""
    return {"name": "bash", "arguments": {"command": command}}


def tool(name: str, **arguments: Any) -> Call:
    """Return a call of a tool as feedback has it."""
    return {"name": name, "arguments": arguments}


class Told:
    """Writes turns and what people said of them into a store."""

    def __init__(self, store: Store, specialist: str = "sysadmin") -> None:
        self.store = store
        self.specialist = specialist
        self._number = itertools.count(1)

    def turn(
        self,
        request: str,
        *calls: Call,
        outputs: Sequence[str] = (),
        statuses: Sequence[str] = (),
        answer: str = "Here.",
        conversation: str | None = None,
        metas: Sequence[Mapping[str, Any]] = (),
        documents: Sequence[str] = (),
    ) -> tuple[str, str]:
        """Write a turn; return its conversation and the id of its answer."""
        number = next(self._number)
        conversation, turn = (
            conversation or f"{self.specialist}-{number}",
            f"{self.specialist}{number}",
        )
        known = {"turn": turn, "specialist": self.specialist, "documents": list(documents)}
        self.store.append(conversation, {"role": "user", "content": request}, meta={"turn": turn})
        for place, call in enumerate(calls):
            key = f"call_{turn}_{place}"
            function = {"name": call["name"], "arguments": json.dumps(call["arguments"])}
            asked = [{"id": key, "type": "function", "function": function}]
            said = {"role": "assistant", "content": "", "tool_calls": asked}
            self.store.append(conversation, said, meta=known)
            result = {
                "role": "tool",
                "content": outputs[place] if place < len(outputs) else "x",
                "tool_call_id": key,
                "name": call["name"],
                "status": statuses[place] if place < len(statuses) else "ok",
            }
            meta = metas[place] if place < len(metas) else {}
            about = {"turn": turn, "arguments": call["arguments"], **meta}
            self.store.append(conversation, result, meta=about)
        message = f"msg_{turn}"
        meta = {**known, "message_id": message, "tools": "then", "build": "shipped 1"}
        self.store.append(conversation, {"role": "assistant", "content": answer}, meta=meta)
        return conversation, message

    def corrected(self, request: str, *calls: Call, wrong: Call | None = None, **more: Any) -> str:
        """Write a turn that went wrong and its correction; return the id of the feedback."""
        text = str(more.pop("correction", ""))
        conversation, message = self.turn(request, *([wrong] if wrong else []), **more)
        id_ = self.store.rate(
            conversation, message, rating="down", calls=list(calls) or None, correction=text or None
        )
        return f"rating:{id_}"

    def rated(self, thumb: Any, request: str, *calls: Call, **more: Any) -> str:
        """Write a turn and a plain thumb; return the id of the feedback."""
        conversation, message = self.turn(request, *calls, **more)
        return f"rating:{self.store.rate(conversation, message, rating=thumb)}"
