"""Who answers what was taught or is in the book: the surer the router, the nearer it must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.graph_parts import NotingSandbox, World

from agents.router import Route
from graphs.finding import chosen, folders
from graphs.routing import (
    FITS,
    IN_THE_BOOK,
    IN_THE_BOOK_AND_UNSURE,
    TAUGHT,
    TAUGHT_AND_UNSURE,
    choose,
)
from graphs.state import new_turn
from runtime.types import Message
from sandboxes import CommandResult
from tools.knowledge.base import KnowledgeBase
from tools.knowledge.binding import likeliest
from tools.knowledge.learned import Learned

UNPAID = {
    "id": "learned.unpaid",
    "title": "which customers have not paid yet",
    "command": "grep -L PAID /srv/shop/invoices/*",
    "slots": {},
    "phrase": "Invoices that are not paid",
    "asks": ["which customers have not paid yet"],
}
NEAR, FAR = "show the customers that have not paid", "customers with unpaid bills"


class Says:
    """Gives every text to one specialist."""

    def __init__(self, specialist: str, confidence: float) -> None:
        self.found = Route(specialist, confidence)

    def route(self, text: str) -> Route:
        return self.found


class ByPath:
    """Knows a request for the sysadmin by a path in it."""

    def route(self, text: str) -> Route:
        return Route("sysadmin", 1.0) if "/" in text else Route("other", 0.99)


class Holding(NotingSandbox):
    """Has a folder, a repository and nothing else."""

    def run(self, command: str, **how: Any) -> CommandResult:
        return CommandResult(2, "photos/\nsite/\nsite/.git/\n", 0.01)


@pytest.mark.parametrize(
    ("text", "goes_to"), [("how big is photos", "sysadmin"), ("how big is jupiter", "other")]
)
def test_a_folder_that_is_there_is_asked_of_the_sysadmin(text: str, goes_to: str, tmp_path: Path):
    mica = World(tmp_path).assistant([])
    parts = replace(mica.parts, router=ByPath(), sandbox=Holding({}, []))
    state, asked = new_turn("c", "t", text), Message("user", text)
    assert chosen(parts, state, asked, parts.build(None)).specialist == goes_to
    state["specialist"] = "sysadmin"
    assert folders(parts, state, "the log of site") == {"photos", "site", "site/.git"}
    mica.close()


def who_answers(
    text: str, router: Says, knowledge: KnowledgeBase, folder: Path, learned: Mapping[str, Path]
) -> str:
    """Return the specialist that a request goes to, nobody's being `other`."""
    mica = World(folder).assistant([])
    parts = replace(mica.parts, knowledge=knowledge, router=router)
    route = choose(
        parts, new_turn("c", "t", text), replace(parts.build(None), learned=dict(learned))
    )
    mica.close()
    return route.specialist


@pytest.mark.parametrize(
    ("text", "specialist", "confidence", "goes_to"),
    [
        (NEAR, "other", 0.99, "sysadmin"),
        (NEAR, "composer", 0.99, "sysadmin"),
        (FAR, "other", 0.7, "sysadmin"),
        (FAR, "other", 0.99, "other"),
        (FAR, "composer", 0.7, "composer"),
        ("sing me a lullaby", "other", 0.7, "other"),
    ],
)
def test_what_was_taught_goes_to_its_specialist(
    text: str, specialist: str, confidence: float, goes_to: str, tmp_path: Path
):
    file = tmp_path / "learned.jsonl"
    Learned((UNPAID,)).write(file)
    knowledge = KnowledgeBase(tmp_path / "knowledge")
    assert knowledge.nearness(NEAR, file) > TAUGHT > knowledge.nearness(FAR, file)
    assert knowledge.nearness(FAR, file) > TAUGHT_AND_UNSURE
    router = Says(specialist, confidence)
    assert who_answers(text, router, knowledge, tmp_path, {"sysadmin": file}) == goes_to
    knowledge.close()


HOSTNAME = {
    "id": "test.hostname",
    "title": "host name",
    "command": "hostname",
    "slots": {},
    "phrase": "The host name",
    "asks": ["what is the hostname", "name of this machine"],
}
WORD_FOR_WORD, ROUGHLY = "what's the hostname", "what's my hostname"


@pytest.mark.parametrize(
    ("text", "specialist", "confidence", "goes_to"),
    [
        (WORD_FOR_WORD, "other", 0.99, "sysadmin"),
        (WORD_FOR_WORD, "composer", 0.99, "composer"),
        (ROUGHLY, "other", 0.7, "sysadmin"),
        (ROUGHLY, "other", 0.99, "other"),
        ("sing me a lullaby", "other", 0.7, "other"),
    ],
)
def test_what_the_book_has_is_not_left_to_nobody(
    text: str, specialist: str, confidence: float, goes_to: str, tmp_path: Path
):
    file = tmp_path / "book.yaml"
    file.write_text(yaml.safe_dump([HOSTNAME]), encoding="utf-8")
    knowledge = KnowledgeBase(tmp_path / "knowledge")
    knowledge.add(file, shelf="sysadmin")
    near = [knowledge.search(t, shelf="sysadmin", k=1)[0].score for t in (WORD_FOR_WORD, ROUGHLY)]
    assert near[0] > IN_THE_BOOK > near[1] > IN_THE_BOOK_AND_UNSURE
    assert likeliest(ROUGHLY, knowledge.search(ROUGHLY, shelf="sysadmin")) > FITS
    assert who_answers(text, Says(specialist, confidence), knowledge, tmp_path, {}) == goes_to
    knowledge.close()
