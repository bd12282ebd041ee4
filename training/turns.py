"""Training rows of more than one step: requests that follow another, and requests of two parts.

The data is in `training/data/sysadmin`: what people say after a request (`followups.yaml`,
`changes.yaml`), and what they ask for at once (`compounds.yaml`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runtime import recipes as recipe_code
from runtime.types import ChatPrompt, Document, Message, ToolCall
from runtime.yaml_files import read_yaml
from tools.knowledge.recipes import as_document
from training import noise, piles
from training.rows import BASH, STATUSES, Row, slots_of, step_answer

JOINERS = (
    ", then ",
    " and then ",
    " and ",
    ". Then ",
    "; ",
    " and also ",
    ", after that ",
    ", and ",
)
STEP_SLOT = re.compile(r"\{(\d)\.(\w+)\}")
UNRELATED = 0.12
"""The share of rows in which a request stands after another that it does not lean on."""
CHAINED = 0.2
"""The share of rows in which the turn before leaned on one before it, and names no value."""


@dataclass(frozen=True)
class Step:
    """A request of one recipe, or a part of one: the words, and the command that is meant."""

    text: str
    recipe: Mapping[str, Any]
    document: Document
    arguments: tuple[str, ...]

    @property
    def command(self) -> str:
        """The recipe, filled."""
        return recipe_code.fill(self.document, self.arguments)

    def value(self, slot: str) -> str | None:
        """Return what a slot was given; None for its default or where there is no such slot."""
        names = list(self.document.slots)
        found = self.arguments[names.index(slot)] if slot in names else recipe_code.DEFAULT
        return None if found == recipe_code.DEFAULT else found


class TurnRows:
    """Rows of two turns or two parts over the recipe book."""

    def __init__(
        self, folder: Path, recipes: Sequence[Mapping[str, Any]], rng: random.Random
    ) -> None:
        self._rng = rng
        self._recipes = {recipe["id"]: recipe for recipe in recipes}
        self._documents = {recipe["id"]: as_document(recipe) for recipe in recipes}
        self._pairs: list[Mapping[str, Any]] = _load(folder / "followups.yaml")
        self._changes: Mapping[str, list[str]] = _load(folder / "changes.yaml")
        self._compounds: list[Mapping[str, Any]] = _load(folder / "compounds.yaml")
        self._said_before: dict[str, list[str]] = {}
        for pair in self._pairs:
            plain = [str(text) for text in pair["says"] if not slots_of(str(text))]
            self._said_before.setdefault(pair["to"], []).extend(plain)

    def rows(self, copies: int) -> Iterator[Row]:
        """Yield `copies` rows for each wording, with fresh values and noise."""
        for _ in range(copies):
            yield from _kept(self._follow_ups())
            yield from _kept(self._changed_values())
            yield from _kept(self._two_parts())

    def _follow_ups(self) -> Iterator[Row | None]:
        for pair in self._pairs:
            for said in pair["says"]:
                before = self._first(self._rng.choice(pair["from"]))
                if before is not None and self._rng.random() < UNRELATED:
                    yield self._unrelated(before)
                if before is not None:
                    inherit = pair.get("inherit") or {}
                    yield self._after(before, pair["to"], str(said), inherit)

    def _changed_values(self) -> Iterator[Row | None]:
        for identifier, document in self._documents.items():
            for slot in document.slots:
                if slot in self._changes:
                    before = self._first(identifier)
                    said = self._rng.choice(self._changes[slot])
                    if before is not None:
                        yield self._after(before, identifier, said, {})

    def _first(self, identifier: str) -> Step | None:
        """Return a request for a recipe, as it may stand in the turn before."""
        rng, recipe = self._rng, self._recipes[identifier]
        step = self._step(recipe, str(rng.choice(recipe["asks"])))
        before = self._said_before.get(identifier)
        if step is not None and before and rng.random() < CHAINED:
            return replace(step, text=rng.choice(before))
        return step

    def _step(
        self, recipe: Mapping[str, Any], ask: str, known: Mapping[str, str] | None = None
    ) -> Step | None:
        """Fill a wording; slots that it does not name take `known` values or defaults."""
        rng, document = self._rng, self._documents[recipe["id"]]
        typed = {s: piles.draw(s, document.slots[s], rng) for s in slots_of(ask)}
        text = noise.disturb(ask, rng).format(**{s: v.text for s, v in typed.items()})
        given = dict(known or {}) | {slot: value.meant for slot, value in typed.items()}
        arguments = tuple(given.get(slot, recipe_code.DEFAULT) for slot in document.slots)
        step = Step(text, recipe, document, arguments)
        try:
            recipe_code.fill(document, arguments)
        except recipe_code.MissingSlotError:
            return None
        return step

    def _after(
        self, before: Step, identifier: str, said: str, inherit: Mapping[str, str]
    ) -> Row | None:
        recipe, document = self._recipes[identifier], self._documents[identifier]
        known = {}
        for slot in document.slots:
            value = before.value(inherit.get(slot, slot))
            if value is not None:
                known[slot] = value
        step = self._step(recipe, said, known)
        return None if step is None else self._two_turns(before, step)

    def _unrelated(self, before: Step) -> Row | None:
        recipe = self._rng.choice(list(self._recipes.values()))
        step = self._step(recipe, str(self._rng.choice(recipe["asks"])))
        return None if step is None else self._two_turns(before, step)

    def _two_turns(self, before: Step, step: Step) -> Row:
        first = (*_turn(before, 1, "ok"), Message("assistant", "There it is."))
        status = self._rng.choices(*zip(*STATUSES, strict=True))[0]
        answer = step_answer(status, 1, bool(step.recipe.get("changes")))
        documents = tuple({d.id: d for d in (before.document, step.document)}.values())
        messages = (*first, *_turn(step, 2, status))
        prompt = ChatPrompt(messages, (BASH,), documents, follows=True)
        return Row("sysadmin", "follow-up", prompt, answer)

    def _two_parts(self) -> Iterator[Row | None]:
        for compound in self._compounds:
            for ask in compound["asks"]:
                yield self._compound(compound, str(ask))
        identifiers = list(self._recipes)
        for first in self._rng.sample(identifiers, k=len(identifiers)):
            steps = [self._plain_step(name) for name in (first, self._rng.choice(identifiers))]
            if steps[0] and steps[1]:
                text = self._rng.choice(JOINERS).join(
                    step.text.rstrip("?.! ") for step in steps if step
                )
                yield self._parts(text, [step for step in steps if step])

    def _plain_step(self, identifier: str) -> Step | None:
        recipe = self._recipes[identifier]
        return self._step(recipe, str(self._rng.choice(recipe["asks"])))

    def _compound(self, compound: Mapping[str, Any], ask: str) -> Row | None:
        rng, named = self._rng, {}
        for number, slot in STEP_SLOT.findall(ask):
            document = self._documents[compound["steps"][int(number) - 1]]
            named[f"{number}.{slot}"] = piles.draw(slot, document.slots[slot], rng)
        template = STEP_SLOT.sub(lambda match: "{s" + match[1] + "_" + match[2] + "}", ask)
        typed = {f"s{name.replace('.', '_')}": value.text for name, value in named.items()}
        text = noise.disturb(template, rng).format(**typed)
        meant = {name: value.meant for name, value in named.items()}
        for later, earlier in (compound.get("links") or {}).items():
            if earlier in meant:
                meant.setdefault(later, meant[earlier])
        steps = []
        for number, identifier in enumerate(compound["steps"], start=1):
            document = self._documents[identifier]
            arguments = tuple(
                meant.get(f"{number}.{slot}", recipe_code.DEFAULT) for slot in document.slots
            )
            steps.append(Step(text, self._recipes[identifier], document, arguments))
        return self._parts(text, steps)

    def _parts(self, text: str, steps: Sequence[Step]) -> Row | None:
        messages: list[Message] = [Message("user", text)]
        answers = []
        for number, step in enumerate(steps, start=1):
            status = self._rng.choices(*zip(*STATUSES, strict=True))[0]
            if number == 1 and status not in ("ok", "empty") and self._rng.random() < 0.6:
                status = "ok"  # otherwise a third of the rows would never reach the second part
            try:
                messages += _turn(step, number, status)[1:]
            except recipe_code.MissingSlotError:
                return None
            answers.append(step_answer(status, number, bool(step.recipe.get("changes"))))
            if status not in ("ok", "empty"):
                break
        documents = tuple(replace(s.document, part=n) for n, s in enumerate(steps))
        prompt = ChatPrompt(tuple(messages), (BASH,), documents)
        return Row("sysadmin", "two-part", prompt, "\n\n".join(answers))


def _turn(step: Step, number: int, status: Any) -> tuple[Message, ...]:
    call = ToolCall(f"call-{number}", "bash", {"command": step.command})
    return (
        Message("user", step.text),
        Message("assistant", "", (call,)),
        Message("tool", "output", tool_call_id=call.id, name="bash", status=status),
    )


def _kept(rows: Iterator[Row | None]) -> Iterator[Row]:
    """Drop what could not be filled, and what the format does not recognise as its recipe."""
    for row in rows:
        if row is not None and "$ " not in row.text():
            yield row


def _load(path: Path) -> Any:
    return read_yaml(path)
