"""What the chat page showed: people, steps and elements, in the page's own JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from records.conversations import ensure, touch
from records.database import Database, now
from records.secrets import mask_json

Table = Literal["steps", "elements"]


@dataclass(frozen=True)
class Person:
    """Someone who uses the page; `name` is who conversations and ratings belong to."""

    name: str
    metadata: Mapping[str, Any]
    created: str


class PageRecords:
    """Steps and elements are kept whole: a key that the page adds later is kept too."""

    database: Database

    def add_person(self, name: str, metadata: Mapping[str, Any]) -> Person:
        """Keep a person, or renew their metadata."""
        with self.database.write() as connection:
            connection.execute(
                "INSERT INTO people VALUES (?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET metadata = excluded.metadata",
                (name, json.dumps(dict(metadata)), now()),
            )
        person = self.person(name)
        assert person is not None
        return person

    def person(self, name: str) -> Person | None:
        """Return a person, or None."""
        row = self.database.row("SELECT * FROM people WHERE name = ?", (name,))
        return Person(row["name"], json.loads(row["metadata"]), row["created"]) if row else None

    def put_page_item(
        self,
        table: Table,
        id: str,
        conversation: str,
        data: Mapping[str, Any],
        *,
        parent: str | None = None,
        created: str | None = None,
    ) -> None:
        """Keep a step or element, secrets masked; one that exists takes the new values by key.

        A value of None does not clear an earlier one: the page sends partial updates.
        """
        with self.database.write() as connection:
            ensure(connection, conversation)
            row = connection.execute(f"SELECT data FROM {table} WHERE id = ?", (id,)).fetchone()
            merged = json.loads(row["data"]) if row else {}
            new = mask_json(dict(data))
            merged |= {k: v for k, v in new.items() if v is not None or k not in merged}
            connection.execute(
                f"""INSERT INTO {table} VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET data = excluded.data,
                    parent = COALESCE(excluded.parent, parent)""",
                (
                    id,
                    conversation,
                    parent,
                    json.dumps(merged, ensure_ascii=False),
                    created or now(),
                ),
            )
            touch(connection, conversation)

    def page_items(self, table: Table, conversation: str) -> list[dict[str, Any]]:
        """Return a conversation's steps or elements in the order in which they were made."""
        rows = self.database.rows(
            f"SELECT data FROM {table} WHERE conversation = ? ORDER BY created, rowid",
            (conversation,),
        )
        return [json.loads(row["data"]) for row in rows]

    def page_item(self, table: Table, id: str) -> dict[str, Any] | None:
        """Return one step or element, or None."""
        row = self.database.row(f"SELECT data FROM {table} WHERE id = ?", (id,))
        return json.loads(row["data"]) if row else None

    def favorites(self, owner: str) -> list[dict[str, Any]]:
        """Return an owner's steps that are marked as favourite, the last first."""
        rows = self.database.rows(
            """SELECT s.data FROM steps s JOIN conversations c ON c.id = s.conversation
            WHERE c.owner = ? AND json_extract(s.data, '$.metadata.favorite')
            ORDER BY s.created DESC""",
            (owner,),
        )
        return [json.loads(row["data"]) for row in rows]

    def drop_page_item(self, table: Table, id: str) -> None:
        """Remove a step or element."""
        with self.database.write() as connection:
            connection.execute(f"DELETE FROM {table} WHERE id = ?", (id,))
