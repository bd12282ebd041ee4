"""What a preview costs over the command itself, for both sandboxes and two sizes of workspace.

Each round runs one changing command plainly, then another one by preview, take-over and the
kept result, in the same conversation; then undoes it. Median and spread in seconds; the ratio
is to the plain run of the same round. Run on an idle machine; the load is printed.

    python benchmarks/preview.py [--rounds 9] [--sandbox docker] [--ready 2]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from sandboxes import SandboxError
from sandboxes.bubblewrap_driver import BubblewrapSandbox
from sandboxes.docker_driver import DockerSandbox
from sandboxes.previewing import PreviewingSandbox

SIZES = (1, 100)
STEPS = ("plain", "preview", "take over", "result", "over", "undo")


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def one_round(box: PreviewingSandbox, name: str) -> dict[str, float]:
    """Time each step; `over` is what previewing adds to a plain run, in all."""
    call, plain = uuid.uuid4().hex, uuid.uuid4().hex
    command = f"echo {call} >>/workspace/log; rm -f /workspace/other"
    took = {
        "plain": timed(lambda: box.run("echo x >>/tmp/log", conversation=name, call_id=plain)),
        "preview": timed(lambda: box.preview(command, conversation=name, call_id=call)),
        "take over": timed(lambda: box.commit(command, conversation=name, call_id=call)),
        "result": timed(lambda: box.run(command, conversation=name, call_id=call)),
        "undo": timed(lambda: box.undo(name)),
    }
    took["over"] = took["preview"] + took["take over"] + took["result"] - took["plain"]
    return took


def measure(box: PreviewingSandbox, size: int, rounds: int) -> list[dict[str, float]]:
    name = f"benchmark-{uuid.uuid4().hex}"
    fill = (
        f"mkdir -p /workspace/files; cd /workspace/files; head -c {size}000000 /dev/urandom | "
        "split -b 100000 -a 4"
    )
    try:
        made = box.run(fill, conversation=name, call_id=uuid.uuid4().hex, seconds=120)
        assert made.exit_code == 0, made.output
        one_round(box, name)
        return [one_round(box, name) for _ in range(rounds)]
    finally:
        box.forget(name)


def report(title: str, rounds: list[dict[str, float]]) -> None:
    print(f"{title}: load {os.getloadavg()[0]:.1f}")
    for step in STEPS:
        times = sorted(each[step] for each in rounds)
        ratio = statistics.median(each[step] / each["plain"] for each in rounds)
        print(
            f"  {step:<10} {statistics.median(times):7.3f} s  "
            f"({times[0]:.3f} to {times[-1]:.3f})  {ratio:5.1f} x plain"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--sandbox", choices=["docker", "bubblewrap"], action="append")
    parser.add_argument("--ready", type=int, default=1, help="containers made ahead")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for kind in given.sandbox or ["docker", "bubblewrap"]:
            undo = Path(folder) / kind
            try:
                box: PreviewingSandbox = (
                    DockerSandbox(undo=undo, ready=given.ready)
                    if kind == "docker"
                    else BubblewrapSandbox(undo=undo)
                )
            except SandboxError as error:
                print(f"{kind}: {error}")
                continue
            for size in SIZES:
                report(f"{kind}, {size} MB in the workspace", measure(box, size, given.rounds))
            box.close()


if __name__ == "__main__":
    main()
