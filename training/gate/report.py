"""The verdict as a page to read."""

from __future__ import annotations

from collections.abc import Iterable

from training.evaluate.tables import code
from training.gate.verdict import Compared, Verdict

_HEAD = (
    "| | requests | champion | challenger | only champion | only challenger | difference "
    "| at least | p |",
    "|---|---|---|---|---|---|---|---|---|",
)


def of(verdict: Verdict) -> str:
    """Return the report in Markdown: the verdict, the checks, the tables, what to read."""
    word = "passes" if verdict.passed else "does not pass"
    lines = [
        f"# {verdict.challenger} {word} the gate",
        "",
        f"Against the champion {verdict.champion}, {verdict.created[:16]} UTC, in "
        f"{verdict.seconds:.0f} seconds.",
        "",
        *(f"- {reason}" for reason in verdict.reasons),
        *([""] if verdict.reasons else []),
        "## Checks",
        "",
        "| | check | |",
        "|---|---|---|",
        *(f"| {'✓' if c.passed else '✗'} | {c.name} | {c.text} |" for c in verdict.checks),
        "",
        "## Accuracy",
        "",
        "Right of all, with 95% Wilson intervals. The difference is the challenger's share minus "
        "the champion's; it is at least what the one-sided 95% score interval (Tango, 1998) says. "
        "p is McNemar's exact test.",
        "",
        *_table(verdict.pools),
        "",
        *_table(verdict.sets),
        "",
        "## Cost",
        "",
        "| | median first turn | p95 | peak memory |",
        "|---|---|---|---|",
        *_costs(verdict),
        "",
        *_failures(verdict),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _table(rows: Iterable[Compared]) -> list[str]:
    return [*_HEAD, *(_row(row) for row in rows)]


def _row(row: Compared) -> str:
    pairs = row.pairs
    old, new = row.intervals()
    return (
        f"| {row.name} | {pairs.count} | {pairs.champion} ({old[0]:.2f} to {old[1]:.2f}) "
        f"| {pairs.challenger} ({new[0]:.2f} to {new[1]:.2f}) | {pairs.champion_only} "
        f"| {pairs.challenger_only} | {pairs.difference:+.3f} | {row.bound:+.3f} "
        f"| {row.p_value:.3f} |"
    )


def _costs(verdict: Verdict) -> list[str]:
    names = (f"champion {verdict.champion}", f"challenger {verdict.challenger}")
    return [
        f"| {name} | {cost.median * 1000:.0f} ms | {cost.p95 * 1000:.0f} ms | {cost.memory} MB |"
        for name, cost in zip(names, verdict.costs, strict=True)
    ]


def _failures(verdict: Verdict) -> list[str]:
    lines: list[str] = []
    for name, failed in verdict.failures.items():
        lines += [f"## Wrong: {name}", "", *(f"- {code(text)}" for text in failed), ""]
    return lines
