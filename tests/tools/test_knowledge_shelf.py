"""A shelf reads its collection in parts, and holds all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.embedder import MicaEmbedder
from runtime.types import Document
from tools.knowledge import shelf
from tools.knowledge.memory import give_back
from tools.knowledge.store import open_chroma

TITLES = ("list a folder", "size of a file", "free memory", "sort a file", "delete a folder")


@pytest.mark.parametrize("batch", [2, 5, 100])
def test_what_is_read_in_parts_is_all_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
):
    monkeypatch.setattr(shelf, "_BATCH", batch)
    embedder = MicaEmbedder()
    documents = [(Document(t, t, t, "test"), [t, f"{t} please"], "test") for t in TITLES]
    with open_chroma(tmp_path) as client:
        collection = shelf.open_collection(client, "test-recipes")
        assert shelf.put(collection, embedder, documents) == len(TITLES)
        opened = shelf.Shelf(collection, shelf.RECIPE_KEYWORDS)
        give_back()
        assert sorted(opened.documents) == sorted(TITLES)
        for title in TITLES:
            scores = opened.scores(embedder.encode([title])[0], title)
            assert max(scores, key=lambda name: scores[name]) == title
