"""Builds tiny Granite checkpoints, adapters and GGUF files for tests, without torch.

`checkpoint` has random weights, so every token depends on the whole context: it shows whether
caches and adapters are right. `scripted` is a Granite whose attention and feed-forward layers
are silent and whose head maps each token to one next token: it says exactly what a test wants.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from training.export.gguf import export_adapter, export_model

CONTROL = (
    "<|end_of_text|>",
    "<|start_of_role|>",
    "<|end_of_role|>",
    "<tool_call>",
    "</tool_call>",
    "<|tool_call|>",
    "<p1>",
    "<p2>",
)
EOS = 0
WIDTH, LAYERS, HEADS, KV_HEADS, FFN, RANK = 64, 2, 4, 2, 96, 4
_CORPUS = (
    'the quick brown fox {"name": "bash", "arguments": {"command": "find /usr/lib -type f"}}',
    "show me the largest files under a directory and count the lines in every log",
    "what notes are in a chord: E flat minor seventh, up a perfect fourth",
)


def tokenizer(digits: bool = False) -> Tokenizer:
    """Return a byte-level BPE of about 420 tokens whose first ids are `CONTROL`."""
    out = Tokenizer(models.BPE())
    level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    split = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), level])
    out.pre_tokenizer = split if digits else level
    out.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=[AddedToken(text, special=True, normalized=False) for text in CONTROL],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    out.train_from_iterator(_CORPUS, trainer)
    out.add_tokens([AddedToken("<note>", special=False, normalized=False)])
    return out


def config(
    vocabulary: int, width: int = WIDTH, *, tied: bool = True, layers: int = LAYERS
) -> dict[str, object]:
    """Return a `config.json` of a small dense Granite."""
    return {
        "architectures": ["GraniteForCausalLM"],
        "model_type": "granite",
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS,
        "intermediate_size": FFN,
        "vocab_size": vocabulary,
        "max_position_embeddings": 4096,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "attention_multiplier": 4 / width if tied else 1.0,
        "embedding_multiplier": 12.0 if tied else 1.0,
        "residual_multiplier": 0.4 if tied else 1.0,
        "logits_scaling": 2.0 if tied else 1.0,
        "tie_word_embeddings": tied,
        "attention_bias": False,
        "mlp_bias": False,
        "hidden_act": "silu",
        "bos_token_id": EOS,
        "eos_token_id": EOS,
        "pad_token_id": EOS,
    }


def write_safetensors(file: Path, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    """Write float32 arrays in the safetensors layout."""
    header, offset = {}, 0
    for name, array in tensors.items():
        end = offset + array.nbytes
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    with file.open("wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        for array in tensors.values():
            out.write(np.ascontiguousarray(array, np.float32).tobytes())


def _matrices(width: int) -> dict[str, tuple[int, int]]:
    kv = width * KV_HEADS // HEADS
    return {
        "self_attn.q_proj": (width, width),
        "self_attn.k_proj": (kv, width),
        "self_attn.v_proj": (kv, width),
        "self_attn.o_proj": (width, width),
        "mlp.gate_proj": (FFN, width),
        "mlp.up_proj": (FFN, width),
        "mlp.down_proj": (width, FFN),
    }


def checkpoint(folder: Path, *, seed: int = 0, digits: bool = False, layers: int = LAYERS) -> Path:
    """Write a random-weight Granite checkpoint (config, weights, tokenizer)."""
    random = np.random.default_rng(seed)
    tok = tokenizer(digits)
    size = tok.get_vocab_size()

    def normal(*shape: int, scale: float = 0.25) -> NDArray[np.float32]:
        return (random.standard_normal(shape) * scale).astype(np.float32)

    tensors = {"model.embed_tokens.weight": normal(size, WIDTH)}
    for layer in range(layers):
        for name, shape in _matrices(WIDTH).items():
            tensors[f"model.layers.{layer}.{name}.weight"] = normal(*shape)
        for norm in ("input_layernorm", "post_attention_layernorm"):
            tensors[f"model.layers.{layer}.{norm}.weight"] = 1 + normal(WIDTH, scale=0.1)
    tensors["model.norm.weight"] = np.ones(WIDTH, np.float32)
    return _save(folder, config(size, layers=layers), tensors, tok)


def _save(
    folder: Path,
    settings: dict[str, object],
    tensors: Mapping[str, NDArray[np.float32]],
    tok: Tokenizer,
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(settings))
    write_safetensors(folder / "model.safetensors", tensors)
    tok.save(str(folder / "tokenizer.json"))
    return folder


def adapter(folder: Path, *, seed: int = 1, scale: float = 0.5) -> Path:
    """Write a random LoRA folder, as peft saves it, over every linear layer."""
    random = np.random.default_rng(seed)
    tensors: dict[str, NDArray[np.float32]] = {}
    for layer in range(LAYERS):
        for name, (rows, columns) in _matrices(WIDTH).items():
            base = f"base_model.model.model.layers.{layer}.{name}"
            for half, shape in (("A", (RANK, columns)), ("B", (rows, RANK))):
                array = (random.standard_normal(shape) * scale).astype(np.float32)
                tensors[f"{base}.lora_{half}.weight"] = array
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": RANK,
        "lora_alpha": 6,
        "bias": "none",
        "target_modules": [name.split(".")[1] for name in _matrices(WIDTH)],
        "base_model_name_or_path": None,
    }
    (folder / "adapter_config.json").write_text(json.dumps(settings))
    write_safetensors(folder / "adapter_model.safetensors", tensors)
    return folder


def scripted(folder: Path, chain: Sequence[str | int]) -> Path:
    """Write a GGUF that says `chain` after its first token, one token after another.

    Each entry is a token's text (as in the vocabulary) or its id; no entry may come twice.
    The last one is followed by the end of the text, and so is any token not in the chain.
    """
    tok = tokenizer()
    size = tok.get_vocab_size()
    width = -(-size // HEADS // 2) * HEADS * 2  # one dimension a token, heads of even width
    ids = [tok.token_to_id(entry) if isinstance(entry, str) else entry for entry in chain]
    following = dict(zip(ids, [*ids[1:], EOS], strict=True))
    head = np.zeros((size, width), np.float32)
    for token in range(size):
        head[following.get(token, EOS), token] = 1.0
    tensors = {
        "model.embed_tokens.weight": np.eye(size, width, dtype=np.float32),
        "lm_head.weight": head,
        "model.norm.weight": np.ones(width, np.float32),
    }
    for layer in range(LAYERS):
        for name, shape in _matrices(width).items():
            tensors[f"model.layers.{layer}.{name}.weight"] = np.zeros(shape, np.float32)
        for norm in ("input_layernorm", "post_attention_layernorm"):
            tensors[f"model.layers.{layer}.{norm}.weight"] = np.ones(width, np.float32)
    saved = _save(folder / "scripted", config(size, width, tied=False), tensors, tok)
    out = folder / "scripted.gguf"
    export_model(saved, out, name="scripted", metadata={"mica.format": "granite4"})
    return out


def model_gguf(folder: Path, *, seed: int = 0, layers: int = LAYERS) -> Path:
    """Write a random-weight Granite GGUF."""
    out = folder / "tiny.gguf"
    saved = checkpoint(folder / "checkpoint", seed=seed, layers=layers)
    export_model(saved, out, name="tiny", metadata={"mica.format": "granite4"})
    return out


def adapter_gguf(folder: Path, *, seed: int = 1) -> Path:
    """Write a random LoRA GGUF for `model_gguf` in the same folder."""
    out = folder / f"adapter-{seed}.gguf"
    saved = adapter(folder / f"lora-{seed}", seed=seed)
    export_adapter(saved, folder / "checkpoint", out, name="tiny adapter")
    return out
