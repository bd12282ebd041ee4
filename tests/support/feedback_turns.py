"""Turns written into the records as the graph writes them, for tests of feedback."""

from __future__ import annotations

import json
from typing import Any

from records.store import Store

LS = {"name": "bash", "arguments": {"command": "ls /srv"}}
FIND = {"name": "bash", "arguments": {"command": "find /srv -type f"}}
KNOWN = {
    "specialist": "sysadmin",
    "confidence": 0.62,
    "tools": "abc",
    "model": "fake",
    "build": "shipped 12ab",
    "adapter_build": "sysadmin 34cd",
    "documents": ["files.list"],
}


def turn(
    store: Store,
    conversation: str,
    name: str,
    request: str,
    *calls: dict[str, Any],
    answer: str = "Done.",
    results: tuple[dict[str, Any], ...] = (),
) -> str:
    """Write a turn as the graph does; `results` are meta and status of each call's result."""
    meta = {"turn": name}
    store.append(conversation, {"role": "user", "content": request}, meta=meta)
    for number, call in enumerate(calls):
        id, result = f"call_{name}{number}", dict(results[number] if number < len(results) else {})
        function = {"name": call["name"], "arguments": json.dumps(call["arguments"])}
        store.append(
            conversation,
            {"role": "assistant", "content": "",
             "tool_calls": [{"id": id, "type": "function", "function": function}]},
            meta=meta | {"specialist": "sysadmin", "documents": ["files.list"]},
        )  # fmt: skip
        status = result.pop("status", "ok")
        store.append(
            conversation,
            {"role": "tool", "content": "out", "tool_call_id": id, "name": call["name"],
             "status": status},
            meta=meta | {"arguments": call["arguments"]} | result,
        )  # fmt: skip
    if answer:
        about = meta | KNOWN | {"message_id": f"msg_{name}"}
        store.append(conversation, {"role": "assistant", "content": answer}, meta=about)
    return f"msg_{name}"
