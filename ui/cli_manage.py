"""`mica serve` and `mica knowledge`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli_common import USAGE, fail, settings

if TYPE_CHECKING:
    from tools.knowledge.base import KnowledgeBase

knowledge = typer.Typer(help="What specialists look things up in.")


def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port.")] = None,
) -> None:
    """Serve the chat page and the API."""
    from ui.server import serve as serve_here

    chosen = settings()
    serve_here(host or chosen.host, port or chosen.port)


@knowledge.callback(invoke_without_command=True)
def _knowledge(
    context: typer.Context,
    list_: Annotated[bool, typer.Option("--list", help="Show the sources.")] = False,
    remove: Annotated[
        str | None, typer.Option("--remove", metavar="SOURCE", help="Forget a source.")
    ] = None,
) -> None:
    if context.invoked_subcommand is not None:
        return
    if remove is not None:
        remove_knowledge(remove)
    elif list_:
        list_knowledge()
    else:
        fail("say what to do: mica knowledge add PATH, --list or --remove SOURCE", USAGE)


def _base() -> KnowledgeBase:
    from tools.knowledge.base import KnowledgeBase

    chosen = settings()
    return KnowledgeBase(chosen.knowledge, chosen.embedder)


@knowledge.command("add")
def add_knowledge(
    paths: Annotated[list[Path], typer.Argument(help="Text, Markdown, HTML, PDF, man pages.")],
    shelf: Annotated[str, typer.Option("--shelf", help="user, sysadmin or composer.")] = "user",
) -> None:
    """Read files or folders, so that answers can look things up in them."""
    with closing(_base()) as base:
        for path in paths:
            print(f"{path}: {base.add(path, shelf)} passages")


@knowledge.command("list")
def list_knowledge() -> None:
    """Show the files that were added."""
    with closing(_base()) as base:
        for source in base.sources():
            print(f"{source.name}  [{source.shelf}]  {source.chunks} passages")


@knowledge.command("remove")
def remove_knowledge(
    source: Annotated[str, typer.Argument(help="As `mica knowledge --list` shows it.")],
) -> None:
    """Forget a file."""
    with closing(_base()) as base:
        print(f"{source}: removed {base.remove(source)} passages")


@knowledge.command("ensure")
def ensure_knowledge() -> None:
    """Build the index of recipes, notes and manuals, unless it is up to date."""
    from graphs.build import open_sandbox
    from records.paths import home
    from tools.knowledge.ensure import ensure

    chosen = settings()
    box, _ = open_sandbox(chosen)
    try:
        print(ensure(home(), box, chosen.embedder))
    finally:
        if box is not None:
            box.close()
