"""How much memory a run takes, roughly, from the size of its base: to refuse before it starts.

The sum of what LoRA training holds at once, each part counted from its shapes:
- the base: 4 bytes a parameter in float32, 2 in bfloat16, about 0.6 in 4 bit (nf4 with its
  scales; embeddings stay in 2 bytes);
- the adapter: 16 bytes a parameter (weight, gradient, two moments of Adam), 7 matrices a layer;
- activations of one step with gradients: about 34 bytes a token, width and layer (Korthikanti et
  al. 2022, "Reducing Activation Recomputation", without the attention scores, which are not kept);
- logits of one step: vocabulary * tokens * 4 bytes, three times (logits, log-softmax, gradient);
- Python with torch: 1 GiB, on a card 1 GiB more.

Measured on a processor in bfloat16, one row of 425 tokens, a random checkpoint of the shape of
Granite 4.0 350M: 2.5 GiB (LoRA) and 2.2 GiB (4 bit), for which this says 2.6 and 2.3.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.runs.machine import GIB
from training.runs.recipe import Recipe

FRAMEWORK = GIB


@dataclass(frozen=True)
class Size:
    """The shapes of a base that count: numbers of tokens, dimensions and layers."""

    vocabulary: int
    width: int
    layers: int
    feed_forward: int
    tied: bool = True

    @property
    def body(self) -> int:
        """Parameters of all layers: four attention matrices (two of them narrow) and three more."""
        return self.layers * self.width * (5 * self.width // 2 + 3 * self.feed_forward)

    @property
    def embedding(self) -> int:
        """Parameters of the embeddings."""
        return self.vocabulary * self.width * (1 if self.tied else 2)

    @property
    def parameters(self) -> int:
        """Parameters in all."""
        return self.body + self.embedding


GRANITE: Mapping[str, Size] = {
    "350m": Size(100352, 1024, 28, 2048),
    "1b": Size(100352, 2048, 40, 4096),
    "3b": Size(100352, 2560, 40, 8192),
    "8b": Size(100352, 4096, 40, 12800),
}
"""The dense Granite 4 models by the size in their names."""


def needed(size: Size, recipe: Recipe, *, card: bool, bfloat16: bool) -> int:
    """Return the bytes that a run takes: on the card where `card`, else of the machine."""
    tokens = recipe.batch_tokens if recipe.backend == "shipped" else (
        recipe.batch_rows * recipe.context * (2 if recipe.method == "dpo" else 1)
    )  # fmt: skip
    each = 2.0 if bfloat16 and recipe.backend != "shipped" else 4.0
    base = size.embedding * each + size.body * (0.6 if recipe.loading == "4bit" else each)
    adapter = 16 * recipe.rank * size.layers * (9 * size.width + 3 * size.feed_forward)
    activations = 34 * tokens * size.width * size.layers
    logits = 3 * 4 * tokens * size.vocabulary
    return int(base + adapter + activations + logits + FRAMEWORK + (GIB if card else 0))


def size_of(base: str) -> Size | None:
    """Return the shapes of a checkpoint: read from its folder, or told from its name.

    None where neither says.
    """
    config = Path(base) / "config.json"
    if config.is_file():
        try:
            return _read(json.loads(config.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None
    named = re.search(r"(\d+)(m|b)(?![a-z])", Path(base).name.lower())
    return GRANITE.get(named[0]) if named else None


def _read(config: Mapping[str, Any]) -> Size:
    return Size(
        config["vocab_size"], config["hidden_size"], config["num_hidden_layers"],
        config.get("shared_intermediate_size") or config["intermediate_size"],
        bool(config.get("tie_word_embeddings", True)),
    )  # fmt: skip
