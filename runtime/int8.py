"""Weights as 8-bit integers with one scale a row: a quarter of their size, to be stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
SCALE = ".scale"
"""Ends the name of the array that holds the scales of another's rows."""


def shortened(name: str, matrix: Array) -> dict[str, Array]:
    """Return a matrix's rows as 8-bit integers, and their scales beside it, shape (rows, 1)."""
    largest = np.abs(matrix).max(axis=-1, keepdims=True)
    scale = (np.where(largest == 0, 1, largest) / 127).astype(np.float16)
    scale = np.maximum(scale, np.finfo(np.float16).tiny)
    integers = np.clip(np.round(matrix / scale.astype(np.float32)), -127, 127)
    return {name: integers.astype(np.int8), f"{name}{SCALE}": scale}


def whole(stored: Mapping[str, Array]) -> dict[str, npt.NDArray[np.float32]]:
    """Return stored arrays in float32, without the scales."""
    found = {}
    for name, array in stored.items():
        if not name.endswith(SCALE):
            scale = stored.get(f"{name}{SCALE}")
            found[name] = array.astype(np.float32)
            if scale is not None:
                found[name] *= scale.astype(np.float32)
    return found
