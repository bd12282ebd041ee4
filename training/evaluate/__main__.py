"""The command `python -m training.evaluate`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

import training.evaluate
from graphs.assistant import Assistant
from training.evaluate import everyday, plain, report, systems
from training.evaluate.turns import Outcome

ROOT = Path(__file__).parents[2]
Suite = Callable[[Assistant, Sequence[Mapping[str, Any]]], list[Outcome]]
_PLAIN: dict[str, tuple[Suite, str]] = {
    "sysadmin": (plain.sysadmin, "sysadmin.yaml"),
    "composer": (plain.composer, "composer.yaml"),
    "router": (plain.router, "other.yaml"),
}


def main() -> None:
    """Run one suite, print its report, and write it where `--report` says."""
    args = _arguments()
    if args.suite != "everyday":
        _run_plain(args)
    elif args.references:
        _prove(args)
    else:
        _run_everyday(args)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=training.evaluate.__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("suite", choices=["everyday", *sorted(_PLAIN)])
    parser.add_argument("--report", type=Path, help="folder for the Markdown report")
    parser.add_argument("--verbose", action="store_true", help="print every request")
    parser.add_argument("--limit", type=int, help="only the first N requests")
    only = parser.add_argument_group("everyday only")
    only.add_argument("--areas", nargs="+", default=[], help="only these, e.g. files logs")
    only.add_argument(
        "--systems",
        nargs="+",
        default=[systems.SHIPPED],
        choices=systems.SYSTEMS,
        metavar="SYSTEM",
        help=f"which to compare, the last one in detail: {', '.join(systems.SYSTEMS)}",
    )
    only.add_argument(
        "--references",
        action="store_true",
        help="prove the set: each reference passes, and a command that does nothing fails",
    )
    return parser.parse_args()


def _run_plain(args: argparse.Namespace) -> None:
    suite, name = _PLAIN[args.suite]
    rows = yaml.safe_load((ROOT / "tests" / "evals" / name).read_text(encoding="utf-8"))
    with systems.opened() as assistant:
        outcomes = suite(assistant, rows[: args.limit])
    if args.verbose:
        for o in outcomes:
            print(f"{'ok  ' if o.passed else 'FAIL'} {o.id} {o.request!r} | {o.did} | {o.why}")
    report.write(args.report, args.suite, report.plain(args.suite, outcomes))


def _run_everyday(args: argparse.Namespace) -> None:
    entries = everyday.load(args.areas)[: args.limit]
    found = []
    for name in args.systems:
        results = []
        with systems.opened(name) as assistant:
            for result in everyday.run(assistant, entries):
                results.append(result)
                if args.verbose:
                    did = " / ".join(turn.did for turn in result.turns)
                    print(f"{'ok  ' if result.passed else 'FAIL'} {result.entry.id} | {did}")
        found.append((name, results))
    report.write(args.report, "everyday", report.of_everyday(found))


def _prove(args: argparse.Namespace) -> None:
    entries = everyday.load(args.areas)[: args.limit]
    with systems.opened() as assistant:
        problems = everyday.references(entries, plain.sandbox_of(assistant))
    print("\n".join(problems))
    print(f"{len(entries)} entries, {len(problems)} problems, sha256 {everyday.digest()}")
    if problems:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
