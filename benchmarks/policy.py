"""Hide a command in every bash construct and count how often the policy would let it run.

    python benchmarks/policy.py --count 100000

Prints the misses (there must be none), and how long a judgement takes.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.bash.policy import judge

DATA = Path(__file__).resolve().parent.parent / "tests" / "tools" / "policy"


def generate(count: int, marker: str, seed: int = 0) -> Iterator[str]:
    """Yield `count` commands that hide `marker`: each construct, each pair, then random ones."""
    data = yaml.safe_load((DATA / "hiding.yaml").read_text("utf-8"))
    commands = _commands(data["plain"], data["markers"], random.Random(seed))
    for command in itertools.islice(commands, count):
        yield command.replace("MARK", marker)


def _commands(constructs: list[str], markers: list[str], chance: random.Random) -> Iterator[str]:
    for construct in constructs:
        for marker in markers:
            if "'" not in marker or "'" not in construct:
                yield construct.replace("@@", marker)
    pairs = [(outer, inner) for outer in constructs for inner in constructs]
    chance.shuffle(pairs)
    for outer, inner in pairs:
        yield outer.replace("@@", inner).replace("@@", "MARK")
    while True:
        command = chance.choice(constructs)
        for _ in range(chance.randint(1, 3)):
            command = command.replace("@@", chance.choice(constructs))
        command = command.replace("@@", chance.choice(markers))
        yield _noise(command, chance)


def _noise(command: str, chance: random.Random) -> str:
    """Put harmless things around, and sometimes break the text."""
    command = chance.choice(("", "cd /tmp && ", "ls -l | wc -l; ", " ", "\n", "\t")) + command
    command += chance.choice(("", "", " | head -n 3", " 2>/dev/null", "; pwd", "\n", " && true"))
    if chance.random() < 0.15:
        place = chance.randrange(len(command) + 1)
        command = command[:place] + chance.choice("'\"`$(){}<>|&;\\ \n#!*?~é") + command[place:]
    return command


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--marker", default="touch hidden")
    options = parser.parse_args()
    misses: list[str] = []
    times: list[float] = []
    for command in generate(options.count, options.marker, options.seed):
        started = time.perf_counter()
        decision = judge(command, syntax_check=lambda _: True)
        times.append(time.perf_counter() - started)
        # Where a broken text no longer holds the marker as a word, allowing may be right.
        if decision.verdict == "allow":
            misses.append(command)
    times.sort()
    print(f"{len(times)} commands, {len(misses)} allowed")
    print(f"median {statistics.median(times) * 1e3:.2f} ms, slowest {times[-1] * 1e3:.0f} ms")
    for miss in misses[:20]:
        print(repr(miss))
    sys.exit(1 if misses else 0)


if __name__ == "__main__":
    main()
