"""The command `python -m training.evaluate`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import training.evaluate
from agents.router import Router
from graphs.assistant import Assistant
from graphs.settings import Settings
from runtime.yaml_files import read_yaml
from training.evaluate import everyday, limits, music, plain, report, routing, systems, tables
from training.evaluate.turns import Outcome

ROOT = Path(__file__).parents[2]
T = TypeVar("T", music.Result, routing.Result, limits.Result)
Suite = Callable[[Assistant, Sequence[Mapping[str, Any]]], list[Outcome]]
_PLAIN: dict[str, tuple[Suite, str]] = {
    "sysadmin": (plain.sysadmin, "sysadmin.yaml"),
    "composer": (plain.composer, "composer.yaml"),
    "router": (plain.router, "other.yaml"),
}


def main() -> None:
    """Run one suite, print its report, and write it where `--report` says."""
    args = _arguments()
    if args.suite in _OWN:
        _OWN[args.suite](args)
    elif args.suite != "everyday":
        _run_plain(args)
    elif args.references:
        _prove(args)
    else:
        _run_everyday(args)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=training.evaluate.__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("suite", choices=["everyday", *_OWN, *sorted(_PLAIN)])
    parser.add_argument("--report", type=Path, help="folder for the Markdown report")
    parser.add_argument("--verbose", action="store_true", help="print every request")
    parser.add_argument("--limit", type=int, help="only the first N requests")
    only = parser.add_argument_group("everyday and music only")
    only.add_argument(
        "--areas", nargs="+", default=[], help="everyday: only these, e.g. files logs"
    )
    only.add_argument(
        "--systems",
        nargs="+",
        default=[systems.SHIPPED],
        choices=systems.SYSTEMS,
        metavar="SYSTEM",
        help=f"which to compare, the last one in detail: {', '.join(systems.SYSTEMS)}",
    )
    only.add_argument(
        "--figures",
        action="store_true",
        help="everyday: leave the failures out of the report, so that who tunes stays blind",
    )
    only.add_argument(
        "--references",
        action="store_true",
        help="prove the set: each reference passes, and doing nothing fails",
    )
    return parser.parse_args()


def _run_plain(args: argparse.Namespace) -> None:
    suite, name = _PLAIN[args.suite]
    rows = read_yaml(ROOT / "tests" / "evals" / name)
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
    text = report.of_everyday(found, failures=not args.figures)
    report.write(args.report, "everyday", text)


def _run_music(args: argparse.Namespace) -> None:
    rows = tables.rows_of(music.NAME)[: args.limit]
    if args.references:
        wrong = list(music.problems(rows))
        print(*wrong, f"{len(rows)} rows, {len(wrong)} problems", sep="\n")
        raise SystemExit(bool(wrong))
    found = []
    for name in args.systems:
        with systems.opened(name) as assistant:
            results = [_told(result, args) for result in music.run(assistant, rows)]
        found.append((name, results))
    report.write(args.report, music.NAME, music.report(found))


def _run_routing(args: argparse.Namespace) -> None:
    rows = tables.rows_of(routing.NAME)[: args.limit]
    results = routing.run(Router(threshold=Settings().router_threshold), rows)
    report.write(args.report, routing.NAME, routing.report([_told(r, args) for r in results]))


def _run_limits(args: argparse.Namespace) -> None:
    rows = tables.rows_of(limits.NAME)[: args.limit]
    with systems.opened() as assistant:
        results = [_told(result, args) for result in limits.run(assistant, rows)]
    report.write(args.report, limits.NAME, limits.report(results))


def _told(result: T, args: argparse.Namespace) -> T:
    if args.verbose:
        mark = "ok  " if result.passed else "FAIL"
        print(f"{mark} {result.row['id']} {result.row.get('request', '')!r}", flush=True)
    return result


def _prove(args: argparse.Namespace) -> None:
    entries = everyday.load(args.areas)[: args.limit]
    with systems.opened() as assistant:
        problems = 0
        for problem in everyday.references(entries, plain.sandbox_of(assistant)):
            print(problem, flush=True)
            problems += 1
    print(f"{len(entries)} entries, {problems} problems, sha256 {everyday.digest()}")
    if problems:
        raise SystemExit(1)


_OWN: dict[str, Callable[[argparse.Namespace], None]] = {
    "music": _run_music,
    "routing": _run_routing,
    "limits": _run_limits,
}

if __name__ == "__main__":
    main()
