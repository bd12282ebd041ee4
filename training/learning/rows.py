"""Training texts of what was learned, among others that keep what the specialist knew."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from records.whole import whole
from runtime.types import Document
from tools.knowledge.learned import Learned
from tools.knowledge.recipes import note_document
from tools.music.tools import TOOLS
from training import mixture
from training.rows import BASH, ComposerRows, Row, SysadminRows, explain_rows

COPIES = 60
"""Rows for each learned wording, with other values and small disturbances."""
REPLAY = 4.0
"""Rows of what the specialist was first trained on for each new one, so that it forgets nothing."""

FEWEST = 12_000
"""Fewer rows than the first training of either specialist has in one copy."""


def rows(
    learned: Learned,
    specialist: str,
    *,
    copies: int = COPIES,
    replay: float = REPLAY,
    seed: int = 1,
) -> Iterator[Row]:
    """Yield training rows for what was learned, then rows of the first training. Unshuffled."""
    rng = random.Random(seed)
    new = list(_new(learned, specialist, copies, rng))
    yield from new
    wanted = round(replay * len(new))
    old = list(mixture.build(1, seed, specialist, share=min(1.0, wanted / FEWEST)))
    yield from rng.sample(old, min(len(old), wanted))


def _new(learned: Learned, specialist: str, copies: int, rng: random.Random) -> Iterator[Row]:
    if specialist == "composer":
        yield from ComposerRows(list(learned.wordings), TOOLS, rng).rows(copies)
        tools = tuple(tool.schema for tool in TOOLS)
    else:
        yield from SysadminRows(learned.recipes, rng).rows(copies)
        tools = (BASH,)
    passages: list[Document] = [note_document(note) for note in learned.notes]
    asks = {note["id"]: note["asks"] for note in learned.notes}
    yield from explain_rows(specialist, tools, passages, asks, copies, rng)


def write(path: Path, found: Iterator[Row]) -> int:
    """Write rows as the trainer reads them (`specialist`, `kind`, `text`); return how many.

    Raises:
        OSError: they cannot be written.
    """
    count = 0
    with whole(path) as fresh, fresh.open("w", encoding="utf-8") as file:
        for row in found:
            record = {"specialist": row.specialist, "kind": row.kind, "text": row.text()}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            count += 1
    return count
