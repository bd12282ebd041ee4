"""The command line, in this process, with a scripted model and the network off."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from support import needs
from support.command_line import Mica

from sandboxes.choose import open_sandbox


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands run, where this machine has a sandbox."""
    with needs.a_sandbox():
        open_sandbox().close()
    monkeypatch.setenv("MICA_SANDBOX", "auto")


@pytest.fixture
def talk(sandbox: None) -> str:
    """Return a conversation's name that nobody has: containers go by it, whatever the home."""
    return f"cli-{uuid.uuid4().hex}"


def test_ask_streams_the_answer_to_stdout_and_the_steps_to_stderr(mica: Mica):
    ended = mica("ask", "what notes are in an E flat minor seventh chord")
    assert ended.code == 0
    assert ended.out == "E♭ G♭ B♭ D♭.\n"
    for part in ("composer", "spell_chord(chord='Ebm7')", "E♭m7: E♭ G♭ B♭ D♭"):
        assert part in ended.err


def test_ask_json_has_the_whole_turn(mica: Mica):
    ended = mica("ask", "--json", "what notes are in an E flat minor seventh chord")
    (row,) = ended.rows()
    assert row["specialist"] == "composer" and row["answer"] == "E♭ G♭ B♭ D♭."
    (call,) = row["tool_calls"]
    assert (call["name"], call["arguments"], call["status"]) == (
        "spell_chord", {"chord": "Ebm7"}, "ok",
    )  # fmt: skip
    assert row["timings"]["total"] > 0 and "pending" not in row


def test_ask_saves_what_can_be_seen_and_heard(mica: Mica, tmp_path: Path):
    kept = tmp_path / "kept"
    ended = mica("ask", "--save", str(kept), "--specialist", "composer", "show me C E G")
    assert ended.code == 0 and any(path.suffix == ".svg" for path in kept.iterdir())


def test_json_names_the_saved_files(mica: Mica, tmp_path: Path):
    asked = (
        "ask",
        "--json",
        "--save",
        str(tmp_path / "kept"),
        "--specialist",
        "composer",
        "show me C E G",
    )
    names = []
    for _ in range(2):
        (row,) = mica(*asked).rows()
        names.append([Path(file).name for file in row["tool_calls"][0]["files"]])
    assert {"C-E-G.svg", "C-E-G.wav", "C-E-G.mid"} <= set(names[0])
    assert {"C-E-G-2.svg", "C-E-G-2.wav", "C-E-G-2.mid"} <= set(names[1])
    assert sorted(names[0] + names[1]) == sorted(
        path.name for path in (tmp_path / "kept").iterdir()
    )


def test_without_a_sandbox_a_command_is_proposed(mica: Mica):
    ended = mica("ask", "which files are in /")
    assert ended.code == 0 and "ls /" in ended.out and "cannot run" in ended.out


def test_allowed_command_runs(mica: Mica, sandbox: None):
    ended = mica("ask", "which files are in /")
    assert ended.code == 0 and ended.out == "Those are the files.\n" and "usr" in ended.err


def test_approval_without_a_terminal_ends_with_3_and_stays_pending(mica: Mica, talk: str):
    ended = mica("ask", "--conversation", talk, "delete the log file a.log")
    assert ended.code == 3 and "rm -f a.log" in ended.err and not ended.out
    again = mica("ask", "--conversation", talk, "hello")
    assert again.code == 1 and "approve" in again.err
    approved = mica("resume", talk, "--approve")
    assert approved.code == 0 and approved.out == "The log is gone.\n"
    assert mica("resume", talk, "--approve").code == 1


def test_approved_changes_are_shown_first_and_can_be_undone(mica: Mica, talk: str):
    asked = mica("ask", "--conversation", talk, "delete the log file a.log")
    assert asked.code == 3 and "tried in a copy, nothing is changed yet" in asked.err
    assert mica("undo").code == 1  # it waits for a decision
    approved = mica("resume", talk, "--edit", "echo one >a.log; mkdir sub")
    assert "changed: 2 files added (`mica undo` puts it back)" in approved.err
    listed = mica("undo", "--list", talk)
    assert listed.out == "$ echo one >a.log; mkdir sub\n  2 files added\n"
    (undone,) = mica("undo", "--json").rows()
    assert undone["undone"]["counts"] == {"added": 2} and "removed again" in undone["answer"]
    again = mica("undo", talk)
    assert again.code == 1 and "no command to undo" in again.out


def test_approval_rule_must_cover_the_command(mica: Mica, sandbox: None):
    assert mica("ask", "--approve", "find", "delete the log file a.log").code == 3
    ended = mica("ask", "--approve", "rm", "delete the log file a.log")
    assert ended.code == 0 and ended.out == "The log is gone.\n"


def test_batch_keeps_order_and_reports_bad_lines(mica: Mica, tmp_path: Path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = ['{"id": 1, "q": "hello"}', "{broken", '{"id": 3}', "[]", "",
             '{"id": "e", "q": " "}',
             '{"id": 6, "q": "notes of an E flat minor seventh chord"}']  # fmt: skip
    source.write_text("\n".join(lines))
    ended = mica("ask", "--batch", str(source), "--out", str(target))
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert [row["id"] for row in rows] == [1, None, 3, None, "e", 6]
    assert ["error" in row for row in rows] == [False, True, True, True, True, False]
    assert rows[0]["specialist"] == "other" and rows[0]["tool_calls"] == []
    assert rows[5]["answer"] == "E♭ G♭ B♭ D♭." and "timings" in rows[5]
    assert ended.code == 1 and "4 rows" in ended.err


def test_batch_reports_pending_and_runs_nothing(mica: Mica, sandbox: None, tmp_path: Path):
    target = tmp_path / "out.jsonl"
    line = json.dumps({"id": 1, "q": "delete the log file a.log"})
    ended = mica("ask", "--batch", "-", "--out", str(target), stdin=line)
    (row,) = [json.loads(line) for line in target.read_text().splitlines()]
    assert ended.code == 0
    assert row["pending"]["arguments"] == {"command": "rm -f a.log"} and row["tool_calls"] == []


def test_route_batch_and_single(mica: Mica):
    lines = '{"id": 1, "q": "show me the largest files under /usr"}\n{"id": 2, "q": "hello"}\n'
    rows = mica("route", "--batch", "-", "--out", "-", stdin=lines).rows()
    assert [(row["id"], row["specialist"]) for row in rows] == [(1, "sysadmin"), (2, "other")]
    assert all(0 <= row["confidence"] <= 1 for row in rows)
    assert mica("route", "spell the chord Ebm7").rows()[0]["specialist"] == "composer"


def test_propose_gives_the_command_and_an_error_row_without_one(mica: Mica):
    lines = '{"id": 1, "q": "delete the log"}\n{"id": 2, "q": "nothing scripted"}\n'
    ended = mica("propose", "--batch", "-", "--out", "-", stdin=lines)
    first, second = ended.rows()
    assert first == {"id": 1, "command": "rm -f a.log"} and "error" in second
    assert mica("propose", "delete the log").out == "rm -f a.log\n"


def test_policy_check(mica: Mica):
    lines = '{"id": 1, "cmd": "ls /"}\n{"id": 2, "cmd": "rm -rf /srv"}\n{"id": 3, "q": "ls"}\n'
    rows = mica("policy", "check", "--batch", "-", "--out", "-", stdin=lines).rows()
    assert [row.get("verdict") for row in rows] == ["allow", "ask", None]
    assert rows[1]["reasons"] and "error" in rows[2]
    assert mica("policy", "check", "ls /").rows()[0]["programs"] == ["ls"]


def test_tools_are_listed_with_their_schemas(mica: Mica):
    listed = json.loads(mica("tools", "list", "--json").out)
    names = [entry["function"]["name"] for entry in listed]
    assert "bash" in names and "transpose" in names
    assert "transpose" in mica("tools", "list").out


def test_tool_call_prints_result_or_error_as_json(mica: Mica):
    (good,) = mica("tools", "call", "spell_chord", '{"chord": "Ebm7"}').rows()
    assert good["status"] == "ok" and good["text"].startswith("E♭m7: E♭ G♭ B♭ D♭")
    for name, arguments in (("spell_chord", '{"cord": 1}'), ("fly", "{}")):
        ended = mica("tools", "call", name, arguments)
        assert ended.code == 1 and "error" in ended.rows()[0]
    assert mica("tools", "call", "spell_chord", "[1]").code == 2


def test_tool_call_is_no_way_around_the_policy(mica: Mica, sandbox: None):
    ended = mica("tools", "call", "bash", '{"command": "rm -f a.log"}')
    assert ended.code == 3 and "approval" in ended.rows()[0]["error"]
    allowed = mica("tools", "call", "bash", '{"command": "echo 5"}')
    assert allowed.rows()[0]["text"] == "5"


@pytest.mark.parametrize(
    "arguments",
    [("ask",), ("ask", "a", "--batch", "x"), ("route", "--batch", "x"), ("fly",), ("ask", "--no",),
     ("ask", "--batch", "/nonexistent", "--out", "-"), ("knowledge",)],
)  # fmt: skip
def test_wrong_use_ends_with_2(mica: Mica, arguments: tuple[str, ...]):
    ended = mica(*arguments)
    assert ended.code == 2 and ended.err.strip()


@pytest.mark.parametrize(
    ("name", "value", "code", "part"),
    [
        ("MICA_SCRIPT", "/nonexistent", 1, "MICA_SCRIPT"),
        ("MICA_MAX_STEPS", "many", 2, "MICA_MAX_STEPS"),
        ("MICA_BACKEND", "magic", 2, "MICA_BACKEND"),
        ("MICA_HOME", "/proc/none", 1, "/proc/none"),
    ],
)
def test_bad_setting_is_one_clear_line(
    mica: Mica, monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: int, part: str
):
    monkeypatch.setenv(name, value)
    ended = mica("ask", "hello")
    assert ended.code == code and part in ended.err
    assert ended.err.startswith("mica: ") and ended.err.count("\n") == 1


def test_chat_answers_line_by_line(mica: Mica):
    ended = mica("chat", stdin="hello\n\n/new\nwhat can you do\n/quit\n")
    assert ended.code == 0 and "Hello!" in ended.out and "Composer" in ended.out


def test_doctor_names_every_part(mica: Mica):
    ended = mica("doctor", "--json")
    parts = {row["part"]: row for row in json.loads(ended.out)}
    assert set(parts) == {
        "python", "records", "model", "router", "policy", "sandbox", "knowledge", "music", "port",
        "training",
    }  # fmt: skip
    assert parts["python"]["ok"] and parts["router"]["ok"] and parts["records"]["ok"]
    assert all(row["ok"] or row["fix"] for row in parts.values())
    assert not parts["sandbox"]["ok"] and not parts["sandbox"]["needed"]
