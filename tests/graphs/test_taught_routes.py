"""Who answers what was taught: the less sure the router is, the farther a request may be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.graph_parts import World

from agents.router import Route
from graphs.routing import TAUGHT, TAUGHT_AND_UNSURE, choose
from graphs.state import new_turn
from tools.knowledge.base import KnowledgeBase
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
    mica = World(tmp_path).assistant([])
    parts = replace(mica.parts, knowledge=knowledge, router=Says(specialist, confidence))
    build = replace(parts.build(None), learned={"sysadmin": file})
    chosen = choose(parts, new_turn("c", "t", text), build)
    assert chosen.specialist == goes_to
    mica.close()
    knowledge.close()
