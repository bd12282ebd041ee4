"""Clusters of requests, how many rows of a sort a dataset takes, and the two sides of its split."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from training.dataset.agree import shape_of
from training.dataset.near import Near
from training.dataset.row import Rejected, Row, rejection

CLUSTER = 0.6
"""Nearness of templates from which on two requests belong to one cluster. Of 3,000 of our own
wordings the largest cluster has 3 of a shell and 44 of music."""


@dataclass(frozen=True)
class Shares:
    """How much of a sort a dataset takes.

    `per_cluster` rows ask nearly the same. A kind (tool, or program of a command) may be `kind` of
    all rows, but up to `few` rows of it always stay: one program otherwise becomes the answer to
    everything. `held_out` of the clusters are kept from training, once there are `enough`: before,
    each row is worth more as a lesson than as a measure.
    """

    per_cluster: int = 20
    kind: float = 0.4
    few: int = 100
    held_out: float = 0.1
    enough: int = 60


SHARES = Shares()


def cluster(rows: Sequence[Row]) -> list[Row]:
    """Return the rows, each with its cluster's name: it is its oldest row's.

    So a cluster that grows keeps its name, and its side of the split.
    """
    oldest_first = sorted(rows, key=lambda row: (row.lineage.created, row.id))
    shapes = [shape_of(row) for row in oldest_first]
    root = list(range(len(shapes)))
    near = Near()
    for number, shape in enumerate(shapes):
        for _, other in near.alike(shape, CLUSTER):
            first, second = sorted((_root(root, number), _root(root, other)))
            root[second] = first
        near.add(shape)
    names = {
        row.id: _digest(shapes[_root(root, number)])[:8] for number, row in enumerate(oldest_first)
    }
    return [replace(row, cluster=names[row.id]) for row in rows]


def _root(root: list[int], number: int) -> int:
    while root[number] != number:
        root[number] = root[root[number]]
        number = root[number]
    return number


def balance(rows: Sequence[Row], shares: Shares) -> tuple[list[Row], list[Rejected]]:
    """Return the rows that the shares leave, in the order of worth in which they come."""
    clusters: Counter[str] = Counter()
    kept: list[Row] = []
    rejected: list[Rejected] = []
    for row in rows:
        clusters[row.cluster] += 1
        if clusters[row.cluster] > shares.per_cluster:
            why = f"there are {shares.per_cluster} rows already that ask nearly the same"
            rejected.append(rejection(row, "balance", why))
        else:
            kept.append(row)
    most = max(shares.few, round(shares.kind * len(kept)))
    kinds: Counter[str] = Counter()
    balanced: list[Row] = []
    for row in kept:
        kinds[row.kind] += 1
        if kinds[row.kind] > most:
            why = f"there are {most} rows of {row.kind} already, the most that this dataset takes"
            rejected.append(rejection(row, "balance", why))
        else:
            balanced.append(row)
    return balanced, rejected


def split(rows: Sequence[Row], shares: Shares) -> list[Row]:
    """Return the rows, each on its cluster's side of the split.

    The side hangs on the cluster's name alone, so it is the same in the next dataset.
    """
    if len({row.cluster for row in rows}) < shares.enough:
        return [replace(row, split="train") for row in rows]
    return [
        replace(row, split="held-out" if _chance(row.cluster) < shares.held_out else "train")
        for row in rows
    ]


def _chance(name: str) -> float:
    return int(_digest(f"split {name}")[:8], 16) / 2**32


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
