"""What a worker shares with the run that started it: metrics, the result, errors.

Workers import this in their own environments: only the standard library is needed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.memory import peak_memory

ERROR = "mica-error: "
"""Begins the line that says why a worker ended; the run shows it."""

Watcher = Callable[[dict[str, Any]], None]


class WorkError(Exception):
    """The training cannot go on. The text says what to do next."""


class Reporter:
    """Writes `metrics.jsonl` in a run's folder, from which everyone reads how far it is.

    `watch` is called with every line as well. A worker whose parent has gone ends itself: the
    run was killed, and what is started again must not find it still training.
    """

    def __init__(self, folder: Path, watch: Watcher = lambda line: None) -> None:
        self._folder = folder
        self._watch = watch
        self._parent = os.getppid()
        self._begun: tuple[float, float] | None = None

    def step(self, step: int, loss: float, tokens_per_second: float, done: float) -> None:
        """Note a step; `loss` is the mean since the last one, `done` a share of the whole."""
        now = time.time()
        if self._begun is None:
            self._forget_from(step)
            self._begun = (now, done)
        begun, share = self._begun
        pace = (done - share) / (now - begun) if now > begun else 0.0
        line = {
            "step": step,
            "loss": round(loss, 5),
            "tokens_per_second": round(tokens_per_second, 1),
            "done": round(min(done, 1.0), 4),
            "eta": round(max(0.0, 1 - done) / pace, 1) if pace > 0 else None,
            "time": round(now, 2),
        }
        with (self._folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self._watch(line)
        print(f"step {step} loss {loss:.4f} tokens/s {tokens_per_second:.0f} done {done:.0%}",
              flush=True)  # fmt: skip
        self.check_parent()

    def check_parent(self) -> None:
        """End where the process that started this one has gone."""
        if os.getppid() != self._parent:
            os._exit(3)

    def _forget_from(self, step: int) -> None:
        """Drop what was reported after the checkpoint that the run goes on from."""
        path = self._folder / "metrics.jsonl"
        if not path.exists():
            return
        kept = []
        for text in path.read_text(encoding="utf-8").splitlines():
            try:
                if json.loads(text)["step"] < step:
                    kept.append(text + "\n")
            except (ValueError, KeyError):
                continue
        fresh = path.with_suffix(".tmp")
        fresh.write_text("".join(kept), encoding="utf-8")
        fresh.replace(path)


def main(run: Callable[[Path], None]) -> None:
    """Run the folder that the command names; say in one line what goes wrong, and end with 1."""
    parser = argparse.ArgumentParser(description="Train the run in FOLDER.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    try:
        run(folder)
    except WorkError as error:
        _end(str(error))
    except MemoryError:
        _end(OUT_OF_MEMORY)
    except Exception as error:
        import traceback

        traceback.print_exc()
        if shutil.disk_usage(folder).free < SPARE:
            _end(disk_full(folder))
        if "out of memory" in str(error).lower():
            _end(OUT_OF_MEMORY)
        _end(f"{type(error).__name__}: {error}")


SPARE = 1 << 20
OUT_OF_MEMORY = (
    "the memory ran out: lower batch_tokens, batch_rows or context, or take loading: 4bit"
)


def disk_full(folder: Path) -> str:
    """Return what is said of a full disk."""
    return f"the disk with {folder} is full: make room; `mica train resume {folder.name}` goes on"


def last_checkpoint(folder: Path) -> Path | None:
    """Return the newest whole `checkpoint-STEP` that transformers' trainer left in a folder.

    It writes `trainer_state.json` last: without it, the trainer was ended while it saved.
    """
    found = sorted(folder.glob("checkpoint-*"), key=lambda each: int(each.name.split("-")[-1]))
    for each in reversed(found):
        with contextlib.suppress(OSError, ValueError):
            json.loads((each / "trainer_state.json").read_text(encoding="utf-8"))
            return each
    return None


def finish(folder: Path, **result: Any) -> None:
    """Write the result of a run that came to its end, with its peak memory in MB."""
    result["peak_memory_mb"] = peak_memory()
    fresh = folder / "result.tmp"
    fresh.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    fresh.replace(folder / "result.json")


def _end(text: str) -> None:
    print(ERROR + " ".join(text.split()), flush=True)
    sys.exit(1)
