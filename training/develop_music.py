"""Scores the composer on its development set: requests of two calls, and follow-ups.

    python -m training.develop_music [--verbose]

The turns run through the graph. A request is right where every call that it lists gave its
result, by the text that the tool returned. These figures are for tuning;
`training.evaluate` gives those to report.
"""

from __future__ import annotations

import argparse
import tempfile
import uuid
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphs.assistant import Assistant
from graphs.build import build_assistant
from graphs.events import ToolFinished
from graphs.settings import Settings
from runtime.yaml_files import read_yaml
from tools import ToolError
from tools.music.tools import TOOLS
from training.rows import ROOT

SET = ROOT / "training" / "data" / "development" / "music.yaml"
_TOOLS = {tool.name: tool for tool in TOOLS}


def wanted(call: Mapping[str, Any]) -> str:
    """Return what a call of the set gives."""
    return _TOOLS[call["tool"]].call(call["arguments"]).text


def results(assistant: Assistant, conversation: str, request: str) -> list[ToolFinished]:
    """Return the calls that a request led to."""
    events = assistant.stream(conversation, request, specialist="composer")
    return [event for event in events if isinstance(event, ToolFinished)]


def main() -> None:
    """Print how many requests of each kind were right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    passed: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        assistant = build_assistant(Settings(sandbox="none"), folder=Path(folder))
        for row in read_yaml(SET):
            kind = "follow-up" if "after" in row else "two calls"
            conversation = uuid.uuid4().hex
            if "after" in row:
                results(assistant, conversation, row["after"]["request"])
            found = results(assistant, conversation, row["request"])
            given = {event.text for event in found}
            try:
                right = all(wanted(call) in given for call in row["calls"])
            except ToolError as error:
                raise SystemExit(f"{row['request']!r}: {error}") from error
            asked[kind] += 1
            passed[kind] += right
            if args.verbose and not right:
                calls = [(event.call.name, dict(event.call.arguments)) for event in found]
                print(f"{row['request']!r} -> {calls}")
        assistant.close()
    for kind, count in asked.items():
        print(f"{kind}: {passed[kind]} of {count} right")


if __name__ == "__main__":
    main()
