"""From the rows of a dataset to what a build looks up: recipes, wordings of tools, notes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.knowledge.learned import Learned
from training.dataset import Row
from training.learning.calls import wording_of
from training.learning.commands import recipe_of, title_of


@dataclass(frozen=True)
class Taught:
    """What was made of some rows, and the rows that it leaves out, each with a reason."""

    learned: Learned
    left_out: Mapping[str, str]


def taught(
    rows: Iterable[Row],
    *,
    book: Sequence[Mapping[str, Any]],
    piles: Mapping[str, Mapping[str, Sequence[Any]]],
    before: Learned | None = None,
) -> Taught:
    """Make documents of the rows of one specialist, behind those that were learned `before`.

    `book` are the recipes there are, `piles` the values of each tool's arguments.
    """
    known = [*(before.recipes if before else ()), *book]
    recipes: dict[str, dict[str, Any]] = {r["id"]: dict(r) for r in (before or Learned()).recipes}
    wordings = {_key(each): each for each in (before or Learned()).wordings}
    notes = {note["id"]: note for note in (before or Learned()).notes}
    left_out: dict[str, str] = {}
    for row in rows:
        calls = calls_of(row)
        if reason := _unfit(row, calls):
            left_out[row.id] = reason
        elif not calls:
            note = _note(row)
            notes[note["id"]] = note
        elif calls[0]["name"] == "bash":
            recipe = recipe_of(row.request, str(calls[0]["arguments"]["command"]), known)
            _merge(recipes, recipe)
        else:
            wording = wording_of(row.request, calls, piles)
            wordings[_key(wording)] = wording
    made = Learned(tuple(_named(recipes.values())), tuple(wordings.values()), tuple(notes.values()))
    return Taught(made, left_out)


def calls_of(row: Row) -> list[dict[str, Any]]:
    """Return the calls of a row's last turn, as `{"name", "arguments"}`."""
    return [
        {"name": call["function"]["name"], "arguments": _arguments(call["function"]["arguments"])}
        for message in row.messages[row.turn :]
        for call in message.get("tool_calls") or ()
    ]


def _arguments(given: Any) -> Mapping[str, Any]:
    return dict(json.loads(given) if isinstance(given, str) else given)


def _unfit(row: Row, calls: Sequence[Mapping[str, Any]]) -> str:
    """Return why nothing can be looked up for a row; empty where something can."""
    if not row.teaches:
        return "a thumb down says what was wrong and not what is right"
    if row.label == "up" and not calls:
        return "a liked answer says nothing new: it was given without a call"
    if row.follows:
        return "the request leans on the turn before, so its words alone do not find it"
    if len(calls) > 1 and any(call["name"] == "bash" for call in calls):
        return "a recipe is one command; write the commands as one, or ask in two requests"
    return ""


def _merge(recipes: dict[str, dict[str, Any]], recipe: dict[str, Any]) -> None:
    """Add a recipe, or its wording to the one of the same id with the same slots."""
    same = recipes.get(recipe["id"])
    if same is None or list(same["slots"] or ()) != list(recipe["slots"] or ()):
        recipes[recipe["id"]] = recipe
    elif recipe["asks"][0] not in same["asks"]:
        recipes[recipe["id"]] = {**same, "asks": [*same["asks"], *recipe["asks"]]}


def _named(recipes: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Yield recipes with titles of their own: the model calls them by title."""
    taken: set[str] = set()
    for recipe in recipes:
        title, number = recipe["title"], 2
        while recipe["title"] in taken:
            recipe = {**recipe, "title": f"{title} {number}"}
            number += 1
        taken.add(recipe["title"])
        yield recipe


def _note(row: Row) -> dict[str, Any]:
    """Return a corrected answer as a passage that is quoted."""
    title = title_of(row.request, [])
    text = str(row.messages[-1]["content"])
    key = hashlib.sha256(row.request.encode()).hexdigest()[:10]
    return {"id": f"learned.{key}", "title": title, "text": text, "asks": [row.request]}


def _key(wording: Mapping[str, Any]) -> str:
    return json.dumps(wording.get("requests", wording), sort_keys=True)
