"""Trains the encoder that tells which recipe or music tool a request means.

    python -m training.meaning --start FOLDER --out weights [--minutes 60] [--hold-out 0.03]

`--start` is a folder with all-MiniLM-L6-v2, whose layers are trained on; its table of tokens stays
as it is, so that words which no wording has keep their meaning. Each recipe and each tool is a
class with a vector of its own: the loss is the cross-entropy of a wording, filled with random
values, over the classes of its kind, by cosines (Wang et al., 2018, without a margin).
`--hold-out` is the share of the wordings that it is measured by and never trained on.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional
from transformers import BertModel

from runtime.bert import LONGEST
from runtime.int8 import shortened
from tools.knowledge.recipes import load_recipes
from tools.knowledge.text import in_plain_words, normalise, normalise_music, normalise_template
from tools.knowledge.tool_asks import load_wordings
from training import noise
from training.embedder import fill, held_out

BATCH = 64
POOL = 32
"""Batches that are drawn at a time and sorted by length, so that little is padded."""
RATE, CLASS_RATE = 1e-4, 2e-3
SHARPNESS = 20.0
"""What cosines are multiplied by, at first."""
WARM = 100
FILLED = 4
FIRST = 5
"""Texts of a class whose mean vector it starts from."""
LAYER_PARTS = {
    "joined": "attention.output.dense",
    "up": "intermediate.dense",
    "down": "output.dense",
    "first": "attention.output.LayerNorm",
    "second": "output.LayerNorm",
}
"""The names of `runtime.bert`, and those of transformers."""


@dataclass(frozen=True)
class Wording:
    """A way to ask for a class, filled with values several times."""

    number: int
    texts: tuple[str, ...]
    held: bool = False


def of_recipes(hold_out: float, rng: random.Random) -> Iterator[tuple[str, list[Wording]]]:
    """Yield each recipe's id and its wordings; their numbers are set later."""
    for recipe in load_recipes():
        name = str(recipe["id"])
        found = [Wording(0, (normalise(str(recipe["title"])),))]
        found.append(Wording(0, (normalise_template(str(recipe["phrase"])),)))
        for ask in map(str, recipe["asks"]):
            typed = [fill(recipe, ask, rng, noisy=n > 0) for n in range(FILLED)]
            texts = tuple(dict.fromkeys(map(normalise, typed)))
            found.append(Wording(0, texts, held_out(name, ask, hold_out)))
        yield name, found


def of_tools(hold_out: float, rng: random.Random) -> Iterator[tuple[str, list[Wording]]]:
    """Yield each music tool's document and its wordings."""
    tools: dict[str, list[Wording]] = {}
    for each in load_wordings():
        found = tools.setdefault(each.tool, [Wording(0, (each.tool.replace("_", " "),))])
        typed = []
        for number in range(FILLED):
            values = {slot: str(rng.choice(each.values[slot])) for slot in each.slots}
            ask = noise.disturb(each.ask, rng) if number else each.ask
            typed.append(normalise_music(ask.format(**values)))
        found.append(
            Wording(0, tuple(dict.fromkeys(typed)), held_out(each.tool, each.ask, hold_out))
        )
    yield from ((f"tool.{name}", found) for name, found in tools.items())


class Reader(nn.Module):
    """The encoder, and a vector for each class."""

    def __init__(self, start: Path, classes: int) -> None:
        super().__init__()
        self.bert: Any = BertModel.from_pretrained(start, add_pooling_layer=False)
        for parameter in self.bert.embeddings.parameters():
            parameter.requires_grad = False
        self.tokenizer = Tokenizer.from_file(str(start / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(LONGEST)
        self.classes = nn.Parameter(torch.zeros(classes, self.bert.config.hidden_size))
        self.log_sharpness = nn.Parameter(torch.tensor(math.log(SHARPNESS)))

    def read(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the texts' tokens."""
        found = self.tokenizer.encode_batch_fast([in_plain_words(text) for text in texts])
        return [each.ids for each in found]

    def encode(self, batch: Sequence[Sequence[int]]) -> torch.Tensor:
        """Return unit vectors, (n, width)."""
        longest = max(map(len, batch))
        ids = torch.zeros(len(batch), longest, dtype=torch.long)
        present = torch.zeros(len(batch), longest, dtype=torch.long)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            present[row, : len(tokens)] = 1
        hidden = self.bert(input_ids=ids, attention_mask=present).last_hidden_state
        share = present[..., None].float()
        return functional.normalize((hidden * share).sum(1) / share.sum(1), dim=-1)

    @torch.no_grad()
    def encode_all(self, texts: Sequence[str]) -> torch.Tensor:
        """Return the vectors of many texts."""
        ids = self.read(texts)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        out = torch.zeros(len(ids), self.classes.shape[1])
        for start in range(0, len(order), 2 * BATCH):
            chosen = order[start : start + 2 * BATCH]
            out[chosen] = self.encode([ids[i] for i in chosen])
        return out

    def logits(self, vectors: torch.Tensor) -> torch.Tensor:
        """Return (n, classes)."""
        cosines = vectors @ functional.normalize(self.classes, dim=-1).T
        return cosines * self.log_sharpness.exp()


def begin(reader: Reader, wordings: Sequence[Wording]) -> None:
    """Set each class's vector to the mean of its first texts'."""
    seen: dict[int, int] = {}
    chosen = []
    for each in wordings:
        if not each.held and seen.get(each.number, 0) < FIRST:
            seen[each.number] = seen.get(each.number, 0) + 1
            chosen.append(each)
    vectors = reader.encode_all([each.texts[0] for each in chosen])
    reader.classes.data.index_add_(0, torch.tensor([each.number for each in chosen]), vectors)


def batches(
    reader: Reader, wordings: Sequence[Wording], rng: random.Random
) -> Iterator[tuple[list[list[int]], torch.Tensor]]:
    """Yield tokens and classes without end, each wording once a round."""
    while True:
        order = rng.sample(wordings, len(wordings))
        for start in range(0, len(order), BATCH * POOL):
            pool = order[start : start + BATCH * POOL]
            ids = reader.read([rng.choice(each.texts) for each in pool])
            by_length = sorted(range(len(pool)), key=lambda i: len(ids[i]))
            cut = [by_length[n : n + BATCH] for n in range(0, len(pool), BATCH)]
            for chosen in rng.sample(cut, len(cut)):
                numbers = torch.tensor([pool[i].number for i in chosen])
                yield [ids[i] for i in chosen], numbers


def train(reader: Reader, wordings: Sequence[Wording], tools: int, minutes: float) -> None:
    """Train for some minutes; classes from `tools` on are music tools."""
    rng = random.Random(1)
    apart = torch.zeros(2, len(reader.classes))
    apart[0, tools:] = apart[1, :tools] = -1e4
    encoder = [p for p in reader.bert.parameters() if p.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": encoder, "lr": RATE, "weight_decay": 0.01},
        {"params": [reader.classes], "lr": CLASS_RATE, "weight_decay": 0.0},
        {"params": [reader.log_sharpness], "lr": CLASS_RATE / 2, "weight_decay": 0.0},
    ]
    rates = [group["lr"] for group in groups]
    reader.bert.train()
    optimiser, started, mean = torch.optim.AdamW(groups), time.perf_counter(), 0.0
    for step, (ids, numbers) in enumerate(batches(reader, wordings, rng)):
        done = (time.perf_counter() - started) / (60 * minutes)
        if done >= 1:
            reader.bert.eval()
            print(f"{step} steps, loss {mean:.3f}", flush=True)
            return
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * min(1.0, (step + 1) / WARM) * max(0.02, 1 - done)
        logits = reader.logits(reader.encode(ids)) + apart[(numbers >= tools).long()]
        loss = functional.cross_entropy(logits, numbers)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(encoder, 1.0)
        optimiser.step()
        mean += (loss.item() - mean) / min(step + 1, 100)
        if (step + 1) % 400 == 0:
            print(f"step {step + 1} loss {mean:.3f} {60 * done * minutes:.0f} s", flush=True)


def first_of(reader: Reader, held: Sequence[Wording], most: int) -> str:
    """Return for how many held-out wordings their class is first, among three, among twelve."""
    with torch.no_grad():
        logits = reader.logits(reader.encode_all([each.texts[0] for each in held]))[:, :most]
    own = logits[range(len(held)), [each.number for each in held]]
    ranks = (logits > own[:, None]).sum(1)
    shares = [(ranks < count).float().mean().item() for count in (1, 3, 12)]
    return f"{len(held)}: " + ", ".join(f"{share:.3f}" for share in shares)


def saved(reader: Reader, names: Sequence[str], out: Path) -> Path:
    """Write the weights and the tokenizer, without the tokens that no English text has."""
    described = json.loads(reader.tokenizer.to_str())
    vocabulary = described["model"]["vocab"]
    kept = [t for t in vocabulary if t.isascii() and not t.startswith("[unused")]
    described["model"]["vocab"] = {token: number for number, token in enumerate(kept)}
    for each in described["post_processor"]["special_tokens"].values():
        each["ids"] = [kept.index(token) for token in each["tokens"]]
    for each in described["added_tokens"]:
        each["id"] = kept.index(each["content"])
    with torch.no_grad():
        classes = functional.normalize(reader.classes, dim=-1).numpy()
    arrays = encoder_arrays(reader.bert, [vocabulary[token] for token in kept]) | {
        "vectors": shortened("vectors", classes)["vectors"],  # their lengths do not matter
        "names": np.array(names),
        "sharpness": np.float32(reader.log_sharpness.exp().item()),
    }
    out.mkdir(parents=True, exist_ok=True)
    path = out / "meaning.npz"
    np.savez_compressed(path, **arrays)
    (out / "meaning.tokenizer.json").write_text(json.dumps(described), encoding="utf-8")
    return path


def encoder_arrays(bert: Any, tokens: Sequence[int]) -> dict[str, Any]:
    """Return the weights of a transformers model as `runtime.bert.Bert` takes them.

    `tokens` are those whose vectors are kept, in the order of their new numbers.
    """
    state = {name: tensor.numpy() for name, tensor in bert.state_dict().items()}
    arrays: dict[str, Any] = {"heads": np.int64(bert.config.num_attention_heads)}
    arrays |= shortened("tokens", state["embeddings.word_embeddings.weight"][list(tokens)])
    positions = state["embeddings.position_embeddings.weight"][:LONGEST]
    arrays["positions"] = positions + state["embeddings.token_type_embeddings.weight"][0]
    for part in ("weight", "bias"):
        arrays[f"start.{part}"] = state[f"embeddings.LayerNorm.{part}"]
    for layer in range(bert.config.num_hidden_layers):
        arrays |= _layer(state, layer)
    return arrays


def _layer(state: dict[str, Any], layer: int) -> dict[str, Any]:
    here = f"encoder.layer.{layer}."
    own = [f"{here}attention.self.{part}" for part in ("query", "key", "value")]
    arrays = shortened(f"{layer}.qkv.weight", np.concatenate([state[f"{o}.weight"] for o in own]))
    arrays[f"{layer}.qkv.bias"] = np.concatenate([state[f"{o}.bias"] for o in own])
    for name, theirs in LAYER_PARTS.items():
        weight = state[f"{here}{theirs}.weight"]
        whole = f"{layer}.{name}.weight"
        arrays |= shortened(whole, weight) if weight.ndim == 2 else {whole: weight}
        arrays[f"{layer}.{name}.bias"] = state[f"{here}{theirs}.bias"]
    return arrays


def main() -> None:
    """Train and save; print what held-out wordings find."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--start", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--hold-out", type=float, default=0.03)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    recipes = list(of_recipes(args.hold_out, rng))
    named = [*recipes, *of_tools(args.hold_out, rng)]
    every = [
        Wording(number, each.texts, each.held)
        for number, (_, found) in enumerate(named)
        for each in found
    ]
    reader = Reader(args.start, len(named))
    begin(reader, every)
    train(reader, [each for each in every if not each.held], len(recipes), args.minutes)
    held = [each for each in every if each.held and each.number < len(recipes)]
    print(f"held out, right first, among 3, among 12 of {first_of(reader, held, len(recipes))}")
    path = saved(reader, [name for name, _ in named], args.out)
    print(f"{path.name} {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
