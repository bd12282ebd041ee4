"""`mica route`, `mica policy` and `mica tools`: each part by itself."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui import saving
from ui.cli_batch import both_or_neither, run_batch
from ui.cli_common import APPROVAL, FAILED, USAGE, as_json, fail, settings

if TYPE_CHECKING:
    from tools import ToolResult

policy = typer.Typer(help="The command policy.", no_args_is_help=True)
tools = typer.Typer(help="The tools, each by itself.", no_args_is_help=True)
Batch = Annotated[str | None, typer.Option("--batch", metavar="IN", help="JSON Lines to read.")]
Out = Annotated[str | None, typer.Option("--out", metavar="OUT", help="JSON Lines to write.")]


def route(
    text: Annotated[str | None, typer.Argument(help="The request.", show_default=False)] = None,
    batch: Batch = None,
    out: Out = None,
) -> None:
    """Say which specialist a request goes to, and how sure that is."""
    from agents.router import Router

    both_or_neither(text, batch, out)
    router = Router(threshold=settings().router_threshold)

    def answer(request: str) -> dict[str, Any]:
        chosen = router.route(request)
        return {"specialist": chosen.specialist, "confidence": round(chosen.confidence, 4)}

    if batch is None or out is None:
        print(as_json(answer(text or "")))
    elif failures := run_batch(batch, out, "q", answer):
        fail(f"{failures} rows have an error", FAILED)


@policy.command("check")
def check(
    command: Annotated[str | None, typer.Argument(help="A command.", show_default=False)] = None,
    batch: Batch = None,
    out: Out = None,
) -> None:
    """Say whether a command is allowed, asked for or refused, and why. Nothing is run."""
    from tools.bash.policy.judge import judge

    both_or_neither(command, batch, out)
    if batch is None or out is None:
        print(as_json(asdict(judge(command or ""))))
        return

    def answer(cmd: str) -> dict[str, Any]:
        decision = judge(cmd)
        return {"verdict": decision.verdict, "reasons": list(decision.reasons)}

    if failures := run_batch(batch, out, "cmd", answer):
        fail(f"{failures} rows have an error", FAILED)


@tools.command("list")
def list_tools(
    json_: Annotated[bool, typer.Option("--json", help="With the JSON schemas.")] = False,
) -> None:
    """List the tools."""
    from graphs.build import all_tools

    found = all_tools(None)
    if json_:
        print(json.dumps([tool.schema.to_openai() for tool in found.values()], indent=2))
        return
    width = max(len(name) for name in found)
    for name, tool in found.items():
        print(f"{name:<{width}}  {tool.description}")


@tools.command("call")
def call_tool(
    name: Annotated[str, typer.Argument(help="The tool's name.")],
    arguments: Annotated[str, typer.Argument(help="Its arguments, a JSON object.")],
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="DIR", help="Write pictures, sounds and files here."),
    ] = None,
    approve: Annotated[
        bool, typer.Option("--approve", help="Run a command that the policy asks about.")
    ] = False,
) -> None:
    """Call one tool and print its result, or its error, as JSON."""
    given = _arguments(arguments)
    try:
        result = _call(name, given, approve)
    except _CallError as error:
        print(as_json({"tool": name, "error": str(error)}))
        raise typer.Exit(error.code) from error
    kept: list[dict[str, Any]] = [
        {"kind": each.kind, "name": each.name, "mime": each.mime, "bytes": each.size}
        for each in result.artifacts
    ]
    if save is not None:
        for described, path in zip(kept, saving.save(save, result.artifacts), strict=True):
            described["path"] = str(path)
    print(as_json({"tool": name, "status": result.status, "text": result.text, "artifacts": kept}))
    if result.status in ("error", "timeout"):
        raise typer.Exit(FAILED)


class _CallError(Exception):
    def __init__(self, text: str, code: int = FAILED) -> None:
        super().__init__(text)
        self.code = code


def _arguments(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        fail(f"the arguments are not JSON: {error}", USAGE)
    if not isinstance(given, dict):
        fail('the arguments must be a JSON object, such as {"chord": "Ebm7"}', USAGE)
    return given


def _call(name: str, arguments: dict[str, Any], approved: bool) -> ToolResult:
    from graphs.build import all_tools, open_sandbox
    from sandboxes import SandboxError
    from tools import ToolContext, ToolError

    sandbox, problem = open_sandbox(settings()) if name == "bash" else (None, "")
    found = all_tools(sandbox)
    if name not in found:
        raise _CallError(f"there is no tool {name!r}; the tools are {', '.join(found)}")
    context = ToolContext(f"cli-tool-{uuid.uuid4().hex[:12]}", f"call_{uuid.uuid4().hex}")
    try:
        if name == "bash":
            _permit(arguments.get("command"), approved)
            if sandbox is None:
                raise _CallError(problem)
        return found[name].call(arguments, context)
    except (ToolError, SandboxError) as error:
        raise _CallError(str(error)) from error
    finally:
        if sandbox is not None:
            sandbox.forget(context.conversation)
            sandbox.close()


def _permit(command: object, approved: bool) -> None:
    """The policy holds here too: a tool by itself is not a way around it."""
    from tools.bash.policy.judge import judge

    if not isinstance(command, str):
        return
    decision = judge(command)
    reasons = "; ".join(decision.reasons) or decision.summary
    if decision.verdict == "refuse":
        raise _CallError(f"refused by the command policy: {reasons}")
    if decision.verdict == "ask" and not approved:
        raise _CallError(f"approval needed (--approve): {reasons}", APPROVAL)
