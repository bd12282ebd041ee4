"""Parts of reports: the name of a set, rows with Wilson intervals, tables by class."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from runtime.yaml_files import parse_yaml
from training.evaluate.turns import wilson

FOLDER = Path(__file__).parents[2] / "tests" / "evals"
HEAD = ("| | requests | right | accuracy | 95% interval | |", "|---|---|---|---|---|---|")


def rows_of(name: str) -> list[dict[str, Any]]:
    """Return the rows of the set `name`."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    return list(parse_yaml(text))


def digest(name: str) -> str:
    """Return the sha256 (hex) of the set `name`."""
    return hashlib.sha256((FOLDER / f"{name}.yaml").read_bytes()).hexdigest()


def title(name: str, what: str) -> list[str]:
    """Return the head of a report: how it is made and on what, with the set's sha256."""
    return [
        f"# Evaluation: {name}",
        "",
        f"`python -m training.evaluate {name}` on `tests/evals/{name}.yaml` (sha256 "
        f"`{digest(name)[:16]}`), written without sight of the training data and never trained on. "
        f"{what}",
        "",
    ]


def figures(passed: Sequence[bool]) -> str:
    """Return the cells count, right, accuracy and interval."""
    right, count = sum(passed), len(passed)
    low, high = wilson(right, count)
    share = right / count if count else 0.0
    return f"{count} | {right} | {share:.3f} | {low:.3f} to {high:.3f}"


def by_class(pairs: Iterable[tuple[str, bool]]) -> list[str]:
    """Return a table with a row for each class, in the order in which they come."""
    classes: dict[str, list[bool]] = {}
    for name, passed in pairs:
        classes.setdefault(name, []).append(passed)
    return [
        *HEAD,
        *(
            f"| {name} | {figures(passed)} | {bar(sum(passed) / len(passed))} |"
            for name, passed in classes.items()
        ),
        "",
    ]


def bar(share: float) -> str:
    """Return a bar of up to 20 blocks."""
    return "█" * round(20 * share)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest of `values` that at least `share` of them do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def code(text: str) -> str:
    """Return a text as inline code on one line."""
    return "`" + " ".join(text.replace("`", "'").split()) + "`"
