"""How often the test by ratings is wrong, and how many rated conversations it takes.

Run: `python benchmarks/sequential.py`. The peer is a z-test at the same level, looked at after
every rating, as people do who watch a dashboard.
"""

from __future__ import annotations

import argparse
import math
import statistics

import numpy as np

from training.gate.sequential import ALPHA, Rated, Watch

CASES = ((0.5, 0.5), (0.8, 0.8), (0.5, 0.6), (0.5, 0.7), (0.5, 0.9), (0.8, 0.9), (0.8, 0.6))


def main() -> None:
    """Print a row for each pair of true shares and each share of conversations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--longest", type=int, default=1000)
    args = parser.parse_args()
    print(f"{args.runs} runs of up to {args.longest} rated conversations, alpha {ALPHA}")
    print("champion challenger share | e-process: decided, wrong, median | z-test: decided, wrong")
    for share in (0.2, 0.5):
        for champion, challenger in CASES:
            print(_line(champion, challenger, share, args.runs, args.longest), flush=True)


def _line(champion: float, challenger: float, share: float, runs: int, longest: int) -> str:
    ours, theirs = [], []
    for seed in range(runs):
        random = np.random.default_rng(seed)
        arms = random.random(longest) < share
        ups = random.random(longest) < np.where(arms, challenger, champion)
        ours.append(_watched(arms, ups))
        theirs.append(_z_test(arms, ups))
    right = "challenger better" if challenger > champion else "challenger worse"
    if champion == challenger:
        right = ""
    said = []
    for found in (ours, theirs):
        decided = [(verdict, count) for verdict, count in found if verdict != "not decided"]
        wrong = sum(verdict != right for verdict, _ in decided)
        median = statistics.median(count for _, count in decided) if decided else math.nan
        said.append(f"{len(decided) / runs:6.2f} {wrong / runs:6.3f} {median:6.0f}")
    return f"{champion:8.2f} {challenger:10.2f} {share:5.2f} | {said[0]} | {said[1]}"


def _watched(arms: np.ndarray, ups: np.ndarray) -> tuple[str, int]:
    watch = Watch()
    for number, (arm, up) in enumerate(zip(arms, ups, strict=True), 1):
        verdict = watch.add(Rated(bool(arm), bool(up)))
        if verdict != "not decided":
            return verdict, number
    return "not decided", len(arms)


def _z_test(arms: np.ndarray, ups: np.ndarray) -> tuple[str, int]:
    rated = np.cumsum(np.stack([~arms, arms]), axis=1)
    liked = np.cumsum(np.stack([~arms & ups, arms & ups]), axis=1)
    enough = (rated >= 5).all(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = liked.sum(axis=0) / rated.sum(axis=0)
        error = np.sqrt(np.maximum(pooled * (1 - pooled), 1e-9) * (1 / rated).sum(axis=0))
        z = (liked[1] / rated[1] - liked[0] / rated[0]) / error
    hits = np.flatnonzero(enough & (np.abs(z) > 1.96))
    if not hits.size:
        return "not decided", len(arms)
    better = z[hits[0]] > 0
    return ("challenger better" if better else "challenger worse"), int(hits[0]) + 1


if __name__ == "__main__":
    main()
