"""A challenge decided from real records and a real registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.builds import two_builds

from records.store import Store
from runtime.models.registry import Registry
from training.gate.deciding import apply, decide


@pytest.fixture
def registry(tmp_path: Path, tiny_models: Path) -> Registry:
    return two_builds(tmp_path, tiny_models)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "mica.db")
    yield opened
    opened.close()


def talk(store: Store, name: str, build: str, *thumbs: str) -> None:
    """Keep a conversation with one answer for each thumb, and rate them."""
    for number, thumb in enumerate(thumbs):
        message = f"msg_{name}_{number}"
        meta = {"message_id": message, "build": build}
        store.append(name, {"role": "assistant", "content": "done"}, meta=meta)
        store.rate(name, message, rating=thumb)  # type: ignore[arg-type]


def test_without_a_challenge_there_is_nothing_to_decide(registry: Registry, store: Store):
    assert decide(store, registry.standing()) is None


def test_a_liked_challenger_is_promoted(registry: Registry, store: Store):
    registry.challenge("second", 0.5)
    for number in range(25):
        talk(store, f"new-{number}", "second", "up")
        talk(store, f"old-{number}", "tiny", "down")
    decision = decide(store, registry.standing())
    assert decision and decision.evidence.verdict == "challenger better"
    assert decision.evidence.rated == (25, 25) and "promote" in decision.advice
    assert apply(registry, decision) == "second is the champion now"
    assert registry.standing().champion == "second"
    assert apply(registry, decision) == "", "the challenge is over"


def test_a_disliked_challenger_is_withdrawn(registry: Registry, store: Store):
    registry.challenge("second", 0.2)
    for number in range(25):
        talk(store, f"new-{number}", "second", "down")
        talk(store, f"old-{number}", "tiny", "up")
    decision = decide(store, registry.standing())
    assert decision and decision.evidence.verdict == "challenger worse"
    assert "answers no more" in apply(registry, decision)
    assert (registry.standing().champion, registry.standing().challenger) == ("tiny", None)


def test_what_does_not_count(registry: Registry, store: Store):
    talk(store, "before", "tiny", "down")
    registry.challenge("second", 0.5)
    talk(store, "before", "tiny", "down")  # began before the challenge
    talk(store, "another", "third", "up")  # another build
    talk(store, "twice", "second", "up", "down", "down")  # counts once
    store.append("plain", {"role": "assistant", "content": "x"}, meta={"message_id": "m"})
    store.rate("plain", "m", rating="up")  # says no build
    decision = decide(store, registry.standing())
    assert decision and decision.evidence.verdict == "not decided"
    assert (decision.evidence.rated, decision.evidence.up) == ((0, 1), (0, 1))
    assert apply(registry, decision) == "" and registry.standing().challenger == "second"
