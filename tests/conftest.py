"""Fixtures that several test folders share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with `tiny.gguf` (random weights) and `adapter-1.gguf`, `adapter-2.gguf`."""
    from support import tiny_gguf

    folder = tmp_path_factory.mktemp("tiny-models")
    tiny_gguf.model_gguf(folder)
    tiny_gguf.adapter_gguf(folder, seed=1)
    tiny_gguf.adapter_gguf(folder, seed=2)
    return folder
