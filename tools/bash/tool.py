"""The tool `bash`: one command in the conversation's sandbox."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from records.outputs import Outputs
from runtime.types import ToolStatus
from sandboxes import CommandResult, Sandbox, SandboxError
from tools import Artifact, Tool, ToolContext, ToolError, ToolResult, tool

# Programs whose exit code 1 is an answer, not an error: nothing matched, or the inputs differ.
_log = logging.getLogger("mica.tools")

_START = r"(?:^|[|;&({]|\b(?:do|then|else)\b)\s*"
MATCHERS = re.compile(_START + r"(?:[efz]?grep|pgrep|pidof|which)\b")
COMPARERS = re.compile(_START + r"(?:diff|cmp)\b")


def bash_tool(sandbox: Sandbox) -> Tool:
    """Return the tool `bash`, which runs commands in `sandbox`."""

    def bash(
        context: ToolContext,
        command: Annotated[
            str,
            Field(
                description="a bash command line",
                min_length=1,
                json_schema_extra={"format": "shell"},
            ),
        ],
    ) -> ToolResult:
        """Run a bash command in the sandbox and return what it prints.

        Raises:
            ToolError: the sandbox failed, so that the command did not run or its result is
                not known.
        """
        try:
            result = sandbox.run(
                command, conversation=context.conversation, call_id=context.call_id
            )
        except SandboxError as error:
            raise ToolError(f"bash: {error}") from error
        described = describe(command, result)
        if not result.whole:
            return described
        artifacts = _whole_output(sandbox, context, result) if result.truncated else ()
        return replace(described, text=f"{described.text}\n{where(result)}", artifacts=artifacts)

    return tool(bash)


def where(result: CommandResult) -> str:
    """Say where all of a long output can be read, in the sandbox."""
    return f"the whole output: sed -n '1,200p' {result.whole}"


def _whole_output(
    sandbox: Sandbox, context: ToolContext, result: CommandResult
) -> tuple[Artifact, ...]:
    """Bring out an output that is longer than its result shows, and keep it beside the records.

    Where that fails the result is still true, and the file is still in the sandbox.
    """
    try:
        data = sandbox.read_file(context.conversation, result.whole)
        Outputs().keep(context.conversation, context.call_id, data)
    except (SandboxError, OSError) as error:
        _log.warning("the whole output of %s is not kept: %s", context.call_id, error)
        return ()
    return (Artifact("file", f"output-{context.call_id}.txt", "text/plain", data),)


def describe(command: str, result: CommandResult) -> ToolResult:
    """Put a command's result into words: its output, then how it ended where that matters."""
    output = result.output.rstrip("\n")
    if result.timed_out:
        return ToolResult(_lines(output, f"stopped after {result.seconds:.0f} s"), status="timeout")
    if result.exit_code == 0:
        status: ToolStatus = "ok" if output.strip() else "empty"
        return ToolResult(output if status == "ok" else "no output", status=status, exit_code=0)
    if result.exit_code == 1 and not output.strip() and MATCHERS.search(command):
        return ToolResult("no output: nothing matched", status="empty", exit_code=1)
    differs = result.exit_code == 1 and output.strip() and COMPARERS.search(command)
    return ToolResult(
        _lines(output or "no output", f"exit code {result.exit_code}"),
        status="ok" if differs else "error",
        exit_code=result.exit_code,
    )


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
