"""The loss of a training run as a line, in SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ui.pages.markup import Markup, element

_LEFT, _BOTTOM, _TOP = 48.0, 18.0, 8.0
_MOST = 400  # points: a page of a long run stays small


def losses(reports: Sequence[Mapping[str, Any]], *, width: int = 640, height: int = 180) -> Markup:
    """Return the loss by step; `reports` are the lines of `metrics.jsonl`."""
    points = [(float(line["step"]), float(line["loss"])) for line in reports if _is_whole(line)]
    points = points[:: max(1, len(points) // _MOST)] + points[-1:] if points else []
    base = height - _BOTTOM
    axis = element("line", x1=_LEFT, x2=width, y1=base, y2=base, class_="axis")
    drawn = _drawn(points, width, base) if points else []
    told = f"Loss by step, now {points[-1][1]:.3f}" if points else "Loss by step"
    return element(
        "svg", element("title", told), axis, *drawn,
        viewBox=f"0 0 {width} {height}", width=width, height=height, class_="plot", role="img",
    )  # fmt: skip


def _drawn(points: Sequence[tuple[float, float]], width: int, base: float) -> list[Markup]:
    steps, values = [step for step, _ in points], [value for _, value in points]
    first, last, low, high = steps[0], steps[-1], min(values), max(values)
    wide, tall = (last - first) or 1.0, (high - low) or 1.0
    placed = " L".join(
        f"{_LEFT + (width - _LEFT - 4) * (step - first) / wide:.1f} "
        f"{_TOP + (base - _TOP) * (high - value) / tall:.1f}"
        for step, value in points
    )
    end = {"text_anchor": "end"}
    return [
        element("path", d=f"M{placed}", class_="line", fill="none"),
        element("text", f"{high:.3g}", x=_LEFT - 6, y=_TOP + 9, **end),
        element("text", f"{low:.3g}", x=_LEFT - 6, y=base, **end),
        element("text", f"step {first:.0f}", x=_LEFT, y=base + _BOTTOM - 4),
        element("text", f"{last:.0f}", x=width, y=base + _BOTTOM - 4, **end),
    ]


def _is_whole(line: Mapping[str, Any]) -> bool:
    return all(isinstance(line.get(name), int | float) for name in ("step", "loss"))
