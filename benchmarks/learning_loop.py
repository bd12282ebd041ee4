"""The learning loop, from ten wrong answers to a build that gets them right, over a running server.

    python -m benchmarks.learning_loop [--config FILE] [--report FILE]

A server starts in a data folder of its own. Ten requests about a small shop are asked over the API
and corrected with the right command; `mica loop run --then promote` learns from that while the
server runs; other wordings of the requests are asked of the same server before, after, and after
`mica models rollback`.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

ROOT = Path(__file__).parents[1]
SHOP = Path(__file__).with_name("shop.yaml")
SECONDS = 120.0


@dataclass
class Shop:
    """A person with a shop, over the API of one server."""

    base: str
    setup: str
    said: list[tuple[str, str]] = field(default_factory=list)

    def move_in(self, conversation: str) -> None:
        """Put the shop's files into a conversation's sandbox, by editing a command."""
        made = self._send([{"role": "user", "content": "make the folder /srv/shop"}], conversation)
        self._decide(made, f"edit: {self.setup}")

    def ask(self, request: str, conversation: str) -> dict[str, Any]:
        """Ask, and return the completion.

        A command that waits for an approval is rejected: right is what only reads.
        """
        done = self._send([{"role": "user", "content": request}], conversation)
        waiting = done["mica"].get("approval")
        command = waiting["command"] if waiting else ""
        if waiting:
            done = self._decide(done, "reject: this is not what I asked for")
        commands = [step["arguments"].get("command", "") for step in done["mica"]["steps"]]
        self.said.append((request, (commands or [command or "(no command)"])[0]))
        return done

    def correct(self, done: Mapping[str, Any], command: str) -> None:
        """Say which command would have been right."""
        mica = done["mica"]
        body = {"conversation": mica["conversation"], "message_id": mica["message_id"]}
        calls = [{"name": "bash", "arguments": {"command": command}}]
        self._post("/v1/feedback", {**body, "rating": "down", "calls": calls})

    def right(self, cases: Sequence[Mapping[str, str]], name: str) -> list[bool]:
        """Ask each case in a new conversation; return whether its command was the right one."""
        for number, case in enumerate(cases):
            self.ask(case["request"], f"{name}-{number}")
        said = self.said[-len(cases) :]
        return [heard == case["command"] for (_, heard), case in zip(said, cases, strict=True)]

    def _decide(self, done: Mapping[str, Any], decision: str) -> dict[str, Any]:
        asked = done["choices"][0]["message"]
        (call,) = asked["tool_calls"]
        told = {"role": "tool", "tool_call_id": call["id"], "content": decision}
        return self._send([asked, told], done["mica"]["conversation"])

    def _send(self, messages: Sequence[Mapping[str, Any]], conversation: str) -> dict[str, Any]:
        body = {"model": "mica", "messages": messages, "metadata": {"conversation": conversation}}
        return self._post("/v1/chat/completions", body)

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = httpx.post(self.base + path, json=body, timeout=SECONDS)
        answer.raise_for_status()
        return dict(answer.json())


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Start `mica serve` over a data folder; yield its address."""
    port = _free_port()
    environment = {**os.environ, "MICA_HOME": str(home), "MICA_PORT": str(port)}
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [mica(), "serve"], env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_for(process, f"{base}/healthz")
            yield base
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + 3 * SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(address, timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError("the server does not answer; see server.log in its data folder")


def mica() -> str:
    """Return the path of the command of this environment."""
    return str(Path(sys.executable).with_name("mica"))


def command(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a `mica` command over a data folder; what it says is passed on."""
    environment = {**os.environ, "MICA_HOME": str(home)}
    done = subprocess.run([mica(), *arguments], env=environment, stdout=subprocess.PIPE, text=True)
    print(done.stdout, end="", flush=True)
    return done


def run(home: Path, options: Sequence[str]) -> dict[str, Any]:
    """Go through the whole loop in a data folder; return what was seen.

    Raises:
        RuntimeError: the loop failed; what it printed says why.
    """
    shop = yaml.safe_load(SHOP.read_text(encoding="utf-8"))
    lessons = shop["lessons"]
    others = [case for lesson in lessons for case in lesson["others"]]
    with serving(home) as base:
        person = Shop(base, shop["setup"])
        seen: dict[str, Any] = {"before": sum(person.right(others, "before"))}
        for number, lesson in enumerate(lessons):
            person.move_in(f"lesson-{number}")
            done = person.ask(lesson["request"], f"lesson-{number}")
            person.correct(done, lesson["command"])
        seen["wrong"] = sum(
            said != lesson["command"]
            for (_, said), lesson in zip(person.said[-len(lessons) :], lessons, strict=True)
        )
        _set_aside_edits(home)
        started = time.monotonic()
        ended = command(
            home, "loop", "run", "--specialist", "sysadmin", "--then", "promote", "--json", *options
        )
        seen["loop_seconds"] = round(time.monotonic() - started, 1)
        if ended.returncode not in (0, 1) or not ended.stdout.strip():
            raise RuntimeError("the loop failed; see above")
        seen["loop"] = json.loads(ended.stdout.splitlines()[-1])
        right = person.right(others, "after")
        seen["after"] = sum(right)
        seen["after_first"] = sum(right[:: len(lessons[0]["others"])])
        seen["said_after"] = person.said[-len(others) :]
        command(home, "models", "rollback")
        seen["rolled_back"] = sum(person.right(others, "rolled-back"))
    return {**seen, "lessons": len(lessons), "others": len(others)}


def _set_aside_edits(home: Path) -> None:
    """Exclude the edits that put the shop's files in place: they are no corrections."""
    listed = command(home, "feedback", "list", "--json").stdout.splitlines()
    for item in map(json.loads, listed):
        if item["source"] == "edit":
            command(home, "feedback", "exclude", item["id"])


def report(seen: Mapping[str, Any]) -> str:
    """Return what was seen as Markdown."""
    loop, lessons = seen["loop"], seen["lessons"]
    rows = [
        ("before", seen["before"]),
        ("after the loop, same server", seen["after"]),
        ("after `mica models rollback`, same server", seen["rolled_back"]),
    ]
    return "\n".join(
        [
            "# The learning loop, shown",
            "",
            "`python -m benchmarks.learning_loop --report docs/evals` on two cores, no GPU.",
            "",
            f"- {seen['wrong']} of {lessons} requests about a shop were wrong, and corrected",
            f"- `mica loop run`: {loop['ending']}, the build {loop['build']} after "
            f"{seen['loop_seconds']:.0f} s",
            f"- of one other wording each, {seen['after_first']} of {lessons} were right",
            "",
            f"| {seen['others']} other wordings | right |",
            "|---|---|",
            *(f"| {name} | {right} |" for name, right in rows),
            "",
        ]
    )


def main() -> None:
    """Run it and print the report; exit code 1 where fewer than 8 of 10 are right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, help="of the loop")
    parser.add_argument("--report", type=Path, help="folder for learning-loop.md")
    args = parser.parse_args()
    options = ["--config", str(args.config)] if args.config else []
    with tempfile.TemporaryDirectory(prefix="mica-loop-") as folder:
        seen = run(Path(folder), options)
    print(json.dumps(seen, indent=2))
    text = report(seen)
    print(text)
    if args.report:
        (args.report / "learning-loop.md").write_text(text, encoding="utf-8")
    sys.exit(seen["after_first"] < 0.8 * seen["lessons"])


if __name__ == "__main__":
    main()
