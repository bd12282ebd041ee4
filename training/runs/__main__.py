"""Executes a run in this process: `python -m training.runs ROOT ID`; `Runs.launch` starts it."""

from __future__ import annotations

import sys
from pathlib import Path

from training.runs.errors import TrainingError
from training.runs.runs import Runs


def main() -> None:
    """Execute one run; how it ended is in its state."""
    root, name = sys.argv[1:]
    runs = Runs(Path(root))
    try:
        run = runs.get(name)
        if run.state == "queued":  # else it was cancelled in the meantime
            runs.execute(run)
    except TrainingError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
