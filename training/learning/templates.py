"""Texts with slots, in the syntax of `str.format`: braces of their own are doubled."""

from __future__ import annotations

from collections.abc import Mapping

Span = tuple[int, int]


def with_slots(text: str, spans: Mapping[str, Span]) -> str:
    """Return a text with `{name}` in place of each span (start, end); spans do not overlap.

    >>> with_slots("orders of /srv {x}", {"path": (10, 14)})
    'orders of {path} {{x}}'
    """
    out, position = [], 0
    for name, (start, end) in sorted(spans.items(), key=lambda item: item[1]):
        out += [escaped(text[position:start]), f"{{{name}}}"]
        position = end
    return "".join(out) + escaped(text[position:])


def escaped(text: str) -> str:
    """Return a text that `str.format` gives back as it is."""
    return text.replace("{", "{{").replace("}", "}}")
