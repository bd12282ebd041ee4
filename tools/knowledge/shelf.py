"""One collection of documents: searched by meaning (Chroma) and by keywords (BM25), fused.

A document has one or more entries, texts that find it. Its similarity is the soft maximum of
its nearest entries' similarities: on the development requests that beat the plain maximum, the
mean, and the soft maximum of all, which is unfair to documents with many entries
(docs/decisions/retrieval.md).
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.embedder import Embedder
from runtime.types import Document
from tools.knowledge.meaning import Table, shipped
from tools.knowledge.text import keywords, kinds

SHARPNESS = 12.0
"""How near the soft maximum is to the maximum; 0 would be the mean."""
NEAREST = 6
"""Entries of a document that count."""
CANDIDATES = 300
"""Entries fetched from the vector index for a query."""
RECIPE_KEYWORDS = 0.05
PASSAGE_KEYWORDS = 0.5
"""Weights of keyword scores against vectors, chosen by benchmarks/retrieval.py."""
WEIGHTS = {
    "recipes": (RECIPE_KEYWORDS, 0.0),
    "passages": (PASSAGE_KEYWORDS, 0.0),
    "tools": (RECIPE_KEYWORDS, 0.1),
}
"""Of keywords and of the kinds of values, for each kind of document. Kinds tell music tools
apart; for recipes they were of no use, since a word and a path may mean the same slot."""
_HNSW = {"hnsw": {"space": "ip", "ef_search": CANDIDATES, "ef_construction": 100}}
_BATCH = 2_000
_KEYWORD_CANDIDATES = 50


class Shelf:
    """A collection opened for search. Its documents and keywords are held in memory."""

    def __init__(self, collection: Any, keyword_weight: float, kinds_weight: float = 0.0) -> None:
        """Open a collection of a Chroma client.

        An entry gains `kinds_weight` where the query names values of just its kinds, and a
        share of it where some are the same.
        """
        self._collection = collection
        self._weight = keyword_weight
        self._kinds_weight = kinds_weight
        self.documents: dict[str, Document] = {}
        self.origins: dict[str, str] = {}
        self._kinds: dict[str, Counter[str]] = {}
        texts = self._read()
        self._ids = list(texts)
        self._entries = {name: len(keys) for name, keys in texts.items()}
        self._keywords = _Keywords(list(texts.values()))

    @cached_property
    def table(self) -> Table:
        """The vectors by which `tools.knowledge.meaning` weighs the documents that act."""
        return shipped().table(self.documents.values())

    def _read(self) -> dict[str, list[str]]:
        """Take the documents from the collection; return their entries' texts."""
        texts: dict[str, list[str]] = defaultdict(list)
        for name, key, entry in _rows(self._collection):
            if self._kinds_weight:
                self._kinds[name] = kinds(key)
            texts[entry["document"]].append(key)
            if "json" in entry:
                self.documents[entry["document"]] = _document(entry)
                self.origins[entry["document"]] = entry["origin"]
        return texts

    def scores(self, vector: npt.NDArray[np.float32], query: str) -> dict[str, float]:
        """Return the fused score of each candidate document; higher is nearer.

        `vector` has shape (dimensions,). Cosines lie in -1..1 and keyword scores in 0..1.
        """
        if not self._ids:
            return {}
        near, floor = self._similarities(vector, kinds(query))
        found = {self._ids[i]: score for i, score in self._keywords.scores(query)}
        return {
            name: (1 - self._weight) * near.get(name, floor) + self._weight * found.get(name, 0.0)
            for name in near.keys() | found.keys()
        }

    def _similarities(
        self, vector: npt.NDArray[np.float32], named: Counter[str]
    ) -> tuple[dict[str, float], float]:
        count = min(CANDIDATES, sum(self._entries.values()))
        answer = self._collection.query(
            query_embeddings=[vector], n_results=count, include=["distances"]
        )
        found: dict[str, list[float]] = defaultdict(list)
        floor = 1.0
        for entry, distance in zip(answer["ids"][0], answer["distances"][0], strict=True):
            score = 1 - distance
            floor = min(floor, score)
            if self._kinds_weight:
                score += self._kinds_weight * _alike(named, self._kinds[entry])
            found[entry.rpartition("#")[0]].append(score)
        near = {name: self._soft_maximum(name, scores, floor) for name, scores in found.items()}
        return near, floor

    def _soft_maximum(self, name: str, scores: Sequence[float], floor: float) -> float:
        """Return the soft maximum of the nearest entries; `scores` are those that were fetched."""
        count = min(NEAREST, self._entries[name])
        # Entries that were not fetched are no nearer than the farthest that was.
        padded = [*sorted(scores, reverse=True), *[floor] * count][:count]
        return math.log(sum(math.exp(SHARPNESS * s) for s in padded) / count) / SHARPNESS


def _rows(collection: Any) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Yield the entries of a collection: id, text, metadata.

    They are read in parts: all at once would be the most memory that a server ever takes.
    """
    for start in range(0, collection.count(), _BATCH):
        part = collection.get(include=["metadatas", "documents"], limit=_BATCH, offset=start)
        yield from zip(part["ids"], part["documents"], part["metadatas"], strict=True)


def _document(entry: Mapping[str, str]) -> Document:
    wordings = tuple(json.loads(entry.get("wordings", "[]")))
    return Document(**json.loads(entry["json"]), wordings=wordings)


def _alike(these: Counter[str], those: Counter[str]) -> float:
    """Return the share of values that two texts have in common; 1 where neither has any."""
    most = max(these.total(), those.total())
    return (these & those).total() / most if most else 1.0


class _Keywords:
    """BM25 over the documents' texts, scaled to the share of the query that a document covers."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        import bm25s

        words = [[word for key in keys for word in keywords(key)] for keys in texts]
        self._seen = Counter(word for document in words for word in set(document))
        self._count = len(texts)
        self._index = bm25s.BM25(k1=1.2, b=0.75)
        if self._seen:
            self._index.index(words, show_progress=False)

    def scores(self, query: str) -> Iterator[tuple[int, float]]:
        """Yield (number, score in 0..1) of the nearest documents that share a word."""
        words = keywords(query)
        known = [word for word in words if word in self._seen]
        if not known:
            return
        most = sum(self._weight(word) for word in words)
        found = self._index.get_scores(known)
        for number in np.argsort(-found)[:_KEYWORD_CANDIDATES]:
            if found[number] > 0:
                yield int(number), min(1.0, float(found[number]) / most)

    def _weight(self, word: str) -> float:
        """Return the word's inverse document frequency: what BM25 gives it at most."""
        seen = self._seen[word]
        return math.log(1 + (self._count - seen + 0.5) / (seen + 0.5))


def open_collection(client: Any, name: str) -> Any:
    """Return a collection of a Chroma client, made when missing. Vectors are always given."""
    return client.get_or_create_collection(name, embedding_function=None, configuration=_HNSW)


def put(
    collection: Any,
    embedder: Embedder,
    documents: Iterable[tuple[Document, Sequence[str], str]],
) -> int:
    """Add documents, each with the texts that find it and its origin; return how many.

    Their ids must not be in the collection yet.
    """
    ids: list[str] = []
    keys: list[str] = []
    metadata: list[dict[str, str]] = []
    count = 0
    for document, texts, origin in documents:
        count += 1
        for number, key in enumerate(dict.fromkeys(texts)):
            ids.append(f"{document.id}#{number}")
            keys.append(key)
            metadata.append({"document": document.id, "origin": origin})
            if number == 0:
                data = asdict(document)
                del data["bindings"]  # those are of a request
                metadata[-1]["wordings"] = json.dumps(data.pop("wordings"), ensure_ascii=False)
                metadata[-1]["json"] = json.dumps(data, ensure_ascii=False)
    for start in range(0, len(ids), _BATCH):
        part = slice(start, start + _BATCH)
        collection.add(
            ids=ids[part],
            embeddings=embedder.encode(keys[part]),
            documents=keys[part],
            metadatas=metadata[part],
        )
    return count
