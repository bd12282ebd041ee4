"""Looks up what a turn needs, and who answers it: by what it means behind the turn before."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from agents import about
from agents.router import Route
from graphs.approval import COMMANDS
from graphs.filling import names_only_values
from graphs.lookup import look_up
from graphs.parts import Parts
from graphs.reading import leaning
from graphs.reading.about import Said, thing_of
from graphs.reading.deriving import derived, repeated, written
from graphs.reading.ellipsis import Reading
from graphs.reading.following import recipe
from graphs.reading.lines import of_lines
from graphs.reading.places import may_name, placed, repository
from graphs.reading.printed import paths_of, whole
from graphs.reading.saving import saved, saving
from graphs.reading.things import of_things
from graphs.routing import choose
from graphs.serving import Build
from graphs.state import State, document_to_json, documents_of, messages_of
from runtime.types import Document, Message
from runtime.values import shell
from sandboxes import SandboxError
from tools.knowledge.binding import likeliest
from tools.music.filling.signs import tool_signed

_log = logging.getLogger("mica.graphs")
_FOLDERS = "ls -Ap | grep '/$' | head -n 500; ls -d -- */.git/ 2> /dev/null | head -n 50"
"""Names the folders that are there, each with a slash behind it, and which are repositories."""
_FEWER = re.compile(
    r"\W*(?:(?:show|print|list|give|keep|take)(?: me)? )?(?:only |just )?the (?:first|last|top)"
    r"(?: (?:one|\d+|two|three|four|five|ten))?(?: (?:ones?|lines?|of them|of those))?\W*$",
    re.IGNORECASE,
)
"""What a later part leaves of the lines that the one before printed."""
NOT_SMALL_TALK = 0.95
"""How sure the router is at most that nobody is asked of what the thing before may explain."""
FITS = 15.0
"""How likely the likeliest recipe must be then, in nats."""


def chosen(parts: Parts, state: State, request: Message, build: Build) -> Route:
    """Choose who answers; "who owns that" is routed by what it means behind the turn before.

    Raises:
        RouterError: the router's weights cannot be read.
    """
    route = choose(parts, state, build)
    if route.specialist != "other":
        return route
    if (by_place := _by_place(parts, state, build)) is not None:
        return by_place
    if not state.get("previous"):
        return route
    messages = [*state.get("messages", []), request.to_openai()]
    read = leaning.reading(cast(State, {**state, "messages": messages}))
    if read is None or read.kind == "finer":
        return _about_the_same(parts, cast(State, {**state, "messages": messages}), route) or route
    again = choose(parts, cast(State, {**state, "text": read.text}), build)
    return replace(again, follows=1.0) if again.specialist == state["previous"] else route


def _by_place(parts: Parts, state: State, build: Build) -> Route | None:
    """Return who answers "how big is photos" once it is known that photos is a folder here."""
    for name, who in parts.specialists.items():
        if COMMANDS not in who.tools:
            continue
        text = state["text"]
        named = placed(text, folders(parts, cast(State, {**state, "specialist": name}), text))
        if named != text:
            again = choose(parts, cast(State, {**state, "text": named}), build)
            return again if again.specialist == name else None
    return None


def _about_the_same(parts: Parts, state: State, route: Route) -> Route | None:
    """Return who was asked before for a request of the file or folder before: "set debug to no"."""
    before, thing = str(state.get("previous")), leaning.about(state)
    who = parts.specialists.get(before)
    if not thing or who is None or parts.knowledge is None or route.confidence > NOT_SMALL_TALK:
        return None
    text = f"{state['text'].rstrip('?.! ')} in {thing}"
    again = parts.router.route(text)
    if again.specialist != before or not who.shelf:
        return None
    found = parts.knowledge.search(text, shelf=who.shelf, k=parts.settings.retrieved)
    return replace(again, follows=1.0) if likeliest(text, found) >= FITS else None


def told(state: State) -> str:
    """Return what is said of Mica itself where a request asks for that; empty for others.

    "How do I save this as MIDI?" asks for the file, behind a turn that made music.
    """
    text = state["text"]
    made = state.get("previous") == "composer" and names_only_values(state.get("recipe"), text)
    note = "" if made or tool_signed(text) else about.note_for(text)
    return about.text_of(note) if note else ""


def found(
    parts: Parts,
    state: State,
    text: str,
    read: Reading | None = None,
    before: Document | None = None,
    about: str = "",
    there: frozenset[str] | None = None,
) -> list[Document]:
    """Return what was found for a text; `before` is the recipe it leans on, if not the turn's.

    `about` is the file or folder that it may mean where it names none; `there` are the folders in
    the working folder, which are read where it is None.

    Raises:
        KnowledgeError: the index cannot be read.
    """
    who = parts.specialists[state["specialist"]]
    shelf, count = who.shelf, parts.settings.retrieved
    if COMMANDS in who.tools:
        text = shell.in_words(text)
    if parts.knowledge is None or not shelf or not count:
        return []
    recipe = state.get("recipe") if state["follows"] else None
    if there is None:
        there = folders(parts, state, read.text if read else text)
    return look_up(
        parts.knowledge,
        text,
        shelf=shelf,
        count=count,
        before=before or (Document(**recipe) if recipe else None),
        read=read,
        learned=parts.build(state.get("build")).learned.get(state["specialist"]),
        folders=there,
        repo=repository(leaning.all_commands(messages_of(state))),
        about=about,
    )


def folders(parts: Parts, state: State, text: str) -> frozenset[str]:
    """Return the names of the folders in the working folder, where a text may name one."""
    who = parts.specialists[state["specialist"]]
    if parts.sandbox is None or COMMANDS not in who.tools or not may_name(text):
        return frozenset()
    try:
        said = parts.sandbox.run(
            _FOLDERS, conversation=state["conversation"], call_id=f"names-{uuid.uuid4().hex}"
        )
    except SandboxError:  # the command that is to come says what is wrong
        return frozenset()
    lines = said.output.splitlines()
    return frozenset(line[:-1] for line in lines if line.endswith("/"))


def next_part(parts: Parts, state: State) -> dict[str, Any]:
    """Return what is found for a later part of a request, as it reads once those before have run.

    It is empty where no part waits, or where it can only be read with the ones before.
    """
    documents, messages = documents_of(state), messages_of(state)
    number = leaning.waiting(documents, messages)
    if not number:
        return {}
    text, said = leaning.part(documents, number), leaning.before(documents, messages, number)
    harmless = [c for c in leaning.commands(messages) if parts.judge(c).verdict == "allow"]
    showed = [command for command in harmless if command != said.command]
    made = derived(text, said, harmless=said.command in harmless) or repeated(text, showed)
    made = made or (_of_each(text, said) if said.command in harmless else None)
    if made is not None:
        return _with(documents, number, _into_file(state, number, [made]), text)
    read = leaning.following(documents, messages)
    git = repository(leaning.commands(messages)) and _of_git(documents, number)
    there = None if read or git else folders(parts, state, text)
    if read is None and (git or placed(text, there or ()) != text):
        read = Reading(text, "new")
    before = leaning.used(documents, messages)
    if read is None or before is None:
        return {}
    try:
        again = found(parts, state, text, read, before, thing_of(said), there)
    except Exception:
        _log.exception("looking things up failed; going on with what was found before")
        return {}
    return _with(documents, number, _into_file(state, number, again), read.text)


def _of_each(text: str, said: Said) -> Document | None:
    """Return what a part asks of the several files that the one before found: "their lines"."""
    several = len(paths_of(said)) > 1 and whole(said)
    step = of_things(text, said) if several else None
    step = step or (of_lines(text, said) if _FEWER.match(text) else None)
    return recipe(step.command, step.shows) if step is not None else None


def _of_git(documents: Sequence[Document], number: int) -> bool:
    """Whether the likeliest recipe for a part is for a repository."""
    own = (document for document in documents if document.part == number and document.acts)
    return "repo" in max(own, key=lambda document: document.score).slots


def _into_file(state: State, number: int, found: list[Document]) -> list[Document]:
    """Return what was found for a part, its output in a file where that of the part was to go."""
    wish = saving(state["text"])
    own = [d.template for d in documents_of(state) if d.part == number and d.template]
    into = [template for template in own if wish and written(template) == wish.file]
    if wish is None or not into:
        return found
    return saved(found, wish.rest, wish.file, more=" >> " in into[0]) or found


def _with(
    documents: Sequence[Document], number: int, found: Sequence[Document], text: str
) -> dict[str, Any]:
    whole = leaning.with_part(documents, number, found, text)
    return {"documents": [document_to_json(d) for d in whole], "reading": text}
