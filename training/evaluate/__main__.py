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
from training.evaluate import (
    comparing,
    everyday,
    limits,
    music,
    plain,
    report,
    routing,
    systems,
    tables,
    tracking,
)
from training.evaluate.measures import Measures, apart
from training.evaluate.turns import Outcome

ROOT = Path(__file__).parents[2]
T = TypeVar("T", routing.Result, limits.Result)
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
    parser.add_argument(
        "--track",
        action="store_true",
        help="keep the figures as MLflow runs in $MICA_HOME/training/mlflow.db",
    )
    only = parser.add_argument_group("everyday and music only")
    only.add_argument(
        "--areas", nargs="+", default=[], help="everyday: only these, e.g. files logs"
    )
    only.add_argument(
        "--systems",
        nargs="+",
        default=[systems.SHIPPED],
        choices=[*systems.SYSTEMS, "all"],
        metavar="SYSTEM",
        help=f"which to compare, the last one in detail: {', '.join(systems.SYSTEMS)}, or all",
    )
    only.add_argument(
        "--set", default="blind", choices=everyday.SETS, help="everyday: which set of requests"
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
    args = parser.parse_args()
    if "all" in args.systems:
        args.systems = list(systems.SYSTEMS)
    return args


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
    folder, entries = _everyday(args)
    found = []
    for name in args.systems:
        results, memory = apart(comparing.on_everyday, name, entries, args.verbose)
        turns = [turn for result in results for turn in result.turns]
        found.append((Measures.of(name, [r.passed for r in results], turns, memory), results))
    text = report.of_everyday(found, folder, failures=not args.figures)
    report.write(args.report, folder.name, text)
    _keep(args, everyday.digest(folder), [measured for measured, _ in found], text)


def _everyday(args: argparse.Namespace) -> tuple[Path, list[everyday.Entry]]:
    folder = everyday.SETS[args.set]
    return folder, everyday.load(args.areas, folder)[: args.limit]


def _run_music(args: argparse.Namespace) -> None:
    rows = tables.rows_of(music.NAME)[: args.limit]
    if args.references:
        wrong = list(music.problems(rows))
        print(*wrong, f"{len(rows)} rows, {len(wrong)} problems", sep="\n")
        raise SystemExit(bool(wrong))
    found = []
    for name in args.systems:
        results, memory = apart(comparing.on_music, name, rows, args.verbose)
        turns = [turn for result in results for turn in result.turns]
        found.append((Measures.of(name, [r.passed for r in results], turns, memory), results))
    text = music.report(found)
    report.write(args.report, music.NAME, text)
    _keep(args, tables.digest(music.NAME), [measured for measured, _ in found], text)


def _run_routing(args: argparse.Namespace) -> None:
    rows = tables.rows_of(routing.NAME)[: args.limit]
    results = routing.run(Router(threshold=Settings().router_threshold), rows)
    text = routing.report([_told(r, args) for r in results])
    report.write(args.report, routing.NAME, text)
    _keep(args, tables.digest(routing.NAME), [routing.measures(results)], text)


def _run_limits(args: argparse.Namespace) -> None:
    rows = tables.rows_of(limits.NAME)[: args.limit]
    with systems.opened() as assistant:
        results = [_told(result, args) for result in limits.run(assistant, rows)]
    text = limits.report(results)
    report.write(args.report, limits.NAME, text)
    _keep(args, tables.digest(limits.NAME), [limits.measures(results)], text)


def _keep(args: argparse.Namespace, digest: str, found: Sequence[Measures], text: str) -> None:
    if args.track:
        figures = [(measured.system, measured.figures) for measured in found]
        print("MLflow runs:", *tracking.keep(args.suite, digest, figures, text))


def _told(result: T, args: argparse.Namespace) -> T:
    if args.verbose:
        mark = "ok  " if result.passed else "FAIL"
        print(f"{mark} {result.row['id']} {result.row.get('request', '')!r}", flush=True)
    return result


def _prove(args: argparse.Namespace) -> None:
    folder, entries = _everyday(args)
    with systems.opened() as assistant:
        problems = 0
        for problem in everyday.references(entries, plain.sandbox_of(assistant)):
            print(problem, flush=True)
            problems += 1
    print(f"{len(entries)} entries, {problems} problems, sha256 {everyday.digest(folder)}")
    if problems:
        raise SystemExit(1)


_OWN: dict[str, Callable[[argparse.Namespace], None]] = {
    "music": _run_music,
    "routing": _run_routing,
    "limits": _run_limits,
}

if __name__ == "__main__":
    main()
