from __future__ import annotations

import pytest

from sandboxes import CommandResult, Limits, Sandbox, SandboxError
from tools import ToolContext, ToolError
from tools.bash.tool import bash_tool, describe


class Recorded:
    """A sandbox that gives prepared results, by command, and keeps what it was asked."""

    name = "recorded"
    limits = Limits()

    def __init__(self, results: dict[str, CommandResult]) -> None:
        self.results = results
        self.asked: list[tuple[str, str, str]] = []

    def run(
        self, command: str, *, conversation: str, call_id: str, seconds: float | None = None
    ) -> CommandResult:
        self.asked.append((command, conversation, call_id))
        if command not in self.results:
            raise SandboxError("the sandbox is gone; run it again")
        return self.results[command]

    def write_file(self, conversation: str, path: str, data: bytes) -> None:
        raise SandboxError("read only")

    def read_file(self, conversation: str, path: str) -> bytes:
        raise SandboxError("no files")

    def forget(self, conversation: str) -> None:
        self.asked.clear()

    def close(self) -> None:
        self.results.clear()


def ended(code: int | None, output: str, timed_out: bool = False) -> CommandResult:
    return CommandResult(code, output, 2.04, timed_out=timed_out)


@pytest.mark.parametrize(
    ("command", "result", "text", "status"),
    [
        ("ls", ended(0, "a\nb\n"), "a\nb", "ok"),
        ("true", ended(0, ""), "no output", "empty"),
        ("echo", ended(0, "\n"), "no output", "empty"),
        ("ls x", ended(2, "ls: x\n"), "ls: x\nexit code 2", "error"),
        ("false", ended(1, ""), "no output\nexit code 1", "error"),
        ("sleep 9", ended(None, "so far\n", True), "so far\nstopped after 2 s", "timeout"),
        ("sleep 9", ended(None, "", True), "stopped after 2 s", "timeout"),
        ("grep x f", ended(1, ""), "no output: nothing matched", "empty"),
        ("cat f | grep -v x", ended(1, ""), "no output: nothing matched", "empty"),
        ("for f in *; do grep x $f; done", ended(1, ""), "no output: nothing matched", "empty"),
        ("grep x f", ended(2, "grep: f\n"), "grep: f\nexit code 2", "error"),
        ("touch grep; false", ended(1, ""), "no output\nexit code 1", "error"),
        ("diff a b", ended(1, "< 1\n"), "< 1\nexit code 1", "ok"),
        ("diff a b", ended(2, "diff: a\n"), "diff: a\nexit code 2", "error"),
    ],
)
def test_results_in_words(command: str, result: CommandResult, text: str, status: str) -> None:
    described = describe(command, result)
    assert (described.text, described.status) == (text, status)


def test_the_call_reaches_the_sandbox() -> None:
    sandbox = Recorded({"ls": ended(0, "a\n")})
    tool = bash_tool(sandbox)
    assert tool.call({"command": "ls"}, ToolContext("talk", "call-1")).text == "a"
    assert sandbox.asked == [("ls", "talk", "call-1")]


def test_a_failing_sandbox_is_an_error_for_the_model() -> None:
    with pytest.raises(ToolError, match="bash: the sandbox is gone"):
        bash_tool(Recorded({})).call({"command": "ls"}, ToolContext("talk", "call-1"))


@pytest.mark.parametrize("arguments", [{}, {"command": ""}, {"command": 3}, {"cmd": "ls"}])
def test_wrong_arguments_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ToolError, match="arguments are: command"):
        bash_tool(Recorded({})).call(arguments, ToolContext("talk", "call-1"))


def test_the_schema_says_that_it_is_a_shell_command() -> None:
    sandbox: Sandbox = Recorded({})
    schema = bash_tool(sandbox).schema
    assert schema.name == "bash"
    assert schema.parameters["properties"]["command"]["format"] == "shell"
    assert schema.parameters["required"] == ["command"]
