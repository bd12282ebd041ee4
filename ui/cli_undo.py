"""`mica undo`: put back what the last command of a conversation changed."""

from __future__ import annotations

from typing import Annotated

import typer

from ui.cli_common import as_json, assistant, fail
from ui.cli_render import Follower


def undo(
    conversation: Annotated[
        str | None, typer.Argument(help="The conversation; without it, the latest one.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Show what can be undone.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Undo the last command that changed files; again for the one before it."""
    with assistant() as mica:
        if conversation is None:
            latest = mica.parts.store.conversations("local", limit=1)
            if not latest:
                fail("there is no conversation yet")
            conversation = latest[0].id
        if mica.parts.store.conversation(conversation) is None:
            fail(f"there is no conversation {conversation}")
        if list_:
            for step in mica.undoable(conversation):
                row = {"call": step.call_id, "command": step.command, "changes": step.summary}
                problem = f"; cannot be undone: {step.problem}" if step.problem else ""
                text = f"$ {step.command}\n  {step.summary or 'changes unknown'}{problem}"
                print(as_json({**row, "problem": step.problem or None}) if json_ else text)
            return
        follower = Follower(quiet=json_)
        follower.follow(mica.undo(conversation))
    if json_:
        print(as_json({"conversation": conversation, **follower.row()}))
    if follower.error:
        fail(follower.error)
    if follower.undone is None:
        fail("nothing was undone" if not json_ else "")
