"""Conversations and their transcripts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from records.database import Database, RecordsError, now
from records.secrets import mask, mask_json


@dataclass(frozen=True)
class Conversation:
    """A conversation, without its messages. Times are ISO 8601 in UTC."""

    id: str
    owner: str
    title: str | None
    created: str
    updated: str
    metadata: Mapping[str, Any]
    tags: tuple[str, ...]


class ConversationRecords:
    """Conversations, found by owner, and their messages, in order."""

    database: Database

    def add_conversation(self, id: str, *, owner: str = "local", title: str | None = None) -> None:
        """Make a conversation; does nothing where it exists and is the owner's.

        Raises:
            RecordsError: it exists and belongs to someone else.
        """
        with self.database.write() as connection:
            ensure(connection, id, owner, title)
            found = connection.execute(
                "SELECT owner FROM conversations WHERE id = ?", (id,)
            ).fetchone()
            if found["owner"] != owner:
                raise RecordsError(f"conversation {id} is {found['owner']}'s; start a new one")

    def conversation(self, id: str) -> Conversation | None:
        """Return one conversation, or None where there is none."""
        row = self.database.row("SELECT * FROM conversations WHERE id = ?", (id,))
        return _conversation(row) if row else None

    def conversations(
        self,
        owner: str = "local",
        limit: int = 50,
        before: str | None = None,
        search: str = "",
        rating: Literal["up", "down"] | None = None,
    ) -> list[Conversation]:
        """Return an owner's conversations, the last used first.

        `before` is the id of the last conversation of the page before. `search` is looked
        for in titles, messages and what the page showed, in any case. `rating` keeps those
        with an answer rated so.
        """
        query = ["SELECT c.* FROM conversations c WHERE c.owner = ?"]
        values: list[Any] = [owner]
        if before is not None:
            query.append(
                "AND (c.updated, c.id) < (SELECT updated, id FROM conversations WHERE id = ?)"
            )
            values.append(before)
        if search:
            query.append(_SEARCH)
            values += [_like(search)] * 3
        if rating is not None:
            query.append(
                "AND EXISTS (SELECT 1 FROM ratings r WHERE r.conversation = c.id AND r.rating = ?)"
            )
            values.append(rating)
        query.append("ORDER BY c.updated DESC, c.id DESC LIMIT ?")
        values.append(limit)
        return [_conversation(row) for row in self.database.rows(" ".join(query), tuple(values))]

    def rename(self, id: str, title: str) -> None:
        """Give a conversation a title.

        Raises:
            RecordsError: there is no such conversation.
        """
        self._change(id, "title = ?", mask(title))

    def describe(
        self,
        id: str,
        *,
        metadata: Mapping[str, Any] | None = None,
        tags: Sequence[str] | None = None,
    ) -> None:
        """Merge `metadata` into a conversation's (None removes a key) and set its tags.

        Raises:
            RecordsError: there is no such conversation.
        """
        if metadata is not None:
            # JSON merge patch (RFC 7396): a null removes the key.
            self._change(id, "metadata = json_patch(metadata, ?)", _json(metadata))
        if tags is not None:
            self._change(id, "tags = ?", _json(list(tags)))

    def delete_conversation(self, id: str) -> None:
        """Remove a conversation with messages, ratings, journal and page; not the audit."""
        with self.database.write() as connection:
            connection.execute("DELETE FROM conversations WHERE id = ?", (id,))

    def append(
        self,
        conversation: str,
        message: Mapping[str, Any],
        *,
        meta: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> int:
        """Add a message (an OpenAI chat message), secrets masked; return its position, from 0.

        A conversation that does not exist yet is made. Where `key` is given and a message
        of this conversation has it already, nothing is added and that one's position is
        returned, so that a step that runs again after a crash adds its message once.
        """
        masked, details = _json(mask_json(dict(message))), _json(mask_json(dict(meta or {})))
        with self.database.write() as connection:
            ensure(connection, conversation)
            if key is not None:
                same = connection.execute(
                    "SELECT position FROM messages WHERE conversation = ? AND key = ?",
                    (conversation, key),
                ).fetchone()
                if same:
                    return int(same["position"])
            position = connection.execute(
                "SELECT COALESCE(MAX(position) + 1, 0) FROM messages WHERE conversation = ?",
                (conversation,),
            ).fetchone()[0]
            connection.execute(
                "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)",
                (conversation, position, key, masked, details, now()),
            )
            touch(connection, conversation)
            return int(position)

    def transcript(self, conversation: str) -> list[tuple[int, dict[str, Any], dict[str, Any]]]:
        """Return (position, message, meta) in order; empty where there is nothing."""
        rows = self.database.rows(
            "SELECT position, message, meta FROM messages WHERE conversation = ? ORDER BY position",
            (conversation,),
        )
        return [(r["position"], json.loads(r["message"]), json.loads(r["meta"])) for r in rows]

    def conversation_of_call(self, call_id: str) -> str | None:
        """Return the conversation in which a model asked for a tool call, or None."""
        row = self.database.row(
            "SELECT conversation FROM messages WHERE key LIKE '%:calls:%' AND EXISTS "
            "(SELECT 1 FROM json_each(message, '$.tool_calls') "
            "WHERE json_extract(value, '$.id') = ?)",
            (call_id,),
        )
        return row["conversation"] if row else None

    def _change(self, id: str, assignment: str, value: str) -> None:
        with self.database.write() as connection:
            changed = connection.execute(
                f"UPDATE conversations SET {assignment} WHERE id = ?", (value, id)
            )
            if not changed.rowcount:
                raise RecordsError(f"there is no conversation {id}; start a new one")


_SEARCH = r"""AND (c.title LIKE ? ESCAPE '\'
    OR EXISTS (SELECT 1 FROM messages m WHERE m.conversation = c.id
               AND json_extract(m.message, '$.content') LIKE ? ESCAPE '\')
    OR EXISTS (SELECT 1 FROM steps s WHERE s.conversation = c.id
               AND json_extract(s.data, '$.output') LIKE ? ESCAPE '\'))"""


def ensure(
    connection: sqlite3.Connection, id: str, owner: str = "local", title: str | None = None
) -> None:
    """Make a conversation inside an open transaction where it does not exist."""
    moment = now()
    connection.execute(
        "INSERT OR IGNORE INTO conversations (id, owner, title, created, updated) "
        "VALUES (?, ?, ?, ?, ?)",
        (id, owner, mask(title) if title else title, moment, moment),
    )


def touch(connection: sqlite3.Connection, id: str) -> None:
    """Mark a conversation as used now, inside an open transaction."""
    connection.execute("UPDATE conversations SET updated = ? WHERE id = ?", (now(), id))


def _conversation(row: sqlite3.Row) -> Conversation:
    return Conversation(
        row["id"],
        row["owner"],
        row["title"],
        row["created"],
        row["updated"],
        json.loads(row["metadata"]),
        tuple(json.loads(row["tags"])),
    )


def _like(text: str) -> str:
    for character in "\\%_":
        text = text.replace(character, "\\" + character)
    return f"%{text}%"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
