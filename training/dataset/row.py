"""What a dataset consists of: rows, and what was kept out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from records.turns import calls_in

Label = Literal["correction", "edit", "preference", "up", "down"]
Split = Literal["train", "held-out"]
Messages = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Lineage:
    """Where a row comes from. `feedback` also names the feedback that said the same again.

    `build` is the model that had answered, `created` the time of the first feedback (ISO 8601).
    """

    conversation: str
    message_id: str
    feedback: tuple[str, ...]
    build: str = ""
    created: str = ""


@dataclass(frozen=True)
class Row:
    """One request with its answer, as OpenAI messages without the system turn.

    `messages` ends with the answer to learn from (label `down`: the one not to give); the calls
    in it were run again, and their results are of that run. `turn` is the index of the request in
    it; earlier messages are turns that it leans on, and `follows` says that there are some.
    `rejected` is the turn as it had been answered, after the request, where it is known to be
    worse. `tools` are the schemas of the tools of today that the row may use (OpenAI's `tools`),
    `schema_version` is `graphs.state.tools_hash` of all the specialist's. `kind` is what it
    teaches: tool names, for commands the program (`bash:find`), or `answer`. Rows of one `cluster`
    ask nearly the same and are on one side of the `split`. `failure` is the kind of failure of
    `records.failures.KINDS`, `tags` are reviewers'.
    """

    id: str
    specialist: str
    kind: str
    messages: Messages
    turn: int
    tools: Messages
    schema_version: str
    label: Label
    lineage: Lineage
    weight: float = 1.0
    cluster: str = ""
    split: Split = "train"
    rejected: Messages = ()
    follows: bool = False
    failure: str = ""
    tags: tuple[str, ...] = ()

    @property
    def request(self) -> str:
        """What was asked."""
        return str(self.messages[self.turn]["content"])

    @property
    def requests(self) -> tuple[str, ...]:
        """What was asked, after the requests that it leans on."""
        return tuple(str(m["content"]) for m in self.messages if m["role"] == "user")

    @property
    def calls(self) -> tuple[dict[str, Any], ...]:
        """The calls of the turn, as `{"name", "arguments"}`."""
        return calls_in(self.messages[self.turn :])

    @property
    def answer(self) -> str:
        """The last thing said; empty where the turn ends with a call."""
        return str(self.messages[-1].get("content") or "")

    @property
    def teaches(self) -> bool:
        """Whether the messages are an example to follow: all but a plain thumb down."""
        return self.label != "down"

    def to_json(self) -> dict[str, Any]:
        """Return the row as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Row:
        """Read what `to_json` wrote.

        Raises:
            TypeError: a field is missing or unknown.
        """
        lineage = Lineage(**{**data["lineage"], "feedback": tuple(data["lineage"]["feedback"])})
        listed = {key: tuple(data[key]) for key in ("messages", "tools", "rejected", "tags")}
        return cls(**{**data, **listed, "lineage": lineage})


@dataclass(frozen=True)
class Rejected:
    """Feedback that gave no row. `step` is the check that kept it out, `reason` is for people."""

    feedback: str
    conversation: str
    step: str
    reason: str
    request: str = ""


def rejection(row: Row, step: str, reason: str) -> Rejected:
    """Return that a row is not taken after all."""
    return Rejected(row.lineage.feedback[0], row.lineage.conversation, step, reason, row.request)
