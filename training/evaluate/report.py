"""Evaluation reports as Markdown: the figures first, then every failure."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from training.evaluate import everyday
from training.evaluate.everyday import Result
from training.evaluate.measures import HEAD, SYSTEMS_SAID, Measures
from training.evaluate.turns import Outcome, wilson


def plain(suite: str, outcomes: Sequence[Outcome]) -> str:
    """Return the report of a suite of one-turn requests."""
    passed = sum(outcome.passed for outcome in outcomes)
    low, high = wilson(passed, len(outcomes))
    times = [outcome.seconds for outcome in outcomes]
    lines = [
        f"# Evaluation: {suite}",
        "",
        f"`python -m training.evaluate {suite}` on `tests/evals/`, requests that no training row "
        "was made from.",
        "",
        "| requests | solved | accuracy | 95% interval | p50 | p95 |",
        "|---|---|---|---|---|---|",
        f"| {len(outcomes)} | {passed} | {passed / len(outcomes):.2f} | {low:.2f} to {high:.2f} "
        f"| {milliseconds(times, 0.5)} | {milliseconds(times, 0.95)} |",
        "",
        "## What went wrong",
        "",
    ]
    lines += [
        f"- **{o.id}** {o.request!r} → {o.specialist}: `{o.did or o.answer[:80]}` ({o.why})"
        for o in outcomes
        if not o.passed
    ]
    return "\n".join(lines) + "\n"


NOBODY = "given to nobody"
ASKED_BACK = "asked back, nothing run"
FAILED = "the last command failed"
OTHER_FILES = "other files than wanted"
OTHER_OUTPUT = "one command, another output"
OTHER_OUTPUTS = "several commands, another output"
ENDINGS = (NOBODY, ASKED_BACK, FAILED, OTHER_FILES, OTHER_OUTPUT, OTHER_OUTPUTS)
"""What a lost request came to, without naming it: who tunes learns where, and stays blind."""


def of_everyday(
    systems: Sequence[tuple[Measures, Sequence[Result]]],
    folder: Path = everyday.FOLDER,
    *,
    failures: bool = True,
) -> str:
    """Return the report of the everyday set: a row for each system, then details of the last.

    Without `failures` it names none, so that those who tune can read it and stay blind.
    """
    name, results = systems[-1][0].system, systems[-1][1]
    name_of_set = next(each for each, place in everyday.SETS.items() if place == folder)
    option = "" if name_of_set == "blind" else f" --set {name_of_set}"
    tuned = name_of_set != "blind"
    written = "which is there to tune on" if tuned else "written before any tuning"
    lines = [
        "# Evaluation: everyday sysadmin requests",
        "",
        f"`python -m training.evaluate everyday{option}` on "
        f"`tests/evals/{folder.name}/` (sha256 "
        f"`{everyday.digest(folder)[:16]}`), {written} and never trained on. Each "
        "command runs in a sandbox; what it printed and left behind is checked. Latency is of a "
        "whole request: route, look up, call, run, answer.",
        "",
        SYSTEMS_SAID,
        "",
        *HEAD,
        *(measured.row for measured, _ in systems),
        "",
        f"## {name}: by kind",
        "",
        *_split(results, everyday.KINDS, lambda result: result.entry.kind),
        "",
        *_second_turns(results),
        f"## {name}: by area",
        "",
        *_split(
            results,
            list(dict.fromkeys(result.entry.area for result in results)),
            lambda result: result.entry.area,
        ),
        "",
        f"## {name}: how the lost ones ended",
        "",
        *_endings(results),
        "",
    ]
    if failures:
        wrong = [_failure(result) for result in results if not result.passed]
        lines += [f"## {name}: what went wrong", "", *wrong]
    return "\n".join(lines).rstrip() + "\n"


def _endings(results: Sequence[Result]) -> list[str]:
    """Count the lost requests by what their last turn came to, and by kind."""
    ended = Counter((_ending(r), r.entry.kind) for r in results if not r.passed)
    lines = [f"| | {' | '.join(everyday.KINDS)} |", f"|---|{'---|' * len(everyday.KINDS)}"]
    for ending in ENDINGS:
        counts = " | ".join(str(ended[ending, kind]) for kind in everyday.KINDS)
        lines.append(f"| {ending} | {counts} |")
    return lines


def _ending(result: Result) -> str:
    turn = result.turns[-1]
    if not turn.tools:
        return NOBODY if turn.specialist != "sysadmin" else ASKED_BACK
    if turn.tools[-1].status not in ("ok", "empty"):
        return FAILED
    if "the files" in result.why:
        return OTHER_FILES
    return OTHER_OUTPUT if len(turn.tools) == 1 else OTHER_OUTPUTS


def _figures(results: Sequence[Result]) -> str:
    passed = sum(result.passed for result in results)
    low, high = wilson(passed, len(results))
    share = passed / len(results) if results else 0.0
    return f"{len(results)} | {passed} | {share:.2f} | {low:.2f} to {high:.2f}"


def _split(
    results: Sequence[Result], keys: Sequence[str], key_of: Callable[[Result], str]
) -> list[str]:
    lines = ["| | requests | solved | accuracy | 95% interval | |", "|---|---|---|---|---|---|"]
    for key in keys:
        part = [result for result in results if key_of(result) == key]
        if part:
            bar = "█" * round(20 * sum(result.passed for result in part) / len(part))
            lines.append(f"| {key} | {_figures(part)} | {bar} |")
    return lines


def _second_turns(results: Sequence[Result]) -> list[str]:
    reached = [result for result in results if len(result.turns) > 1]
    if not reached:
        return []
    passed = sum(result.passed for result in reached)
    return [f"Where the first turn was right, the follow-up was in {passed} of {len(reached)}.", ""]


def _failure(result: Result) -> str:
    asked = result.entry.turns[len(result.turns) - 1]["request"]
    turn = result.turns[-1]
    did = (turn.did or turn.answer[:80]).replace("\n", "; ").replace("`", "'")
    return f"- **{result.entry.id}** {asked!r} → {turn.specialist}: `{did}` ({result.why})"


def milliseconds(times: Sequence[float], share: float) -> str:
    """Return the quantile `share` of times in seconds, in milliseconds with the unit."""
    if not times:
        return "–"
    if share == 0.5:
        return f"{statistics.median(times) * 1000:.0f} ms"
    return f"{sorted(times)[int(len(times) * share)] * 1000:.0f} ms"


def write(folder: Path | None, name: str, text: str) -> None:
    """Print a report and, where there is a folder, keep it there as `name`.md."""
    print(text)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
