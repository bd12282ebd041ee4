"""What a sandbox costs: a command against a bare `docker exec`, and a new conversation.

Run: .venv/bin/python benchmarks/sandbox.py [--rounds 20]
The kinds of work take turns, so that the machine's other load falls on all of them alike; the
ratio is of medians of one run. `container` is what a new conversation waits for until it has one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import time
import uuid
from collections.abc import Callable

from sandboxes import Sandbox, SandboxError
from sandboxes.choose import Kind, open_sandbox
from sandboxes.docker_driver import DockerSandbox
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


def measure_pool(rounds: int) -> dict[str, list[float]]:
    """Measure new conversations with a waiting container, once it is there."""
    sandbox = DockerSandbox(ready=1)
    times: dict[str, list[float]] = {"container": [], "first command": []}
    for _ in range(rounds):
        if sandbox.pool is None or not sandbox.pool.full(60):
            raise SandboxError("no container was made ahead")
        time.sleep(0.3)  # what making it left to do
        new = uuid.uuid4().hex
        times["container"].append(timed(lambda name=new: sandbox.start(name)))
        times["first command"].append(
            times["container"][-1] + timed(lambda name=new: run(sandbox, name))
        )
        sandbox.forget(new)
    sandbox.close()
    return times


def show(title: str, times: dict[str, list[float]]) -> None:
    for name, values in times.items():
        low, *_, high = statistics.quantiles(values, n=10)
        print(
            f"{title:15} {name:13} median {statistics.median(values):6.1f} ms,"
            f" 10% {low:6.1f}, 90% {high:6.1f}"
        )
    if "bare" in times:
        ratio = statistics.median(times["next command"]) / statistics.median(times["bare"])
        print(f"{title:15} next command / bare = {ratio:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    kinds: tuple[Kind, ...] = ("docker", "bubblewrap")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {rounds} rounds")
    for kind in kinds:
        try:
            sandbox = open_sandbox(kind)
            show(kind, measure(sandbox, rounds))
            sandbox.close()
            if kind == "docker":
                show("docker, waiting", measure_pool(rounds))
        except SandboxError as error:
            print(f"{kind}: {error}")
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
