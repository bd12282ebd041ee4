"""The middle of a long output can be got at, by the model and by a person."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from records.outputs import Outputs
from sandboxes import Sandbox
from tools import ToolContext, ToolResult
from tools.bash.tool import bash_tool


def call(sandbox: Sandbox, conversation: str, command: str) -> tuple[str, ToolResult]:
    call_id = f"call_{uuid.uuid4().hex}"
    context = ToolContext(conversation, call_id)
    return call_id, bash_tool(sandbox).call({"command": command}, context)


def test_the_middle_is_kept(
    sandbox: Sandbox, conversation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    call_id, result = call(sandbox, conversation, "seq 100000")
    whole = "".join(f"{i}\n" for i in range(1, 100001)).encode()
    assert "left out" in result.text and "\n50000\n" not in result.text
    hint = result.text.splitlines()[-1]
    assert hint.startswith("the whole output: sed -n ")
    read = hint.removeprefix("the whole output: ").replace("1,200p", "50000,50001p")
    assert call(sandbox, conversation, read)[1].text == "50000\n50001"
    (artifact,) = result.artifacts
    assert (artifact.kind, artifact.data) == ("file", whole)
    assert Outputs().read(call_id) == whole


def test_what_a_transcript_holds_is_only_kept_inside(
    sandbox: Sandbox, conversation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    _, short = call(sandbox, conversation, "seq 100")
    assert "the whole output" not in short.text and not short.artifacts
    call_id, long = call(sandbox, conversation, "seq 2000")
    path = long.text.split()[-1]
    assert not long.artifacts and Outputs().read(call_id) is None
    assert call(sandbox, conversation, f"wc -l <{path}")[1].text == "2000"


def test_a_cut_command_keeps_what_it_wrote(sandbox: Sandbox, conversation: str) -> None:
    for seconds in (2, 20, 100):  # until it comes to its end before it is cut
        result = sandbox.run(
            "seq 100000; echo >/tmp/said; sleep 600",
            conversation=conversation,
            call_id=f"cut after {seconds}",
            seconds=seconds,
        )
        said = sandbox.run("ls /tmp/said", conversation=conversation, call_id=f"said {seconds}")
        if said.exit_code == 0:
            break
    assert result.timed_out and result.truncated
    assert sandbox.read_file(conversation, result.whole).endswith(b"\n100000\n")


def test_only_the_last_few_stay(sandbox: Sandbox, conversation: str) -> None:
    paths = []
    for number in range(6):
        result = sandbox.run("seq 2000", conversation=conversation, call_id=str(number))
        paths.append(result.whole)
    seen = sandbox.run("ls /run/mica/outputs", conversation=conversation, call_id="ls")
    assert set(seen.output.split()) <= {Path(path).name for path in paths[1:]}
    assert len(seen.output.split()) == 4
