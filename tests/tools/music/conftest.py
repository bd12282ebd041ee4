"""An independent library that answers are compared with."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import pytest


@pytest.fixture(scope="session")
def music21() -> Any:
    """Import music21; what it warns of while it is imported is none of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for part in ("chord", "figuredBass.realizerScale", "harmony", "voiceLeading"):
            importlib.import_module(f"music21.{part}")
        return importlib.import_module("music21")
