"""Builds what Mica brings along: recipes, notes and the manuals of the sandbox's programs."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from runtime.embedder import Embedder, load_embedder
from runtime.types import Document
from sandboxes import Sandbox
from tools.knowledge import KnowledgeError, manuals
from tools.knowledge.base import BUILT_IN, Item
from tools.knowledge.recipes import (
    RECIPES,
    ROOT,
    USUAL,
    as_document,
    load_notes,
    load_recipes,
    note_document,
    note_entries,
    recipe_entries,
)
from tools.knowledge.shelf import open_collection, put
from tools.knowledge.store import State, Store
from tools.knowledge.tool_asks import ASKS, load_wordings, tool_documents

_LAYOUT = "9"  # changes when older indexes must be built again
_PATIENCE_SECONDS = 300.0  # another process may be building: one to two minutes of a core


def ensure(home: Path, sandbox: Sandbox | None = None, embedder: Embedder | str = "mica") -> str:
    """Build the index in `home/knowledge` unless it is up to date; return what was done.

    Without a sandbox the manuals are left as they are. A person's own files stay; they are
    embedded again when the embedder is another one.

    Raises:
        KnowledgeError: the index cannot be written, or a recipe or note file is broken.
        EmbedderError: the embedder cannot be loaded.
    """
    started = time.perf_counter()
    chosen = load_embedder(embedder) if isinstance(embedder, str) else embedder
    store = Store(home / "knowledge")
    built_in = _content_hash(chosen)
    programs, problem = _programs(sandbox)
    state = store.state()
    if _up_to_date(state, built_in, programs):
        return _summary(state, "is up to date", problem)
    with store.writing(_PATIENCE_SECONDS) as (client, state):
        if not _up_to_date(state, built_in, programs):
            problem = _build(client, state, chosen, built_in, sandbox, programs) or problem
    seconds = time.perf_counter() - started
    return _summary(store.state(), f"was built in {seconds:.1f} s", problem)


def _up_to_date(state: State, built_in: str, programs: str) -> bool:
    manuals_right = not programs or state.get("manuals") == programs
    return state.get("built_in") == built_in and manuals_right


def _build(
    client: Any,
    state: State,
    embedder: Embedder,
    built_in: str,
    sandbox: Sandbox | None,
    programs: str,
) -> str:
    """Bring the collections up to date; return why there are no manuals, if reading them failed."""
    problem = ""
    if state.get("embedder", embedder.name) != embedder.name:
        for collection in _collections(client):
            _replace(client, embedder, collection.name, BUILT_IN[0], (), embed_again=True)
    state["embedder"] = embedder.name
    if state.get("built_in") != built_in:
        _replace(client, embedder, "sysadmin-recipes", BUILT_IN[0], _recipe_items())
        _replace(client, embedder, "sysadmin-passages", BUILT_IN[0], _note_items("sysadmin"))
        _replace(client, embedder, "composer-passages", BUILT_IN[0], _note_items("composer"))
        _replace(client, embedder, "composer-tools", BUILT_IN[0], _tool_items())
        state["built_in"] = built_in
        state.pop("manuals", None)  # whose manuals are read depends on the recipes
    if sandbox is not None and programs and state.get("manuals") != programs:
        try:
            items = list(_manual_items(sandbox))
        except KnowledgeError as error:
            problem = str(error)  # recipes and notes are worth having without manuals
        else:
            _replace(client, embedder, "sysadmin-passages", BUILT_IN[1], items)
            state["manuals"] = programs
    state["counts"] = {c.name: c.count() for c in _collections(client)}
    return problem


def _programs(sandbox: Sandbox | None) -> tuple[str, str]:
    """Return what the manuals depend on (empty: unknown), and why it is unknown."""
    if sandbox is None:
        return "", "there is no sandbox to read the manuals in"
    try:
        return manuals.fingerprint(sandbox), ""
    except KnowledgeError as error:
        return "", str(error)


def _content_hash(embedder: Embedder) -> str:
    digest = hashlib.sha256(f"{_LAYOUT} {embedder.name}".encode())
    files = [
        *RECIPES.glob("*.yaml"),
        USUAL,
        *(ROOT / "agents").glob("*/notes.yaml"),
        *ASKS.glob("*.yaml"),
    ]
    for path in sorted(files):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:24]


def _recipe_items() -> Iterable[Item]:
    for recipe in load_recipes():
        yield as_document(recipe), [e.key for e in recipe_entries(recipe)], BUILT_IN[0]


def _note_items(specialist: str) -> Iterable[Item]:
    for note in load_notes(specialist):
        yield note_document(note), [e.key for e in note_entries(note)], BUILT_IN[0]


def _tool_items() -> Iterable[Item]:
    for document, entries in tool_documents(load_wordings()):
        yield document, [entry.key for entry in entries], BUILT_IN[0]


def _manual_items(sandbox: Sandbox) -> Iterable[Item]:
    for number, passage in enumerate(manuals.ingest_manuals(sandbox)):
        document = Document(f"manual.{number}", passage.title, passage.text, passage.source)
        yield document, [f"{passage.title}: {passage.text}".lower()], BUILT_IN[1]


def _replace(
    client: Any,
    embedder: Embedder,
    name: str,
    origin: str,
    items: Iterable[Item],
    *,
    embed_again: bool = False,
) -> None:
    """Make a collection anew from what it has of other origins, and `items`.

    That leaves no deleted vectors in its index, which would slow down every search.
    """
    kept = open_collection(client, name).get(
        where={"origin": {"$ne": origin}}, include=["metadatas", "documents", "embeddings"]
    )
    client.delete_collection(name)
    collection = open_collection(client, name)
    for start in range(0, len(kept["ids"]), 2_000):
        part = slice(start, start + 2_000)
        texts = kept["documents"][part]
        collection.add(
            ids=kept["ids"][part],
            documents=texts,
            metadatas=kept["metadatas"][part],
            embeddings=embedder.encode(texts) if embed_again else kept["embeddings"][part],
        )
    put(collection, embedder, items)


def _collections(client: Any) -> list[Any]:
    names = [collection.name for collection in client.list_collections()]
    return [client.get_collection(name, embedding_function=None) for name in names]


def _summary(state: State, what: str, problem: str) -> str:
    counts = state.get("counts", {})
    total = sum(counts.values())
    message = f"the knowledge base {what}: {total} entries"
    if "manuals" not in state:
        message += f"; without manuals, because {problem}"
    return message
