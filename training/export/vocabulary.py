"""Turns a byte-level BPE `tokenizer.json` into the tokenizer keys of a GGUF file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.export.checkpoint import ExportError, read_json

NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5  # llama.cpp's token types


@dataclass(frozen=True)
class Vocabulary:
    """Tokens in id order with their types, merges in rank order, and the pre-tokenizer's id."""

    tokens: tuple[str, ...]
    types: tuple[int, ...]
    merges: tuple[str, ...]
    pre: str

    def id_of(self, token: str) -> int | None:
        """Return the id of a token's text, or None."""
        return self.tokens.index(token) if token in self.tokens else None


def read_vocabulary(file: Path, size: int, pre: str | None = None) -> Vocabulary:
    """Read `tokenizer.json`; `size` is the number of rows of the embedding.

    Ids that the tokenizer does not use are filled with unused tokens. Without `pre` the
    pre-tokenizer's id is worked out from the file.

    Raises:
        ExportError: not a byte-level BPE, more tokens than rows, or a pre-tokenizer that
            llama.cpp does not have.
    """
    data = read_json(file)
    model = data.get("model", {})
    if model.get("type") != "BPE":
        raise ExportError(f"{file} holds a {model.get('type')} model; only byte-level BPE exports")
    if data.get("normalizer"):
        raise ExportError(f"{file} has a normalizer, which llama.cpp lacks; train without one")
    ids = {text: (number, NORMAL) for text, number in model["vocab"].items()}
    for added in data.get("added_tokens", ()):
        kind = CONTROL if added["special"] else USER_DEFINED
        ids[added["content"]] = (added["id"], kind)
    texts = [f"[unused{i}]" for i in range(size)]
    types = [UNUSED] * size
    for text, (number, kind) in ids.items():
        if number >= size:
            raise ExportError(
                f"token {text!r} has id {number}, the embedding has {size} rows; "
                "call resize_token_embeddings before saving"
            )
        texts[number], types[number] = text, kind
    merges = tuple(m if isinstance(m, str) else " ".join(m) for m in model["merges"])
    return Vocabulary(tuple(texts), tuple(types), merges, pre or _pre(data, file))


def _pre(data: dict[str, Any], file: Path) -> str:
    """Name llama.cpp's pre-tokenizer that splits as this file's does."""
    step = data.get("pre_tokenizer") or {}
    steps = step.get("pretokenizers", []) if step.get("type") == "Sequence" else [step]
    kinds = [s.get("type") for s in steps]
    plain = bool(steps) and steps[-1].get("use_regex", True) and not steps[-1]["add_prefix_space"]
    if kinds == ["ByteLevel"] and plain:
        return "gpt-2"
    if kinds == ["Digits", "ByteLevel"] and plain and steps[0].get("individual_digits"):
        return "smollm"
    raise ExportError(
        f"{file}: llama.cpp has no pre-tokenizer like {kinds}; use ByteLevel(add_prefix_space="
        "False), alone or after Digits(individual_digits=True), or name one with pre="
    )
