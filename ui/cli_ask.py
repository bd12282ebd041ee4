"""`mica ask`, `mica chat` and `mica propose`: requests from a terminal."""

from __future__ import annotations

import sys
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli_batch import both_or_neither, run_batch
from ui.cli_common import APPROVAL, FAILED, USAGE, as_json, assistant, fail
from ui.cli_render import Follower

if TYPE_CHECKING:
    from graphs.assistant import Assistant
    from graphs.events import ApprovalNeeded, Event, Resume

Text = Annotated[str | None, typer.Argument(help="The request.", show_default=False)]
Batch = Annotated[str | None, typer.Option("--batch", metavar="IN", help="JSON Lines to read.")]
Out = Annotated[str | None, typer.Option("--out", metavar="OUT", help="JSON Lines to write.")]
Name = Annotated[str | None, typer.Option("--specialist", help="Go past the router.")]


def ask(
    text: Text = None,
    specialist: Name = None,
    approve: Annotated[
        list[str] | None,
        typer.Option(
            "--approve",
            metavar="PROGRAM,...",
            help="Approve commands in which only these programs run.",
        ),
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="DIR", help="Keep images and sounds here.")
    ] = None,
    conversation: Annotated[
        str | None, typer.Option("--conversation", help="Go on with this conversation.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    batch: Batch = None,
    out: Out = None,
) -> None:
    """Ask once; the answer is streamed. Exit code 3: a command needs an approval."""
    both_or_neither(text, batch, out)
    rules = {name for rule in approve or () for name in rule.replace(",", " ").split()}
    if batch is not None and out is not None:
        _ask_batch(batch, out, specialist)
        return
    with assistant() as mica:
        follower = Follower(quiet=json_, save=save)
        name = conversation or f"cli-{uuid.uuid4().hex[:12]}"
        waiting = _turns(mica, name, mica.stream(name, text or "", specialist=specialist),
                         follower, rules)  # fmt: skip
    if json_:
        print(as_json({"conversation": name, **follower.row()}))
    if waiting is not None:
        fail(_how_to_approve(waiting, name), APPROVAL)
    if follower.error:
        fail(follower.error)


def _turns(
    mica: Assistant,
    conversation: str,
    events: Iterable[Event],
    follower: Follower,
    rules: set[str],
) -> ApprovalNeeded | None:
    """Follow a turn through its approvals; return the one that nobody gave, if any."""
    while True:
        waiting = follower.follow(events)
        if waiting is None:
            return None
        decision = _decide(waiting, rules)
        if decision is None:
            return waiting
        events = mica.resume(conversation, decision)


def _decide(waiting: ApprovalNeeded, rules: set[str]) -> Resume | None:
    from graphs.events import Resume

    programs = set(waiting.decision.programs)
    if programs and programs <= rules:
        return Resume("approve", call_id=waiting.call.id)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    while True:
        typer.echo("Run it? [y]es, [e]dit, [n]o: ", nl=False, err=True)
        answer = sys.stdin.readline()
        key = answer.strip().lower()[:1]
        if key == "y":
            return Resume("approve", call_id=waiting.call.id)
        if key == "e":
            typer.echo("Command: ", nl=False, err=True)
            return Resume("edit", command=sys.stdin.readline().strip(), call_id=waiting.call.id)
        if key == "n" or not answer:
            return Resume("reject", call_id=waiting.call.id)


def _how_to_approve(waiting: ApprovalNeeded, conversation: str) -> str:
    programs = ",".join(waiting.decision.programs) or "PROGRAM"
    return (
        f"approval needed, nothing was run: {waiting.call.arguments.get('command')} "
        f"(decide with `mica resume {conversation}` on a terminal or on the page, "
        f"or ask again with --approve {programs})"
    )


def resume(
    conversation: Annotated[str, typer.Argument(help="The conversation that waits.")],
    approve: Annotated[bool, typer.Option("--approve", help="Run the command.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Do not run it.")] = False,
    edit: Annotated[
        str | None, typer.Option("--edit", metavar="COMMAND", help="Run this instead.")
    ] = None,
) -> None:
    """Decide about the command that a conversation waits with."""
    from graphs.events import Resume

    if approve + reject + (edit is not None) > 1:
        fail("give only one of --approve, --reject and --edit", USAGE)
    with assistant() as mica:
        waiting = mica.pending(conversation)
        follower = Follower()
        if waiting is None:
            left = follower.follow(mica.recover(conversation))
            if not follower.answer and left is None:
                fail("nothing is waiting for a decision in this conversation")
            return
        follower.follow([waiting])
        decision = (
            Resume("approve") if approve
            else Resume("reject") if reject
            else Resume("edit", command=edit) if edit is not None
            else _decide(waiting, set())
        )  # fmt: skip
        if decision is None:
            fail("there is no terminal to ask on: give --approve, --reject or --edit", APPROVAL)
        left = _turns(mica, conversation, mica.resume(conversation, decision), follower, set())
    if left is not None:
        fail(_how_to_approve(left, conversation), APPROVAL)
    if follower.error:
        fail(follower.error)


def _ask_batch(source: str, target: str, specialist: str | None) -> None:
    """Answer each row in a conversation of its own that nobody sees afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="mica-batch-") as folder,
        assistant(Path(folder)) as mica,
    ):

        def answer(text: str) -> dict[str, Any]:
            conversation = f"batch-{uuid.uuid4().hex[:12]}"
            follower = Follower(quiet=True)
            try:
                follower.follow(mica.stream(conversation, text, specialist=specialist))
                return follower.row()
            finally:
                mica.forget(conversation)

        failures = run_batch(source, target, "q", answer)
    if failures:
        fail(f"{failures} rows have an error", FAILED)


def propose(text: Text = None, batch: Batch = None, out: Out = None) -> None:
    """Print the command that the sysadmin would run, without running it."""
    both_or_neither(text, batch, out)
    with assistant(sandbox=False) as mica:
        if batch is None or out is None:
            print(mica.propose(text or ""))
            return
        failures = run_batch(batch, out, "q", lambda q: {"command": mica.propose(q)})
    if failures:
        fail(f"{failures} rows have an error", FAILED)


def chat(specialist: Name = None) -> None:
    """Talk in the terminal. /new starts afresh, /quit ends; Ctrl-C stops an answer."""
    with assistant() as mica:
        conversation = f"cli-{uuid.uuid4().hex[:12]}"
        for text in _lines():
            if text == "/new":
                conversation = f"cli-{uuid.uuid4().hex[:12]}"
                continue
            follower = Follower()
            try:
                events = mica.stream(conversation, text, specialist=specialist)
                left = _turns(mica, conversation, events, follower, set())
            except KeyboardInterrupt:
                mica.stop(conversation)
                print("\nstopped", file=sys.stderr)
                continue
            if left is not None:
                fail(_how_to_approve(left, conversation), APPROVAL)
            if follower.error:
                print(f"mica: {follower.error}", file=sys.stderr)


def _lines() -> Iterator[str]:
    prompt = "> " if sys.stdin.isatty() else ""
    while True:
        try:
            text = input(prompt).strip()
        except (EOFError, KeyboardInterrupt):
            return
        if text in ("/quit", "/exit"):
            return
        if text:
            yield text
