"""Measure the command policy: hidden commands, everyday ones, known escapes, and time.

    python benchmarks/policy.py --count 100000 --big --gtfobins FILE --nl2bash FILE

Hides a command in every bash construct and counts how often the policy would let it run; there
must be none. What `--gtfobins` and `--nl2bash` name is skipped without them.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import policy_rates

from sandboxes import Sandbox, SandboxError
from sandboxes.choose import open_sandbox
from tools.bash.policy import judge

DATA = Path(__file__).resolve().parent.parent / "tests" / "tools" / "policy"


MARKER = "/tmp/bin/marker"
RUN_ALL = """mkdir -p /tmp/ran /tmp/place; cd /tmp/place; CASE=0
while IFS= read -r -d '' text; do printf %s "$text" > /tmp/case; export CASE
timeout -k 1 2 bash /tmp/case < /dev/null > /dev/null 2>&1; CASE=$((CASE + 1))
done < /tmp/cases; ls /tmp/ran"""


def generate(count: int, marker: str, seed: int = 0) -> Iterator[str]:
    """Yield `count` commands that hide `marker`: each construct, each pair, then random ones.

    The random ones are deeper, and some are broken by a character put in at a random place.
    """
    data = yaml.safe_load((DATA / "hiding.yaml").read_text("utf-8"))
    chance = random.Random(seed)
    commands = _commands(data["plain"], data["markers"], chance)
    for command in itertools.islice(commands, count):
        yield _marked(command, marker)


def broken(count: int, marker: str, seed: int = 0) -> Iterator[str]:
    """Yield random deep commands, of which some are broken, without the plain ones first."""
    data = yaml.safe_load((DATA / "hiding.yaml").read_text("utf-8"))
    commands = _random_commands(data["plain"], data["markers"], random.Random(seed))
    for command in itertools.islice(commands, count):
        yield _marked(command, marker)


def _marked(command: str, marker: str) -> str:
    for quotes in ("", '""', "''"):
        command = command.replace(f"MA{quotes}RK", marker[:2] + quotes + marker[2:])
    return command


def run_for_real(sandbox: Sandbox, commands: list[str]) -> set[int]:
    """Run commands that hide `MARKER` with bash in a sandbox; return which ran it."""
    conversation = f"policy-{uuid.uuid4().hex}"

    def run(command: str) -> str:
        result = sandbox.run(
            command, conversation=conversation, call_id=uuid.uuid4().hex, seconds=150
        )
        if result.timed_out:
            raise SandboxError(f"{len(commands)} commands took too long; run fewer at once")
        return result.output

    try:
        run("mkdir -p /tmp/bin")
        sandbox.write_file(conversation, MARKER, b'#!/bin/bash\n: > "/tmp/ran/$CASE"\n')
        run(f"chmod +x {MARKER}")
        cases = b"".join(command.encode() + b"\0" for command in commands)
        sandbox.write_file(conversation, "/tmp/cases", cases)
        return {int(line) for line in run(RUN_ALL).split() if line.isdigit()}
    finally:
        sandbox.forget(conversation)


def _commands(constructs: list[str], markers: list[str], chance: random.Random) -> Iterator[str]:
    for construct in constructs:
        for marker in markers:
            if "'" not in marker or "'" not in construct:
                yield construct.replace("@@", marker)
    pairs = [(outer, inner) for outer in constructs for inner in constructs]
    chance.shuffle(pairs)
    deeper = _random_commands(constructs, markers, chance)
    for outer, inner in pairs:
        yield outer.replace("@@", inner).replace("@@", "MARK")
        yield next(deeper)
    yield from deeper


def _random_commands(
    constructs: list[str], markers: list[str], chance: random.Random
) -> Iterator[str]:
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


def hidden(count: int, seed: int) -> int:
    """Judge hidden commands, run those that were allowed, and return in how many bash ran them."""
    allowed = [
        command
        for command in generate(count, MARKER, seed)
        if judge(command, syntax_check=lambda _: True).verdict == "allow"
    ]
    print(f"hidden commands: {count}, allowed: {len(allowed)}")
    for command in allowed:
        print("  allowed:", repr(command))
    # A character at a random place can leave the marker a mere word; bash tells.
    misses = run_for_real(open_sandbox(), allowed) if allowed else set()
    print(f"  of the allowed ones, bash ran the marker in {len(misses)}")
    return len(misses)


def main() -> None:
    """Print all figures; end with status 1 where bash ran a hidden command that was allowed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000, help="hidden commands to judge")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--gtfobins", type=Path, help="entries.jsonl with a command as `code`")
    parser.add_argument("--nl2bash", type=Path, help="pairs.jsonl with a command as `cmd`")
    parser.add_argument("--big", action="store_true", help="load Chroma and llama.cpp before")
    options = parser.parse_args()
    everyday = yaml.safe_load((DATA / "everyday.yaml").read_text("utf-8"))
    policy_rates.everyday(everyday)
    if options.gtfobins:
        policy_rates.gtfobins(options.gtfobins)
    if options.nl2bash:
        policy_rates.nl2bash(options.nl2bash)
    policy_rates.speed(everyday, big=options.big)
    sys.exit(1 if hidden(options.count, options.seed) else 0)


if __name__ == "__main__":
    main()
