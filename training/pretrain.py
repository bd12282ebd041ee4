"""Trains the base model from scratch, or a LoRA adapter on it, from rendered rows.

One script for CPU and GPU; a config says which. Loss is taken on the assistant's tokens only.
A run can be killed and started again: it goes on from its last checkpoint.

    python -m training.pretrain training/configs/base-cpu.yaml --rows DIR --out DIR
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
import yaml
from tokenizers import Tokenizer
from transformers import GraniteConfig, GraniteForCausalLM

from runtime.formats import mica

ASSISTANT = f"{mica.START}assistant{mica.MIDDLE}"
TEXT_WEIGHT, CALL_WEIGHT = 1.0, 3.0
Report = Callable[[int, float, float, float], None]
"""Called with the step, the mean loss since the last report, tokens a second, the share done."""


@dataclass(frozen=True)
class Config:
    """One run. Sizes are in tokens unless said otherwise."""

    vocabulary: int = 4096
    width: int = 256
    layers: int = 6
    heads: int = 8
    kv_heads: int = 4
    feed_forward: int = 768
    context: int = 1024
    batch_tokens: int = 8192  # padded tokens in one step
    steps: int = 2000
    minutes: float = 60.0  # the learning rate reaches zero at whichever comes first
    learning_rate: float = 2e-3
    warmup: int = 100
    weight_decay: float = 0.05
    seed: int = 1
    device: str = "cpu"
    bfloat16: bool = False
    checkpoint_minutes: float = 3.0
    adapter_rank: int = 0  # 0 trains all weights; more trains a LoRA of this rank
    adapter_alpha: int = 16
    report_steps: int = 50

    @classmethod
    def load(cls, path: Path) -> Config:
        """Read a YAML file.

        Raises:
            ValueError: a key is unknown; the text lists those that are known.
        """
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        known = {field.name for field in fields(cls)}
        if set(data) - known:
            raise ValueError(f"{path}: unknown {sorted(set(data) - known)}; known: {sorted(known)}")
        return cls(**data)


def model_config(config: Config) -> GraniteConfig:
    """Return a dense Granite; its multipliers are set, since 1.0 does not train well."""
    head = config.width // config.heads
    return GraniteConfig(
        vocab_size=config.vocabulary,
        hidden_size=config.width,
        intermediate_size=config.feed_forward,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        num_key_value_heads=config.kv_heads,
        max_position_embeddings=config.context,
        attention_multiplier=head**-0.5,
        embedding_multiplier=12.0,
        residual_multiplier=(2 * config.layers) ** -0.5,
        logits_scaling=1.0,
        rope_theta=10000.0,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=3,
    )


@dataclass(frozen=True)
class Example:
    """A row as tokens. `targets[i]` is what to say after `ids[i]`, learnt with `weights[i]`."""

    ids: list[int]
    targets: list[int]
    weights: list[float]


def encode(text: str, tokenizer: Tokenizer) -> Example:
    """Return a row as tokens, with what is to be learnt from it.

    The assistant's tokens are learnt, those of a call's arguments most.
    """
    encoding = tokenizer.encode(text, add_special_tokens=False)
    ids, offsets = encoding.ids, encoding.offsets
    targets = [*ids[1:], 0]
    weights = [0.0] * len(ids)
    spans = [(a, b, TEXT_WEIGHT) for a, b in _spans(text, ASSISTANT, mica.END)]
    spans += [(a, b, CALL_WEIGHT) for a, b in _spans(text, '"arguments": {', "}}")]
    for index, (left, _) in enumerate(offsets[1:]):
        weights[index] = max((w for a, b, w in spans if a <= left < b), default=0.0)
    return Example(ids, targets, weights)


def _spans(text: str, opening: str, closing: str) -> Iterator[tuple[int, int]]:
    """Yield where the text between two marks begins and, with the closing mark, ends."""
    start = text.find(opening)
    while start >= 0:
        begin = start + len(opening)
        end = text.find(closing, begin) + len(closing)
        yield begin, end
        start = text.find(opening, end)


def batches(
    examples: Sequence[Example], config: Config, rng: random.Random
) -> Iterator[list[Example]]:
    """Yield batches of rows of like length, forever, each of about `batch_tokens` tokens."""
    while True:
        order = list(examples)
        rng.shuffle(order)
        for start in range(0, len(order), 4096):
            pool = sorted(order[start : start + 4096], key=lambda e: len(e.ids))
            grouped: list[list[Example]] = []
            batch: list[Example] = []
            for example in pool:
                if batch and len(example.ids) * (len(batch) + 1) > config.batch_tokens:
                    grouped.append(batch)
                    batch = []
                batch.append(example)
            grouped.append(batch)
            rng.shuffle(grouped)
            yield from grouped


def loss_of(model: Any, batch: Sequence[Example], device: str) -> torch.Tensor:
    """Return the weighted mean cross-entropy of a batch, in nats.

    Rows are padded on the right, which causal attention never looks at, so no mask is needed.
    """
    longest = max(len(example.ids) for example in batch)
    ids = torch.full((len(batch), longest), 3, dtype=torch.long)
    targets = torch.zeros((len(batch), longest), dtype=torch.long)
    weights = torch.zeros((len(batch), longest))
    for row, example in enumerate(batch):
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
        targets[row, : len(example.ids)] = torch.tensor(example.targets)
        weights[row, : len(example.ids)] = torch.tensor(example.weights)
    ids, targets, weights = ids.to(device), targets.to(device), weights.to(device)
    hidden = model.model(input_ids=ids, use_cache=False).last_hidden_state
    kept = weights > 0
    logits = model.lm_head(hidden[kept]) / model.config.logits_scaling
    losses = torch.nn.functional.cross_entropy(logits.float(), targets[kept], reduction="none")
    return (losses * weights[kept]).sum() / weights.sum()


def rate(config: Config, progress: float, step: int) -> float:
    """Return the learning rate: linear warm-up, then a cosine to zero at progress 1."""
    warm = min(1.0, (step + 1) / config.warmup)
    return config.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))


def print_report(step: int, loss: float, speed: float, done: float) -> None:
    """Print one line."""
    print(f"step {step} loss {loss:.4f} tokens/s {speed:.0f} done {done:.0%}", flush=True)


def train(
    model: Any,
    examples: Sequence[Example],
    held_out: Sequence[Example],
    config: Config,
    out: Path,
    report: Report = print_report,
) -> float:
    """Train until `steps` or `minutes`; report on the way; keep checkpoints in `out`.

    Returns the mean loss over the held-out rows.
    """
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        parameters, lr=config.learning_rate, betas=(0.9, 0.98), weight_decay=config.weight_decay
    )
    step, spent = _resume(model, optimizer, out)
    rng = random.Random(config.seed + step)
    core = getattr(model, "base_model", model)
    core = core.model if config.adapter_rank else model
    started = saved = last = time.monotonic()
    tokens = 0
    losses: list[torch.Tensor] = []
    for batch in batches(examples, config, rng):
        elapsed = spent + time.monotonic() - started
        progress = max(step / config.steps, elapsed / 60 / config.minutes)
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = rate(config, progress, step)
        with torch.autocast(config.device, dtype=torch.bfloat16, enabled=config.bfloat16):
            loss = loss_of(core, batch, config.device)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        tokens += sum(len(example.ids) for example in batch)
        losses.append(loss.detach())
        if step % config.report_steps == 0:
            now = time.monotonic()
            done = max(step / config.steps, progress)
            report(step, torch.stack(losses).mean().item(), tokens / (now - last), done)
            tokens, losses, last = 0, [], now
        if time.monotonic() - saved > config.checkpoint_minutes * 60:
            _save(model, optimizer, step, elapsed, out)
            saved = time.monotonic()
    _save(model, optimizer, step, spent + time.monotonic() - started, out)
    if losses:
        speed = tokens / (time.monotonic() - last)
        report(step, torch.stack(losses).mean().item(), speed, 1.0)
    remaining = evaluate(core, held_out, config)
    print(f"held-out loss {remaining:.4f} after {step} steps", flush=True)
    return remaining


@torch.no_grad()
def evaluate(model: Any, examples: Sequence[Example], config: Config) -> float:
    """Return the mean loss over held-out rows."""
    losses = [
        loss_of(model, examples[i : i + 32], config.device).item()
        for i in range(0, len(examples), 32)
    ]
    return sum(losses) / max(len(losses), 1)


def _save(model: Any, optimizer: torch.optim.Optimizer, step: int, spent: float, out: Path) -> None:
    state = {
        "model": {k: v for k, v in model.named_parameters() if v.requires_grad},
        "optimizer": optimizer.state_dict(),
        "step": step,
        "spent": spent,
    }
    try:
        torch.save(state, out / "state.tmp")
        (out / "state.tmp").replace(out / "state.pt")
    finally:  # half a file on a full disk would keep it full
        (out / "state.tmp").unlink(missing_ok=True)


def _resume(model: Any, optimizer: torch.optim.Optimizer, out: Path) -> tuple[int, float]:
    path = out / "state.pt"
    if not path.exists():
        return 0, 0.0
    state = torch.load(path, weights_only=False)
    model.load_state_dict(state["model"], strict=False)
    optimizer.load_state_dict(state["optimizer"])
    print(f"going on from step {state['step']}", flush=True)
    return int(state["step"]), float(state["spent"])


def load_examples(
    rows: Path, tokenizer: Tokenizer, context: int, specialist: str | None
) -> list[Example]:
    """Read and encode rows; those longer than the context are left out."""
    texts = [
        record["text"]
        for record in map(json.loads, rows.read_text(encoding="utf-8").splitlines())
        if specialist in (None, record["specialist"])
    ]
    encoded = (encode(text, tokenizer) for text in texts)
    return [example for example in encoded if len(example.ids) <= context]


def main() -> None:
    """Run one config."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--rows", type=Path, required=True, help="folder with rows.jsonl")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", type=Path, help="base checkpoint, for an adapter")
    parser.add_argument("--specialist")
    args = parser.parse_args()
    config = Config.load(args.config)
    torch.manual_seed(config.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    examples = load_examples(args.rows / "rows.jsonl", tokenizer, config.context, args.specialist)
    random.Random(config.seed).shuffle(examples)
    held_out, examples = examples[:512], examples[512:]
    if config.adapter_rank:
        from peft import LoraConfig, get_peft_model

        base = GraniteForCausalLM.from_pretrained(args.base)
        targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
        lora = LoraConfig(
            r=config.adapter_rank,
            lora_alpha=config.adapter_alpha,
            target_modules=targets,
            task_type="CAUSAL_LM",
        )
        model: Any = get_peft_model(base, lora)
    else:
        model = GraniteForCausalLM(model_config(config))
    model.to(config.device)
    count = sum(p.numel() for p in model.parameters() if p.requires_grad)
    print(f"{count / 1e6:.2f} M trainable parameters, {len(examples)} rows", flush=True)
    train(model, examples, held_out, config, args.out)
    model.save_pretrained(args.out / "checkpoint")


if __name__ == "__main__":
    main()
