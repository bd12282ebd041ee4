"""The steps between a tool call and its run: the policy's judgement and the person's."""

from __future__ import annotations

from typing import Any

from langgraph.types import Command, interrupt

from graphs.auditing import Auditing
from graphs.events import ApprovedByRule, Resume
from graphs.notes import Notes, emit, follow, head, step
from graphs.parts import Parts
from graphs.previewing import Previews
from graphs.rules import Rules
from graphs.state import (
    State,
    call_to_json,
    decision_from_json,
    decision_to_json,
    edit_call,
    messages_of,
)
from runtime.types import ToolCall
from tools.bash.policy.decision import Decision

COMMANDS = "bash"
"""The tool whose calls are judged; all others only compute."""

EDITED = {"edited": True, "decided": "edit"}
"""What the transcript says of the result of a call that a person changed."""


class Approval:
    """Steps that decide whether a call runs."""

    def __init__(self, parts: Parts, notes: Notes, previews: Previews) -> None:
        self.parts = parts
        self.notes = notes
        self.previews = previews
        self.rules = Rules(parts.store)
        self.audit = Auditing(parts)

    @step
    def judge(self, state: State) -> Command[str]:
        """Let a call run, ask for it, or refuse it."""
        self._record_calls(state)
        call = head(state)
        problem = self._problem(state, call)
        if problem:
            return follow(self._settle_early(state, call, problem))
        if call.name != COMMANDS:
            return Command(goto="run")
        decision = self.parts.judge(call.arguments["command"])
        self.audit.judged(state, call, decision)
        if decision.verdict == "refuse":
            return follow(self.notes.settle(state, call, "refused", refusal(decision)))
        free = decision.verdict == "allow" or self._covered(state, call, decision)
        where = "run" if free else "preview"
        return Command(goto=where, update={"decision": decision_to_json(decision)})

    def _covered(self, state: State, call: ToolCall, decision: Decision) -> bool:
        """Whether standing approvals cover a command that asks; notes their use."""
        command = call.arguments["command"]
        rules = self.rules.covering(state["conversation"], command, decision)
        for rule in rules:
            self.parts.store.use_rule(rule.id, call.id)
        if rules:
            self.audit.covered(state, call, rules)
            emit(ApprovedByRule(call, tuple(rule.sentence for rule in rules)))
        return bool(rules)

    def _record_calls(self, state: State) -> None:
        """Write down the model's message; its calls are in the checkpoint by now."""
        last = next(m for m in reversed(messages_of(state)) if m.tool_calls)
        documents = [document["id"] for document in state["documents"]]
        meta = {"specialist": state["specialist"], "documents": documents}
        self.notes.record(state, last, f"calls:{last.tool_calls[0].id}", meta)

    def _problem(self, state: State, call: ToolCall) -> str | None:
        allowed = self.parts.specialists[state["specialist"]].tools
        if call.name not in self.parts.tools or call.name not in allowed:
            return f"there is no tool {call.name!r}; the tools are {', '.join(allowed)}"
        if call.name == COMMANDS and not isinstance(call.arguments.get("command"), str):
            return "bash: the argument `command` must be a text with the command to run"
        if state["steps"] >= self.parts.settings.max_steps:
            return "not run: this request has used up its tool calls; answer with what there is"
        if self._repeats(state, call):
            return "not run again: this very call was made before; answer from its result above"
        return None

    def _repeats(self, state: State, call: ToolCall) -> bool:
        """Whether this turn has a result of the same call; to look again at what changed is new."""
        since = _since(state, call)
        if since is None:
            return False
        changes = [self._changes(each) for each in (call, *since)]
        return changes[0] or not any(changes[1:])

    def _changes(self, call: ToolCall) -> bool:
        """Whether a call is a command that may change something."""
        command = str(call.arguments.get("command", ""))
        return call.name == COMMANDS and self.parts.judge(command).verdict != "allow"

    def _settle_early(self, state: State, call: ToolCall, problem: str) -> dict[str, Any]:
        update = self.notes.settle(state, call, "error", problem)
        # A model that says the same again would do so for ever: it must answer now.
        return {**update, "final": state["final"] or self._repeats(state, call)}

    @step
    def approve(self, state: State) -> Command[str]:
        """Wait for a person. LangGraph runs this from its start when they have decided."""
        call = head(state)
        decision = decision_from_json(state["decision"] or {})
        offer = self.rules.offer(call.arguments["command"], decision)
        waiting = {"call": call_to_json(call), "decision": state["decision"], "rule": offer}
        waiting["preview"] = state.get("preview")
        resume = Resume(**interrupt(waiting))
        if resume.decision == "reject":
            return self._rejected(state, call, resume)
        if resume.decision == "edit":
            return self._edited(state, call, resume)
        rule = self.rules.keep(
            state["conversation"], call.arguments["command"], decision,
            scope=resume.scope, by=resume.by, call_id=call.id,
        )  # fmt: skip
        self.audit.approved(state, call, resume, rule)
        return Command(goto="run")

    def _rejected(self, state: State, call: ToolCall, resume: Resume) -> Command[str]:
        reason = f": {resume.reason}" if resume.reason else "."
        self.audit.rejected(state, call, resume)
        self.previews.discard(state["conversation"])
        text = f"not run: the person rejected this command{reason}"
        decided = {"decided": "reject", "reason": resume.reason or "", "by": resume.by}
        update = self.notes.settle(state, call, "rejected", text, meta=decided)
        while update["calls"]:
            later: State = {**state, **update}  # type: ignore[typeddict-item]
            text = "not run: the person rejected the command before it"
            update = self.notes.settle(later, head(later), "rejected", text)
        return Command(goto="act", update={**update, "final": True})

    def _edited(self, state: State, call: ToolCall, resume: Resume) -> Command[str]:
        command = str(resume.command)
        changed = ToolCall(call.id, call.name, {**call.arguments, "command": command})
        decision = self.parts.judge(command)
        # The person wrote this command, so "ask" has its answer; "refuse" holds for them too.
        self.audit.edited(state, changed, resume, decision, call.arguments["command"])
        self.previews.discard(state["conversation"])
        update: dict[str, Any] = {"messages": edit_call(state["messages"], changed)}
        update["preview"] = None
        if decision.verdict == "refuse":
            seen: State = {**state, **update}  # type: ignore[typeddict-item]
            reason = refusal(decision)
            return follow(self.notes.settle(seen, changed, "refused", reason, meta=EDITED))
        calls = [call_to_json(changed), *state["calls"][1:]]
        update |= {"calls": calls, "decision": decision_to_json(decision), "edited": True}
        return Command(goto="run", update=update)


def refusal(decision: Decision) -> str:
    """Return why a command is refused, for the model and the person."""
    return "refused by the command policy: " + ("; ".join(decision.reasons) or decision.summary)


def _since(state: State, call: ToolCall) -> list[ToolCall] | None:
    """Return the calls of this turn behind one that was the same and has its result; None where
    there was none."""
    messages = messages_of(state)
    start = max(i for i, message in enumerate(messages) if message.role == "user")
    settled = {m.tool_call_id for m in messages[start:] if m.role == "tool"}
    calls = [c for m in messages[start:] for c in m.tool_calls if c.id in settled]
    same = [n for n, c in enumerate(calls) if (c.name, c.arguments) == (call.name, call.arguments)]
    return calls[same[-1] + 1 :] if same else None
