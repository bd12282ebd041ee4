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
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from graphs.assistant import Assistant
from graphs.build import build_assistant
from graphs.events import Retrieved, Routed, ToolFinished
from graphs.settings import Settings
from runtime.yaml_files import read_yaml
from tools import ToolError
from tools.music.filling.carry import Before
from tools.music.tools import TOOLS
from training.rows import ROOT

FOLDER = ROOT / "training" / "data" / "development"
SETS = ("music_voices", "music_asks", "music", "music_chats", "music_strangers")
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


class Made(NamedTuple):
    """What the turn before made, and what the first call of this request made."""

    before: Before | None = None
    first: Before | None = None


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


def with_made(call: Mapping[str, Any], made: Made) -> dict[str, Any]:
    """Return a call of the set with what was made before put into its arguments.

    `@made` is the music or the chord that the turn before made, `@grid` its grid of drums, `@drums
    hihat` the grid with all steps of that drum struck; `@first` what the first call made.
    """
    said = {
        "@made": _music(made.before),
        "@grid": made.before.grid if made.before else "",
        "@first": _music(made.first),
    }
    arguments = {name: said.get(str(v), v) for name, v in call["arguments"].items()}
    for name, value in arguments.items():
        if str(value).startswith("@drums "):
            arguments[name] = _struck(said["@grid"], str(value).split()[1])
    return {"tool": call["tool"], "arguments": arguments}


def _music(before: Before | None) -> str:
    """Return what a call made; the first line of its text where that is not known to be music."""
    return (before.made or before.result.split("\n")[0]) if before else ""


def before_of(event: ToolFinished) -> Before:
    """Return a call that was made as the calls after it know it."""
    arguments = {name: str(value) for name, value in event.call.arguments.items()}
    return Before(event.call.name, arguments, event.text)


def _struck(rows: str, drum: str) -> str:
    return "\n".join(
        re.sub(r"(?<=[|x-])-", "x", row) if row.startswith(drum) else row
        for row in rows.split("\n")
    )


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
    made = None
    if "after" in row:
        before = ask(assistant, conversation, row["after"]["request"])
        if lost_at(row["after"], before):
            return "first turn", before
        made = before_of(before.calls[-1])
    heard = ask(assistant, conversation, row["request"])
    first = before_of(heard.calls[0]) if heard.calls else None
    lost = [lost_at(with_made(call, Made(made, first)), heard) for call in row["calls"]]
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
