"""`mica corpus`: the index of music21's scores that the composer looks things up in."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli_common import FAILED, as_json, fail

if TYPE_CHECKING:
    from tools.music.corpus.index import Status

corpus = typer.Typer(
    help="An index of the scores that come with music21, made on this machine.",
    no_args_is_help=True,
)
_EVERY = 25


@corpus.command("build")
def build_index(
    background: Annotated[
        bool, typer.Option("--background", help="Return at once; see `mica corpus status`.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Read everything anew.")] = False,
    only: Annotated[
        str, typer.Option("--only", metavar="FOLDER", help="One collection, such as bach.")
    ] = "",
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only how it ended.")] = False,
) -> None:
    """Read the scores into the index; what was read before is kept, a killed build goes on.

    The scores have licences of their own and stay where music21 put them: the index holds their
    notes in a form to search, on this machine only.
    """
    from tools.music.corpus.build import build, is_building
    from tools.music.corpus.place import CorpusError, corpus_folder, index_path

    path = index_path()
    try:
        folder = corpus_folder()
        if background:
            if is_building(path):
                fail("the index is being built already: see `mica corpus status`")
            _start(path, again, only)
            return
        started = time.monotonic()
        ended = build(path, folder, _Progress(quiet), again=again, only=only)
    except CorpusError as error:
        fail(str(error))
    took = time.monotonic() - started
    print(f"{_counts(ended)}; {took:.0f} s")
    if ended.failed and not quiet:
        print("`mica corpus status` names the files that could not be read", file=sys.stderr)


@corpus.command("status")
def show_status(
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say how far the index is, how large, and which files could not be read."""
    from tools.music.corpus.build import is_building
    from tools.music.corpus.index import Index
    from tools.music.corpus.place import CorpusError, index_path

    path = index_path()
    try:
        with Index(path) as index:
            status = index.status()
    except CorpusError as error:
        fail(str(error), FAILED)
    building = is_building(path)
    if json_:
        row = {
            "building": building, "files": status.files, "done": status.done,
            "waiting": status.waiting, "failed": dict(status.errors), "scores": status.scores,
            "bytes": status.size, "path": str(path),
        }  # fmt: skip
        print(as_json(row))
        return
    state = "being built" if building else "complete" if not status.waiting else "not complete"
    print(f"{state}: {_counts(status)} ({path})")
    for source, problem in status.errors:
        print(f"  could not be read: {source}: {problem}")


class _Progress:
    """Prints how far a build is, on one line of a terminal or every so many files."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._started = time.monotonic()
        self._first: int | None = None

    def __call__(self, status: Status) -> None:
        read = status.done + status.failed
        if self._first is None:
            self._first = read - 1
        if self._quiet or (not sys.stderr.isatty() and read % _EVERY and status.waiting):
            return
        rate = (read - self._first) / max(time.monotonic() - self._started, 0.001)
        left = f", about {status.waiting / rate / 60:.0f} minutes left" if rate else ""
        ending = "\r" if sys.stderr.isatty() and status.waiting else "\n"
        print(f"{read} of {status.files} files{left}   ", end=ending, file=sys.stderr, flush=True)


def _counts(status: Status) -> str:
    failed = f", {status.failed} could not be read" if status.failed else ""
    return (
        f"{status.scores} scores from {status.done} of {status.files} files{failed}, "
        f"{status.size / 1e6:.1f} MB"
    )


def _start(path: Path, again: bool, only: str) -> None:
    command = [sys.executable, "-m", "ui.cli", "corpus", "build", "--quiet"]
    command += ["--again"] if again else []
    command += ["--only", only] if only else []
    log_path = path.with_suffix(".log")
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    print(f"building in the background (process {process.pid}, log {log_path})")
