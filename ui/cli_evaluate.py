"""`mica evaluate`: hold a trained build to the champion before it answers anybody."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli_common import FAILED, as_json, fail

if TYPE_CHECKING:
    from training.dataset import Row
    from training.gate.driving import Progress


def evaluate(
    challenger: Annotated[str, typer.Argument(help="A build, as `mica models list` shows it.")],
    champion: Annotated[
        str, typer.Option("--champion", help="The build to compare it with.")
    ] = "champion",
    dataset: Annotated[
        list[str] | None,
        typer.Option("--dataset", help="A dataset that it was trained on; may be given again."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="Sets, margins and limits of your own.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Ask all rows of all sets.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the report.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
) -> None:
    """Compare a build with the champion; exit code 0 if it passes the gate, 1 if not."""
    from records.paths import home
    from training.gate.config import load
    from training.gate.judge import judge

    chosen = load(config, full=full)
    rows = _rows(dataset or [])
    verdict = judge(champion, challenger, chosen, rows, folder=out, progress=_progress())
    if json_:
        print(as_json(verdict.to_json()))
    else:
        for check in verdict.checks:
            print(f"{'ok  ' if check.passed else 'FAIL'} {check.text}")
        folder = out or home() / "training" / "gate" / verdict.challenger
        word = "passes" if verdict.passed else "does not pass"
        print(f"{verdict.challenger} {word} the gate; the report is {folder / 'report.md'}")
    if not verdict.passed:
        raise typer.Exit(FAILED)


def _rows(names: Sequence[str]) -> list[Row]:
    from training.dataset import Dataset, DatasetError, find

    try:
        return [row for name in names for row in Dataset.load(find(name)).rows]
    except DatasetError as error:
        fail(str(error))


def _progress() -> Progress | None:
    if not sys.stderr.isatty():
        return None

    def show(done: int, name: str) -> None:
        print(f"\r{done} cases, {name}      ", end="", file=sys.stderr, flush=True)

    return show
