"""The same steps through the command line, without a terminal, with the shipped weights."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.shipped import (
    DELETE,
    LARGEST,
    MUSIC,
    Inside,
    exact_music,
    in_order,
    largest,
    logs_at_first,
)

# The first test of a run also builds the knowledge index, which takes a busy machine a while.
pytestmark = pytest.mark.timeout(900)

Mica = Callable[..., subprocess.CompletedProcess[str]]
Batch = Callable[..., list[dict[str, Any]]]


def questions(*texts: str) -> list[str]:
    return [json.dumps({"id": number, "q": text}) for number, text in enumerate(texts)]


def test_ask(mica: Mica, home: Path):
    ended = mica("ask", LARGEST)
    assert ended.returncode == 0, ended.stderr
    assert in_order(ended.stdout, largest(home))
    assert ended.stderr.startswith("sysadmin (")
    for part in ("looked up: ", "[recipe files.largest]", "\n$ "):
        assert part in ended.stderr


def test_without_a_terminal_an_approval_ends_with_3(mica: Mica, home: Path):
    with Inside(home) as inside:
        ended = mica("ask", "--conversation", inside.conversation, DELETE)
        assert ended.returncode == 3
        assert ended.stdout == ""
        assert "approval needed, nothing was run" in ended.stderr
        assert inside.logs() == logs_at_first(home)
        other = mica("resume", inside.conversation)
        assert other.returncode == 3
        assert inside.logs() == logs_at_first(home)
        decided = mica("resume", inside.conversation, "--approve")
        assert decided.returncode == 0, decided.stderr
        assert inside.logs() == []


def test_a_rule_approves(mica: Mica, home: Path):
    with Inside(home) as inside:
        arguments = ("ask", "--json", "--conversation", inside.conversation)
        ended = mica(*arguments, "--approve", "find,rm", DELETE)
        assert ended.returncode == 0, ended.stderr
        (call,) = json.loads(ended.stdout)["tool_calls"]
        assert call["name"] == "bash"
        assert inside.runs(call["id"]) == 1
        assert inside.logs() == []


def test_ask_batch(batch: Batch, home: Path):
    lines = questions(LARGEST, DELETE, MUSIC, "hello")
    lines[2:2] = ["{broken", '{"id": "none"}']
    rows = batch("ask", lines=lines, code=1)
    assert [row["id"] for row in rows] == [0, 1, None, "none", 2, 3]
    files, delete, broken, none, music, hello = rows
    assert "line 3" in broken["error"]
    assert "line 4" in none["error"]
    for row in (files, music, hello):
        assert {"specialist", "tool_calls", "answer", "sources", "timings"} <= set(row)
    assert in_order(files["answer"], largest(home))
    assert files["sources"]
    assert delete["pending"]["name"] == "bash"
    assert delete["tool_calls"] == []
    assert music["specialist"] == "composer"
    assert exact_music(music["answer"])
    assert (hello["specialist"], hello["tool_calls"]) == ("other", [])


def test_route_batch(batch: Batch):
    lines = [*questions(LARGEST, MUSIC, "what is the capital of France"), "[]"]
    rows = batch("route", lines=lines, code=1)
    assert [row.get("specialist") for row in rows] == ["sysadmin", "composer", "other", None]
    assert all(0.5 < row["confidence"] <= 1 for row in rows[:3])
    assert "error" in rows[3]


def test_propose_batch(batch: Batch):
    rows = batch("propose", lines=[*questions(LARGEST, DELETE), "{}"], code=1)
    assert [row["id"] for row in rows] == [0, 1, None]
    assert "/usr/lib" in rows[0]["command"]
    assert "/srv/app" in rows[1]["command"]
    assert "error" in rows[2]


def test_policy_batch(batch: Batch):
    commands = ["ls /usr/lib", "rm -rf /srv/app", "rm -rf /", "echo 'unfinished"]
    lines = [json.dumps({"id": c, "cmd": c}) for c in commands]
    rows = batch("policy", "check", lines=[*lines, '{"id": "q", "q": "ls"}'], code=1)
    assert [row["id"] for row in rows] == [*commands, "q"]
    verdicts = [row.get("verdict") for row in rows]
    assert verdicts[:3] == ["allow", "ask", "refuse"]
    assert verdicts[3] in ("ask", "refuse")
    assert rows[0]["reasons"] == []
    assert all(row["reasons"] for row in rows[1:4])
    assert "error" in rows[4]


def test_tools(mica: Mica, tmp_path: Path):
    listed = json.loads(mica("tools", "list", "--json").stdout)
    assert {"bash", "spell_chord", "transpose"} <= {row["function"]["name"] for row in listed}
    asked = '{"music": "E flat minor seventh", "interval": "up a fourth"}'
    ended = mica("tools", "call", "transpose", asked, "--save", str(tmp_path))
    row = json.loads(ended.stdout)
    assert ended.returncode == 0
    assert "A♭m7 (A♭ C♭ E♭ G♭)" in row["text"]
    saved = {path.suffix for path in tmp_path.iterdir()}
    assert saved == {".svg", ".wav", ".mid", ".musicxml", ".abc"}
    wrong = mica("tools", "call", "transpose", '{"music": "H"}')
    assert wrong.returncode == 1
    assert "interval" in json.loads(wrong.stdout)["error"]
