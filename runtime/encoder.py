"""A small transformer encoder in numpy: token ids to one vector a text.

Pre-norm layers (attention, then a feed-forward part of four times the width with GELU), learned
positions, the mean over tokens, a linear map (Vaswani et al., 2017; Xiong et al., 2020). Its
weights are made by `training.distil`, whose torch model computes the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.int8 import Weights

Floats = npt.NDArray[np.float32]
LONGEST = 48
"""Tokens of a text that are read."""
HEADS = 4
_BATCH = 128
_EPSILON = 1e-5


class Encoder:
    """Encodes texts of up to `LONGEST` tokens; a longer one is cut."""

    def __init__(self, weights: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take the arrays by name: `tokens`, `positions`, `norm.*`, `out.*`, `0.first.weight`...

        Matrices of integers have their scales beside them (`runtime.int8`).

        Raises:
            KeyError: an array is missing.
        """
        self._weights = Weights(weights)
        self._layers = self._weights.layers()
        self.width = self._weights.shape("tokens")[1]
        self.dimensions = self._weights.shape("out.weight")[0]

    def encode(self, texts: Sequence[Sequence[int]]) -> Floats:
        """Return one row a text, shape (n, dimensions); texts without a token give zeros."""
        out = np.zeros((len(texts), self.dimensions), np.float32)
        by_length = sorted((i for i, ids in enumerate(texts) if ids), key=lambda i: len(texts[i]))
        for start in range(0, len(by_length), _BATCH):
            chosen = by_length[start : start + _BATCH]
            out[chosen] = self._forward([texts[i][:LONGEST] for i in chosen])
        return out

    def _forward(self, batch: Sequence[Sequence[int]]) -> Floats:
        longest = max(map(len, batch))
        ids = np.zeros((len(batch), longest), np.int64)
        present = np.zeros((len(batch), longest), bool)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            present[row, : len(tokens)] = True
        hidden = self._weights.rows("tokens", ids) + self._weights["positions"][:longest]
        bias = np.where(present, 0.0, -1e9)[:, None, None, :].astype(np.float32)
        for layer in range(self._layers):
            hidden = hidden + self._attention(f"{layer}.", hidden, bias)
            inner = self._weights.linear(f"{layer}.up", self._norm(f"{layer}.second", hidden))
            hidden = hidden + self._weights.linear(f"{layer}.down", gelu(inner))
        hidden = self._norm("norm", hidden) * present[..., None]
        mean = hidden.sum(axis=1) / present.sum(axis=1, keepdims=True)
        return self._weights.linear("out", mean.astype(np.float32))

    def _attention(self, layer: str, hidden: Floats, bias: Floats) -> Floats:
        batch, length, width = hidden.shape
        mixed = self._weights.linear(f"{layer}qkv", self._norm(f"{layer}first", hidden))
        split = mixed.reshape(batch, length, 3, HEADS, width // HEADS).transpose(2, 0, 3, 1, 4)
        query, key, value = split
        scores = query @ key.swapaxes(-1, -2) / math.sqrt(width // HEADS) + bias
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weighted = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        joined = weighted.transpose(0, 2, 1, 3).reshape(batch, length, width)
        return self._weights.linear(f"{layer}joined", joined)

    def _norm(self, name: str, rows: Floats) -> Floats:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + _EPSILON)
        normed = centred / scale * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return np.asarray(normed, np.float32)


def gelu(x: Floats) -> Floats:
    """Return the Gaussian error linear unit by its tanh form (Hendrycks and Gimpel, 2016)."""
    return np.asarray(
        0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x * x * x))), np.float32
    )
