"""What the audit is told of a command: asked for, judged, decided on, run."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from graphs.events import Resume
from graphs.parts import Parts
from graphs.state import State
from records.rules import Rule
from records.secrets import mask
from runtime.types import ToolCall
from tools import ToolResult
from tools.bash.policy.decision import Decision


class Auditing:
    """Writes audit entries. A step that runs again after a crash may write its entry twice."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def judged(self, state: State, call: ToolCall, decision: Decision) -> None:
        """Note the request, the command, its parse evidence and verdict, and the model."""
        data = {"request": state["text"], "turn": state["turn"], **self._model(state)}
        self._add("judged", state, call, **data, **evidence(decision))

    def covered(self, state: State, call: ToolCall, rules: Sequence[Rule]) -> None:
        """Note that rules approved a command."""
        by = [{"rule": rule.id, "sentence": rule.sentence, "made_by": rule.by} for rule in rules]
        self._add("approved", state, call, by=by)

    def approved(self, state: State, call: ToolCall, resume: Resume, rule: Rule | None) -> None:
        """Note who approved a command, and the rule that they made of it."""
        made = {"rule": rule.id, "sentence": rule.sentence} if rule is not None else None
        scope = resume.scope if rule is not None else "once"
        self._add("approved", state, call, by=resume.by, scope=scope, made=made)

    def rejected(self, state: State, call: ToolCall, resume: Resume) -> None:
        """Note who rejected a command, and why."""
        self._add("rejected", state, call, by=resume.by, reason=resume.reason)

    def edited(
        self, state: State, call: ToolCall, resume: Resume, decision: Decision, was: str
    ) -> None:
        """Note what a person made of a command, and how that was judged."""
        self._add("edited", state, call, by=resume.by, was=was, **evidence(decision))

    def ran(self, state: State, call: ToolCall, result: ToolResult) -> None:
        """Note how a command ended, with the hash of its output as the records have it."""
        kept = mask(result.text)
        output = {"sha256": hashlib.sha256(kept.encode()).hexdigest(), "characters": len(kept)}
        self._add(
            "ran", state, call,
            status=result.status, exit_code=result.exit_code, output=output,
            edited=state["edited"],
        )  # fmt: skip

    def _model(self, state: State) -> dict[str, Any]:
        specialist, build = state["specialist"], self.parts.build(state.get("build"))
        adapter = self.parts.adapter(specialist) if specialist != "other" else None
        used = adapter is not None and build.adapter(adapter) is not None
        return {
            "model": build.hashes.get("", build.model),
            "adapter": build.hashes.get(adapter, adapter) if adapter and used else None,
        }

    def _add(self, kind: str, state: State, call: ToolCall, **more: Any) -> None:
        data = {"call": call.id, "command": call.arguments.get("command"), **more}
        self.parts.store.audit(f"command.{kind}", state["conversation"], data)


def evidence(decision: Decision) -> dict[str, Any]:
    """Return what the parsers found in a command, and the verdict, as plain JSON."""
    return {
        "verdict": decision.verdict,
        "reasons": list(decision.reasons),
        "programs": list(decision.programs),
        "reads": list(decision.reads),
        "writes": list(decision.writes),
        "network": decision.network,
        "privilege": decision.privilege,
    }
