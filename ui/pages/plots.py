"""Bar plots over time as SVG, in the colours of `public/pages.css`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ui.pages.markup import Markup, element

_LEFT, _BOTTOM, _TOP = 28.0, 18.0, 6.0


@dataclass(frozen=True)
class Bar:
    """A bar of stacked parts: each a class of the style sheet and how many it counts."""

    label: str
    parts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """How many the whole bar counts."""
        return sum(count for _, count in self.parts)


def bars(
    title: str, given: Sequence[Bar], *, width: int = 640, height: int = 120, top: int = 0
) -> Markup:
    """Return a plot whose first and last bar are labelled; each bar tells its counts.

    `top` is the least count that the scale reaches, so that several plots can share one.
    """
    most = max(top, 1, *(bar.total for bar in given)) if given else max(top, 1)
    room = height - _BOTTOM - _TOP
    step = (width - _LEFT) / max(len(given), 1)
    drawn = [
        _bar(bar, _LEFT + step * number, min(step * 0.8, 40.0), room, most)
        for number, bar in enumerate(given)
    ]
    base = height - _BOTTOM
    axis = element("line", x1=_LEFT, x2=width, y1=base, y2=base, class_="axis")
    scale = (
        element("text", str(most), x=_LEFT - 6, y=_TOP + 9, text_anchor="end"),
        element("text", "0", x=_LEFT - 6, y=base, text_anchor="end"),
    )
    ends = []
    if given:
        ends.append(element("text", given[0].label, x=_LEFT, y=height - 4))
    if len(given) > 1:
        ends.append(element("text", given[-1].label, x=width, y=height - 4, text_anchor="end"))
    return element(
        "svg", element("title", title), axis, *scale, *drawn, *ends,
        viewBox=f"0 0 {width} {height}", width=width, height=height, class_="plot", role="img",
    )  # fmt: skip


def _bar(bar: Bar, x: float, width: float, room: float, most: int) -> Markup:
    told = ", ".join(f"{count} {name}" for name, count in bar.parts)
    pieces, y = [], _TOP + room
    for name, count in bar.parts:
        high = room * count / most
        y -= high
        if count:
            sized = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{width:.1f}"}
            pieces.append(element("rect", height=f"{high:.1f}", class_=name, **sized))
    return element("g", element("title", f"{bar.label}: {told}"), *pieces)
