"""A BERT encoder in numpy: token ids to one unit vector a text.

Post-norm layers as published (Devlin et al., 2019): learned positions, attention, a feed-forward
part with GELU in its tanh form, the mean over tokens (Reimers and Gurevych, 2019). Its
weights are made by `training.meaning`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.encoder import gelu
from runtime.int8 import Weights

Floats = npt.NDArray[np.float32]
LONGEST = 48
"""Tokens of a text that are read, the first and the last mark among them."""
_EPSILON = 1e-12
_BATCH = 64


class Bert:
    """Encodes texts of up to `LONGEST` tokens; longer ones are cut by the caller's tokenizer."""

    def __init__(self, stored: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take the arrays by name: `tokens`, `positions`, `start.*`, `0.qkv.weight`, `heads`...

        Matrices of integers have their scales beside them (`runtime.int8`).

        Raises:
            KeyError: an array is missing.
        """
        self._heads = int(stored["heads"])
        self._weights = Weights(stored)
        self._layers = self._weights.layers()
        self.width = self._weights.shape("tokens")[1]

    def encode(self, texts: Sequence[Sequence[int]]) -> Floats:
        """Return one unit row a text, shape (n, width); each text has a token at least."""
        out = np.zeros((len(texts), self.width), np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            out[chosen] = self._forward([texts[i] for i in chosen])
        return out

    def _forward(self, batch: Sequence[Sequence[int]]) -> Floats:
        longest = max(map(len, batch))
        ids = np.zeros((len(batch), longest), np.int64)
        present = np.zeros((len(batch), longest), bool)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            present[row, : len(tokens)] = True
        embedded = self._weights.rows("tokens", ids) + self._weights["positions"][:longest]
        hidden = self._norm("start", embedded)
        bias = np.where(present, 0.0, -1e9)[:, None, None, :].astype(np.float32)
        for layer in range(self._layers):
            attended = self._attention(f"{layer}.", hidden, bias)
            hidden = self._norm(f"{layer}.first", hidden + attended)
            inner = gelu(self._weights.linear(f"{layer}.up", hidden))
            down = self._weights.linear(f"{layer}.down", inner)
            hidden = self._norm(f"{layer}.second", hidden + down)
        mean = (hidden * present[..., None]).sum(axis=1) / present.sum(axis=1, keepdims=True)
        return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), np.float32)

    def _attention(self, layer: str, hidden: Floats, bias: Floats) -> Floats:
        batch, length, width = hidden.shape
        size = width // self._heads
        mixed = self._weights.linear(f"{layer}qkv", hidden).reshape(
            batch, length, 3, self._heads, size
        )
        query, key, value = mixed.transpose(2, 0, 3, 1, 4)
        scores = query @ key.swapaxes(-1, -2) / math.sqrt(size) + bias
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weighted = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        joined = weighted.transpose(0, 2, 1, 3).reshape(batch, length, width)
        return self._weights.linear(f"{layer}joined", joined)

    def _norm(self, name: str, rows: Floats) -> Floats:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + _EPSILON)
        normed = centred / scale * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return np.asarray(normed, np.float32)
