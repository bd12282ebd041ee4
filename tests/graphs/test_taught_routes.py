"""Who answers what was taught or is in the book: the surer the router, the nearer it must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from support.graph_parts import World

from agents.router import Route
from graphs.routing import (
    FITS,
    IN_THE_BOOK,
    IN_THE_BOOK_AND_UNSURE,
    TAUGHT,
    TAUGHT_AND_UNSURE,
    choose,
)
from graphs.state import new_turn
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


def who_answers(
    text: str, router: Says, knowledge: KnowledgeBase, folder: Path, learned: Mapping[str, Path]
) -> str:
    """Return the specialist that a request goes to, nobody's being `other`."""
    mica = World(folder).assistant([])
    parts = replace(mica.parts, knowledge=knowledge, router=router)
    chosen = choose(
        parts, new_turn("c", "t", text), replace(parts.build(None), learned=dict(learned))
    )
    mica.close()
    return chosen.specialist


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
