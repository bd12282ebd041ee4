"""Corrected tool calls made into a wording of the tool, in the form of `agents/composer/asks`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runtime.values import music
from training.learning.templates import Span, escaped, with_slots

Call = Mapping[str, Any]
PILE = 20
"""Values of an argument taken over from the tool's own wordings, to train with others too."""


def wording_of(
    request: str, calls: Sequence[Call], piles: Mapping[str, Mapping[str, Sequence[Any]]]
) -> dict[str, Any]:
    """Return a request and its calls with slots for the values that the request names.

    `calls` are `{"name", "arguments"}`; `piles` are the values of each tool's arguments.
    """
    spans: dict[str, Span] = {}
    values: dict[str, list[Any]] = {}
    filled = []
    for call in calls:
        arguments = {}
        for name, value in call["arguments"].items():
            slot = _slot(name, str(value), request, spans, values)
            arguments[name] = f"{{{slot}}}" if slot else escaped(str(value))
            if slot and len(values[slot]) == 1:
                more = piles.get(call["name"], {}).get(name, ())
                values[slot] += [other for other in more if other != value][:PILE]
        filled.append({"tool": call["name"], "arguments": arguments})
    return {"requests": [{"ask": with_slots(request, spans), "calls": filled}], "values": values}


def _slot(
    name: str,
    value: str,
    request: str,
    spans: dict[str, Span],
    values: dict[str, list[Any]],
) -> str | None:
    """Return the slot for an argument that the request names as it stands, None for a constant."""
    for slot, known in values.items():
        if known[0] == value:
            return slot
    start = _place(request, value)
    taken = list(spans.values())
    if start is None or any(start < end and start + len(value) > begin for begin, end in taken):
        return None
    slot = name if name not in values else f"{name}{len(values) + 1}"
    spans[slot], values[slot] = (start, start + len(value)), [value]
    return slot


def _place(request: str, value: str) -> int | None:
    """Return where a request names a value: as one of the things that music is made of."""
    for found in music.find(request):
        if request[found.start : found.end] == value:
            return found.start
    place = request.find(value)
    whole = place >= 0 and not any(
        edge.isalnum() for edge in (request[place - 1 : place], request[place + len(value) :][:1])
    )
    return place if whole and value else None
