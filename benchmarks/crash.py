"""Kills Mica at random points of scripted conversations and counts what was lost or ran twice.

    python benchmarks/crash.py [--kills 200] [--seed 1] [--sandbox docker|bubblewrap]

A process holds the real graph, records, policy, preview and sandbox over a scripted model. It
asks for one change after another, each of which needs an approval and appends its number to a file
in the sandbox; every fourth request only reads. The parent kills it with SIGKILL at a random moment
after it is ready, and starts it again: it approves what waits, finishes what was cut off, or asks
the next. At the end of a conversation the file must hold each number once, in order, the transcript
must hold every request with its answer, and the audit's chain must verify.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from graphs.assistant import Assistant
from graphs.build import build_assistant, sandbox_of
from graphs.events import ApprovalNeeded, Event, Resume
from graphs.settings import Settings
from records.paths import home
from records.store import Store

STEPS = 12
LOG = "/workspace/log"


def command(step: int) -> str:
    """Return what a step runs; every fourth only reads."""
    return f"wc -l {LOG}" if step % 4 == 0 else f"echo {step} >> {LOG}"


def script(folder: Path) -> Path:
    """Write the scripted model's replies."""
    path = folder / "script.json"
    entries = [
        {
            "when": f"step {step}.",
            "replies": [{"tool": "bash", "arguments": {"command": command(step)}}, f"Done {step}."],
        }
        for step in range(1, STEPS + 1)
    ]
    path.write_text(json.dumps(entries), encoding="utf-8")
    return path


def settings(folder: Path, sandbox: str) -> Settings:
    """Return settings for the scripted model, with nothing to look up."""
    return Settings(backend="script", script=folder / "script.json", sandbox=sandbox, retrieved=0)  # type: ignore[arg-type]


def converse(folder: Path, sandbox: str, conversation: str) -> None:
    """Take the conversation up where it is and bring it to its end."""
    assistant = build_assistant(settings(folder, sandbox), folder=folder)
    print("ready", flush=True)
    while True:
        if assistant.pending(conversation) is not None:
            _drain(assistant, conversation, assistant.resume(conversation, Resume("approve")))
        elif assistant.unfinished(conversation):
            _drain(assistant, conversation, assistant.recover(conversation))
        else:
            done = _requests(assistant.parts.store, conversation)
            if done == STEPS:
                break
            text = f"please do step {done + 1}."
            asking = assistant.stream(conversation, text, specialist="sysadmin")
            _drain(assistant, conversation, asking)
    assistant.close()
    print("done", flush=True)


def _drain(assistant: Assistant, conversation: str, events: Iterator[Event]) -> None:
    last: Event | None = None
    for event in events:
        last = event
    if isinstance(last, ApprovalNeeded) and assistant.pending(conversation) is None:
        raise SystemExit("an approval was asked for and is not pending")


def _requests(store: Store, conversation: str) -> int:
    return sum(message["role"] == "user" for _, message, _ in store.transcript(conversation))


def run_killed(arguments: list[str], environment: dict[str, str], after: float) -> bool:
    """Start the process and kill it `after` seconds past ready; tell whether it had ended."""
    line = [sys.executable, __file__, *arguments]
    with subprocess.Popen(line, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        if process.stdout.readline().strip() != b"ready":
            raise SystemExit(f"the process did not start: exit code {process.wait()}")
        try:
            code = process.wait(after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return False
    if code:
        raise SystemExit(f"the process ended with {code}")
    return True


def check(folder: Path, sandbox: str, conversation: str) -> list[str]:
    """Return what is wrong with an ended conversation."""
    store, box = Store(folder / "mica.db"), sandbox_of(settings(folder, sandbox))
    shown = box.run(f"cat {LOG}", conversation=conversation, call_id="check").output.split()
    wanted = [str(step) for step in range(1, STEPS + 1) if step % 4]
    problems = [] if shown == wanted else [f"the file holds {' '.join(shown)}"]
    messages = [message for _, message, _ in store.transcript(conversation)]
    asked = [m["content"] for m in messages if m["role"] == "user"]
    said = [m["content"] for m in messages if m["role"] == "assistant" and not m.get("tool_calls")]
    if asked != [f"please do step {step}." for step in range(1, STEPS + 1)]:
        problems.append(f"requests in the transcript: {asked}")
    if said != [f"Done {step}." for step in range(1, STEPS + 1)]:
        problems.append(f"answers in the transcript: {said}")
    broken = store.verify_audit()
    if broken is not None:
        problems.append(f"the audit breaks at {broken}")
    box.forget(conversation)
    box.close()
    store.close()
    return problems


def main() -> None:
    """Kill as often as asked and print what held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sandbox", default="docker", choices=("docker", "bubblewrap"))
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        converse(Path(args.child[0]), args.sandbox, args.child[1])
        return
    rng, started = random.Random(args.seed), time.monotonic()
    kills = conversations = 0
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script(folder)
        if args.sandbox == "bubblewrap":  # its root file system is made once, and only read
            (folder / "sandbox").mkdir()
            (folder / "sandbox" / "rootfs").symlink_to(home() / "sandbox" / "rootfs")
        os.environ["MICA_HOME"] = name
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
        while kills < args.kills:
            conversation = f"crash-{uuid.uuid4().hex}"
            line = ["--sandbox", args.sandbox, "--child", name, conversation]
            while not run_killed(line, environment, rng.uniform(0.0, 2.0)):
                kills += 1
            conversations += 1
            found = check(folder, args.sandbox, conversation)
            print(*found, sep="\n")
            wrong += found
            print(
                f"{kills} kills, {conversations} conversations, {len(wrong)} problems", flush=True
            )
    print(
        f"{kills} kills in {conversations} conversations of {STEPS} requests with {args.sandbox}: "
        f"{len(wrong)} problems; {time.monotonic() - started:.0f} s, load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
