"""The examples in the docstrings of the theory modules."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import tools.music

MODULES = sorted(info.name for info in pkgutil.iter_modules(tools.music.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"tools.music.{name}"))
    assert result.failed == 0


def test_there_are_examples() -> None:
    counts = [
        doctest.testmod(importlib.import_module(f"tools.music.{name}")).attempted
        for name in MODULES
    ]
    assert sum(counts) > 60
