"""The learning loop, from ten wrong answers to a build that gets them right, over a running server.

    python -m benchmarks.learning_loop [--through chat|api] [--config FILE] [--report FOLDER]

A server starts in a data folder of its own. Ten requests about a small shop are asked and
corrected with the right command: in the chat, in a real Chromium, or over the API.
`mica loop run --then promote` learns from that while the server runs; other wordings of the
requests are asked of the same server, in the same way, before, after, and after
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
from pathlib import Path
from typing import Any

import httpx
import yaml

from benchmarks.shop import SECONDS, OverTheApi, Person, in_the_chat, right

ROOT = Path(__file__).parents[1]
SHOP = Path(__file__).with_name("shop.yaml")


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
            if not _answers(process, f"{base}/healthz"):
                said = (home / "server.log").read_text(errors="replace")
                raise RuntimeError(f"the server does not answer; it said:\n{said[-2000:]}")
            yield base
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(process: subprocess.Popen[bytes], address: str) -> bool:
    deadline = time.monotonic() + 10 * SECONDS  # the first start builds the knowledge base
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(address, timeout=5).is_success:
                return True
        except httpx.TransportError:
            time.sleep(0.2)
    return False


def mica() -> str:
    """Return the path of the command of this environment."""
    return str(Path(sys.executable).with_name("mica"))


def command(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a `mica` command over a data folder; what it says is passed on."""
    environment = {**os.environ, "MICA_HOME": str(home)}
    done = subprocess.run([mica(), *arguments], env=environment, stdout=subprocess.PIPE, text=True)
    print(done.stdout, end="", flush=True)
    return done


def run(home: Path, through: str, options: Sequence[str]) -> dict[str, Any]:
    """Go through the whole loop in a data folder; return what was seen.

    Raises:
        RuntimeError: the loop failed; what it printed says why.
    """
    with serving(home) as base:
        if through == "api":
            return _seen(OverTheApi(base), home, options)
        with in_the_chat(base, home) as person:
            return _seen(person, home, options)


def _seen(person: Person, home: Path, options: Sequence[str]) -> dict[str, Any]:
    shop = yaml.safe_load(SHOP.read_text(encoding="utf-8"))
    lessons = shop["lessons"]
    others = [case for lesson in lessons for case in lesson["others"]]
    seen: dict[str, Any] = {"lessons": len(lessons), "others": len(others)}
    seen["before"] = sum(well for _, well in right(person, others, "before"))
    seen["wrong"] = 0
    for number, lesson in enumerate(lessons):
        person.move_in(shop["setup"], f"lesson-{number}")
        seen["wrong"] += person.ask(lesson["request"], f"lesson-{number}") != lesson["command"]
        person.correct(lesson["command"])
    _set_aside_edits(home)
    seen |= _looped(home, options)
    after = right(person, others, "after")
    seen["after"] = sum(well for _, well in after)
    seen["after_first"] = sum(well for _, well in after[:: len(lessons[0]["others"])])
    seen["said_after"] = [
        (case["request"], said) for case, (said, _) in zip(others, after, strict=True)
    ]
    command(home, "models", "rollback")
    seen["rolled_back"] = sum(well for _, well in right(person, others, "rolled-back"))
    return seen


def _looped(home: Path, options: Sequence[str]) -> dict[str, Any]:
    """Run the loop; return how it ended and the seconds that it took."""
    started = time.monotonic()
    ended = command(
        home, "loop", "run", "--specialist", "sysadmin", "--then", "promote", "--json", *options
    )
    if ended.returncode not in (0, 1) or not ended.stdout.strip():
        raise RuntimeError("the loop failed; see above")
    seconds = round(time.monotonic() - started, 1)
    return {"loop": json.loads(ended.stdout.splitlines()[-1]), "loop_seconds": seconds}


def _set_aside_edits(home: Path) -> None:
    """Exclude the edits that put the shop's files in place: they are no corrections."""
    listed = command(home, "feedback", "list", "--json").stdout.splitlines()
    for item in map(json.loads, listed):
        if item["source"] == "edit":
            command(home, "feedback", "exclude", item["id"])


def report(seen: Mapping[str, Any], through: str) -> str:
    """Return what was seen as Markdown."""
    where = "in the chat, in Chromium" if through == "chat" else "over the API"
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
            f"`python -m benchmarks.learning_loop --through {through} --report docs/evals` on two "
            "cores, no GPU.",
            "",
            f"- {seen['wrong']} of {lessons} requests about a shop were wrong, and corrected "
            f"{where}",
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
    parser.add_argument(
        "--through", choices=("chat", "api"), default="api", help="where a person asks and corrects"
    )
    parser.add_argument("--config", type=Path, help="of the loop")
    parser.add_argument("--report", type=Path, help="folder for learning-loop.md")
    args = parser.parse_args()
    options = ["--config", str(args.config)] if args.config else []
    with tempfile.TemporaryDirectory(prefix="mica-loop-") as folder:
        seen = run(Path(folder), args.through, options)
    print(json.dumps(seen, indent=2))
    text = report(seen, args.through)
    print(text)
    if args.report:
        args.report.mkdir(parents=True, exist_ok=True)
        (args.report / "learning-loop.md").write_text(text, encoding="utf-8")
    sys.exit(seen["after_first"] < 0.8 * seen["lessons"])


if __name__ == "__main__":
    main()
