"""The data card: what is in a dataset, where it comes from, what was kept out, what it is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agents.specialist import Specialist
from training.dataset.row import Rejected, Row
from training.dataset.views import choice, verdicts

STEPS = {
    "review": "left out by a reviewer",
    "records": "the records no longer have what it is about",
    "evaluation": "too near to a question of an evaluation",
    "secrets": "a secret in what would be learned",
    "schema": "a tool or an argument that there is not any more",
    "safety": "a command that must not be taught",
    "run": "a call that does not work, or an answer about another result",
    "format": "a token that would steer a model in training",
    "agreement": "another answer to the same request was taken",
    "duplicates": "said already",
    "balance": "enough of this sort",
}


def card(
    specialist: Specialist,
    version: str,
    rows: Sequence[Row],
    rejected: Sequence[Rejected],
    facts: Mapping[str, Any],
) -> str:
    """Return the card in Markdown. It quotes nothing that a person wrote."""
    until = facts["until"][:10] or "now"
    lines = [
        f"# Dataset {specialist.name}-{version}",
        "",
        f"Rows for the {specialist.title.lower()}: {len(rows)}, of {facts['feedback']} pieces of "
        f"feedback until {until}. Made by `mica dataset build`.",
        "",
        "The calls of every row but plain thumbs down were run again with the tools of today "
        f"(schemas `{facts['schema_version']}`); results are of that run. No row is near to any "
        f"of the {facts['evaluation_requests']} requests of the evaluations.",
        "",
        *_table("label", Counter(row.label for row in rows)),
        *_table("what it uses", Counter(row.kind for row in rows)),
        *_table("split", Counter(row.split for row in rows)),
        *_table("kind of failure", Counter(row.failure or "none" for row in rows)),
        *_table("model that had answered", Counter(row.lineage.build or "?" for row in rows)),
        f"{len({row.cluster for row in rows})} clusters of requests, none on both sides of the "
        f"split. {_pairs(rows)}",
        "",
        *_table(
            "kept out (rejected.jsonl has each)",
            Counter(f"{each.step}: {STEPS[each.step]}" for each in rejected),
        ),
        *_table("masked in the rows", Counter(facts["masked"])),
        "## What it is not",
        "",
        "Personal data is found by a table of forms (training/dataset/personal.yaml), secrets by "
        "another one: names in running text and passwords by themselves stay. Commands ran in an "
        "empty sandbox, so corrections about a person's own files that do not exist there are "
        "kept out. The rows are what the people of this installation said: keep them there.",
        "",
    ]
    return "\n".join(lines)


def _pairs(rows: Iterable[Row]) -> str:
    """Say how many pairs and thumbs there are, and what KTO needs to weigh them alike."""
    rows = [row for row in rows if row.split == "train"]
    pairs = sum(choice(row, "") is not None for row in rows)
    thumbs = Counter(verdict.good for row in rows for verdict in verdicts(row, ""))
    good, bad = thumbs[True], thumbs[False]
    text = f"To train on: {pairs} pairs for DPO; {good} good and {bad} bad answers for KTO"
    if good and bad:
        weight = max(good, bad) / min(good, bad)
        less = "desirable" if good < bad else "undesirable"
        text += f" (`{less}_weight` {weight:.2f} makes both count alike)"
    return f"{text}."


def _table(title: str, counts: Counter[str]) -> list[str]:
    if not counts:
        return []
    rows = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    body = [f"| {name.replace('|', '/')} | {count} |" for name, count in rows]
    return [f"| {title} | |", "|---|---|", *body, ""]
