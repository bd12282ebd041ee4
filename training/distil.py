"""Teaches a small encoder what English words mean: it learns the vectors of a larger model.

    python -m training.distil --out weights --teacher FOLDER [--data FOLDER] [--steps 2200]

The teacher is a sentence-transformers model; it gives vectors for requests of our own, for public
descriptions of commands, and for both with words replaced at random, so that the student meets
words that nobody wrote down. Only the student is shipped (`runtime.encoder` runs it).
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from runtime.encoder import HEADS, LONGEST
from runtime.int8 import shortened
from tools.knowledge.text import in_plain_words
from training.embedder import OwnPairs, all_texts, outside_pairs, train_tokenizer

WIDTH = 256
LAYERS = 2
DIMENSIONS = 256
BATCH = 256
RATE = 1.5e-3
SHARPNESS = 20.0
VARIED = 100_000
Vectors = np.ndarray[Any, Any]


def vary(texts: Sequence[str], words: Sequence[str], count: int, rng: random.Random) -> list[str]:
    """Return `count` texts with one to three words replaced, added or left out."""
    found: set[str] = set()
    common = [word for text in texts for word in text.split() if word.isalpha()]
    while len(found) < count:
        varied = rng.choice(texts).split()
        for _ in range(rng.choice((1, 1, 2, 3))):
            place, kind = rng.randrange(len(varied)), rng.random()
            if kind < 0.45:
                varied[place] = rng.choice(words)
            elif kind < 0.8:
                varied[place] = rng.choice(common)
            elif kind < 0.9 and len(varied) > 3:
                varied.pop(place)
            else:
                varied.insert(place, rng.choice(common))
        found.add(" ".join(varied))
    return sorted(found)


class Teacher:
    """A sentence-transformers model in a folder."""

    def __init__(self, folder: str) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(folder, device="cpu")
        self._model.max_seq_length = 64

    def words(self, most: int = 16_000) -> list[str]:
        """Return the plain words among the first `most` entries of the vocabulary."""
        vocabulary: Mapping[str, int] = self._model.tokenizer.get_vocab()
        return sorted(
            word
            for word, number in vocabulary.items()
            if number < most and word.isascii() and word.isalpha() and 3 <= len(word) <= 12
        )

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, (n, `DIMENSIONS`): the teacher's, on their main axes."""
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            found = self._model.encode(
                [in_plain_words(text) for text in texts], batch_size=256, normalize_embeddings=True
            )
        whole = np.asarray(found, np.float32)
        axes = np.linalg.svd(whole[::5], full_matrices=False)[2][:DIMENSIONS]
        kept = whole @ axes.T
        return np.asarray(kept / np.linalg.norm(kept, axis=1, keepdims=True), np.float32)


class Layer(nn.Module):
    """A pre-norm transformer layer."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.joined = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, hidden: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
        """Map (batch, length, width) to the same shape."""
        batch, length, _ = hidden.shape
        mixed = self.qkv(self.first(hidden)).view(batch, length, 3, HEADS, WIDTH // HEADS)
        query, key, value = mixed.permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=present[:, None, None, :]
        )
        hidden = hidden + self.joined(attended.transpose(1, 2).reshape(batch, length, WIDTH))
        inner = functional.gelu(self.up(self.second(hidden)), approximate="tanh")
        return hidden + self.down(inner)


class Student(nn.Module):
    """The encoder that `runtime.encoder` runs in numpy."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.tokens = nn.Parameter(torch.randn(vocabulary, WIDTH) * 0.05)
        self.positions = nn.Parameter(torch.randn(LONGEST, WIDTH) * 0.02)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm, self.out = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, DIMENSIONS)

    def forward(self, batch: Sequence[Sequence[int]]) -> torch.Tensor:
        """Return unit vectors, (n, `DIMENSIONS`)."""
        longest = max(map(len, batch))
        ids = torch.zeros(len(batch), longest, dtype=torch.long)
        present = torch.zeros(len(batch), longest, dtype=torch.bool)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            present[row, : len(tokens)] = True
        hidden = self.tokens[ids] + self.positions[:longest]
        for layer in self.layers:
            hidden = layer(hidden, present)
        hidden = self.norm(hidden) * present[..., None]
        mean = hidden.sum(1) / present.sum(1, keepdim=True)
        return functional.normalize(self.out(mean).float(), dim=1)

    def arrays(self) -> dict[str, Vectors]:
        """Return the weights by the names that `runtime.encoder.Encoder` reads."""
        arrays: dict[str, Vectors] = {}
        for name, tensor in self.state_dict().items():
            short, array = name.removeprefix("layers."), tensor.detach().numpy()
            arrays |= shortened(short, array) if array.ndim == 2 else {short: array}
        return arrays


def distil(
    ids: Sequence[Sequence[int]], targets: Vectors, vocabulary: int, steps: int, seed: int
) -> Student:
    """Return a student whose vectors are near `targets`, (n, `DIMENSIONS`), for `ids`.

    The loss is the distance in angle, and that a text's own target be its nearest in the batch.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    student, rng = Student(vocabulary), np.random.default_rng(seed)
    lengths = np.array([len(tokens) for tokens in ids])
    optimiser = torch.optim.AdamW(student.parameters(), RATE, betas=(0.9, 0.98))
    started = time.perf_counter()
    for step in range(steps):
        if step % 8 == 0:  # batches of texts of nearly the same length waste no padding
            pool = rng.integers(0, len(ids), BATCH * 8)
            pool = pool[np.argsort(lengths[pool], kind="stable")]
        chosen = np.unique(pool[step % 8 * BATCH :][:BATCH])
        rate = RATE * min(1, (step + 1) / 200) * (0.51 + 0.49 * math.cos(math.pi * step / steps))
        for group in optimiser.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16):
            vectors = student([ids[i][:LONGEST] for i in chosen])
        wanted = torch.tensor(targets[chosen])
        distance = (1 - (vectors * wanted).sum(1)).mean()
        others = functional.cross_entropy(vectors @ wanted.T * SHARPNESS, torch.arange(len(chosen)))
        optimiser.zero_grad()
        (3 * distance + others).backward()
        nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimiser.step()
        if (step + 1) % 200 == 0:
            seconds = time.perf_counter() - started
            print(f"step {step + 1} cosine {1 - distance:.3f} {seconds:.0f} s", flush=True)
    return student


def main() -> None:
    """Make the tokenizer and the encoder; print how near the student comes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--teacher", required=True, help="folder of a sentence-transformers model")
    parser.add_argument("--data", type=Path, help="folder with tldr/ and nl2bash/")
    parser.add_argument("--steps", type=int, default=2_200)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    own = OwnPairs(0.0, random.Random(args.seed))
    outside = outside_pairs(args.data)
    texts = all_texts(own, outside, args.seed)
    commands = [command for _, (_, command) in outside]
    teacher = Teacher(args.teacher)
    tokenizer = train_tokenizer(iter([*own.texts(20), *texts, *commands]))
    every = [*texts, *vary(texts, teacher.words(), VARIED, random.Random(args.seed))]
    print(f"the teacher gives {len(every)} vectors", flush=True)
    targets = teacher.vectors(every)
    ids = [encoding.ids for encoding in tokenizer.encode_batch(every)]
    student = distil(ids, targets, tokenizer.get_vocab_size(), args.steps, args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(args.out / "embedder.tokenizer.json"), pretty=False)
    path = args.out / "encoder.npz"
    # The type checker takes the names of arrays for options of the function.
    np.savez_compressed(path, **student.arrays())  # type: ignore[arg-type]
    print(f"{path.name} {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
