"""The journal of tool calls: what was meant to run, was started, and how it ended.

A graph that runs a step again after a crash asks the journal first, so that a command with
an effect runs once. Secrets are masked, so a result that is read back has them masked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from records.conversations import ensure
from records.database import Database, RecordsError, now
from records.secrets import mask, mask_json

JournalState = Literal["intended", "started", "finished"]


@dataclass(frozen=True)
class JournalEntry:
    """One tool call. `status`, `text` and `exit_code` are set once it is finished."""

    call_id: str
    conversation: str
    tool: str
    arguments: Mapping[str, Any]
    state: JournalState
    status: str | None = None
    text: str | None = None
    exit_code: int | None = None


class JournalRecords:
    """Tool calls by id; a call goes intended, started, finished, and never back."""

    database: Database

    def journal_intend(
        self, call_id: str, conversation: str, tool: str, arguments: Mapping[str, Any]
    ) -> JournalEntry:
        """Note that a call is about to be judged or run; return its entry.

        A call that was noted before keeps its state and arguments: look at the entry.

        Raises:
            RecordsError: the call id was used by another conversation.
        """
        with self.database.write() as connection:
            ensure(connection, conversation)
            connection.execute(
                "INSERT OR IGNORE INTO journal "
                "(call_id, conversation, tool, arguments, state, intended) "
                "VALUES (?, ?, ?, ?, 'intended', ?)",
                (call_id, conversation, tool, _masked(arguments), now()),
            )
        entry = self.journal(call_id)
        if entry is None or entry.conversation != conversation:
            raise RecordsError(f"call {call_id} is of another conversation; use a new call id")
        return entry

    def journal_start(self, call_id: str, arguments: Mapping[str, Any] | None = None) -> bool:
        """Claim a call just before it runs; true for exactly one caller.

        `arguments` are those that run, where a person edited them.

        Raises:
            RecordsError: the call was never noted with `journal_intend`.
        """
        edited = None if arguments is None else _masked(arguments)
        with self.database.write() as connection:
            changed = connection.execute(
                "UPDATE journal SET state = 'started', started = ?, "
                "arguments = COALESCE(?, arguments) WHERE call_id = ? AND state = 'intended'",
                (now(), edited, call_id),
            )
            if changed.rowcount:
                return True
        if self.journal(call_id) is None:
            raise RecordsError(f"call {call_id} is not in the journal; note it before it starts")
        return False

    def journal_finish(
        self, call_id: str, status: str, text: str, exit_code: int | None = None
    ) -> None:
        """Keep how a call ended; the first result stays.

        Raises:
            RecordsError: the call was never noted with `journal_intend`.
        """
        with self.database.write() as connection:
            connection.execute(
                "UPDATE journal SET state = 'finished', status = ?, text = ?, exit_code = ?, "
                "finished = ? WHERE call_id = ? AND state != 'finished'",
                (status, mask(text), exit_code, now(), call_id),
            )
        if self.journal(call_id) is None:
            raise RecordsError(f"call {call_id} is not in the journal; note it before it ends")

    def journal(self, call_id: str) -> JournalEntry | None:
        """Return a call's entry, or None."""
        row = self.database.row("SELECT * FROM journal WHERE call_id = ?", (call_id,))
        if row is None:
            return None
        return JournalEntry(
            row["call_id"],
            row["conversation"],
            row["tool"],
            json.loads(row["arguments"]),
            row["state"],
            row["status"],
            row["text"],
            row["exit_code"],
        )

    def pending_call(self, call_id: str) -> str | None:
        """Return the conversation of a call that has not finished, or None."""
        row = self.database.row(
            "SELECT conversation FROM journal WHERE call_id = ? AND state != 'finished'",
            (call_id,),
        )
        return row["conversation"] if row else None


def _masked(arguments: Mapping[str, Any]) -> str:
    return json.dumps(mask_json(dict(arguments)))
