"""`mica models show`, `challenge`, `decide`, `promote`, `rollback`, `withdraw`, `history`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli_common import as_json

if TYPE_CHECKING:
    from training.gate.deciding import Decision

_FROM_NOW = "running servers change at each conversation's next turn"


def show(
    name: Annotated[str, typer.Argument(help="A build, as `mica models list` shows it.")],
) -> None:
    """Show a build: where it comes from, its files with their hashes, and its card."""
    from runtime.models.registry import Registry

    registry = Registry()
    entry = registry.entry(name)
    role = registry.standing().role(entry.name)
    parent = f", version {entry.version}, from {entry.parent}" if entry.parent else ""
    print(f"{entry.name}{f' [{role}]' if role else ''}  {entry.format}{parent}")
    files = [("base", entry.file)]
    files += [(f"adapter {of}", file) for of, file in entry.adapter_files.items()]
    files += [(f"learned {of}", file) for of, file in entry.learned.items()]
    for what, file in files:
        print(f"  {what}: {file.path}  sha256 {(file.sha256 or 'unknown')[:16]}")
    if entry.card and entry.card.is_file():
        print(f"\n{entry.card.read_text(encoding='utf-8').rstrip()}")


def promote(
    name: Annotated[str, typer.Argument(help="A build; by default the challenger.")] = "challenger",
) -> None:
    """Make a build the champion, in running servers too."""
    from runtime.models.registry import Registry

    print(f"{Registry().promote(name).name} is the champion; {_FROM_NOW}")


def rollback() -> None:
    """Go back to the champion before, in running servers too."""
    from runtime.models.registry import Registry

    print(f"{Registry().rollback().name} is the champion again; {_FROM_NOW}")


def challenge(
    name: Annotated[str, typer.Argument(help="A build, as `mica models list` shows it.")],
    share: Annotated[
        float, typer.Option("--share", help="Share of new conversations, above 0 and up to 1.")
    ] = 0.2,
) -> None:
    """Let a build answer a share of the conversations that begin from now on."""
    from runtime.models.registry import Registry

    entry = Registry().challenge(name, share)
    print(
        f"{entry.name} answers {share:.0%} of new conversations; `mica models decide` weighs them"
    )


def withdraw() -> None:
    """End the challenge; the champion answers everything."""
    from runtime.models.registry import Registry

    ended = Registry().withdraw()
    print(f"{ended} challenges no more; {_FROM_NOW}" if ended else "there is no challenger")


def history(
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the champions of this machine, the first one first."""
    from runtime.models.registry import Registry

    rows = [asdict(champion) for champion in Registry().champions()]
    if json_:
        print(as_json(rows))
        return
    for row in rows:
        print(f"{row['since'][:19]}  {row['name']}  ({row['how']})")
    if not rows:
        print("no champion was chosen here; the shipped one answers")


def decide(
    apply: Annotated[
        bool, typer.Option("--apply", help="Promote a better challenger, withdraw a worse one.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what the ratings tell of champion and challenger; look as often as you like."""
    from records.paths import home
    from records.store import Store
    from runtime.models.registry import Registry
    from training.gate import deciding

    registry = Registry()
    store = Store(home() / "mica.db")
    try:
        found = deciding.decide(store, registry.standing())
    finally:
        store.close()
    if found is None:
        print(as_json(None) if json_ else "there is no challenger; `mica models challenge NAME`")
        return
    done = deciding.apply(registry, found) if apply else ""
    if json_:
        evidence = {**asdict(found.evidence), "p_value": found.evidence.p_value}
        print(as_json({**asdict(found.standing), **evidence, "done": done}))
        return
    for line in _told(found):
        print(line)
    print(done or found.advice)


def _told(found: Decision) -> list[str]:
    seen, standing = found.evidence, found.standing
    names = (f"champion {standing.champion}", f"challenger {standing.challenger}")
    counts = [
        f"{name}: {up} of {rated} rated conversations liked"
        for name, up, rated in zip(names, seen.up, seen.rated, strict=True)
    ]
    strength = max(seen.better, seen.worse)
    return [*counts, f"{seen.verdict} (evidence {strength:.1f}, decided at {seen.needed:.0f})"]
