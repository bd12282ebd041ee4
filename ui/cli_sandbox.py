"""`mica sandbox`: where commands run, and whether that place keeps its promises."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ui.cli_common import FAILED, as_json, fail, settings

if TYPE_CHECKING:
    from graphs.settings import Settings
    from sandboxes import Sandbox
    from sandboxes.probe import CheckResult

sandbox = typer.Typer(help="Where commands run.", no_args_is_help=True)


@sandbox.command("check")
def check_sandbox(
    driver: Annotated[
        Literal["docker", "bubblewrap", "all"] | None,
        typer.Option("--driver", help="Another one than the settings choose.", show_default=False),
    ] = None,
    host_readonly: Annotated[
        bool, typer.Option("--host-readonly", help="Show the host at /host, and check that too.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hold this machine's sandbox to its promises, from inside it; a minute or two.

    Exit code 1: a promise is broken. What a driver cannot hold, and never promised, is shown
    as `not held`.
    """
    from sandboxes.conformance import checks_for, run_check

    chosen = settings()
    if host_readonly:
        chosen = chosen.model_copy(update={"host_readonly": True})
    found: dict[str, list[CheckResult]] = {}
    for box in _boxes(chosen, driver):
        rows = found.setdefault(_title(box), [])
        if not json_:
            print(f"{_title(box)}:", flush=True)
        try:
            for check in checks_for(box):
                rows.append(run_check(check, box))
                if not json_:
                    _show(rows[-1])
        finally:
            box.close()
    broken = {name: sum(not row.passed for row in rows) for name, rows in found.items()}
    if json_:
        print(as_json({name: [vars(row) for row in rows] for name, rows in found.items()}))
    for name, rows in found.items():
        held = sum(row.status == "ok" for row in rows)
        if not json_:
            print(f"{name}: {held} of {len(rows)} promises held, {broken[name]} broken")
    if any(broken.values()):
        fail("; ".join(f"the {name} sandbox breaks {count} of its promises"
                       for name, count in broken.items() if count), FAILED)  # fmt: skip


def _boxes(
    chosen: Settings, driver: Literal["docker", "bubblewrap", "all"] | None
) -> Iterator[Sandbox]:
    from graphs.build import sandbox_of

    if driver is None and chosen.sandbox == "none":
        fail("the sandbox is switched off (MICA_SANDBOX=none); name one with --driver")
    for kind in ("docker", "bubblewrap") if driver == "all" else (driver or chosen.sandbox,):
        yield sandbox_of(chosen.model_copy(update={"sandbox": kind}))


def _title(box: Sandbox) -> str:
    runtime = getattr(box, "runtime", None)
    return f"{box.name} ({runtime})" if runtime else box.name


def _show(row: CheckResult) -> None:
    mark = "BROKEN" if row.status == "broken" else row.status
    print(f"  {mark:<9}{row.seconds:5.1f} s  {row.promise}", flush=True)
    if row.problem:
        print(f"  {'':<18}{' '.join(row.problem.split())}", flush=True)


def output(
    call_id: Annotated[str, typer.Argument(help="The call, as `mica ask --json` shows it.")],
) -> None:
    """Print the whole output of a command, also of one too long for the records."""
    from contextlib import closing

    from records.outputs import output_of
    from records.store import Store

    with closing(Store()) as store:
        data = output_of(store, call_id)
    if data is None:
        fail(f"no output of call {call_id} is kept")
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
