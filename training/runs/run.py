"""One training run as its folder tells it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from training.runs.errors import TrainingError
from training.runs.recipe import Recipe

State = Literal["queued", "running", "finished", "failed", "cancelled"]
STATES: tuple[State, ...] = get_args(State)
ENDED: tuple[State, ...] = ("finished", "failed", "cancelled")


@dataclass(frozen=True)
class Progress:
    """How far a run is. `done` is a share; `eta` is what is left, in seconds.

    `loss` is the mean over the rows of the last steps, in nats; `None` before the first report.
    """

    step: int = 0
    loss: float | None = None
    tokens_per_second: float = 0.0
    done: float = 0.0
    eta: float | None = None


@dataclass(frozen=True)
class Run:
    """A run: what was asked, how it stands, where its files are. Times are ISO 8601 in UTC.

    `data_sha256` is the hash of the rows that it trains on, `result` what it made: the held-out
    loss before and after, the adapter's hash, seconds, peak memory in MB.
    """

    id: str
    folder: Path
    recipe: Recipe
    state: State
    created: str
    started: str = ""
    ended: str = ""
    error: str = ""
    pid: int = 0
    attempts: int = 0
    data_sha256: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)

    @property
    def adapter(self) -> Path:
        """The LoRA as GGUF, there when the state is `finished`."""
        return self.folder / "adapter.gguf"

    @property
    def log(self) -> Path:
        """What the trainer printed."""
        return self.folder / "log.txt"

    @property
    def metrics(self) -> Path:
        """One JSON object a line: step, loss, tokens_per_second, done, eta."""
        return self.folder / "metrics.jsonl"

    def as_dict(self) -> dict[str, Any]:
        """Return the run as JSON: the same for the command line, the API and the page."""
        out = {name: getattr(self, name) for name in (*_KEPT, "id", "data_sha256")}
        out |= {"folder": str(self.folder), "recipe": self.recipe.as_dict()}
        out |= {"result": dict(self.result), "progress": vars(self.progress)}
        out["adapter"] = str(self.adapter) if self.state == "finished" else None
        return out


_TAIL = 4096  # bytes of metrics.jsonl: some twenty lines
_KEPT = ("state", "created", "started", "ended", "error", "pid", "attempts", "data_sha256",
         "result")  # fmt: skip


def read(folder: Path) -> Run:
    """Read a run's folder.

    Raises:
        TrainingError: it is no run's folder, or a file is damaged.
    """
    try:
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        kept = {name: state[name] for name in _KEPT if name in state}
        recipe = Recipe.load(folder / "recipe.yaml")
        return Run(folder.name, folder, recipe, progress=last_progress(folder), **kept)
    except (OSError, ValueError, TypeError) as error:
        raise TrainingError(
            f"{folder} cannot be read as a run ({error}); remove it and start again"
        ) from error


def kept_state(run: Run) -> dict[str, Any]:
    """Return what `state.json` holds."""
    return {name: getattr(run, name) for name in _KEPT}


def metrics_of(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of `metrics.jsonl`; one that is half written is left out."""
    try:
        lines = (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def last_progress(folder: Path) -> Progress:
    """Return how far the run of a folder is, from the end of its metrics."""
    try:
        with (folder / "metrics.jsonl").open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _TAIL))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return Progress()
    known = Progress.__dataclass_fields__
    for line in reversed(lines):
        try:  # the last line may be half written
            read = json.loads(line)
            return Progress(**{name: value for name, value in read.items() if name in known})
        except (ValueError, AttributeError, TypeError):
            continue
    return Progress()
