"""Writes `weights/words.txt`: the words that requests use as words, with how often.

All other words are values. A rare word may be one all the same ("a folder called photos").

    python -m training.words
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from tools.knowledge.recipes import load_recipes
from training import mixture, noise
from training.rows import ROOT, collect_words

_TERM = 4


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
    argparse.ArgumentParser(description=__doc__).parse_args()
    found = collect_words(load_recipes(), list(own()))
    # A word in capitals that is rare is something to look for (ERROR), not a term (CPU).
    counts = {w: n for w, n in found.items() if not (w.isupper() and len(w) > 1 and n < _TERM)}
    out = ROOT / "weights" / "words.txt"
    lines = (f"{word} {count}\n" for word, count in sorted(counts.items()))
    out.write_text("".join(lines), encoding="utf-8")
    print(f"{len(counts)} words in {out.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
