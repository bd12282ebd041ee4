"""Trains the embedder that Mica ships: a table of token vectors, from pairs that mean the same.

    python -m training.embedder --out weights [--data FOLDER] [--hold-out 0.2] [--steps 1500]

The tokenizer, and the encoder beside the table, come from `python -m training.distil`.

Pairs come from the recipes (a request and another wording or the title of its recipe), from
what people say after a request (behind the title of the recipe before, as it is searched),
from the wordings of the music tools, from the notes (a question and the note's title, text or
another question) and, where `--data` names a folder with `tldr/` and `nl2bash/`, from their
descriptions and commands. `--hold-out` leaves
that part of the wordings out, to measure with `benchmarks/retrieval.py`; the shipped
file is trained on all of them.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
import re
import string
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from runtime.yaml_files import read_yaml
from tools.knowledge.recipes import ROOT, load_notes, load_recipes
from tools.knowledge.text import normalise, normalise_music, normalise_template
from tools.knowledge.tool_asks import Wording, load_wordings, tool_documents
from training import noise, piles

VOCABULARY = 12_000
DIMENSIONS = 192
BATCH = 512
FILLED = 6
DROPPED = 0.15
FOLLOWING = 0.2
"""The share of a recipe's pairs that are what people say after another request."""
SHARE = 0.7
"""What the table counts against the encoder; chosen on the development set."""
SOURCES = {
    "tldr": "tldr pages (descriptions and commands), CC BY 4.0, the tldr pages contributors",
    "nl2bash": "NL2Bash (descriptions and commands), MIT, X. V. Lin and others, 2018",
}
Pair = tuple[str, str]


def held_out(identifier: str, ask: str, part: float) -> bool:
    """Say whether a wording belongs to the held-out part; the same for every seed and run."""
    digest = hashlib.sha256(f"{identifier}\n{ask}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 < part


def fill(recipe: Mapping[str, Any], ask: str, rng: random.Random, *, noisy: bool = True) -> str:
    """Return a wording as a person would type it, with random values in its slots."""
    names = [name for _, name, _, _ in string.Formatter().parse(ask) if name]
    slots = recipe.get("slots") or {}
    values = {name: piles.draw(name, str(slots.get(name, "")), rng).text for name in names}
    return (noise.disturb(ask, rng) if noisy else ask).format(**values)


def _before() -> dict[str, list[str]]:
    """Return what people say to reach a recipe, behind each title it is said after."""
    titles = {recipe["id"]: str(recipe["title"]) for recipe in load_recipes()}
    found: dict[str, list[str]] = defaultdict(list)
    folder = ROOT / "training" / "data" / "sysadmin"
    for row in read_yaml(folder / "followups.yaml"):
        for before in row["from"]:
            found[row["to"]] += [f"{titles[before]}, {said}" for said in row["says"]]
    changes = read_yaml(folder / "changes.yaml")
    for recipe in load_recipes():
        says = [said for slot in recipe.get("slots") or () for said in changes.get(slot, ())]
        found[recipe["id"]] += [f"{recipe['title']}, {said}" for said in says]
    return found


def _music_follow_ups(wordings: Sequence[Wording], rng: random.Random) -> dict[str, list[str]]:
    """Return what people say to reach a tool, behind the name of each tool it is said after."""
    piles: dict[str, dict[str, Sequence[Any]]] = defaultdict(dict)
    for wording in wordings:
        piles[wording.tool].update(wording.values)
    found: dict[str, list[str]] = defaultdict(list)
    path = ROOT / "training" / "data" / "composer" / "followups.yaml"
    for row in read_yaml(path):
        values = piles[row["to"]] | (row.get("values") or {})
        for before, said in itertools.product(row["from"], map(str, row["says"])):
            slots = [name for _, name, _, _ in string.Formatter().parse(said) if name]
            text = said.format(**{slot: str(rng.choice(values[slot])) for slot in slots})
            found[row["to"]].append(normalise_music(f"{before.replace('_', ' ')}, {text}"))
    return found


class OwnPairs:
    """Pairs from recipes, tools and notes, one for each of them in each round."""

    def __init__(self, hold_out: float, rng: random.Random) -> None:
        self._rng = rng
        self._recipes = []
        before = _before()
        for recipe in load_recipes():
            asks = [str(a) for a in recipe["asks"] if not held_out(recipe["id"], str(a), hold_out)]
            typed = [[normalise(fill(recipe, a, rng)) for _ in range(FILLED)] for a in asks]
            said = [normalise(fill(recipe, text, rng)) for text in before[recipe["id"]]]
            templates = [normalise_template(ask) for ask in asks]
            about = [normalise(recipe["title"]), normalise_template(recipe["phrase"])]
            self._recipes.append((typed, templates, about, said))
        wordings = load_wordings()
        said_after = _music_follow_ups(wordings, rng)
        self._tools = []
        for document, entries in tool_documents(wordings):
            keys = [e.key for e in entries if not held_out(document.id, e.key, hold_out)]
            self._tools.append((keys, said_after[str(document.tool)]))
        self._notes = []
        for note in [*load_notes("sysadmin"), *load_notes("composer")]:
            asks = [str(a) for a in note["asks"] if not held_out(note["id"], str(a), hold_out)]
            self._notes.append((asks, [note["title"], note["text"]]))

    def round(self) -> list[Pair]:
        """Return one pair for each recipe, tool and note, shuffled."""
        pairs = [self._recipe_pair(*texts) for texts in self._recipes if texts[0]]
        pairs += [self._tool_pair(*texts) for texts in self._tools]
        pairs += [self._note_pair(*texts) for texts in self._notes if texts[0]]
        self._rng.shuffle(pairs)
        return pairs

    def _recipe_pair(
        self,
        typed: Sequence[Sequence[str]],
        templates: Sequence[str],
        about: Sequence[str],
        said: Sequence[str],
    ) -> Pair:
        rng = self._rng
        if said and rng.random() < FOLLOWING:
            return self._drop_words(rng.choice(said)), rng.choice([*templates, *about])
        chosen = rng.randrange(len(typed))
        others = [text for n, text in enumerate(templates) if n != chosen]
        request = self._drop_words(rng.choice(typed[chosen]))
        return request, rng.choice(others if others and rng.random() < 0.7 else about)

    def _tool_pair(self, keys: Sequence[str], said: Sequence[str]) -> Pair:
        rng = self._rng
        if said and rng.random() < FOLLOWING:
            return self._drop_words(rng.choice(said)), rng.choice(keys)
        one, other = rng.sample(range(len(keys)), 2)
        return self._drop_words(noise.disturb(keys[one], rng)), keys[other]

    def _drop_words(self, text: str) -> str:
        """Leave words out at random, so that no single word carries a meaning alone."""
        kept = [word for word in text.split() if self._rng.random() >= DROPPED]
        return " ".join(kept) or text

    def _note_pair(self, asks: Sequence[str], about: Sequence[str]) -> Pair:
        rng = self._rng
        ask = rng.choice(asks)
        others = [other for other in asks if other != ask]
        target = rng.choice(others if others and rng.random() < 0.5 else about)
        return noise.disturb(ask, rng).lower(), target.lower()

    def texts(self, rounds: int) -> Iterator[str]:
        """Yield texts for the tokenizer."""
        for _ in range(rounds):
            for pair in self.round():
                yield from pair


def outside_pairs(folder: Path | None) -> list[tuple[str, Pair]]:
    """Read tldr and nl2bash; each pair with the group of which a batch takes one."""
    if folder is None:
        return []
    found: list[tuple[str, Pair]] = []
    for row in _rows(folder / "tldr" / "pairs_clean.jsonl"):
        command = re.sub(r"\{\{(?:\[([^|\]]*)\|?[^\]]*\]|([^}]*))\}\}", r"\1\2", row["cmd"])
        request, page = row["nl"].lower().replace("`", ""), row["page"]
        found.append((page, (request, command.lower())))
        found.append((page, (request, f"{page}: {row['page_desc']}".lower().replace("`", ""))))
    for row in _rows(folder / "nl2bash" / "pairs_clean.jsonl"):
        found.append((row["nl"], (normalise(row["nl"]), row["cmd"].lower())))
    return found


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def train_tokenizer(texts: Iterator[str]) -> Tokenizer:
    """Return a tokenizer for lower-cased text that marks where words start.

    It is BPE: the library's WordPiece trainer gives another vocabulary at each run.
    """
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        min_frequency=2,
        special_tokens=["[UNK]", "[PAD]"],
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def batches(
    own: OwnPairs, outside: Sequence[tuple[str, Pair]], steps: int, rng: random.Random
) -> Iterator[list[Pair]]:
    """Yield batches: two of recipes and notes, then one from outside; no group twice in one."""
    for step in range(steps):
        if outside and step % 3 == 2:
            chosen = dict(rng.sample(outside, BATCH))
            yield list(chosen.values())
        else:
            yield own.round()


def train(
    tokenizer: Tokenizer,
    draw: Callable[[], Iterator[list[Pair]]],
    steps: int,
    seed: int,
    rate: float = 0.02,
) -> np.ndarray[Any, Any]:
    """Return the trained matrix, shape (vocabulary, dimensions), float32."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    torch.manual_seed(seed)
    torch.set_num_threads(1)  # sums in one order, so that runs repeat exactly
    torch.use_deterministic_algorithms(True)
    table = StaticEmbedding(tokenizer, embedding_dim=DIMENSIONS)
    model = SentenceTransformer(modules=[table], device="cpu")
    loss = MultipleNegativesRankingLoss(model)
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=steps, pct_start=0.1
    )
    started, mean = time.perf_counter(), 0.0
    for step, batch in enumerate(draw()):
        features = [model.preprocess([pair[side] for pair in batch]) for side in (0, 1)]
        value = loss(features, torch.arange(len(batch)))
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        schedule.step()
        mean += (value.item() - mean) / min(step + 1, 100)
        if (step + 1) % 200 == 0:
            print(
                f"step {step + 1} loss {mean:.3f} {time.perf_counter() - started:.0f} s", flush=True
            )
    return table.embedding.weight.detach().numpy()


def all_texts(own: OwnPairs, outside: Sequence[tuple[str, Pair]], seed: int) -> list[str]:
    """Return every kind of text that the embedder may meet, normalised, without repeats."""
    from training import router  # it needs scikit-learn, which serving never installs

    texts = set(own.texts(3)) | {request for _, (request, _) in outside}
    examples = router.examples(router.ROOT, random.Random(seed))
    texts |= {normalise(example.text) for example in examples}
    return sorted(text[:200] for text in texts if text.strip() and len(text) < 400)


def main() -> None:
    """Train and save; print the losses and the sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder with the tokenizer")
    parser.add_argument("--data", type=Path, help="folder with tldr/ and nl2bash/")
    parser.add_argument("--hold-out", type=float, default=0.0)
    parser.add_argument("--steps", type=int, default=1_500)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    own = OwnPairs(args.hold_out, rng)
    outside = outside_pairs(args.data)
    tokenizer = Tokenizer.from_file(str(args.out / "embedder.tokenizer.json"))
    matrix = train(tokenizer, lambda: batches(own, outside, args.steps, rng), args.steps, args.seed)
    path = args.out / "embedder.npz"
    np.savez_compressed(path, vectors=matrix.astype(np.float16), share=np.float32(SHARE))
    print(f"{path.name} {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
