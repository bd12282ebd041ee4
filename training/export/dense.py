"""Which Granites are dense, whatever their checkpoints are called, and how their parts are named.

The 350M, 1B and 3B of Granite 4.0 come as `granitemoehybrid` without experts and without Mamba:
the same model as `granite`, with gate and up projection of a layer joined in one matrix
(`shared_mlp.input_linear`, gate first) and the down projection as `shared_mlp.output_linear`.
llama.cpp's files of both are of the architecture `granite`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from training.export.checkpoint import Array

JOINED = "shared_mlp.input_linear"
_DOWN = "shared_mlp.output_linear"
_ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]


def problem(config: Mapping[str, Any]) -> str:
    """Return why a config is not a dense Granite's, or an empty text."""
    kind = config.get("model_type")
    if kind == "granite":
        return ""
    if kind != "granitemoehybrid":
        return f"it is a {kind}; only dense Granites (granite) export to GGUF here"
    layers = config.get("layer_types") or config.get("layers_block_type") or ["mamba"]
    if config.get("num_local_experts") or {"mamba", "linear_attention"} & set(layers):
        return "it is a hybrid or has experts; only dense Granites (no -h-) export to GGUF here"
    if config.get("position_embedding_type") != "rope":
        return "it has no rotary positions; only dense Granites with them export to GGUF here"
    return ""


def targets(config: Mapping[str, Any]) -> list[str]:
    """Return the names of the linear layers that a LoRA adapts."""
    if config.get("model_type") == "granitemoehybrid":
        return [*_ATTENTION, "input_linear", "output_linear"]
    return [*_ATTENTION, "gate_proj", "up_proj", "down_proj"]


def plain(name: str, half: str, array: Array) -> Iterator[tuple[str, Array]]:
    """Yield half of a LoRA matrix (`a` or `b`) under the names that `granite` has."""
    if JOINED not in name:
        yield name.replace(_DOWN, "mlp.down_proj"), array
        return
    middle = array.shape[0] // 2
    parts = (array, array) if half == "a" else (array[:middle], array[middle:])
    for part, each in zip(("gate_proj", "up_proj"), parts, strict=True):
        yield name.replace(JOINED, f"mlp.{part}"), each
