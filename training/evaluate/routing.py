"""The routing set: the router alone, its accuracy, its calibration and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.router import Route, Router
from training.evaluate import tables
from training.evaluate.measures import Measures
from training.memory import peak_memory

Row = Mapping[str, Any]
NAME = "routing"
CLASSES = ("sysadmin", "composer", "other")
BINS = 10


@dataclass(frozen=True)
class Result:
    """How a text was routed, in `seconds`."""

    row: Row
    route: Route
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether it went where it belongs; an unsure router answers `other`."""
        return bool(self.route.specialist == self.row["specialist"])

    @property
    def likeliest(self) -> tuple[str, float]:
        """The class with the highest probability, threshold aside, and that probability."""
        return max(self.route.chances.items(), key=lambda pair: pair[1])


@dataclass(frozen=True)
class Bin:
    """Texts whose likeliest class had a probability in one tenth of 0 to 1."""

    low: float
    count: int
    confidence: float
    accuracy: float


def run(router: Router, rows: Sequence[Row]) -> list[Result]:
    """Route each text once; the weights are read beforehand."""
    router.route("warm up")
    results = []
    for row in rows:
        started = time.perf_counter()
        route = router.route(row["request"])
        results.append(Result(row, route, time.perf_counter() - started))
    return results


def calibration(pairs: Sequence[tuple[float, bool]], bins: int = BINS) -> tuple[float, list[Bin]]:
    """Return the expected calibration error of (confidence, right) pairs, and the bins.

    The error is the mean over the pairs of |accuracy - mean confidence| of their bin, bins of
    equal width (Naeini, Cooper and Hauskrecht, 2015).
    """
    placed: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, right in pairs:
        placed[min(int(confidence * bins), bins - 1)].append((confidence, right))
    found = [
        Bin(
            number / bins,
            len(inside),
            sum(confidence for confidence, _ in inside) / len(inside),
            sum(right for _, right in inside) / len(inside),
        )
        for number, inside in enumerate(placed)
        if inside
    ]
    total = sum(one.count * abs(one.accuracy - one.confidence) for one in found)
    return (total / len(pairs) if pairs else 0.0), found


def measures(results: Sequence[Result]) -> Measures:
    """Return the figures to keep; times are of a request."""
    passed, seconds = [r.passed for r in results], [r.seconds for r in results]
    return Measures.counted("router", passed, seconds, peak_memory())


def report(results: Sequence[Result]) -> str:
    """Return the report: accuracy, classes, confusions, calibration, latency, failures."""
    what = "Right is the specialist that should take the text."
    times = [result.seconds * 1000 for result in results]
    tops = [(r.likeliest[1], r.likeliest[0] == r.row["specialist"]) for r in results]
    error, bins = calibration(tops)
    unsure = sum(result.route.unsure for result in results)
    low, high = (f"{tables.quantile(times, share):.2f} ms" for share in (0.5, 0.95))
    lines = [
        *tables.title(NAME, what),
        "| texts | right | accuracy | 95% interval | calibration error | unsure | p50 | p95 |",
        "|---|---|---|---|---|---|---|---|",
        f"| {tables.figures([r.passed for r in results])} | {error:.3f} | {unsure} "
        f"| {low} | {high} |",
        "",
        "## By class",
        "",
        *tables.by_class((r.row["specialist"], r.passed) for r in results),
        *tables.by_class(
            ("crossed words" if r.row.get("crossed") else "plain", r.passed) for r in results
        ),
        *_confusions(results),
        *_calibrated(error, bins),
        "## What went wrong",
        "",
        *(_failure(result) for result in results if not result.passed),
    ]
    return "\n".join(lines) + "\n"


def _confusions(results: Sequence[Result]) -> list[str]:
    lines = [f"| should be | {' | '.join(CLASSES)} |", "|---|---|---|---|"]
    for wanted in CLASSES:
        own = [r.route.specialist for r in results if r.row["specialist"] == wanted]
        lines.append(f"| {wanted} | {' | '.join(str(own.count(name)) for name in CLASSES)} |")
    return [*lines, ""]


def _calibrated(error: float, bins: Sequence[Bin]) -> list[str]:
    return [
        "## Calibration",
        "",
        f"Expected calibration error {error:.3f}, of the likeliest class, {BINS} bins of equal "
        "width.",
        "",
        "| confidence | texts | mean confidence | accuracy | |",
        "|---|---|---|---|---|",
        *(
            f"| {one.low:.1f} to {one.low + 1 / BINS:.1f} | {one.count} | {one.confidence:.3f} "
            f"| {one.accuracy:.3f} | {tables.bar(one.accuracy)} |"
            for one in bins
        ),
        "",
    ]


def _failure(result: Result) -> str:
    route = result.route
    said = (
        f"unsure, {result.likeliest[0]} {result.likeliest[1]:.2f}"
        if route.unsure
        else (f"{route.specialist} {route.confidence:.2f}")
    )
    row = result.row
    return f"- **{row['id']}** {row['request']!r} → {said} (expected {row['specialist']})"
