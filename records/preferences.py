"""Choices between two answers to the same request."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from records.database import Database, RecordsError, now
from records.secrets import mask


@dataclass(frozen=True)
class Preference:
    """One person's choice: `chosen` and `rejected` are the message ids of two answers.

    `conversation` is where the chosen one is, `rejected_conversation` where the other is.
    """

    id: str
    conversation: str
    chosen: str
    rejected_conversation: str
    rejected: str
    owner: str
    comment: str
    created: str
    updated: str


class PreferenceRecords:
    """Choices: one a person and pair of answers. Nobody changes another's."""

    database: Database

    def prefer(
        self,
        conversation: str,
        chosen: str,
        rejected: str,
        *,
        owner: str = "local",
        comment: str = "",
        rejected_conversation: str | None = None,
    ) -> str:
        """Keep a choice and return its id; the owner's earlier one of this pair changes.

        `rejected_conversation` is where the other answer is, if elsewhere.

        Raises:
            RecordsError: an answer is not there, they are the same one, or they answer
                different requests.
        """
        elsewhere = rejected_conversation or conversation
        if (conversation, chosen) == (elsewhere, rejected):
            raise RecordsError("the two answers are the same one; name two different ones")
        one, other = self._request(conversation, chosen), self._request(elsewhere, rejected)
        if one.split() != other.split():
            raise RecordsError("the two answers are to different requests; compare like with like")
        pair = json.dumps(sorted([[conversation, chosen], [elsewhere, rejected]]))
        answers = (conversation, chosen, elsewhere, rejected)
        with self.database.write() as connection:
            connection.execute(
                """INSERT INTO preferences VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
                ON CONFLICT (pair, owner) DO UPDATE SET
                    conversation = ?2, chosen = ?3, rejected_conversation = ?4, rejected = ?5,
                    comment = ?8, updated = ?9""",
                (str(uuid.uuid4()), *answers, pair, owner, mask(comment), now()),
            )
            row = connection.execute(
                "SELECT id FROM preferences WHERE pair = ? AND owner = ?", (pair, owner)
            ).fetchone()
            return str(row["id"])

    def unprefer(self, preference_id: str, *, owner: str = "local") -> bool:
        """Remove a choice of `owner`; return whether there was one.

        Raises:
            RecordsError: the choice is someone else's.
        """
        return self.database.remove_own("preferences", preference_id, owner, "choice")

    def preference(self, preference_id: str) -> Preference | None:
        """Return one choice, or None."""
        row = self.database.row("SELECT * FROM preferences WHERE id = ?", (preference_id,))
        return _preference(dict(row)) if row else None

    def preferences(self, *, owner: str | None = None) -> list[Preference]:
        """Return choices, oldest first: all, or of one owner."""
        rows = self.database.rows(
            "SELECT * FROM preferences WHERE (?1 IS NULL OR owner = ?1) ORDER BY created, id",
            (owner,),
        )
        return [_preference(dict(row)) for row in rows]

    def _request(self, conversation: str, message_id: str) -> str:
        """Return the request that an answer is to."""
        row = self.database.row(
            """SELECT json_extract(message, '$.content') AS text FROM messages
            WHERE conversation = ?1 AND json_extract(message, '$.role') = 'user' AND position < (
                SELECT position FROM messages WHERE conversation = ?1
                AND json_extract(meta, '$.message_id') = ?2)
            ORDER BY position DESC LIMIT 1""",
            (conversation, message_id),
        )
        if row is None:
            raise RecordsError(f"there is no answer {message_id} in conversation {conversation}")
        return str(row["text"] or "")


def _preference(row: dict[str, Any]) -> Preference:
    row.pop("pair")
    return Preference(**row)
