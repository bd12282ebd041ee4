"""Reads GGUF files back: a dense Granite as a transformers checkpoint, a LoRA as a peft folder.

What `training.export.gguf` writes comes back as it was, except that a quantised file gives its
rounded weights. Training an adapter on those is right: they are the ones that serve.
Reading needs `gguf` (extra `train` or `dev`), not torch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from training.export.checkpoint import Array, ExportError
from training.export.vocabulary import CONTROL, NORMAL, USER_DEFINED

_MATRICES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}
_OUTER = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
}
_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
_DIGITS = {"type": "Digits", "individual_digits": True}
_SPLITTERS: dict[str, dict[str, Any]] = {
    "gpt-2": _LEVEL,
    "smollm": {"type": "Sequence", "pretokenizers": [_DIGITS, _LEVEL]},
    "refact": {"type": "Sequence", "pretokenizers": [_DIGITS, _LEVEL]},
}


def import_model(file: Path, out: Path) -> Path:
    """Write a GGUF base as a folder that transformers loads; returns the folder.

    The folder gets `config.json`, `model.safetensors` (float32), `tokenizer.json` and, where the
    file has one, `chat_template.jinja`.

    Raises:
        ExportError: not a dense Granite, or a tokenizer or quantisation that cannot be read.
    """
    reader = _open(file, "model")
    config = _config(reader)
    tensors = {
        _name(tensor.name): _split(tensor.name, _floats(tensor), config)
        for tensor in reader.tensors
    }
    config["tie_word_embeddings"] = "lm_head.weight" not in tensors
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "config.json", config)
    write_tensors(out / "model.safetensors", tensors)
    write_json(out / "tokenizer.json", _tokenizer(reader))
    template = _value(reader, "tokenizer.chat_template", "")
    if template:
        (out / "chat_template.jinja").write_text(template, encoding="utf-8")
    return out


def import_adapter(file: Path, base: Path, out: Path) -> Path:
    """Write a LoRA GGUF as a folder that peft loads on `base`, a folder of `import_model`.

    Raises:
        ExportError: not a LoRA of a dense Granite.
    """
    reader = _open(file, "adapter")
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    tensors: dict[str, Array] = {}
    for tensor in reader.tensors:
        name, _, half = tensor.name.rpartition(".lora_")
        if half not in ("a", "b"):
            raise ExportError(f"{file}: {tensor.name} is not half of a LoRA matrix")
        array = _floats(tensor)
        if half == "b":
            array = _split(name, array, config)
        source = _name(name).removesuffix(".weight")
        tensors[f"base_model.model.{source}.lora_{half.upper()}.weight"] = array
    ranks = {array.shape[0] for name, array in tensors.items() if ".lora_A." in name}
    if len(ranks) != 1:
        raise ExportError(f"{file} has ranks {sorted(ranks)}; only one rank for all reads back")
    settings = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": str(base),
        "r": ranks.pop(),
        "lora_alpha": _value(reader, "adapter.lora.alpha", 0.0),
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": sorted({name.split(".")[-3] for name in tensors}),
        "inference_mode": True,
    }
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "adapter_config.json", settings)
    write_tensors(out / "adapter_model.safetensors", tensors)
    return out


def write_tensors(file: Path, tensors: Mapping[str, Array]) -> None:
    """Write float32 arrays in the safetensors layout (see `training.export.checkpoint`)."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name, array in tensors.items():
        end = offset + 4 * array.size
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with file.open("wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        for array in tensors.values():
            out.write(np.ascontiguousarray(array, np.float32).tobytes())


def write_json(file: Path, data: Mapping[str, Any]) -> None:
    """Write a JSON object."""
    file.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _open(file: Path, kind: str) -> Any:
    try:
        from gguf import GGUFReader
    except ImportError as error:
        raise ExportError("reading needs the gguf package: pip install 'mica[train]'") from error
    try:
        reader = GGUFReader(file)
    except (OSError, ValueError, IndexError, KeyError) as error:
        raise ExportError(f"{file} cannot be read as a GGUF: {error}") from error
    found = _value(reader, "general.type", "model"), _value(reader, "general.architecture", "")
    if found != (kind, "granite"):
        raise ExportError(
            f"{file} is of type {found[0]}, {found[1]!r}; wanted type {kind}, 'granite'"
        )
    return reader


def _value(reader: Any, key: str, default: Any = None) -> Any:
    field = reader.get_field(key)
    if field is None:
        if default is None:
            raise ExportError(f"the GGUF lacks {key}; export the model again")
        return default
    return field.contents()


def _config(reader: Any) -> dict[str, Any]:
    """Return transformers' config of the file's keys."""

    def of(key: str, default: Any = None) -> Any:
        return _value(reader, f"granite.{key}", default)

    theta = of("rope.freq_base", 10000.0)
    config = {
        "architectures": ["GraniteForCausalLM"],
        "model_type": "granite",
        "hidden_size": of("embedding_length"),
        "intermediate_size": of("feed_forward_length"),
        "num_hidden_layers": of("block_count"),
        "num_attention_heads": of("attention.head_count"),
        "num_key_value_heads": of("attention.head_count_kv"),
        "max_position_embeddings": of("context_length"),
        "vocab_size": len(_value(reader, "tokenizer.ggml.tokens")),
        "rms_norm_eps": of("attention.layer_norm_rms_epsilon"),
        "attention_multiplier": of("attention.scale", 1.0),
        "embedding_multiplier": of("embedding_scale", 1.0),
        "residual_multiplier": of("residual_scale", 1.0),
        "logits_scaling": of("logit_scale", 1.0),
        "rope_theta": theta,
        "rope_parameters": {"rope_type": "default", "rope_theta": theta},
        "attention_bias": False,
        "mlp_bias": False,
        "hidden_act": "silu",
        "dtype": "float32",
    }
    for kind, key in (("bos", "bos"), ("eos", "eos"), ("pad", "padding")):
        number = _value(reader, f"tokenizer.ggml.{key}_token_id", -1)
        if number >= 0:
            config[f"{kind}_token_id"] = number
    return config


def _tokenizer(reader: Any) -> dict[str, Any]:
    """Return `tokenizer.json` of the file's vocabulary."""
    pre = _value(reader, "tokenizer.ggml.pre", "gpt-2")
    if _value(reader, "tokenizer.ggml.model") != "gpt2" or pre not in _SPLITTERS:
        raise ExportError(
            f"the tokenizer {pre!r} does not read back; take the model's own tokenizer.json"
        )
    texts = _value(reader, "tokenizer.ggml.tokens")
    types = _value(reader, "tokenizer.ggml.token_type")
    kept = [(i, *pair) for i, pair in enumerate(zip(texts, types, strict=True))]
    plain = (NORMAL, CONTROL, USER_DEFINED)
    return {
        "version": "1.0",
        "added_tokens": list(_added(kept)),
        "normalizer": None,
        "pre_tokenizer": _SPLITTERS[pre],
        "post_processor": None,
        "decoder": _LEVEL,
        "model": {
            "type": "BPE",
            "vocab": {text: i for i, text, kind in kept if kind in plain},
            "merges": [merge.split(" ", 1) for merge in _value(reader, "tokenizer.ggml.merges")],
        },
    }


def _added(kept: list[tuple[int, str, int]]) -> Iterator[dict[str, Any]]:
    for number, text, kind in kept:
        if kind in (CONTROL, USER_DEFINED):
            flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
            yield {"id": number, "content": text, **flags, "special": kind == CONTROL}


def _name(name: str) -> str:
    """Return transformers' name of a tensor of llama.cpp's."""
    stem, _, kind = name.rpartition(".")
    parts = stem.split(".")
    if kind == "weight" and stem in _OUTER:
        return f"{_OUTER[stem]}.weight"
    if kind == "weight" and len(parts) == 3 and parts[0] == "blk" and parts[2] in _MATRICES:
        return f"model.layers.{parts[1]}.{_MATRICES[parts[2]]}.weight"
    raise ExportError(f"tensor {name} has no place in a dense Granite checkpoint")


def _floats(tensor: Any) -> Array:
    from gguf import quants

    try:
        array = quants.dequantize(tensor.data, tensor.tensor_type)
    except NotImplementedError as error:
        raise ExportError(
            f"{tensor.name} is quantised as {tensor.tensor_type.name}, which does not read back; "
            "take a Q8_0, F16 or F32 file"
        ) from error
    shape = tuple(int(size) for size in reversed(tensor.shape))
    return np.asarray(array, np.float32).reshape(shape)


def _split(name: str, array: Array, config: Mapping[str, Any]) -> Array:
    """Undo the interleaving of the two halves of each head (see `training.export.gguf`)."""
    if ".attn_q." in f"{name}.":
        heads = config["num_attention_heads"]
    elif ".attn_k." in f"{name}.":
        heads = config["num_key_value_heads"]
    else:
        return array
    pairs = array.reshape(heads, array.shape[0] // heads // 2, 2, *array.shape[1:])
    return pairs.swapaxes(1, 2).reshape(array.shape)
