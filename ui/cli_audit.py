"""`mica audit`: what was asked, judged, approved and run, and whether anyone changed that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli_common import FAILED, USAGE, as_json, fail, open_store

if TYPE_CHECKING:
    from records.audit import AuditEntry

audit = typer.Typer(help="The chain of what was done, and by whom.", no_args_is_help=True)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SHOWN = ("command", "was", "verdict", "by", "scope", "status", "exit_code", "sentence", "reason")


@audit.command("verify")
def verify(
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="HASH", help="A head noted earlier: finds a cut end."),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Go through the whole chain. Exit code 1: it was changed, from the entry that is named."""
    if head is not None and not re.fullmatch(r"[0-9a-f]{12,64}", head):
        fail("a head is 12 to 64 hex digits, as `mica audit verify` prints it", USAGE)
    with open_store() as store:
        report = store.check_audit(head)
    if json_:
        print(as_json(asdict(report)))
    elif report.broken is None:
        print(f"{report.entries} entries, unbroken. Head: {report.head}")
        print("Note the head elsewhere; `mica audit verify --head HASH` then finds a cut end too.")
    if report.broken is None:
        return
    fail(
        f"the audit was changed at entry {report.broken}: {report.problem}. The {report.entries} "
        f"entries before it are as they were written. Keep a copy of mica.db as it is now, and "
        "compare it with a backup from that entry on",
        FAILED,
    )


@audit.command("show")
def show(
    conversation: Annotated[
        str | None, typer.Option("--conversation", help="Only this conversation's.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="A date, a local time, or 30m, 12h, 7d.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print the entries like a log, one a line, times local."""
    moment = _moment(since) if since else None
    with open_store() as store:
        for entry in store.audit_entries(conversation, moment):
            print(as_json(asdict(entry)) if json_ else line(entry))


def line(entry: AuditEntry) -> str:
    """Return an entry as a line of a log."""
    time = datetime.fromisoformat(entry.created).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    words = [f"{name}={_word(v)}" for name, v in _told(entry.data) if v not in (None, "", [], {})]
    return f"{time} {entry.position:>5} {entry.conversation or '-'} {entry.kind} {' '.join(words)}"


def _told(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a reader looks for first, then what a command touched."""
    for name in (*_SHOWN, "request", "programs", "reads", "writes"):
        yield name, data.get(name)
    for name in ("network", "privilege", "edited"):
        yield name, data.get(name) or None
    output = data.get("output")
    if isinstance(output, Mapping):
        yield "output", f"{output.get('characters')} characters, sha256 {output['sha256'][:12]}"
    known = {*_SHOWN, "request", "programs", "reads", "writes", "network", "privilege", "edited"}
    for name in data:
        if name not in known | {"output", "reasons", "call", "turn"}:
            yield name, data[name]


def _word(value: Any) -> str:
    """Return a value without line ends or anything else that a terminal would obey."""
    text = value if isinstance(value, str) else as_json(value)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return f'"{text}"' if isinstance(value, str) and (" " in text or not text) else text


def _moment(text: str) -> str:
    ago = re.fullmatch(r"(\d{1,5})([mhdw])", text)
    try:
        if ago:
            moment = datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        else:
            moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        fail("--since takes a date (2026-11-21), a time (2026-11-21T14:00) or 30m, 12h, 7d", USAGE)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
