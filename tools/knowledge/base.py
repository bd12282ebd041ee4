"""The knowledge base: search over recipes, notes, manuals and a person's own files."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from records.paths import home
from runtime.embedder import Embedder, load_embedder
from runtime.types import Document
from tools.knowledge import KnowledgeError
from tools.knowledge.learned import indexed
from tools.knowledge.meaning import PER_NAT, Near, weighed
from tools.knowledge.memory import give_back
from tools.knowledge.recipes import RecipeError, as_document, read_recipes, recipe_entries
from tools.knowledge.shelf import WEIGHTS, Shelf, open_collection, put
from tools.knowledge.store import Store
from tools.knowledge.text import normalise, normalise_music

ShelfName = Literal["sysadmin", "composer", "user"]
SHELVES: tuple[ShelfName, ...] = get_args(ShelfName)
PLACES = {"composer": 4}
"""How many passages are offered where one is nearer than all else; two by default. Questions about
concepts are common in music, and each concept is one short passage."""
BUILT_IN = ("built-in", "manuals")
PREFERRED = 0.08
"""How much nearer a learned document counts than one that Mica brings along: a person asked for it.
With ten learned recipes, 30 of 30 other wordings of their requests found theirs first (24 without),
and at 0.15 still none of 150 development requests for built-in recipes found a learned one."""
LEARNED_OPEN = 4
"""How many files of learned documents stay indexed: the champion's, the challenger's, some more."""
Item = tuple[Document, Sequence[str], str]


@dataclass(frozen=True)
class Source:
    """A file that was added: its path, the shelf it stands on and its number of passages."""

    name: str
    shelf: str
    chunks: int


class KnowledgeBase:
    """Searches one folder's knowledge. Safe to share between threads.

    Every process searches a private copy; what another process adds is seen by the next search.
    """

    def __init__(self, folder: Path | None = None, embedder: Embedder | str = "mica") -> None:
        """Open `folder`, by default `knowledge` in the data folder. It may still be empty.

        Raises:
            KnowledgeError: the index was built with another embedder, or cannot be read.
            EmbedderError: the embedder cannot be loaded.
        """
        self.store = Store(folder or home() / "knowledge")
        self.embedder = load_embedder(embedder) if isinstance(embedder, str) else embedder
        self.patience = 5.0
        """Seconds to wait for another process that is writing."""
        self._lock = threading.RLock()
        self._opened = contextlib.ExitStack()
        self._stamp = (-1, -1)
        self._shelves: dict[str, Shelf] = {}
        self._of_builds: dict[Path, tuple[contextlib.ExitStack, dict[str, Shelf]]] = {}
        self._refresh()

    def search(
        self,
        query: str,
        *,
        shelf: str | None = None,
        k: int = 6,
        context: str | None = None,
        learned: Path | None = None,
    ) -> list[Document]:
        """Return at most `k` documents, the best first, recipes before passages.

        `shelf` is searched together with the user's own; None searches everything. Recipes are
        offered for the shelf `sysadmin`, `user` and None, the tools for the shelf `composer`;
        they leave one place to passages, or `PLACES` when a passage is nearer to the query than
        any of them. They are as near as they are on average to the query and to the query behind
        `context`, where there is one. `learned` is a file of `tools.knowledge.learned` that is
        searched as well.

        Raises:
            KnowledgeError: there is no such shelf, or the file cannot be read.
        """
        if shelf is not None and shelf not in SHELVES:
            raise KnowledgeError(f"there is no shelf {shelf!r}; shelves are {', '.join(SHELVES)}")
        names = SHELVES if shelf is None else tuple(dict.fromkeys((shelf, "user")))
        if k < 1 or not query.strip():
            return []
        with self._lock:
            self._refresh()
            more = self._learned(learned) if learned else {}
            texts = [query, *([f"{context}, {query}"] if context else [])]
            if shelf == "composer":
                acting = self._best(names, "tools", [normalise_music(t) for t in texts], more)
            else:
                acting = self._best(names, "recipes", [normalise(t) for t in texts], more)
            passages = self._best(names, "passages", [query.lower()], more)
        nearer = bool(passages) and (not acting or passages[0][0] > acting[0][0])
        most = PLACES.get(shelf or "", 2)
        places = min(len(passages), (most if nearer else 1) if k > most else int(nearer))
        offered = acting[: k - places]
        offered += passages[: k - len(offered)]
        return [replace(document, score=round(score, 4)) for score, document in offered]

    def nearness(self, query: str, learned: Path) -> float:
        """Return how near the nearest document of a file of `tools.knowledge.learned` is.

        Raises:
            KnowledgeError: the file cannot be read.
        """
        forms = {"recipes": normalise(query), "tools": normalise_music(query)}
        forms["passages"] = query.lower()
        with self._lock:
            near = [0.0]
            for kind, shelf in self._learned(learned).items():
                vector = self.embedder.encode([forms[kind]])[0]
                near += shelf.scores(vector, forms[kind]).values()
        return max(near)

    def _best(
        self, names: Sequence[str], kind: str, texts: Sequence[str], learned: Mapping[str, Shelf]
    ) -> list[Near]:
        # Scores are linear in the vector, so the mean vector gives the mean of both scores.
        vector = self.embedder.encode(texts).mean(axis=0)
        own = [(self._shelves.get(f"{name}-{kind}"), 0.0) for name in names]
        shelves = [(s, preferred) for s, preferred in [*own, (learned.get(kind), PREFERRED)] if s]
        found: dict[str, Near] = {}
        for shelf, preference in shelves:
            for key, score in shelf.scores(vector, texts[0]).items():
                best = max(score + preference, found[key][0] if key in found else -1.0)
                found[key] = (best, shelf.documents[key])
        if kind in PER_NAT:
            found = weighed(found, [shelf.table for shelf, _ in shelves], texts, PER_NAT[kind])
        return sorted(found.values(), key=lambda item: (-item[0], item[1].id))[:50]

    def _learned(self, path: Path) -> Mapping[str, Shelf]:
        """Return the shelves of a file of learned documents; the last few stay open."""
        if path not in self._of_builds:
            while len(self._of_builds) >= LEARNED_OPEN:
                self._of_builds.pop(next(iter(self._of_builds)))[0].close()
            stack = contextlib.ExitStack()
            shelves = stack.enter_context(indexed(path, self.embedder))
            self._of_builds[path] = (stack, shelves)
        return self._of_builds[path][1]

    def add(self, path: Path | str, shelf: str = "user") -> int:
        """Add a file, or all files of a folder; return how many passages or recipes it gave.

        Text, Markdown, HTML, PDF and manual pages are cut into passages; a YAML file is read
        as a list of recipes. Adding a file again replaces what it gave before.

        Raises:
            KnowledgeError: the file cannot be added, or another process is writing.
        """
        if shelf not in SHELVES:
            raise KnowledgeError(f"there is no shelf {shelf!r}; shelves are {', '.join(SHELVES)}")
        path = Path(path).expanduser()
        if not path.exists():
            raise KnowledgeError(f"there is no file {path}; check the path")
        files = sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path]
        if not files:
            raise KnowledgeError(f"the folder {path} is empty; there is nothing to add")
        read = [(str(file.resolve()), *_read(file)) for file in files]
        with self._lock:
            with self.store.writing(self.patience) as (client, state):
                self._check_embedder(state)
                state["embedder"] = self.embedder.name
                for origin, kind, items in read:
                    _drop(client, origin)
                    collection = open_collection(client, f"{shelf}-{kind}")
                    _check_ids(collection, items)
                    put(collection, self.embedder, items)
            self._refresh()
        return sum(len(items) for _, _, items in read)

    def remove(self, source: str) -> int:
        """Remove a file that was added, by its path as `sources` lists it; return how many.

        Raises:
            KnowledgeError: no such file was added, or another process is writing.
        """
        known = {entry.name: entry for entry in self.sources()}
        name = source if source in known else str(Path(source).expanduser().resolve())
        if name not in known:
            listed = ", ".join(known) or "none"
            raise KnowledgeError(f"{source} was not added; files that were: {listed}")
        with self._lock:
            with self.store.writing(self.patience) as (client, _):
                _drop(client, name)
            self._refresh()
        return known[name].chunks

    def sources(self) -> list[Source]:
        """Return the files that were added, in alphabetical order; not what Mica brings along."""
        counts: dict[tuple[str, str], int] = {}
        with self._lock:
            self._refresh()
            for name, shelf in self._shelves.items():
                for origin in shelf.origins.values():
                    if origin not in BUILT_IN:
                        key = (origin, name.partition("-")[0])
                        counts[key] = counts.get(key, 0) + 1
        return [Source(origin, shelf, n) for (origin, shelf), n in sorted(counts.items())]

    def close(self) -> None:
        """Close the database and remove the private copy."""
        with self._lock:
            self._shelves = {}
            self._opened.close()
            for opened, _ in self._of_builds.values():
                opened.close()
            self._of_builds = {}
            self._stamp = (-1, -1)

    def _refresh(self) -> None:
        """Open the version in place unless it is open already."""
        stamp = self.store.stamp()
        if stamp == self._stamp:
            return
        with contextlib.ExitStack() as stack:
            copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mica-knowledge-")))
            state = self.store.copy(copy)
            self._check_embedder(state)
            shelves = stack.enter_context(_open_shelves(copy)) if state["version"] else {}
            opened = stack.pop_all()
        self._opened.close()
        self._opened, self._shelves, self._stamp = opened, dict(shelves), stamp
        give_back()

    def _check_embedder(self, state: Mapping[str, Any]) -> None:
        built = state.get("embedder", self.embedder.name)
        if built != self.embedder.name:
            raise KnowledgeError(
                f"the knowledge base was built with the embedder {built}, and the settings name "
                f"{self.embedder.name}; run mica knowledge ensure to build it again"
            )


@contextlib.contextmanager
def _open_shelves(folder: Path) -> Iterator[dict[str, Shelf]]:
    from tools.knowledge.store import open_chroma

    with open_chroma(folder) as client:
        yield {
            collection.name: Shelf(
                client.get_collection(collection.name, embedding_function=None),
                *WEIGHTS[collection.name.partition("-")[2]],
            )
            for collection in client.list_collections()
        }


def _read(path: Path) -> tuple[str, list[Item]]:
    origin = str(path.resolve())
    if path.suffix.lower() in (".yaml", ".yml"):
        return "recipes", _read_recipes(path, origin)
    from tools.knowledge.loaders import load

    key = hashlib.sha256(origin.encode()).hexdigest()[:12]
    items: list[Item] = []
    for number, passage in enumerate(load(path)):
        document = Document(f"user.{key}.{number}", passage.title, passage.text, passage.source)
        items.append((document, [f"{passage.title}: {passage.text}".lower()], origin))
    return "passages", items


def _read_recipes(path: Path, origin: str) -> list[Item]:
    try:
        found = read_recipes(path)
    except (RecipeError, OSError) as error:
        raise KnowledgeError(f"{path.name} cannot be added: {error}") from error
    if not found:
        raise KnowledgeError(f"{path.name} is empty; there is nothing to add")
    items: list[Item] = []
    for recipe in found:
        document = as_document(recipe, source=f"{path.name}#{recipe['id']}")
        items.append((document, [entry.key for entry in recipe_entries(recipe)], origin))
    return items


def _drop(client: Any, origin: str) -> None:
    for collection in client.list_collections():
        opened = client.get_collection(collection.name, embedding_function=None)
        if opened.get(where={"origin": origin}, limit=1)["ids"]:
            opened.delete(where={"origin": origin})


def _check_ids(collection: Any, items: Sequence[Item]) -> None:
    ids = [document.id for document, _, _ in items]
    twice = {name for name in ids if ids.count(name) > 1}
    stored = collection.get(ids=[f"{name}#0" for name in ids], include=[])["ids"]
    clashing = sorted(twice | {name.removesuffix("#0") for name in stored})
    if clashing:
        raise KnowledgeError(
            f"the recipe ids {', '.join(clashing)} are taken already; give these recipes other ids"
        )
