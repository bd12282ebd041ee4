"""Says how good the router is on the development sets; the evaluations stay unseen.

    python -m training.develop_routing [--set routing_voices] [--weights FILE] [--calls] [--verbose]

`--calls` also sends the requests that no tool can answer through the whole graph (two minutes).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from agents.router import WEIGHTS, Router
from graphs.routing import SURE, SURE_OF_NONE
from runtime.yaml_files import read_yaml
from training.evaluate import limits, routing, systems, tables

FOLDER = Path(__file__).parent / "data" / "development"
SETS = ("routing", "routing_voices", "routing_strangers", "routing_crossed", "routing_everyday")
Rows = Sequence[Mapping[str, Any]]


def report(router: Router, rows: Rows, declined: Rows) -> list[str]:
    """Return what the router makes of requests alone, of follow-ups, and of impossible requests.

    A follow-up has the specialist of the turn before as `after`.
    """
    alone = routing.run(router, [row for row in rows if "after" not in row])
    later = routing.run(router, [row for row in rows if "after" in row])
    limit = routing.run(router, [{**row, "specialist": "other"} for row in declined])
    error, _ = routing.calibration(
        [(one.likeliest[1], one.likeliest[0] == one.row["specialist"]) for one in alone]
    )
    median = tables.quantile([one.seconds * 1000 for one in alone], 0.5)
    kept = sum(_kept(one) for one in later)
    told, wrongly = (sum(one.route.follows >= 0.5 for one in some) for some in (later, alone))
    classes = [("all", one.passed) for one in alone]
    classes += [(one.row["specialist"], one.passed) for one in alone]
    classes += [
        ("crossed words" if one.row.get("crossed") else "plain", one.passed) for one in alone
    ]
    classes += [("impossible, taken by nobody", one.passed) for one in limit]
    return [
        *tables.by_class(classes),
        f"calibration error {error:.3f}, p50 {median:.2f} ms",
        f"follow-ups told: {told} of {len(later)}; others taken for one: {wrongly} of {len(alone)}",
        f"follow-ups sent where they belong: {kept} of {len(later)}",
    ]


def _kept(one: routing.Result) -> bool:
    """Whether a follow-up goes where it belongs, by the rule that `graphs.routing` has for it."""
    said = one.route
    sure = SURE_OF_NONE if said.specialist == "other" else SURE
    stays = said.unsure or (said.follows >= 0.5 and said.confidence < sure)
    return bool((one.row["after"] if stays else said.specialist) == one.row["specialist"])


def main() -> None:
    """Read the arguments and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--set", choices=SETS, default=SETS[0])
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--calls", action="store_true", help="also count calls, with the models")
    parser.add_argument("--verbose", action="store_true", help="print what went wrong")
    args = parser.parse_args()
    rows, declined = (read_yaml(FOLDER / f"{name}.yaml") for name in (args.set, "limits"))
    router = Router(args.weights)
    print(*report(router, rows, declined), sep="\n")
    if args.verbose:
        wrong = (one for one in routing.run(router, rows) if not one.passed)
        print(*(f"{one.row['request']!r} → {one.route}" for one in wrong), sep="\n")
    if args.calls:
        with systems.opened() as assistant:
            results = list(limits.run(assistant, declined))
        print(*tables.by_class(("no call", result.passed) for result in results), sep="\n")


if __name__ == "__main__":
    main()
