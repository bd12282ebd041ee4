"""The suites of one-turn requests: sysadmin, composer, router."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from agents.router import Router
from graphs.assistant import Assistant
from sandboxes import Sandbox
from training.evaluate.checks import why_not
from training.evaluate.turns import Outcome, Turn, outcome, take_turn

Rows = Sequence[Mapping[str, Any]]


def sandbox_of(assistant: Assistant) -> Sandbox:
    """Return the assistant's sandbox.

    Raises:
        SystemExit: there is none; the text says why.
    """
    sandbox = assistant.parts.sandbox
    if sandbox is None:
        raise SystemExit(f"this needs a sandbox: {assistant.parts.sandbox_problem}")
    return sandbox


def sysadmin(assistant: Assistant, rows: Rows) -> list[Outcome]:
    """Run each request in a fresh sandbox with its fixture, and check by running."""
    sandbox = sandbox_of(assistant)
    outcomes = []
    for row in rows:
        conversation = f"eval-{uuid.uuid4().hex[:12]}"
        if row.get("setup"):
            sandbox.run(row["setup"], conversation=conversation, call_id="setup")
        turn = take_turn(assistant, conversation, row["request"])
        why = why_not(row["check"], turn, sandbox, conversation)
        assistant.forget(conversation)
        outcomes.append(outcome(row, turn, why))
    return outcomes


def composer(assistant: Assistant, rows: Rows) -> list[Outcome]:
    """Check that every expected value stands in the tools' results or the answer."""
    outcomes = []
    for row in rows:
        conversation = f"eval-{uuid.uuid4().hex[:12]}"
        turn = take_turn(assistant, conversation, row["request"])
        assistant.forget(conversation)
        said = _words(f"{turn.output}\n{turn.answer}")
        missing = [
            wanted
            for wanted in row["answer_contains"]
            if not any(
                _words(w) in said for w in (wanted if isinstance(wanted, list) else [wanted])
            )
        ]
        outcomes.append(outcome(row, turn, f"{missing} is missing" if missing else ""))
    return outcomes


def _words(text: str) -> str:
    """Bring notes to one spelling, apart by single spaces, so that whole words compare."""
    plain = str(text).replace("♭", "b").replace("♯", "#")
    return f" {' '.join(re.sub(r'[,–—:;()|→-]', ' ', plain).split())} "


def router(assistant: Assistant, rows: Rows) -> list[Outcome]:
    """Check the specialist that is chosen, without answering."""
    chooser: Router = assistant.parts.router  # type: ignore[assignment]
    outcomes = []
    for row in rows:
        started = time.perf_counter()
        route = chooser.route(row["request"])
        seconds = time.perf_counter() - started
        turn = Turn(route.specialist, (), f"{route.confidence:.2f}", seconds, seconds)
        why = "" if route.specialist == row["specialist"] else f"expected {row['specialist']}"
        outcomes.append(outcome(row, turn, why))
    return outcomes
