"""What people's thumbs say of a challenger that serves beside the champion."""

from __future__ import annotations

from dataclasses import dataclass

from records.store import Store
from runtime.models.registry import Registry
from runtime.models.standing import Standing
from training.gate.sequential import ALPHA, Evidence, Rated, watch


@dataclass(frozen=True)
class Decision:
    """The evidence of a challenge, and what follows from it in a sentence."""

    standing: Standing
    evidence: Evidence

    @property
    def advice(self) -> str:
        """What to do now."""
        return {
            "challenger better": "`mica models promote` makes it the champion",
            "challenger worse": "`mica models withdraw` ends the challenge",
            "not decided": "let it serve on; looking again costs nothing",
        }[self.evidence.verdict]


def decide(store: Store, standing: Standing, alpha: float = ALPHA) -> Decision | None:
    """Return what the ratings of a challenge say; None where nobody challenges.

    A conversation counts once, by its first rating (people rate several answers of one talk
    alike), and only if it began after the challenge did, since only those were given to a build
    by chance.
    """
    if standing.challenger is None:
        return None
    return Decision(standing, watch(rated(store, standing), alpha))


def apply(registry: Registry, decision: Decision) -> str:
    """Promote a better challenger, withdraw a worse one; return what was done, or nothing.

    A decision about a challenge that is over does nothing.
    """
    if registry.standing() != decision.standing:
        return ""
    if decision.evidence.verdict == "challenger better":
        return f"{registry.promote().name} is the champion now"
    if decision.evidence.verdict == "challenger worse":
        return f"{registry.withdraw()} answers no more; the champion stays"
    return ""


def rated(store: Store, standing: Standing) -> list[Rated]:
    """Return the rated conversations of a challenge, by the time of their first rating."""
    found: list[Rated] = []
    seen: set[str] = set()
    for rating in store.ratings():
        if rating.conversation in seen or rating.created < standing.since:
            continue
        conversation = store.conversation(rating.conversation)
        if conversation is None or conversation.created < standing.since:
            continue
        build = _build(store, rating.conversation, rating.message_id)
        if build in (standing.champion, standing.challenger):
            seen.add(rating.conversation)
            found.append(Rated(build == standing.challenger, rating.rating == "up"))
    return found


def _build(store: Store, conversation: str, message_id: str) -> str | None:
    for _, _, meta in store.transcript(conversation):
        if meta.get("message_id") == message_id:
            return str(meta["build"]) if meta.get("build") else None
    return None
