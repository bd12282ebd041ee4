"""A corrected command made into a recipe, so that it answers the same request for other values.

A value that the request names and that stands in the command as a word of its own becomes a slot;
one inside a quoted word does not, since filling quotes each value and quotes do not nest.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime import recipes as recipe_code
from runtime.types import Document
from runtime.values import Found, shell
from tools.knowledge.recipes import as_document
from training.learning.templates import escaped, with_slots

SLOTS = {
    "p": ("path", "folder", "target", "dir"),
    "f": ("file", "source", "output", "archive"),
    "g": ("pattern", "glob"),
    "e": ("pattern", "glob"),
    "z": ("size",),
    "n": ("count", "number", "n"),
    "t": ("date", "time"),
    "s": ("text", "string", "message"),
    "w": ("name", "word"),
}
"""Names of slots for each kind of value, those that `runtime.recipes` knows how to quote first."""
TITLE = 60
"""Longest title, in characters: the model has to write it."""
_WORD = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"|;&<>()\\])+""", re.DOTALL)
_OPTION = re.compile(r"(?:--[\w-]+=|-[A-Za-z]|[+-])(?=.)")


@dataclass(frozen=True)
class Slot:
    """A value of a request that the command holds: its name, and where the request says it."""

    name: str
    found: Found


def recipe_of(request: str, command: str, known: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the recipe that a request and its command stand for, with that one wording.

    Where one of the `known` recipes gives the command, it is that one, and only the wording is
    new; else a new one is made, which gives the command for the request's own values.
    """
    return _known(request, command, known) or _new(request, command)


def _known(request: str, command: str, known: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Find the recipe that gives a command with values that are its defaults or the request's."""
    found = list(shell.find(request))
    for recipe in known:
        document = as_document(recipe)
        values = recipe_code.recognise(document, command)
        if values is None:
            continue
        slots = list(_named(document, values, found))
        named = {slot.name for slot in slots}
        rest = [slot for slot in document.slots if slot not in named]
        given = dict(zip(document.slots, values, strict=True))
        if all(given[slot] == document.slots[slot] for slot in rest):
            return {**recipe, "asks": [_template(request, slots)]}
    return None


def _named(document: Document, values: Sequence[str], found: Sequence[Found]) -> Iterator[Slot]:
    """Yield the slots whose values a request names, each value for one slot."""
    left = list(found)
    for name, value in zip(document.slots, values, strict=True):
        same = next((f for f in left if recipe_code.fit(name, f.text) == value), None)
        if same is not None:
            left.remove(same)
            yield Slot(name, same)


def _new(request: str, command: str) -> dict[str, Any]:
    slots: list[Slot] = []
    template = escaped(command)
    for found in shell.find(request):
        name = _free_name(found.kind, [slot.name for slot in slots])
        filled = _with_slot(template, name, found) if name else None
        if name and filled:
            template = filled
            slots.append(Slot(name, found))
    slots.sort(key=lambda slot: template.index(f"{{{slot.name}}}"))
    recipe = _recipe(request, template, slots)
    values = [slot.found.text for slot in slots]
    given_back = recipe_code.fill(as_document(recipe), values)
    return recipe if given_back == command else _recipe(request, escaped(command), [])


def _recipe(request: str, template: str, slots: Sequence[Slot]) -> dict[str, Any]:
    wording = _template(request, slots)
    said = wording.strip(" ?!.:")
    return {
        "id": f"learned.{hashlib.sha256(template.encode()).hexdigest()[:10]}",
        "title": title_of(request, slots),
        "command": template,
        "slots": {slot.name: "" for slot in slots},
        "phrase": said[:1].upper() + said[1:],
        "asks": [wording],
    }


def title_of(request: str, slots: Sequence[Slot]) -> str:
    """Return a request as a title: plain words, its values named by their slots."""
    words = _template(request, slots).replace("{{", " ").replace("}}", " ")
    plain = re.sub(r"[^\w\s'/.-]|[{}]", " ", words).lower().split()
    title = ""
    for word in plain:
        if len(title) + len(word) >= TITLE:
            break
        title = f"{title} {word}".strip()
    return title.rstrip(".") or "a command"


def _with_slot(template: str, name: str, found: Found) -> str | None:
    """Put a slot in place of a value in each word after the first; None where it is in none.

    A name, and a value in a quoted word, must be the whole word; any other value in a plain word
    stands between other characters than letters and digits, as in `/srv/{number}.txt`.
    """
    wanted = recipe_code.fit(name, found.text)
    inside = re.compile(rf"(?<![^\W_]){re.escape(wanted)}(?![^\W_])")
    slot = f"{{{name}}}"

    def put(match: re.Match[str]) -> str:
        word = match[0]
        if match.start() == 0:
            return word
        if _is(word, wanted):
            return slot
        option = _OPTION.match(word)
        start = option.end() if option else 0
        plain = found.kind != "w" and not re.search(r"[\'\"\\\\$`{}]", word)
        return word[:start] + inside.sub(slot, word[start:]) if plain else word

    filled = _WORD.sub(put, template)
    return filled if filled != template else None


def _is(word: str, value: str) -> bool:
    try:
        return shlex.split(word.replace("{{", "{").replace("}}", "}")) == [value]
    except ValueError:
        return False


def _free_name(kind: str, taken: Sequence[str]) -> str | None:
    return next((name for name in SLOTS.get(kind, ()) if name not in taken), None)


def _template(request: str, slots: Sequence[Slot]) -> str:
    """Return a request with `{slots}` in place of their values."""
    return with_slots(request, {slot.name: (slot.found.start, slot.found.end) for slot in slots})
