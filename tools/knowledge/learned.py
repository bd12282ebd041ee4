"""What a build of a specialist has learned to look up, from people's corrections.

A file of JSON lines stands beside the build's adapter. Each line holds one thing, in the form of
the built-in knowledge: `{"recipe": {…}}` as in `agents/sysadmin/recipes`, `{"wording": {…}}` as in
`agents/composer/asks` (tool, asks, values), or `{"note": {…}}` as in an agent's `notes.yaml`.
It is searched together with the knowledge base, for conversations that the build answers only, so
that going back to another build takes it away again.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from records.whole import write_whole
from runtime import recipes as recipe_code
from runtime.embedder import Embedder
from runtime.types import Document
from tools.knowledge import KnowledgeError
from tools.knowledge.recipes import (
    as_document,
    note_document,
    note_entries,
    recipe_entries,
)
from tools.knowledge.shelf import WEIGHTS, Shelf, open_collection, put
from tools.knowledge.store import open_chroma
from tools.knowledge.tool_asks import read_wordings, tool_documents

FORMS = ("recipe", "wording", "note")
Item = tuple[Document, list[str], str]


@dataclass(frozen=True)
class Learned:
    """The contents of such a file: recipes, wordings of tools, and notes."""

    recipes: tuple[Mapping[str, Any], ...] = ()
    wordings: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[Mapping[str, Any], ...] = ()

    def lines(self) -> Iterator[str]:
        """Yield the lines of the file."""
        for form, entries in zip(FORMS, (self.recipes, self.wordings, self.notes), strict=True):
            for entry in entries:
                yield json.dumps({form: entry}, ensure_ascii=False)

    def write(self, path: Path) -> None:
        """Write the file; what was there is replaced at once or not at all.

        Raises:
            OSError: it cannot be written.
        """
        write_whole(path, "".join(f"{line}\n" for line in self.lines()))

    def items(self) -> dict[str, list[Item]]:
        """Return the documents by kind (recipes, tools, passages) with the texts that find them."""
        found: dict[str, list[Item]] = {"recipes": [], "tools": [], "passages": []}
        for recipe in self.recipes:
            keys = [entry.key for entry in recipe_entries(recipe)]
            found["recipes"].append((as_document(recipe, _source(recipe["id"])), keys, "learned"))
        wordings = [each for data in self.wordings for each in read_wordings(data)]
        for document, entries in tool_documents(wordings):
            found["tools"].append((document, [entry.key for entry in entries], "learned"))
        for note in self.notes:
            keys = [entry.key for entry in note_entries(note)]
            found["passages"].append((note_document(note), keys, "learned"))
        return found


def read(path: Path) -> Learned:
    """Read a file of learned documents.

    Raises:
        KnowledgeError: it cannot be read, or a line is not as it should be.
    """
    found: dict[str, list[Mapping[str, Any]]] = {form: [] for form in FORMS}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            ((form, entry),) = json.loads(line).items()
            problems = recipe_code.check(entry) if form == "recipe" else []
            if form not in FORMS or problems:
                raise ValueError(f"line {number}: {'; '.join(problems) or f'unknown {form!r}'}")
            found[form].append(entry)
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise KnowledgeError(
            f"{path} cannot be read ({error}); go back to an earlier build with "
            "`mica models rollback`, or train this one again"
        ) from error
    return Learned(*(tuple(found[form]) for form in FORMS))


@contextlib.contextmanager
def indexed(path: Path, embedder: Embedder) -> Iterator[dict[str, Shelf]]:
    """Index such a file for as long as the context lasts; return a shelf for each kind.

    Raises:
        KnowledgeError: the file cannot be read.
    """
    kinds = read(path).items()
    with (
        tempfile.TemporaryDirectory(prefix="mica-learned-") as folder,
        open_chroma(Path(folder)) as client,
    ):
        shelves = {}
        for kind, items in kinds.items():
            if items:
                collection = open_collection(client, f"learned-{kind}")
                put(collection, embedder, items)
                shelves[kind] = Shelf(collection, *WEIGHTS[kind])
        yield shelves


def _source(identifier: str) -> str:
    return f"learned {identifier}"
