"""Writes dense Granite checkpoints and LoRA adapters as GGUF.

The keys and tensor names are those that llama.cpp reads for the architecture `granite`
(docs/development in its repository, and its `gguf` package). Importing needs neither torch
nor `gguf`; exporting needs `gguf` (extra `train` or `dev`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

from training.export.checkpoint import Array, ExportError, read_json, tensors
from training.export.dense import plain
from training.export.vocabulary import Vocabulary, read_vocabulary

DType = Literal["f32", "f16", "bf16"]
_SCALES = {  # transformers' name -> the GGUF writer's method
    "attention_multiplier": "add_attention_scale",
    "embedding_multiplier": "add_embedding_scale",
    "residual_multiplier": "add_residual_scale",
    "logits_scaling": "add_logit_scale",
}


def export_model(
    checkpoint: Path,
    out: Path,
    *,
    name: str,
    metadata: Mapping[str, str],
    dtype: DType = "f32",
    pre: str | None = None,
) -> None:
    """Write a folder saved by transformers (`GraniteForCausalLM` + tokenizer.json) as GGUF.

    `metadata` adds string keys such as `mica.format`; matrices are stored as `dtype`,
    norms as float32. `pre` names the pre-tokenizer where it cannot be worked out.

    Raises:
        ExportError: the checkpoint is not a dense Granite, or its tokenizer does not fit.
    """
    config = read_json(checkpoint / "config.json")
    weights = dict(tensors(checkpoint))
    rows = weights["model.embed_tokens.weight"].shape[0]
    vocabulary = read_vocabulary(checkpoint / "tokenizer.json", rows, pre)
    writer = _writer(out)
    writer.add_type("model")
    writer.add_name(name)
    _write_architecture(writer, config, rows)
    _write_vocabulary(writer, vocabulary, config, checkpoint)
    for key, value in metadata.items():
        writer.add_string(key, value)
    names = _names(config)
    for source, array in weights.items():
        if source == "lm_head.weight" and config.get("tie_word_embeddings"):
            continue
        _write_tensor(writer, names(source), _permuted(source, array, config), dtype)
    _close(writer)


def export_adapter(adapter: Path, base_config: Path, out: Path, *, name: str) -> None:
    """Write a LoRA folder saved by peft as a GGUF adapter for the model of `base_config`.

    `base_config` is the base model's folder or its config.json; a `granitemoehybrid` that is dense
    is one too.

    Raises:
        ExportError: not a plain LoRA, or it changes tensors that llama.cpp cannot adapt.
    """
    settings = read_json(adapter / "adapter_config.json")
    file = base_config / "config.json" if base_config.is_dir() else base_config
    config = read_json(file)
    _check_lora(settings)
    writer = _writer(out)
    writer.add_type("adapter")
    writer.add_name(name)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", _alpha(settings))
    names = _names(config)
    for source, array in tensors(adapter, "adapter_model"):
        joined, half = _split_lora_name(source)
        for base, part in plain(joined, half, array):
            # rows of B are rows of the base matrix
            rows = _permuted(base, part, config) if half == "b" else part
            _write_tensor(writer, f"{names(base)}.lora_{half}", rows, "f32")
    _close(writer)


def quantize(src: Path, dst: Path, kind: str = "Q8_0") -> None:
    """Write a quantised copy of a GGUF file; `kind` is llama.cpp's name, such as Q8_0 or Q4_K_M.

    Raises:
        ExportError: the kind is unknown or llama.cpp refused the file.
    """
    from runtime.llama import quantize_file
    from runtime.types import BackendError

    try:
        quantize_file(src, dst, kind)
    except BackendError as error:
        raise ExportError(str(error)) from error


def _writer(out: Path) -> Any:
    try:
        from gguf import GGUFWriter
    except ImportError as error:
        raise ExportError("exporting needs the gguf package: pip install 'mica[train]'") from error
    out.parent.mkdir(parents=True, exist_ok=True)
    return GGUFWriter(out, "granite")


def _write_architecture(writer: Any, config: dict[str, Any], rows: int) -> None:
    if config.get("model_type") != "granite":
        raise ExportError(f"model_type is {config.get('model_type')!r}; only dense granite exports")
    heads, width = config["num_attention_heads"], config["hidden_size"]
    head = width // heads
    if config.get("head_dim") not in (None, head):
        raise ExportError(f"head_dim must be hidden_size / num_attention_heads = {head}")
    rope = config.get("rope_parameters") or config
    if (rope.get("rope_type") or "default") != "default" or config.get("rope_scaling"):
        raise ExportError("scaled RoPE does not export; train with rope_type default")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(width)
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(head)
    writer.add_rope_freq_base(rope.get("rope_theta", 10000.0))
    writer.add_vocab_size(rows)
    writer.add_file_type(0)
    for key, method in _SCALES.items():
        getattr(writer, method)(float(config.get(key, 1.0)))


def _write_vocabulary(
    writer: Any, vocabulary: Vocabulary, config: dict[str, Any], checkpoint: Path
) -> None:
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(vocabulary.pre)
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types)
    writer.add_token_merges(vocabulary.merges)
    writer.add_add_bos_token(False)  # the formats write every control token themselves
    for kind in ("bos", "eos", "pad"):
        number = config.get(f"{kind}_token_id")
        if isinstance(number, list):
            number = number[0]
        if number is not None:
            getattr(writer, f"add_{kind}_token_id")(number)
    template = checkpoint / "chat_template.jinja"
    if template.is_file():
        writer.add_chat_template(template.read_text(encoding="utf-8"))


def _names(config: dict[str, Any]) -> Any:
    """Return a function from transformers' tensor names to llama.cpp's."""
    from gguf import MODEL_ARCH, get_tensor_name_map

    table = get_tensor_name_map(MODEL_ARCH.GRANITE, config["num_hidden_layers"])

    def translate(source: str) -> str:
        found = table.get_name(source, try_suffixes=(".weight", ".bias"))
        if found is None:
            raise ExportError(f"tensor {source} has no place in a dense Granite GGUF")
        return str(found)

    return translate


def _permuted(source: str, array: Array, config: dict[str, Any]) -> Array:
    """Reorder rows of query and key matrices within each head.

    transformers rotates dimension i with i + d/2, llama.cpp with its neighbour: the two
    halves of a head are interleaved.
    """
    if ".q_proj." in source:
        heads = config["num_attention_heads"]
    elif ".k_proj." in source:
        heads = config["num_key_value_heads"]
    else:
        return array
    halves = array.reshape(heads, 2, array.shape[0] // heads // 2, *array.shape[1:])
    return halves.swapaxes(1, 2).reshape(array.shape)


def _write_tensor(writer: Any, name: str, array: Array, dtype: DType) -> None:
    from gguf import GGMLQuantizationType, quants

    if array.ndim == 1 or dtype == "f32":
        writer.add_tensor(name, np.ascontiguousarray(array))
    elif dtype == "f16":
        writer.add_tensor(name, np.ascontiguousarray(array.astype(np.float16)))
    else:
        kind = GGMLQuantizationType.BF16
        writer.add_tensor(name, quants.quantize(array, kind), raw_dtype=kind)


def _close(writer: Any) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _check_lora(settings: dict[str, Any]) -> None:
    if settings.get("peft_type") != "LORA":
        raise ExportError(f"peft_type is {settings.get('peft_type')!r}; only LORA exports")
    for key in ("use_dora", "rank_pattern", "alpha_pattern", "modules_to_save"):
        if settings.get(key):
            raise ExportError(f"llama.cpp has no {key}; train the adapter without it")
    if settings.get("bias", "none") != "none":
        raise ExportError("llama.cpp has no LoRA biases; train with bias='none'")


def _alpha(settings: dict[str, Any]) -> float:
    """Return the alpha for llama.cpp, which always scales by alpha / rank."""
    alpha = float(settings["lora_alpha"])
    return alpha * math.sqrt(settings["r"]) if settings.get("use_rslora") else alpha


def _split_lora_name(source: str) -> tuple[str, Literal["a", "b"]]:
    """Split peft's tensor name into the base matrix's name and which half it is."""
    name = source.removeprefix("base_model.model.")
    for part, half in ((".lora_A.", "a"), (".lora_B.", "b")):
        if part in name:
            return name.split(part)[0] + ".weight", "a" if half == "a" else "b"
    raise ExportError(f"{source} is not a LoRA matrix; adapt linear layers only")
