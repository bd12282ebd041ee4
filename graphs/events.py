"""What happens while a request is answered, as typed events that every surface renders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from runtime.types import Document, FinishReason, ToolCall, ToolStatus, Usage
from sandboxes.preview import Preview, Undone
from tools import Artifact
from tools.bash.policy.decision import Decision


@dataclass(frozen=True)
class Routed:
    """A specialist was chosen; `confidence` is a calibrated probability.

    `build` is the name of the build that answers, `role` whether it is the champion or the
    challenger (empty: there is no such choice).
    """

    specialist: str
    confidence: float
    build: str = field(default="", compare=False)
    role: str = field(default="", compare=False)


@dataclass(frozen=True)
class Retrieved:
    """What was looked up. `source` of each document is its citation."""

    documents: tuple[Document, ...]


@dataclass(frozen=True)
class ToolStarted:
    """A tool call is about to run; for a command, with the policy's decision."""

    call: ToolCall
    decision: Decision | None = None


@dataclass(frozen=True)
class ApprovalNeeded:
    """The graph is paused until someone approves, edits or rejects this command.

    `usage` counts the model's tokens of the turn so far. `rule` is what approving it for
    always would allow from then on, in one sentence; None where it can be approved once only.
    `preview` is what the command did in a copy of the sandbox, which approving it makes real;
    `no_preview` says why there is none, where there should be one.
    """

    call: ToolCall
    decision: Decision
    usage: Usage = field(default=Usage(), compare=False)
    rule: str | None = None
    preview: Preview | None = None
    no_preview: str = ""


@dataclass(frozen=True)
class ApprovedByRule:
    """Standing approvals cover this command; their sentences say what the person allowed."""

    call: ToolCall
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class ToolFinished:
    """A tool call ended."""

    call: ToolCall
    status: ToolStatus
    text: str
    artifacts: tuple[Artifact, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class TextDelta:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True)
class Answered:
    """The answer is complete. `timings` are seconds by step, `usage` all tokens of the turn."""

    text: str
    message_id: str
    sources: tuple[Document, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    usage: Usage = field(default=Usage())
    finish: FinishReason = "stop"


@dataclass(frozen=True)
class Failed:
    """The request could not be answered; the text says what to do next. Nothing is lost."""

    error: str


@dataclass(frozen=True)
class Changed:
    """A command has changed files. `problem` says why it cannot be undone, if so."""

    call: ToolCall
    summary: str
    problem: str = ""


@dataclass(frozen=True)
class Undid:
    """A command was undone."""

    undone: Undone


Event = (
    Routed
    | Retrieved
    | ToolStarted
    | ApprovalNeeded
    | ApprovedByRule
    | ToolFinished
    | Changed
    | Undid
    | TextDelta
    | Answered
    | Failed
)


@dataclass(frozen=True)
class Resume:
    """A person's decision about a pending approval.

    `call_id` names the call that was decided on, so that an old page cannot approve a newer
    command; None decides about whichever is pending. `scope` says how long an approval lasts:
    beyond once it makes the rule that `ApprovalNeeded` told. `by` is who decided and where.
    """

    decision: Literal["approve", "edit", "reject"]
    command: str | None = None
    reason: str | None = None
    call_id: str | None = None
    scope: Literal["once", "conversation", "always"] = "once"
    by: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the decision as plain JSON, as the graph's checkpoint keeps it."""
        return asdict(self)
