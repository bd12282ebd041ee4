"""Reads scores into the index, one after the other, in a process of its own with low priority.

Run: python -m tools.music.corpus.worker INDEX CORPUS. Each file is one transaction, so a killed
worker loses at most the file that it was reading. It prints a line before and after each file.
"""

from __future__ import annotations

import dataclasses
import os
import sys
import time
import warnings
from pathlib import Path

from tools.music.corpus.entry import Entry
from tools.music.corpus.harmony import analyse_harmony
from tools.music.corpus.index import Index
from tools.music.corpus.place import scores_in
from tools.music.corpus.reading import read_score
from tools.music.corpus.romantext import Analysis, placed, read_analysis
from tools.music.pitch import MusicError

NICENESS = 19


def main(index_path: str, corpus: str) -> None:
    """Read every file that waits."""
    os.nice(NICENESS)
    warnings.simplefilter("ignore")
    folder = Path(corpus)
    analyses = find_analyses(folder)
    with Index(Path(index_path), make=True) as index:
        waiting = set(index.waiting())
        for file in [source for source in scores_in(folder) if source in waiting]:
            print(f"begin {file}", flush=True)
            started = time.monotonic()
            try:
                entries = [finished(entry, analyses) for entry in read_score(folder, file)]
            except Exception as error:
                # music21 raises errors of many kinds on scores that it cannot read.
                index.failed(file, f"{type(error).__name__}: {error}")
            else:
                index.keep(file, entries, time.monotonic() - started)
            print(f"end {file}", flush=True)


def finished(entry: Entry, analyses: dict[str, Analysis]) -> Entry:
    """Return the entry with its key and harmony: a person's, where the corpus has one."""
    key, harmony = analyse_harmony(entry)
    computed = dataclasses.replace(entry, key=entry.key or key, harmony=harmony)
    analysis = analyses.get(entry.source)
    if analysis is None:
        return computed
    try:
        by_hand = placed(analysis, entry.bars)
    except MusicError:
        return computed
    return dataclasses.replace(computed, harmony=by_hand, analyst=analysis.analyst or "unnamed")


def find_analyses(folder: Path) -> dict[str, Analysis]:
    """Return the corpus's own Roman-numeral analyses by the source of their scores."""
    found = {}
    for path in sorted(folder.rglob("*.rntxt")):
        analysis = read_analysis(path)
        beside = path.with_suffix(".mxl")
        if path.parent.name == "choraleAnalyses":
            beside = folder / "bach" / f"bwv{analysis.work}.mxl"
        if beside.exists():
            found[beside.relative_to(folder).as_posix()] = analysis
    return found


if __name__ == "__main__":
    main(*sys.argv[1:3])
