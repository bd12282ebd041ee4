"""How likely each recipe or tool is what a request means, by an encoder trained on all wordings.

The encoder reads a request whole, with the order of its words; each recipe and music tool has a
vector that was trained with it (`training.meaning`). Documents that came later, such as a person's
own recipes, have the mean vector of their wordings instead. See docs/decisions/meaning.md.
"""

from __future__ import annotations

import heapq
import math
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.bert import LONGEST, Bert
from runtime.int8 import shortened
from runtime.types import Document
from tools.knowledge import KnowledgeError
from tools.knowledge.text import in_plain_words, normalise, normalise_music, normalise_template

PATH = Path(__file__).parents[2] / "weights" / "meaning.npz"
WORDINGS = 6
"""Wordings of a document without a trained vector that are read for one."""
_KEPT = 256
"""Vectors of requests that are kept: a request is looked up several times as it is read."""
MEANT = 12
"""How many documents that are likely meant are weighed besides the near ones."""
PER_NAT = {"recipes": 0.01, "tools": 0.03}
"""How much nearer a document of a kind counts for each nat that it is likelier meant."""
LEAST = -12.0
"""How unlikely a document counts at most, in nats."""
Floats = npt.NDArray[np.float32]
Near = tuple[float, Document]


class Meanings:
    """Weighs documents by what a request means. Safe to share between threads."""

    def __init__(self, path: Path = PATH) -> None:
        """Load `path`, and the tokenizer beside it.

        Raises:
            KnowledgeError: a file is missing or broken.
        """
        from tokenizers import Tokenizer

        beside = path.with_suffix(".tokenizer.json")
        try:
            with np.load(path, allow_pickle=False) as stored:
                arrays: dict[str, npt.NDArray[Any]] = dict(stored)
            self._tokenizer = Tokenizer.from_file(str(beside))
            names, vectors = arrays.pop("names"), arrays.pop("vectors")
            self._sharpness = float(arrays.pop("sharpness"))
            self._bert = Bert(arrays)
        except Exception as error:  # tokenizers raises plain Exception
            raise KnowledgeError(
                f"{path} cannot be loaded ({error}); restore it and {beside.name} from the "
                "repository, or make them with python -m training.meaning"
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)
        self._rows = {str(name): row for name, row in zip(names, vectors, strict=True)}
        self._read: dict[str, Floats] = {}
        self._lock = threading.Lock()

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors of normalised texts, shape (n, width)."""
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._read]
            if len(self._read) + len(new) > _KEPT:
                self._read = {}
                new = list(dict.fromkeys(texts))
            if new:
                plain = [in_plain_words(text) for text in new]
                ids = [each.ids for each in self._tokenizer.encode_batch_fast(plain)]
                self._read |= dict(zip(new, self._bert.encode(ids), strict=True))
            return np.stack([self._read[text] for text in texts])

    def table(self, documents: Iterable[Document]) -> Table:
        """Return the vectors of the documents that act."""
        acting = [document for document in documents if document.acts]
        rows = [self._row(document) for document in acting]
        matrix = np.array(rows, np.int8).reshape(len(rows), self._bert.width)
        lengths = np.linalg.norm(matrix.astype(np.float32), axis=1)
        return Table(acting, matrix, (self._sharpness / lengths).astype(np.float32))

    def _row(self, document: Document) -> npt.NDArray[np.int8]:
        row = self._rows.get(document.id)
        if row is None:
            mean = self.vectors(_texts(document)).mean(axis=0)
            row = shortened("mean", mean)["mean"]
        return row


@dataclass(frozen=True)
class Table:
    """The vectors of some documents, as integers, and what each product with one counts."""

    documents: Sequence[Document]
    matrix: npt.NDArray[np.int8]
    sharpness: Floats

    def logits(self, vector: Floats) -> Floats:
        """Return one number a document; the vector is a request's, or a mean of some."""
        return np.asarray(self.sharpness * (self.matrix.astype(np.float32) @ vector), np.float32)


def likelihoods(tables: Sequence[Table], vector: Floats) -> dict[str, float]:
    """Return how likely each document is meant, in nats: the logarithm of its share of all."""
    logits = [table.logits(vector) for table in tables]
    if not any(map(len, logits)):
        return {}
    every = np.concatenate(logits)
    highest = float(every.max())
    total = highest + math.log(float(np.exp(every - highest).sum()))
    names = [document.id for table in tables for document in table.documents]
    return dict(zip(names, (every - total).tolist(), strict=True))


def weighed(
    found: Mapping[str, Near], tables: Sequence[Table], texts: Sequence[str], per_nat: float
) -> dict[str, Near]:
    """Return documents with what is likely meant counted in; the best is as near as before.

    `found` are the near ones by id, each with its nearness; those that are likely meant join
    them, as near as the farthest. Of several texts the mean is meant.
    """
    vector = shipped().vectors(texts).mean(axis=0)
    likely = likelihoods(tables, vector)
    if not found or not likely:
        return dict(found)
    documents = {d.id: d for table in tables for d in table.documents}
    farthest, nearest = (pick(near for near, _ in found.values()) for pick in (min, max))
    joining = heapq.nlargest(MEANT, likely, key=likely.__getitem__)
    whole = {name: (farthest, documents[name]) for name in joining} | dict(found)
    sums = {
        name: near + per_nat * max(likely.get(name, LEAST), LEAST)
        for name, (near, _) in whole.items()
    }
    best = max(sums.values())
    return {name: (nearest + sums[name] - best, document) for name, (_, document) in whole.items()}


@cache
def shipped() -> Meanings:
    """Return the shipped weights, loaded once.

    Raises:
        KnowledgeError: a file is missing or broken.
    """
    return Meanings()


def _texts(document: Document) -> list[str]:
    form = normalise_music if document.tool else normalise
    asks = [normalise_template(ask) for ask in document.wordings[:WORDINGS]]
    return [form(document.title), *asks]
