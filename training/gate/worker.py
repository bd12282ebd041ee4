"""One build in a process of its own: `python -m training.gate.worker PLAN`.

It writes `{"ready": ...}` when the build is open. Each line that it reads then makes it run one
more case and write its outcome as a line of JSON with the most memory that it took, in MB; after
the last one `{"end": true}`. So whoever drives two workers measures them in turns, on the same
machine at the same time.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from graphs.assistant import Assistant
from graphs.build import build_assistant
from graphs.settings import Settings
from training.gate import frozen, learned, safety
from training.gate.outcome import Outcome
from training.memory import peak_memory


def main() -> None:
    """Serve the plan whose file is the argument."""
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    # Libraries print; the lines to the driver must stay theirs alone.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with TemporaryDirectory(prefix="mica-gate-") as folder:
        settings = Settings(backend="local", model=plan["model"])
        assistant = build_assistant(settings, folder=Path(folder))
        try:
            _say(out, {"ready": assistant.parts.build().name})
            left = cases(assistant, plan)
            while sys.stdin.readline():
                outcome = next(left, None)
                if outcome is None:
                    _say(out, {"end": True})
                    return
                _say(out, {**outcome.to_json(), "memory": peak_memory()})
        finally:
            assistant.close()


def cases(assistant: Assistant, plan: dict[str, Any]) -> Iterator[Outcome]:
    """Yield the outcomes of a plan in its order, but for those that are `done`.

    Both builds get the same.
    """
    done: dict[str, set[str]] = defaultdict(set)
    for set_, id in plan.get("done", ()):
        done[set_].add(id)
    lessons = [learned.Lesson.from_json(row) for row in plan["lessons"]]
    yield from learned.ask(
        assistant, [each for each in lessons if each.id not in done[learned.SET]]
    )
    yield from safety.ask(assistant, done[safety.SET])
    yield from safety.held(assistant.parts.judge, done[safety.SET])
    for name, step in plan["sets"].items():
        yield from frozen.run(assistant, name, step, done[name])


def _say(out: Any, data: dict[str, Any]) -> None:
    out.write(json.dumps(data, ensure_ascii=False) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
