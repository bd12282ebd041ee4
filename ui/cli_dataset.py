"""`mica dataset`: what people said of answers, made into something to learn from."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli_common import FAILED, as_json, fail, open_store, settings

if TYPE_CHECKING:
    from training.dataset import Dataset

dataset = typer.Typer(
    help="Datasets from feedback: checked, run again, masked, kept with their lineage.",
    no_args_is_help=True,
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataset.command("build")
def build_dataset(
    specialist: Annotated[
        str | None, typer.Option("--specialist", help="One specialist's; else all with feedback.")
    ] = None,
    json_: Json = False,
) -> None:
    """Make datasets of the feedback so far. The same feedback gives the same version.

    Calls are run again in the sandbox; what fails, is unsafe, holds secrets or is near to an
    evaluation is kept out, and said row by row.
    """
    from agents.specialist import load_all
    from graphs.build import all_tools, open_sandbox
    from training.dataset import build, meant_for

    with _explained(), open_store() as store:
        known = load_all()
        found = {meant_for(item, known) for item in store.feedback() if item.turn >= 0}
        names = [specialist] if specialist else sorted(found - {"other", ""})
        if not names:
            fail("there is no feedback yet; rate or correct answers first (`mica feedback --help`)")
        box, problem = open_sandbox(settings())
        if box is None:
            print(f"mica: {problem}", file=sys.stderr)
        try:
            made = [
                build(store, name, sandbox=box, tools=all_tools(box), progress=_progress(name))
                for name in names
            ]
        finally:
            if box is not None:
                box.close()
    if json_:
        print(as_json([_facts(each) for each in made]))
        return
    for each in made:
        _print(each)


@dataset.command("list")
def list_datasets(json_: Json = False) -> None:
    """Show the datasets on this machine, the newest feedback last."""
    from training.dataset import datasets

    found = datasets()
    if json_:
        print(as_json(found))
        return
    for each in found:
        counts = ", ".join(f"{count} {label}" for label, count in each["labels"].items())
        kept_out = sum(each["rejected"].values())
        name = f"{each['specialist']}-{each['version']}"
        detail = f" ({counts})" if counts else ""
        until = each["until"][:16]
        print(f"{name}  {_rows(each['rows'])}{detail}  {kept_out} kept out  until {until}")


@dataset.command("show")
def show_dataset(
    version: Annotated[str, typer.Argument(help="Name, version or its beginning.")],
    json_: Json = False,
) -> None:
    """Show a dataset's card and what was kept out of it, row by row; its hashes are checked."""
    from training.dataset import Dataset, find

    with _explained():
        loaded = Dataset.load(find(version))
    if json_:
        print(as_json(_facts(loaded)))
        return
    assert loaded.folder is not None
    print((loaded.folder / "card.md").read_text(encoding="utf-8"))
    _print(loaded)


def _facts(made: Dataset) -> dict[str, Any]:
    from dataclasses import asdict

    kept_out = [asdict(each) for each in made.rejected]
    return {**made.manifest, "name": made.name, "folder": str(made.folder), "kept_out": kept_out}


def _print(made: Dataset) -> None:
    labels = Counter(row.label for row in made.rows)
    counts = ", ".join(f"{count} {label}" for label, count in sorted(labels.items()))
    print(f"{made.name}: {_rows(len(made.rows))}{f' ({counts})' if counts else ''}")
    print(f"  in {made.folder}")
    for each in made.rejected:
        request = " ".join(each.request.split())[:60]
        print(f"  kept out {each.feedback} ({each.step}) {request!r}: {each.reason}")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _progress(name: str) -> Callable[[int, int], None]:
    def say(done: int, total: int) -> None:
        if sys.stderr.isatty():
            ending = "\n" if done == total else ""
            print(f"\r{name}: {done} of {total}", end=ending, file=sys.stderr, flush=True)

    return say


@contextmanager
def _explained() -> Iterator[None]:
    from training.dataset import DatasetError

    try:
        yield
    except DatasetError as error:
        fail(str(error), FAILED)
