"""Trains the tokenizer: byte-level BPE, digits one by one, slot tokens and control tokens.

The splitting rules are those that llama.cpp calls `refact`, which Granite 3 uses as well.

    python -m training.tokenizer --rows DIR --out DIR [--size 4096]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from runtime.formats import mica
from runtime.values import tokens as slot_tokens

PRE = "refact"
CONTROL = (mica.END, mica.START, mica.MIDDLE, "<|pad|>", mica.CALL, mica.CALL_END)


def train(texts: Iterable[str], size: int, out: Path) -> Tokenizer:
    """Train on `texts` up to `size` tokens and write `tokenizer.json` to `out`.

    Raises:
        ValueError: `size` leaves no room for merges beside 256 bytes and the control tokens.
    """
    special = [*CONTROL, *slot_tokens()]
    if size < 256 + len(special) + 100:
        raise ValueError(f"a vocabulary of {size} leaves no room for merges")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in special],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(out / "tokenizer.json"))
    return tokenizer


def main() -> None:
    """Train on the rows in a folder and print the mean length of a row, in tokens."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, required=True, help="folder with rows.jsonl")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=4096)
    args = parser.parse_args()
    lines = (args.rows / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    tokenizer = train(texts, args.size, args.out)
    lengths = [len(tokenizer.encode(text).ids) for text in texts[:: max(1, len(texts) // 2000)]]
    print(f"{tokenizer.get_vocab_size()} tokens; a row has {sum(lengths) / len(lengths):.0f}")


if __name__ == "__main__":
    main()
