"""No wording that anything is trained on, or looked up by, has the words of an evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.yaml_files import read_yaml
from training.dataset import contamination
from training.dataset.near import words

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("agents/sysadmin/**/*.yaml"), *ROOT.glob("training/data/**/*.yaml")])
ASKED = ("asks", "says", "texts", "text", "request", "ask")
"""Fields that hold what people say. Titles and values of slots are short and everybody's."""


@pytest.fixture(scope="module")
def asked() -> frozenset[str]:
    found = contamination.load().texts
    assert len(found) > 1000
    return found


def said(data: Any, inside: bool = False) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from said(value, inside or key in ASKED)
    elif isinstance(data, list):
        for value in data:
            yield from said(value, inside)
    elif isinstance(data, str) and inside:
        yield data


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_wording_is_an_evaluations(path: Path, asked: frozenset[str]):
    data = read_yaml(path)
    rows = data if isinstance(data, list) else [data]
    wordings = [text for row in rows for text in said(row, isinstance(row, str))]
    assert not [text for text in wordings if words(text) in asked]
