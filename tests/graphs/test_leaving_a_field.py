"""How sure the router must be for a follow-up to leave the field of the turn before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.graph_parts import World

from agents.router import Route
from graphs.routing import choose
from graphs.state import new_turn


class Says:
    """Gives every text to one specialist, as a follow-up."""

    def __init__(self, specialist: str, confidence: float) -> None:
        self.found = Route(specialist, confidence, follows=0.8)

    def route(self, text: str) -> Route:
        return self.found


@pytest.mark.parametrize(
    ("specialist", "confidence", "goes_to"),
    [
        ("other", 0.92, "sysadmin"),
        ("other", 0.97, "other"),
        ("composer", 0.85, "sysadmin"),
        ("composer", 0.92, "composer"),
    ],
)
def test_nobody_must_be_surer_than_another_field(
    specialist: str, confidence: float, goes_to: str, tmp_path: Path
):
    mica = World(tmp_path).assistant([])
    parts = replace(mica.parts, router=Says(specialist, confidence))
    state = new_turn("c", "t", "the last one")
    state["previous"] = "sysadmin"
    assert choose(parts, state, parts.build(None)).specialist == goes_to
    mica.close()
