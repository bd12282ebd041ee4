"""What the commands share: errors in one line, exit codes, the assistant, printing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from graphs.assistant import Assistant
    from graphs.settings import Settings
    from records.store import Store

OK, FAILED, USAGE, APPROVAL = 0, 1, 2, 3
"""Exit codes: done; failed; called wrongly; a command needs an approval that was not given."""


def fail(text: str, code: int = FAILED) -> NoReturn:
    """Print an error to stderr, in one line, and end."""
    print(f"mica: {' '.join(text.split())}", file=sys.stderr)
    raise typer.Exit(code)


def known_errors() -> tuple[type[Exception], ...]:
    """Return the errors whose text says what to do next."""
    from agents.router import RouterError
    from agents.specialist import SpecialistError
    from records.store import RecordsError
    from runtime.embedder import EmbedderError
    from runtime.types import BackendError
    from sandboxes import SandboxError
    from tools import ToolError
    from tools.knowledge import KnowledgeError
    from training.runs.errors import TrainingError

    return (
        BackendError, EmbedderError, KnowledgeError, RecordsError, RouterError, SandboxError,
        SpecialistError, ToolError, TrainingError, OSError,
    )  # fmt: skip


def settings() -> Settings:
    """Read the settings; a bad value ends the command."""
    import pydantic

    from graphs.settings import Settings

    try:
        return Settings()
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        name = "MICA_" + "_".join(str(part) for part in first["loc"]).upper()
        fail(f"{name}: {first['msg']}", USAGE)


@contextmanager
def assistant(folder: Path | None = None, *, sandbox: bool = True) -> Iterator[Assistant]:
    """Build an assistant and close it at the end; `sandbox=False` only proposes commands."""
    from graphs.build import build_assistant

    chosen = settings()
    if not sandbox:
        chosen = chosen.model_copy(update={"sandbox": "none"})
    built = build_assistant(chosen, folder=folder)
    try:
        yield built
    finally:
        built.close()


@contextmanager
def open_store() -> Iterator[Store]:
    """Open the records and close them at the end."""
    from records.store import Store

    store = Store()
    try:
        yield store
    finally:
        store.close()


def agreed(question: str, without: str) -> bool:
    """Ask a yes-or-no question on the terminal.

    Where there is none to ask on, the command ends, and `without` says what to do instead.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        fail(f"there is no terminal to ask on: {without}, then give --yes", APPROVAL)
    typer.echo(f"{question} [y]es, [n]o: ", nl=False, err=True)
    return sys.stdin.readline().strip().lower().startswith("y")


def as_json(value: Any) -> str:
    """Return one line of JSON."""
    return json.dumps(value, ensure_ascii=False, default=str)
