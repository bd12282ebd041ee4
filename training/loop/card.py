"""The card of a build that a loop made: what it came from, what it learned, what was left out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from records.whole import write_whole
from training.dataset import Dataset
from training.loop.state import Loop


def write(loop: Loop, dataset: Dataset) -> Path:
    """Write the card into the loop's folder and return the file.

    Raises:
        OSError: it cannot be written.
    """
    kinds = Counter(f"{row.kind} ({row.label})" for row in dataset.rows)
    left = Counter(each.step for each in dataset.rejected)
    lines = [
        f"# A build for the {loop.specialist} specialist",
        "",
        f"- made by the loop {loop.id} from the build {loop.champion}",
        f"- dataset {dataset.name}, {len(dataset.rows)} rows, {len(loop.fresh)} of them new",
        f"- training run: {loop.run or 'none, the adapter is that of the build it came from'}",
        "- licence: that of the base; what was learned is its users' own",
        "",
        "## Rows",
        "",
        *(f"- {kind}: {count}" for kind, count in sorted(kinds.items())),
        "",
        "## Left out",
        "",
        *(f"- {step}: {count} pieces of feedback" for step, count in sorted(left.items())),
        *(f"- row {row}: {why}" for row, why in loop.left_out),
        "",
        "Feedback that was left out is listed one by one in the dataset's `rejected.jsonl`. The",
        "gate's report is in the loop's folder, `report.md`.",
    ]
    path = loop.folder / "card.md"
    write_whole(path, "\n".join(lines) + "\n")
    return path
