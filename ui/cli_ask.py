"""`mica ask`, `mica chat` and `mica propose`: requests from a terminal."""

from __future__ import annotations

import sys
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ui.cli_attach import attach_folder
from ui.cli_batch import both_or_neither, run_batch
from ui.cli_common import APPROVAL, FAILED, USAGE, as_json, assistant, fail
from ui.cli_rate import in_chat
from ui.cli_render import Follower
from ui.cli_rules import approve_ahead, whoami

if TYPE_CHECKING:
    from graphs.assistant import Assistant
    from graphs.events import ApprovalNeeded, Event, Resume

Text = Annotated[str | None, typer.Argument(help="The request.", show_default=False)]
Batch = Annotated[str | None, typer.Option("--batch", metavar="IN", help="JSON Lines to read.")]
Out = Annotated[str | None, typer.Option("--out", metavar="OUT", help="JSON Lines to write.")]
Lasting = Literal["once", "conversation", "always"]
Attach = Annotated[
    Path | None,
    typer.Option("--attach", metavar="DIR", help="Copy this folder into the conversation."),
]
Name = Annotated[str | None, typer.Option("--specialist", help="Go past the router.")]


def ask(
    text: Text = None,
    specialist: Name = None,
    approve: Annotated[
        list[str] | None,
        typer.Option(
            "--approve",
            metavar="RULE",
            help="Make a rule for this conversation: 'rm -f under /srv/app/logs', 'exactly "
            "COMMAND', or programs; see `mica rules add --help`.",
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="DIR", help="Write pictures, sounds and files here."),
    ] = None,
    conversation: Annotated[
        str | None, typer.Option("--conversation", help="Go on with this conversation.")
    ] = None,
    attach: Attach = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    batch: Batch = None,
    out: Out = None,
) -> None:
    """Ask once; the answer is streamed. Exit code 3: a command needs an approval."""
    both_or_neither(text, batch, out)
    if batch is not None and out is not None:
        _ask_batch(batch, out, specialist, approve or ())
        return
    with assistant() as mica:
        follower = Follower(quiet=json_, save=save)
        name = conversation or f"cli-{uuid.uuid4().hex[:12]}"
        approve_ahead(mica.parts.store, approve or (), conversation=name)
        if attach is not None:
            attach_folder(mica.parts.sandbox, name, attach)
        events = mica.stream(name, text or "", specialist=specialist)
        waiting = _turns(mica, name, events, follower)
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
) -> ApprovalNeeded | None:
    """Follow a turn through its approvals; return the one that nobody gave, if any."""
    while True:
        waiting = follower.follow(events)
        if waiting is None:
            return None
        decision = _decide(waiting)
        if decision is None:
            return waiting
        events = mica.resume(conversation, decision)


def _decide(waiting: ApprovalNeeded) -> Resume | None:
    """Ask on the terminal; None where there is none."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    while True:
        typer.echo(_question(waiting), nl=False, err=True)
        answer = sys.stdin.readline()
        decision = _understood(answer.strip(), waiting)
        if decision is not None or not answer:
            return decision


def _question(waiting: ApprovalNeeded) -> str:
    if waiting.rule is None:
        return "Run it? [y]es, [e]dit, [n]o: "
    return (
        f"  rule, if you choose c (this conversation) or a: {waiting.rule}\n"
        "Run it? [y]es once, for this [c]onversation, [a]lways, [e]dit, [n]o: "
    )


def _understood(answer: str, waiting: ApprovalNeeded) -> Resume | None:
    """Return what an answer decides: y, c, a, e or n, after n the reason; None to ask again."""
    from graphs.events import Resume

    call, by = waiting.call.id, whoami()
    word, _, rest = answer.partition(" ")
    lasting: dict[str, Lasting] = {"y": "once", "c": "conversation", "a": "always"}
    match word.lower()[:1]:
        case "y" | "c" | "a" as key:
            if key != "y" and waiting.rule is None:
                return None
            return Resume("approve", scope=lasting[key], call_id=call, by=by)
        case "e":
            typer.echo("Command: ", nl=False, err=True)
            return Resume("edit", command=sys.stdin.readline().strip(), call_id=call, by=by)
        case "n":
            return Resume("reject", reason=rest.strip() or None, call_id=call, by=by)
    return None


def _how_to_approve(waiting: ApprovalNeeded, conversation: str) -> str:
    rule = f"; approving it for always would mean: {waiting.rule}" if waiting.rule else ""
    return (
        f"approval needed, nothing was run: {waiting.call.arguments.get('command')} "
        f"(decide with `mica resume {conversation}` on a terminal or on the page, or with "
        f"`mica resume {conversation} --approve`{rule})"
    )


def resume(
    conversation: Annotated[str, typer.Argument(help="The conversation that waits.")],
    approve: Annotated[bool, typer.Option("--approve", help="Run the command.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Do not run it.")] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why it is rejected; the model reads it.")
    ] = None,
    scope: Annotated[
        Lasting, typer.Option("--for", help="How long the approval lasts: it makes a rule.")
    ] = "once",
    edit: Annotated[
        str | None, typer.Option("--edit", metavar="COMMAND", help="Run this instead.")
    ] = None,
) -> None:
    """Decide about the command that a conversation waits with."""
    from graphs.events import Resume

    if approve + reject + (edit is not None) > 1:
        fail("give only one of --approve, --reject and --edit", USAGE)
    if (scope != "once" and not approve) or (reason and not reject):
        fail("--for goes with --approve, --reason with --reject", USAGE)
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
            Resume("approve", scope=scope, by=whoami()) if approve
            else Resume("reject", reason=reason, by=whoami()) if reject
            else Resume("edit", command=edit, by=whoami()) if edit is not None
            else _decide(waiting)
        )  # fmt: skip
        if decision is None:
            fail("there is no terminal to ask on: give --approve, --reject or --edit", APPROVAL)
        left = _turns(mica, conversation, mica.resume(conversation, decision), follower)
    if left is not None:
        fail(_how_to_approve(left, conversation), APPROVAL)
    if follower.error:
        fail(follower.error)


def _ask_batch(source: str, target: str, specialist: str | None, approve: Sequence[str]) -> None:
    """Answer each row in a conversation of its own that nobody sees afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="mica-batch-") as folder,
        assistant(Path(folder)) as mica,
    ):
        approve_ahead(mica.parts.store, approve, conversation=None)

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


def chat(specialist: Name = None, attach: Attach = None) -> None:
    """Talk in the terminal. /new starts afresh, /quit ends; Ctrl-C stops an answer.

    /up, /down WHY and /correct CALL rate the last answer.
    """
    with assistant() as mica:
        conversation = f"cli-{uuid.uuid4().hex[:12]}"
        if attach is not None:
            attach_folder(mica.parts.sandbox, conversation, attach)
        for text in _lines():
            if text == "/new":
                conversation = f"cli-{uuid.uuid4().hex[:12]}"
                continue
            if in_chat(mica.parts.store, conversation, text):
                continue
            follower = Follower()
            try:
                events = mica.stream(conversation, text, specialist=specialist)
                left = _turns(mica, conversation, events, follower)
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
