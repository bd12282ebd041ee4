"""Rating the last answer from a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from ui.cli_common import fail
from ui.corrections import CorrectionError, read_correction

if TYPE_CHECKING:
    from records.store import Store


def in_chat(store: Store, conversation: str, text: str) -> bool:
    """Keep what is said of the last answer in `mica chat`; false where it is something else."""
    word, _, rest = text.partition(" ")
    rest = rest.strip()
    if word not in ("/up", "/down", "/correct"):
        return False
    try:
        where, message_id = last_answer(store, conversation)
        given: dict[str, Any] = {"comment": rest} if rest else {}
        if word == "/correct":
            turn = store.turn_of(where, message_id)
            specialist = turn.meta.get("specialist") if turn else None
            given = {"calls": read_correction(rest, specialist or "")}
        id = store.rate(where, message_id, rating="up" if word == "/up" else "down", **given)
        typer.secho(f"kept as rating:{id}", err=True, dim=True)
    except (CorrectionError, typer.Exit) as error:
        if not isinstance(error, typer.Exit):
            typer.echo(f"mica: {error}", err=True)
    return True


def last_answer(store: Store, conversation: str | None = None) -> tuple[str, str]:
    """Return the conversation and id of the last answer; ends the command where there is none."""
    if conversation is None:
        latest = store.conversations(limit=1)
        conversation = latest[0].id if latest else ""
    for _, _, meta in reversed(store.transcript(conversation)):
        if meta.get("message_id"):
            return conversation, str(meta["message_id"])
    fail(f"there is no answer in conversation {conversation or 'yet'}; `mica ask` first")
