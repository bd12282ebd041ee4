"""`mica rules`: the standing approvals, and making them from a command line."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli_common import APPROVAL, USAGE, agreed, as_json, fail, open_store

if TYPE_CHECKING:
    from graphs.rules import Rules
    from records.rules import Rule
    from records.store import Store

rules = typer.Typer(help="Standing approvals: what needs no asking.", no_args_is_help=True)
Owner = Annotated[str, typer.Option("--owner", help="Whose rules: local, or api.")]


@rules.command("list")
def list_rules(
    owner: Owner = "local",
    all_: Annotated[bool, typer.Option("--all", help="With those that were revoked.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show the rules: what each allows, since when, by whom, and how often it was used."""
    with _rules() as kept:
        found = kept.store.rules(owner, revoked=all_)
    for rule in found:
        print(as_json(asdict(rule)) if json_ else described(rule))
    if not found and not json_:
        print("there are no rules; `mica rules add --help` shows how to make one")


@rules.command("add")
def add_rule(
    rule: Annotated[str, typer.Argument(help="'rm -f under /srv/app/logs', 'exactly COMMAND'.")],
    owner: Owner = "local",
    conversation: Annotated[
        str | None, typer.Option("--conversation", help="Only in this conversation.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask back.")] = False,
) -> None:
    """Make a rule, after its sentence was shown and agreed to.

    PROGRAM [OPTIONS] under FOLDER covers these options and no others; without options, the
    usual ones; without a folder, anywhere. Several: with a comma and a space between.
    """
    from tools.bash.policy.judge import judge
    from tools.bash.policy.rule_text import ScopeError, read_scope, sentence

    try:
        told = sentence(read_scope(rule, judge), always=conversation is None)
    except ScopeError as error:
        fail(str(error), USAGE)
    print(told, file=sys.stderr)
    if not yes and not agreed("Make this rule?", "look at the sentence"):
        fail("no rule was made", APPROVAL)
    with _rules() as kept:
        made = kept.add(rule, judge, owner=owner, by=whoami(), conversation=conversation)
    print(described(made))


@rules.command("revoke")
def revoke_rule(
    number: Annotated[int, typer.Argument(help="As `mica rules list` shows it.")],
    owner: Owner = "local",
) -> None:
    """End a rule; what it covered is asked about again."""
    with _rules() as kept:
        print(described(kept.revoke(number, owner=owner, by=whoami())))


def described(rule: Rule) -> str:
    """Return a rule in two lines for a terminal, times local."""
    used = f"used {rule.uses} times, last {_local(rule.used)}" if rule.used else "not used yet"
    parts = [f"made {_local(rule.created)} by {rule.by}", used]
    if rule.conversation is not None:
        parts.append(f"conversation {rule.conversation}")
    if rule.revoked is not None:
        parts.append(f"REVOKED {_local(rule.revoked)}")
    return f"{rule.id:>4}  {rule.sentence}\n      {'; '.join(parts)}"


def whoami() -> str:
    """Return who decides here, for rules and the audit."""
    try:
        return f"terminal/{getpass.getuser()}"
    except (KeyError, OSError):
        return f"terminal/{os.getuid()}"


def approve_ahead(
    store: Store, texts: Sequence[str], *, conversation: str | None, owner: str | None = None
) -> None:
    """Make rules of `--approve`: for one conversation, or for all of a store's.

    Ends the command where a text is no rule.
    """
    from graphs.rules import Rules, ScopeError
    from tools.bash.policy.judge import judge

    kept = Rules(store)
    whose = owner or (kept.owner(conversation) if conversation else "local")
    for text in texts:
        try:
            kept.add(
                text, judge, owner=whose, by=f"{whoami()}, --approve", conversation=conversation
            )
        except ScopeError as error:
            fail(str(error), USAGE)


@contextmanager
def _rules() -> Iterator[Rules]:
    from graphs.rules import Rules

    with open_store() as store:
        yield Rules(store)


def _local(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")
