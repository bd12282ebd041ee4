"""`mica loop`: from feedback to a better build, in one command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli_common import FAILED, USAGE, as_json, fail, open_store, settings

if TYPE_CHECKING:
    from training.loop.state import Loop

loop = typer.Typer(
    help="Learn from feedback: dataset, training, gate, and a build that serves or is stopped.",
    no_args_is_help=True,
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@loop.command("run")
def run_loop(
    specialist: Annotated[
        list[str] | None, typer.Option("--specialist", help="Whom to teach; else all.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="A file like training/configs/loop.yaml.")
    ] = None,
    then: Annotated[
        str | None, typer.Option("--then", help="challenge, promote or nothing.")
    ] = None,
    minutes: Annotated[float | None, typer.Option("--minutes", help="Of training.")] = None,
    least: Annotated[
        int | None, typer.Option("--least", help="Corrections that make a run worth it.")
    ] = None,
    json_: Json = False,
) -> None:
    """Build the dataset, train, pass the gate and serve. One that was killed goes on.

    Exit code 1: a gate stopped a build, or a stage failed.
    """
    from agents.specialist import load_all
    from graphs.build import all_tools, open_sandbox
    from runtime.models.registry import Registry
    from training.loop.config import Config
    from training.loop.loop import Looper

    with _explained():
        chosen = Config.load(config, then=then, minutes=minutes, least=least)
        names = specialist or sorted(load_all())
        box, problem = open_sandbox(settings())
        if box is None:
            print(f"mica: {problem}", file=sys.stderr)
        try:
            with open_store() as store:
                looper = Looper(store, Registry(), box, all_tools(box), chosen, _say)
                ended = [looper.run(name) for name in names]
        finally:
            if box is not None:
                box.close()
    for each in ended:
        print(as_json(asdict(each)) if json_ else _told(each))
    if any(each.ending == "stopped at the gate" for each in ended):
        raise typer.Exit(FAILED)


@loop.command("list")
def list_loops(json_: Json = False) -> None:
    """Show the loops that ran on this machine, the newest last."""
    from training.loop.state import loops

    for each in loops():
        print(as_json(asdict(each)) if json_ else _told(each))


@contextmanager
def _explained() -> Iterator[None]:
    from training.dataset import DatasetError
    from training.gate.config import GateError
    from training.loop.errors import LoopBusyError, LoopError

    try:
        yield
    except LoopBusyError as error:
        fail(str(error), USAGE)
    except (DatasetError, GateError, LoopError) as error:
        fail(f"{error}; `mica loop run` goes on from here")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _told(each: Loop) -> str:
    """Return a loop in one line."""
    state = each.ending or f"at {each.stage}"
    facts = [each.id, state]
    facts += [f"{each.build} from {each.champion}"] if each.build else []
    facts += [each.error] if each.error else []
    facts += [f"report: {each.folder / 'report.md'}"] if each.passed is not None else []
    return "  ".join(facts)
