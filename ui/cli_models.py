"""`mica models`: the models on this machine, and pulling more."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui import cli_builds
from ui.cli_common import APPROVAL, agreed, as_json, fail, settings

if TYPE_CHECKING:
    from runtime.models.entry import ModelEntry

models = typer.Typer(help="The models on this machine.", no_args_is_help=True)
models.command("show")(cli_builds.show)
models.command("challenge")(cli_builds.challenge)
models.command("decide")(cli_builds.decide)
models.command("promote")(cli_builds.promote)
models.command("withdraw")(cli_builds.withdraw)
models.command("rollback")(cli_builds.rollback)
models.command("history")(cli_builds.history)


@models.command("list")
def list_models(
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the models, which alias stands for which, and what is missing."""
    from runtime.models.registry import Registry

    registry = Registry()
    aliases = registry.aliases()
    rows = [_row(entry, aliases) for entry in registry.entries()]
    if json_:
        print(as_json(rows))
        return
    share = registry.standing().share
    for row in rows:
        also = "".join(f" [{alias}]" for alias in row["aliases"]).replace(
            "[challenger]", f"[challenger, {share:.0%}]"
        )
        whence = row["origin"]
        if row["parent"]:
            whence = f"version {row['version']}, from {row['parent']}"
        state = f"missing {', '.join(row['missing'])}" if row["missing"] else _size(row["bytes"])
        print(f"{row['name']}{also}  {row['format']}  {state}  {row['licence']}  {whence}")


def _row(entry: ModelEntry, aliases: dict[str, str]) -> dict[str, Any]:
    return {
        "name": entry.name,
        "aliases": sorted(alias for alias, name in aliases.items() if name == entry.name),
        "format": entry.format,
        "file": str(entry.path),
        "adapters": {name: str(path) for name, path in entry.adapters.items()},
        "bytes": sum(file.bytes or 0 for file in entry.files),
        "licence": entry.licence,
        "origin": entry.origin,
        "missing": [str(path) for path in entry.missing()],
        "learned": {name: str(file.path) for name, file in entry.learned.items()},
        "parent": entry.parent,
        "version": entry.version,
        "created": entry.created,
        "card": str(entry.card) if entry.card else None,
    }


@models.command("pull")
def pull_model(
    repo: Annotated[str, typer.Argument(help="Repository, as owner/name.")],
    file: Annotated[str | None, typer.Option("--file", help="Which GGUF of it.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="What to call it here.")] = None,
    format: Annotated[
        str | None, typer.Option("--format", help="Chat format, where it cannot be told.")
    ] = None,
    use: Annotated[bool, typer.Option("--use", help="Answer with it from now on.")] = False,
) -> None:
    """Download a model; a broken download goes on when the command is run again."""
    from runtime import formats
    from runtime.models.hub import Hub
    from runtime.models.pull import pull
    from runtime.models.registry import Registry

    if format is not None and format not in formats.names():
        raise typer.BadParameter(f"the formats are {', '.join(formats.names())}")
    chosen, registry = settings(), Registry()
    with Hub(chosen.hub, token=chosen.hub_token) as hub:
        entry = pull(
            repo, file, hub=hub, registry=registry, name=name, format=format, progress=_Meter()
        )
    print(f"{entry.name}: {_size(entry.file.bytes or 0)}, format {entry.format}, {entry.path}")
    if use:
        registry.use(entry.name)
    print(f"{entry.name} answers from now on" if use else f"`mica models use {entry.name}` uses it")


@models.command("use")
def use_model(
    name: Annotated[str, typer.Argument(help="As `mica models list` shows it.")],
) -> None:
    """Answer with this model; a running server changes at each conversation's next turn."""
    from runtime.models.registry import Registry

    print(f"{Registry().use(name).name} answers from now on")


@models.command("remove")
def remove_model(
    name: Annotated[str, typer.Argument(help="As `mica models list` shows it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a model that answers nobody, with its files that no other model needs."""
    from runtime.models.registry import Registry

    registry = Registry()
    planned = registry.removal(name)
    for path in planned.files:
        print(f"  {path}")
    print(f"{planned.name}: {len(planned.files)} files, {_size(planned.bytes)}")
    if not yes and not agreed("Delete them?", "look at the files"):
        fail("nothing was deleted", APPROVAL)
    removed = registry.remove(planned.name)
    print(f"{removed.name} is gone; {_size(removed.bytes)} freed")


class _Meter:
    """Shows the progress of a download on a terminal, ten times a second at most."""

    def __init__(self) -> None:
        self._shown = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if not sys.stderr.isatty() or (done < total and now - self._shown < 0.1):
            return
        self._shown = now
        end = "\n" if done == total else ""
        percent = 100 * done // max(total, 1)
        print(f"\r{percent:3d}%  {_size(done)} of {_size(total)}  ", end=end, file=sys.stderr,
              flush=True)  # fmt: skip


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
