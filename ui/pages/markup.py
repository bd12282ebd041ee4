"""Writing HTML: elements whose texts are escaped unless they are markup already."""

from __future__ import annotations

from html import escape

_EMPTY = frozenset(("br", "hr", "img", "input", "link", "meta"))
"""Elements of HTML without an end. Those of SVG have one: without it the next one is inside."""


class Markup(str):
    """A text that is HTML; any other text is escaped when it becomes part of it."""

    __slots__ = ()


Child = str | Markup | None


def element(name: str, /, *children: Child, **attributes: object) -> Markup:
    """Return an element.

    An underscore at the end of an attribute's name is left out, others become hyphens. True
    gives an attribute without a value; None and False leave it out, as None does a child.

    >>> element("p", "a < b", element("b", "c"), class_="x", hidden=True, title=None)
    '<p class="x" hidden>a &lt; b<b>c</b></p>'
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    inside = join(*children)
    return Markup(f"<{name}{written}>" if name in _EMPTY else f"<{name}{written}>{inside}</{name}>")


def join(*children: Child) -> Markup:
    """Return children one after the other, texts escaped."""
    return Markup(
        "".join(
            child if isinstance(child, Markup) else escape(child)
            for child in children
            if child is not None
        )
    )
