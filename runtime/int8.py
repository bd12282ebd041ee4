"""Weights as 8-bit integers with one scale a row: a quarter of their size, to be stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]
SCALE = ".scale"
"""Ends the name of the array that holds the scales of another's rows."""


def shortened(name: str, matrix: Array) -> dict[str, Array]:
    """Return a matrix's rows as 8-bit integers, and their scales beside it, shape (rows, 1)."""
    largest = np.abs(matrix).max(axis=-1, keepdims=True)
    scale = (np.where(largest == 0, 1, largest) / 127).astype(np.float16)
    scale = np.maximum(scale, np.finfo(np.float16).tiny)
    integers = np.clip(np.round(matrix / scale.astype(np.float32)), -127, 127)
    return {name: integers.astype(np.int8), f"{name}{SCALE}": scale}


class Weights:
    """Stored arrays by name; matrices of integers stay short in memory and are widened as used."""

    def __init__(self, stored: Mapping[str, Array]) -> None:
        """Take arrays, those that `shortened` made among them; others become float32."""
        integers = {name for name in stored if f"{name}{SCALE}" in stored}
        self._arrays = {
            name: array if name in integers else array.astype(np.float32)
            for name, array in stored.items()
        }

    def __getitem__(self, name: str) -> Floats:
        """Return an array in float32.

        Raises:
            KeyError: there is none of that name.
        """
        return self._widened(name, slice(None))

    def rows(self, name: str, numbers: npt.NDArray[np.int64]) -> Floats:
        """Return some rows of a matrix, shape (*numbers.shape, columns)."""
        return self._widened(name, numbers)

    def linear(self, name: str, rows: Floats) -> Floats:
        """Return `rows` times the transpose of NAME.weight, plus NAME.bias."""
        weight, scale = self._arrays[f"{name}.weight"], self._arrays.get(f"{name}.weight{SCALE}")
        flat = rows.reshape(-1, rows.shape[-1])  # one large product, not one for each text
        found = flat @ weight.astype(np.float32, copy=False).T
        if scale is not None:
            found *= scale[:, 0]
        found += self._arrays[f"{name}.bias"]
        return np.asarray(found.reshape(*rows.shape[:-1], -1), np.float32)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of an array."""
        return self._arrays[name].shape

    def layers(self) -> int:
        """Return how many layers there are: names of theirs begin with a number and a dot."""
        return 1 + max(int(name.split(".")[0]) for name in self._arrays if name[0].isdigit())

    def _widened(self, name: str, which: Any) -> Floats:
        array, scale = self._arrays[name][which], self._arrays.get(f"{name}{SCALE}")
        wide = array.astype(np.float32, copy=False)
        return wide if scale is None else np.asarray(wide * scale[which], np.float32)
