"""The four systems that are compared: with and without the adapter, with and without retrieval."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from graphs.assistant import Assistant
from graphs.build import build_assistant
from graphs.settings import Settings

SYSTEMS = ("base", "base + retrieval", "tuned", "tuned + retrieval")
SHIPPED = "tuned + retrieval"


@contextmanager
def opened(system: str = SHIPPED) -> Iterator[Assistant]:
    """Open one of `SYSTEMS`; its conversations are kept apart from the user's and thrown away.

    `tuned` is the model with its specialists' adapters, `base` the model alone. Without
    retrieval nothing is looked up, so that the model writes its commands out.

    Raises:
        BackendError: the model cannot be loaded.
    """
    settings = Settings() if "retrieval" in system else Settings(retrieved=0)
    with TemporaryDirectory(prefix="mica-evaluate-") as folder:
        assistant = build_assistant(settings, folder=Path(folder))
        if system.startswith("base"):
            bare = replace(assistant.parts, adapters=frozenset())
            assistant = Assistant(bare, Path(folder) / "bare.db")
        try:
            yield assistant
        finally:
            assistant.close()
