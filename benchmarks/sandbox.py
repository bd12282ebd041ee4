"""What a sandbox costs: a command against a bare `docker exec`, and a conversation's first one.

Run: .venv/bin/python benchmarks/sandbox.py [--rounds 20]
The kinds of command take turns, so that the machine's other load falls on all of them alike.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import time
import uuid
from collections.abc import Callable

from sandboxes import Sandbox, SandboxError
from sandboxes.choose import Kind, open_sandbox
from sandboxes.runner import key


def timed(work: Callable[[], object]) -> float:
    """Return the milliseconds that `work` takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def run(sandbox: Sandbox, conversation: str, command: str = "true") -> None:
    sandbox.run(command, conversation=conversation, call_id=uuid.uuid4().hex)


def bare(sandbox: Sandbox, conversation: str) -> list[str]:
    """Return the nearest command line without anything of ours."""
    if sandbox.name == "docker":
        return ["docker", "exec", f"mica-{key(conversation)}", "bash", "-c", "true"]
    root = ["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev"]
    return ["bwrap", "--unshare-all", "--die-with-parent", *root, "bash", "-c", "true"]


def measure(sandbox: Sandbox, rounds: int) -> dict[str, list[float]]:
    kept = uuid.uuid4().hex
    times: dict[str, list[float]] = {"first command": [], "next command": [], "bare": []}
    run(sandbox, kept)
    line = bare(sandbox, kept)
    for _ in range(rounds):
        new = uuid.uuid4().hex
        times["first command"].append(timed(lambda name=new: run(sandbox, name)))
        times["next command"].append(timed(lambda: run(sandbox, kept)))
        times["bare"].append(timed(lambda: subprocess.run(line, check=True)))
        sandbox.forget(new)
    sandbox.forget(kept)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    kinds: tuple[Kind, ...] = ("docker", "bubblewrap")
    for kind in kinds:
        try:
            sandbox = open_sandbox(kind)
        except SandboxError as error:
            print(f"{kind}: {error}")
            continue
        for name, values in measure(sandbox, rounds).items():
            p90 = statistics.quantiles(values, n=10)[-1]
            print(
                f"{kind:10} {name:13} median {statistics.median(values):5.0f} ms, p90 {p90:5.0f} ms"
            )
        sandbox.close()


if __name__ == "__main__":
    main()
