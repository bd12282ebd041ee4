"""Datasets from feedback: checked, run again, masked, told apart, and kept with their lineage.

`build` makes one from the records, `Dataset.load` reads one.
"""

from __future__ import annotations

from training.dataset.builder import build, meant_for
from training.dataset.folder import Dataset, DatasetError, datasets, find
from training.dataset.row import Lineage, Rejected, Row

__all__ = [
    "Dataset",
    "DatasetError",
    "Lineage",
    "Rejected",
    "Row",
    "build",
    "datasets",
    "find",
    "meant_for",
]
