"""`mica attach`: a folder goes into a conversation as a copy, its changes come back as a patch."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli_common import APPROVAL, agreed, fail, settings

if TYPE_CHECKING:
    from sandboxes import Sandbox

attach = typer.Typer(help="A folder, copied into a conversation.", no_args_is_help=True)
Conversation = Annotated[str, typer.Argument(help="The conversation.")]


def attach_folder(sandbox: Sandbox | None, conversation: str, folder: Path) -> None:
    """Copy a folder into a conversation's sandbox and say where it is.

    Raises:
        SandboxError: it cannot be copied, or there is no sandbox.
    """
    from sandboxes import SandboxError
    from sandboxes.attach import Attachments

    if sandbox is None:
        raise SandboxError("a folder can only be attached where commands can run: no sandbox")
    attached = Attachments().attach(sandbox, conversation, folder)
    print(
        f"attached {attached.folder}: {len(attached.manifest)} files, copied to {attached.place}; "
        f"`mica attach diff {conversation}` shows what changes",
        file=sys.stderr,
    )
    for each in attached.skipped[:20]:
        print(f"  left out: {each}", file=sys.stderr)


@attach.command("add")
def add(
    conversation: Conversation,
    folder: Annotated[Path, typer.Argument(help="The folder to copy.")],
) -> None:
    """Copy a folder into a conversation."""
    with _sandbox() as box:
        attach_folder(box, conversation, folder)


@attach.command("diff")
def diff(conversation: Conversation) -> None:
    """Show what has changed in the copy."""
    from sandboxes.attach import Attachments

    with _sandbox() as box:
        print(Attachments().changes(box, conversation).text() or "nothing has changed", end="\n")


@attach.command("apply")
def apply(
    conversation: Conversation,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Bring the changes to the folder, after a look at them. All or nothing."""
    from sandboxes.attach import Attachments

    attachments = Attachments()
    with _sandbox() as box:
        patch = attachments.changes(box, conversation)
    print(patch.text() or "nothing has changed")
    if not patch.changes:
        return
    question = f"Change {len(patch.changes)} files in {patch.attached.folder}?"
    if not yes and not agreed(question, "look at the changes"):
        fail("nothing was changed", APPROVAL)
    attachments.apply(patch)
    print(f"changed {len(patch.changes)} files; `mica attach undo {conversation}` takes it back")


@attach.command("undo")
def undo(conversation: Conversation) -> None:
    """Put back what the last apply changed."""
    from sandboxes.attach import Attachments

    for path in Attachments().undo(conversation):
        print(f"put back {path!r}")


@attach.command("drop")
def drop(conversation: Conversation) -> None:
    """Forget the folder. The copy and the folder stay as they are."""
    from sandboxes.attach import Attachments

    Attachments().drop(conversation)


@contextmanager
def _sandbox() -> Iterator[Sandbox]:
    from graphs.build import sandbox_of

    box = sandbox_of(settings())
    try:
        yield box
    finally:
        box.close()
