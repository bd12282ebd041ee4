"""The built-in knowledge: recipes and notes, as documents and as the texts that find them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from runtime import recipes as recipe_code
from runtime.types import Document
from runtime.yaml_files import read_yaml
from tools.knowledge.text import normalise, normalise_template

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "agents" / "sysadmin" / "recipes"
USUAL = ROOT / "agents" / "sysadmin" / "usual.yaml"
"""How often people ask for each recipe of the book, from 0 to 4."""
NEW = 3
"""How usual a recipe is that is not listed: somebody wrote it because it was asked for."""


class RecipeError(ValueError):
    """A recipe or note file is broken. The text names the entry and what is wrong."""


@dataclass(frozen=True)
class Entry:
    """A text that finds a document. A document may have many; the best one counts.

    `key` is the text in the form in which it is compared: of a recipe, with its slots named
    by their kinds (`tools.knowledge.text.normalise_template`); of a passage, as it stands.
    """

    document: str
    key: str


def read_recipes(path: Path) -> list[dict[str, Any]]:
    """Read one recipe file.

    Raises:
        RecipeError: it is not a YAML list of recipes, or a recipe is broken.
    """
    try:
        found = read_yaml(path)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path.name} is not readable YAML: {error}") from error
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise RecipeError(f"{path.name} must be a list of recipes, each with id, title, command")
    for recipe in found:
        problems = _problems(recipe)
        if problems:
            raise RecipeError(f"{path.name}: {recipe.get('id')}: {'; '.join(problems)}")
    return found


def _problems(recipe: Mapping[str, Any]) -> list[str]:
    asks = recipe.get("asks", [])
    if not isinstance(asks, list):
        return ["asks must be a list of texts"]
    try:
        return recipe_code.check(recipe)
    except ValueError as error:
        return [f"a brace is not closed or not doubled ({error})"]


def load_recipes(folder: Path = RECIPES) -> list[dict[str, Any]]:
    """Read all recipes of a folder.

    Raises:
        RecipeError: a recipe is broken, or two have the same id.
    """
    found = [recipe for path in sorted(folder.glob("*.yaml")) for recipe in read_recipes(path)]
    ids = [recipe["id"] for recipe in found]
    twice = {name for name in ids if ids.count(name) > 1}
    if twice:
        raise RecipeError(f"recipe ids must be unique; these are not: {', '.join(sorted(twice))}")
    return found


def as_document(recipe: Mapping[str, Any], source: str = "") -> Document:
    """Return a recipe as retrieval offers it; `source` is its citation."""
    slots = {name: str(default) for name, default in (recipe.get("slots") or {}).items()}
    return Document(
        id=recipe["id"],
        title=recipe["title"],
        text=recipe["command"],
        source=source or f"recipe {recipe['id']}",
        template=recipe["command"],
        slots=slots,
        phrase=recipe["phrase"],
        wordings=tuple(str(ask) for ask in recipe.get("asks") or ()),
        changes=bool(recipe.get("changes")),
        usual=_usual().get(recipe["id"], NEW),
    )


@cache
def _usual() -> Mapping[str, int]:
    listed: Mapping[int, list[str]] = read_yaml(USUAL)
    return {name: often for often, names in listed.items() for name in names}


def load_notes(specialist: str, root: Path = ROOT) -> list[dict[str, Any]]:
    """Read a specialist's notes: id, title, text and asks; empty where it has none.

    Raises:
        RecipeError: a note lacks one of these.
    """
    path = root / "agents" / specialist / "notes.yaml"
    if not path.is_file():
        return []
    notes: list[dict[str, Any]] = read_yaml(path)
    for note in notes:
        missing = [key for key in ("id", "title", "text", "asks") if not note.get(key)]
        if missing:
            raise RecipeError(f"{path.name}: {note.get('id')}: {', '.join(missing)} is missing")
    return notes


def note_document(note: Mapping[str, Any]) -> Document:
    """Return a note as retrieval offers it."""
    return Document(note["id"], note["title"], note["text"], f"note {note['id']}")


def recipe_entries(recipe: Mapping[str, Any]) -> Iterator[Entry]:
    """Yield the texts that find a recipe: its title and each wording."""
    yield Entry(recipe["id"], normalise(recipe["title"]))
    for ask in recipe.get("asks") or ():
        yield Entry(recipe["id"], normalise_template(str(ask)))


def note_entries(note: Mapping[str, Any]) -> Iterator[Entry]:
    """Yield the texts that find a note: its title, its text and each way of asking."""
    texts: Sequence[str] = [note["title"], f"{note['title']}: {note['text']}", *note["asks"]]
    for text in texts:
        yield Entry(note["id"], str(text).lower())
