"""What tests of the engine share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engines import opened

from runtime.engine import LlamaBackend


@pytest.fixture
def fresh(tiny_models: Path) -> Iterator[LlamaBackend]:
    """An engine whose cache is empty, with the adapters 1 and 2."""
    with opened(tiny_models) as backend:
        yield backend
