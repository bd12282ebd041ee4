"""`mica train`: train a specialist by a recipe, watch it, end it, go on with it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml
from typer.core import TyperGroup

from ui.cli_common import FAILED, USAGE, as_json, fail

if TYPE_CHECKING:
    from training.runs.recipe import Recipe
    from training.runs.run import Progress, Run
    from training.runs.runs import Runs


class _RecipeOrCommand(TyperGroup):
    """Takes what is no command for a recipe: `mica train shipped` is `mica train run shipped`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["run", *args]
        return super().resolve_command(ctx, args)


train = typer.Typer(
    cls=_RecipeOrCommand, no_args_is_help=True,
    help="Train a specialist: `mica train RECIPE`, or one of the commands below.",
)  # fmt: skip
_Id = Annotated[str, typer.Argument(help="A run, its beginning, or `last`.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@train.command("run")
def run_recipe(
    recipe: Annotated[str, typer.Argument(help="A YAML file, or a name of `mica train recipes`.")],
    data: Annotated[Path | None, typer.Option("--data", help="The folder to learn from.")] = None,
    specialist: Annotated[str | None, typer.Option("--specialist", help="Whom to train.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Change a field.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say whether it can work.")] = False,
    background: Annotated[
        bool, typer.Option("--background", help="Come back at once; it goes on by itself.")
    ] = False,
    json_: _Json = False,
) -> None:
    """Train by a recipe. Exit code 1: it failed, was cancelled, or cannot work here."""
    from training.runs.runs import Runs

    changes = _changes(set_ or [])
    named = {"data": str(data) if data else None, "specialist": specialist}
    asked = _load(recipe, {**changes, **{k: v for k, v in named.items() if v is not None}})
    runs = Runs()
    if check:
        _say_problems(runs.check(asked))
        return
    run = runs.start(asked)
    if background:
        _show(runs.launch(run), json_)
    else:
        _execute(runs, run, json_)


@train.command("resume")
def resume(name: _Id, json_: _Json = False) -> None:
    """Go on with a run that was killed, failed or cancelled, from its last checkpoint."""
    from training.runs.runs import Runs

    runs = Runs()
    _execute(runs, runs.get(name), json_)


@train.command("list")
def list_runs(json_: _Json = False) -> None:
    """Show all runs, the newest first."""
    from training.runs.runs import Runs

    found = Runs().list()
    if json_:
        print(as_json([run.as_dict() for run in found]))
        return
    for run in found:
        print(f"{run.id}  {run.state:<9} {run.recipe.backend:<8} {_progress(run)}")


@train.command("show")
def show(
    name: _Id,
    log: Annotated[bool, typer.Option("--log", help="Print what the trainer said.")] = False,
    json_: _Json = False,
) -> None:
    """Show one run: its recipe, how far it is, what came of it."""
    from training.runs.runs import Runs

    run = Runs().get(name)
    if log:
        print(run.log.read_text(encoding="utf-8") if run.log.exists() else "", end="")
        return
    _show(run, json_)
    if not json_:
        print(run.recipe.dump(), end="")


@train.command("cancel")
def cancel(name: _Id) -> None:
    """End a run. Its checkpoint stays: `mica train resume` goes on with it."""
    from training.runs.runs import Runs

    run = Runs().cancel(name)
    ending = "is being ended" if run.state == "running" else "is cancelled"
    print(f"{run.id} {ending}")


@train.command("recipes")
def recipes() -> None:
    """List the recipes that come with Mica, each with what it is for."""
    from training.runs.recipe import find, shipped

    for name in shipped():
        first = find(name).read_text(encoding="utf-8").splitlines()[0]
        print(f"{name:<22} {first.removeprefix('# ')}")


@train.command("machine")
def machine(json_: _Json = False) -> None:
    """Show what this machine can train, what others can, and the memory that it takes."""
    from training.runs import matrix

    if json_:
        tables = {
            "here": [vars(line) for line in matrix.here()],
            "kinds": [vars(kind) for kind in matrix.kinds()],
            "sizes": [vars(need) for need in matrix.sizes()],
        }
        print(as_json(tables))
        return
    print("This machine")
    for line in matrix.here():
        print(f"  {'yes' if line.works else 'no':<4}{line.what:<32}{line.detail}")
    print("\nWhich backends work where")
    for kind in matrix.kinds():
        print(f"  {kind.machine:<44}{', '.join(kind.backends) or 'none':<28}{kind.note}")
    print("\nMemory of a LoRA on a dense Granite: on a card, or on a machine without one")
    for need in matrix.sizes():
        print(f"  {need.size:<5}{need.loading:<6}{need.card / 2**30:6.1f} GiB"
              f"{need.memory / 2**30:8.1f} GiB")  # fmt: skip


@train.command("key")
def key() -> None:
    """Print the key that other programs need for the training API."""
    from ui.api.training_key import training_key

    print(training_key())


def _load(name: str, changes: dict[str, Any]) -> Recipe:
    from training.runs.errors import RecipeError
    from training.runs.recipe import Recipe

    try:
        return Recipe.load(name, **changes)
    except RecipeError as error:
        fail(str(error), USAGE)


def _changes(given: list[str]) -> dict[str, Any]:
    changes = {}
    for text in given:
        field, equals, value = text.partition("=")
        if not equals:
            fail(f"--set takes FIELD=VALUE, not {text!r}", USAGE)
        try:
            changes[field.strip()] = yaml.safe_load(value)
        except yaml.YAMLError:
            fail(f"--set {field}: {value!r} is no value", USAGE)
    return changes


def _say_problems(problems: list[str]) -> None:
    for problem in problems:
        print(f"- {problem}")
    if problems:
        raise typer.Exit(FAILED)
    print("this recipe can work on this machine")


def _execute(runs: Runs, run: Run, json_: bool) -> None:
    shown = _Meter()
    if not json_:
        print(f"run {run.id}; Ctrl-C interrupts it", flush=True)
    try:
        run = runs.execute(run, shown)
    except KeyboardInterrupt:
        fail(f"interrupted; `mica train resume {run.id}` goes on")
    shown.end()
    _show(run, json_)
    if run.state != "finished":
        raise typer.Exit(FAILED)


def _show(run: Run, json_: bool) -> None:
    if json_:
        print(as_json(run.as_dict()))
        return
    print(f"{run.id}: {run.state}, {_progress(run)}")
    if run.error:
        print(f"  {run.error}")
    if run.state == "finished":
        before, after = (run.result.get(f"held_out_{when}") for when in ("before", "after"))
        if before is not None and after is not None:
            print(f"  held-out loss {before:.3f} -> {after:.3f} nats")
        print(f"  {run.adapter}")


def _progress(run: Run) -> str:
    now = run.progress
    if run.state == "queued" or now.loss is None:
        return run.error or "not begun"
    return f"{now.done:.0%}, step {now.step}, loss {now.loss:.3f}"


class _Meter:
    """Shows progress: one line that changes on a terminal, else a line for each tenth."""

    def __init__(self) -> None:
        self._tenth = -1

    def __call__(self, now: Progress) -> None:
        left = f", {_duration(now.eta)} left" if now.eta is not None else ""
        loss = f"{now.loss:.3f}" if now.loss is not None else "-"
        line = f"{now.done:4.0%}  step {now.step}  loss {loss}  " \
               f"{now.tokens_per_second:.0f} tokens/s{left}"  # fmt: skip
        if sys.stderr.isatty():
            print(f"\r{line:<70}", end="", file=sys.stderr, flush=True)
        elif int(now.done * 10) > self._tenth:
            self._tenth = int(now.done * 10)
            print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if sys.stderr.isatty():
            print(file=sys.stderr)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
