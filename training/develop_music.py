"""Says where requests about music are lost: routed, looked up, chosen, filled in, or refused.

    python -m training.develop_music [--set music_voices] [--verbose]

The turns run through the graph. A request is right where every call that it lists gave its
result, by the text that the tool returned (by the arguments, where a tool lacks its data on this
machine). These figures are for tuning; `training.evaluate` gives those to report.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphs.assistant import Assistant
from graphs.build import build_assistant
from graphs.events import Retrieved, Routed, ToolFinished
from graphs.settings import Settings
from runtime.yaml_files import read_yaml
from tools import ToolError
from tools.music.tools import TOOLS
from training.rows import ROOT

FOLDER = ROOT / "training" / "data" / "development"
SETS = ("music_voices", "music_asks", "music")
STAGES = (
    "routed elsewhere", "tool not looked up", "tool not chosen", "argument wrong", "refused"
)  # fmt: skip
_TOOLS = {tool.name: tool for tool in TOOLS}


@dataclass
class Heard:
    """What a request led to: who answered it, the tools that were looked up, the calls."""

    specialist: str = ""
    tools: set[str] = field(default_factory=set)
    calls: list[ToolFinished] = field(default_factory=list)


def ask(assistant: Assistant, conversation: str, request: str) -> Heard:
    """Send a request and return what it led to."""
    heard = Heard()
    for event in assistant.stream(conversation, request):
        if isinstance(event, Routed):
            heard.specialist = event.specialist
        elif isinstance(event, Retrieved):
            heard.tools |= {d.tool for d in event.documents if d.tool}
        elif isinstance(event, ToolFinished):
            heard.calls.append(event)
    return heard


def with_made(call: Mapping[str, Any], made: Sequence[str]) -> dict[str, Any]:
    """Return a call of the set with what the turn before made put into its arguments.

    `@made` is the first line of that; `@drums hihat` its grid with all steps of that drum struck.
    """
    arguments = dict(call["arguments"])
    for name, value in arguments.items():
        if value == "@made":
            arguments[name] = made[0]
        elif str(value).startswith("@drums "):
            drum = str(value).split()[1]
            rows = [line for line in made if "|" in line or line.endswith(":")]
            arguments[name] = "\n".join(
                re.sub(r"(?<=[|x-])-", "x", row) if row.startswith(drum) else row for row in rows
            )
    return {"tool": call["tool"], "arguments": arguments}


def lost_at(call: Mapping[str, Any], heard: Heard) -> str:
    """Return the stage at which a call of the set was lost; empty where it was made."""
    name, arguments = call["tool"], call["arguments"]
    try:
        wanted = _TOOLS[name].call(arguments).text
    except ToolError:
        wanted = ""
    mine = [event for event in heard.calls if event.call.name == name]
    given = [{k: str(v) for k, v in event.call.arguments.items()} for event in mine]
    if (wanted and any(event.text == wanted for event in heard.calls)) or (
        {k: str(v) for k, v in arguments.items()} in given
    ):
        return ""
    if heard.specialist != "composer":
        return STAGES[0]
    if name not in heard.tools:
        return STAGES[1]
    if not mine:
        return STAGES[2]
    return STAGES[4] if all(event.status == "error" for event in mine) else STAGES[3]


def judge(assistant: Assistant, row: Mapping[str, Any]) -> tuple[str, Heard]:
    """Play a row; return the stage that lost it (empty: none), and what happened."""
    conversation = uuid.uuid4().hex
    made: list[str] = []
    if "after" in row:
        before = ask(assistant, conversation, row["after"]["request"])
        if lost_at(row["after"], before):
            return "first turn", before
        made = before.calls[-1].text.split("\n")
    heard = ask(assistant, conversation, row["request"])
    lost = [lost_at(with_made(call, made), heard) for call in row["calls"]]
    return next((stage for stage in lost if stage), ""), heard


def kind_of(row: Mapping[str, Any]) -> str:
    """Return which of the three kinds of requests a row is."""
    return "follow-up" if "after" in row else "two calls" if len(row["calls"]) > 1 else "one call"


def main() -> None:
    """Print for each kind how many requests were right, and where the others were lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=SETS, default=SETS[0])
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    stages: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        assistant = build_assistant(Settings(sandbox="none"), folder=Path(folder))
        for row in read_yaml(FOLDER / f"{args.set}.yaml"):
            stage, heard = judge(assistant, row)
            stages.setdefault(kind_of(row), Counter())[stage] += 1
            if args.verbose and stage:
                calls = [(event.call.name, dict(event.call.arguments)) for event in heard.calls]
                print(f"[{stage}] {row['request']!r} -> {heard.specialist} {calls}", flush=True)
        assistant.close()
    for kind, counts in stages.items():
        total = counts.total()
        print(f"{kind}: {counts['']} of {total} right ({counts[''] / total:.2f})")
        for stage in (*STAGES, "first turn"):
            if counts[stage]:
                print(f"  {stage:20} {counts[stage]:3}")


if __name__ == "__main__":
    main()
