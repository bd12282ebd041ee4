"""Writes `weights/words.txt`: the words that requests use as words. All others are values.

    python -m training.words [--common pairs.jsonl]

`--common` adds words that are frequent in other people's requests (a JSON Lines file with a
field `nl`, such as the tldr pairs), less the names of programs, which are values.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tools.knowledge.recipes import load_recipes
from training import mixture, noise
from training.rows import ROOT, collect_words

_FREQUENT = 8


def common(path: Path) -> set[str]:
    """Return words that stand in at least eight requests and name no program."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    programs = {str(row.get("page", "")).lower() for row in rows}
    programs |= {row["cmd"].split()[0].lower() for row in rows if row["cmd"].split()}
    counts = Counter(
        word
        for row in rows
        for word in set(re.findall(r"(?<![\w`{/.-])[a-z]{2,}(?![\w`}/.-])", row["nl"]))
    )
    return {word for word, count in counts.items() if count >= _FREQUENT} - programs


def own() -> Iterable[str]:
    """Yield the texts of our own that are written in words: notes' questions and off-topic."""
    for specialist in ("sysadmin", "composer"):
        documents, asks = mixture.load_notes(specialist)
        yield from (document.title for document in documents)
        yield from (ask for group in asks.values() for ask in group)
    yield from mixture.off_topic()
    yield " ".join([*noise.OPENINGS, *noise.CLOSINGS, *noise.FILLERS])


def main() -> None:
    """Write the list and print how long it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--common", type=Path)
    args = parser.parse_args()
    words = set(collect_words(load_recipes(), list(own())))
    if args.common:
        words |= common(args.common)
    out = ROOT / "weights" / "words.txt"
    out.write_text("\n".join(sorted(words)) + "\n", encoding="utf-8")
    print(f"{len(words)} words in {out.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
