"""InterCode-ALFA by execution: proposed commands against the two gold commands of each task.

    python -m training.intercode --data FOLDER [--system choose retrieval true gold]

FOLDER holds `intercode-alfa-dev.jsonl` and `intercode-alfa-fs.tar.gz`, the five file systems
that the tasks run in. Each command runs in a fresh sandbox made of its file system, in /, as a
user who owns the files and the folders of / (`sandboxes.prepared`; the benchmark ran as root);
the demo content of our image is left out. A task is solved where the files that changed are the
same, by path, type, mode and content, and the output (stdout and stderr) is, as either gold
command's: equal but for white space at line ends (strict), or with a cosine of at least 0.75 by
all-MiniLM-L6-v2 (paper-like). Programs that a gold command needs and the image lacks fail for
both sides alike.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tarfile
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphs.assistant import Assistant
from runtime import recipes
from runtime.types import BackendError
from sandboxes import SandboxError
from sandboxes.prepared import PreparedSandbox
from training.evaluate import report, systems
from training.evaluate.turns import wilson
from training.similarity import cosines

SYSTEMS = ("choose", "retrieval", "true", "gold")
LEAST_COSINE = 0.75
SECONDS = 10.0
OWNER = 1000  # the sandbox's user
THREADS = 3  # the engine does most of the work
# Path, type and mode of all that was made or changed since the start, with what links point to,
# files hold, and folders list: a deleted file changes its folder. What cannot be read cannot have
# been changed.
_CHANGED = r"""
find / -xdev -cnewer /run/mica/start \( -type f -o -type d -o -type l \) -print0 2>/dev/null |
sort -z |
while IFS= read -r -d '' path; do
    if [ -L "$path" ]; then state="link $(readlink "$path")"
    elif [ -d "$path" ]; then state="$(stat -c 'folder %a' "$path") $(ls -A "$path" | sha256sum)"
    else state="$(stat -c 'file %a' "$path") $(sha256sum <"$path")"; fi
    printf '%q %s\n' "$path" "$state"
done
"""
Task = Mapping[str, Any]


@dataclass(frozen=True)
class Trial:
    """What a command did: its output, and a line for each path that it changed."""

    output: str
    files: tuple[str, ...]

    @property
    def plain(self) -> str:
        """The output without white space at line ends."""
        return "\n".join(line.rstrip() for line in self.output.strip().splitlines())


@dataclass(frozen=True)
class Score:
    """How a task went; `cosine` is the best against a gold command with the same files."""

    task: Task
    command: str
    strict: bool
    cosine: float

    @property
    def paper(self) -> bool:
        """Whether it counts as solved with the looser comparison of outputs."""
        return self.cosine >= LEAST_COSINE


def file_system(archive: Path, number: int) -> bytes:
    """Return a tar archive of the tasks' file system `number`, rooted at /, owned by the user."""
    out = io.BytesIO()
    prefix = f"fs{number}"
    with tarfile.open(archive) as source, tarfile.open(fileobj=out, mode="w") as target:
        for member in source.getmembers():
            name = member.name.removeprefix("./")
            if not name.startswith(f"{prefix}/"):
                continue
            content = source.extractfile(member) if member.isfile() else None
            member.name = name.removeprefix(f"{prefix}/")
            member.uid = member.gid = OWNER
            member.uname = member.gname = ""
            target.addfile(member, content)
    return out.getvalue()


class Bench:
    """Runs commands on the tasks' file systems, each in a container of its own."""

    def __init__(self, archive: Path, numbers: Sequence[int]) -> None:
        """Prepare an image for each file system.

        Raises:
            SandboxError: no Docker engine answers, or it cannot make an image.
        """
        self._places = {n: PreparedSandbox(file_system(archive, n)) for n in sorted(set(numbers))}

    def run(self, task: Task, command: str) -> Trial:
        """Run a command in /, and look at what it printed and changed."""
        sandbox = self._places[task["fs"]]
        conversation = f"intercode-{uuid.uuid4().hex[:12]}"
        try:
            sandbox.run("touch /run/mica/start", conversation=conversation, call_id="start")
            ran = sandbox.run(
                f"cd /\n{command}", conversation=conversation, call_id="run", seconds=SECONDS
            )
            told = sandbox.run(_CHANGED, conversation=conversation, call_id="changed").output
            return Trial(ran.output, tuple(told.splitlines()))
        finally:
            # A machine under load may be slow to remove a container; the result stands.
            with suppress(SandboxError, OSError):
                sandbox.forget(conversation)

    def close(self) -> None:
        """Release the connections."""
        for sandbox in self._places.values():
            sandbox.close()


def proposed(names: Sequence[str], tasks: Sequence[Task]) -> dict[str, list[str | None]]:
    """Return a command for each task by system, None where a system has none.

    `choose` is what the shipped models would run first, `retrieval` the nearest recipe that
    needs no value, `gold` the first gold command once more and `true` does nothing.

    Raises:
        BackendError: the model cannot be loaded.
    """
    found: dict[str, list[str | None]] = {}
    if "true" in names:
        found["true"] = ["true" for _ in tasks]
    if "gold" in names:
        found["gold"] = [task["gold"] for task in tasks]
    if {"choose", "retrieval"} & set(names):
        with systems.opened() as assistant:
            if "choose" in names:
                found["choose"] = [_chosen(assistant, task) for task in tasks]
            if "retrieval" in names:
                found["retrieval"] = [_nearest(assistant, task) for task in tasks]
    return {name: found[name] for name in names}


def _chosen(assistant: Assistant, task: Task) -> str | None:
    try:
        return assistant.propose(task["query"])
    except BackendError:
        return None


def _nearest(assistant: Assistant, task: Task) -> str | None:
    knowledge = assistant.parts.knowledge
    if knowledge is None:
        return None
    for document in knowledge.search(task["query"], shelf="sysadmin", k=12):
        try:
            return recipes.fill(document, ())
        except (recipes.MissingSlotError, ValueError):
            continue
    return None


def score(
    bench: Bench, tasks: Sequence[Task], commands: Mapping[str, Sequence[str | None]], python: str
) -> dict[str, list[Score]]:
    """Run each system's commands and both gold commands of each task, and compare.

    `commands` has a command for each task by system, None where the system had none.

    Raises:
        SandboxError: the sandbox did not answer.
        SimilarityError: the Python `python` cannot compare outputs.
    """

    def trials(at: int) -> tuple[list[Trial], dict[str, Trial]]:
        task = tasks[at]
        golds = [bench.run(task, task[name]) for name in ("gold", "gold2")]
        asked = {system: proposed[at] for system, proposed in commands.items()}
        return golds, {name: bench.run(task, text) for name, text in asked.items() if text}

    with ThreadPoolExecutor(THREADS) as pool:
        ran = list(pool.map(trials, range(len(tasks))))
    return {
        system: _compared(
            tasks, proposed, [(golds, mine.get(system)) for golds, mine in ran], python
        )
        for system, proposed in commands.items()
    }


def _compared(
    tasks: Sequence[Task],
    commands: Sequence[str | None],
    ran: Sequence[tuple[list[Trial], Trial | None]],
    python: str,
) -> list[Score]:
    # Outputs are worth comparing only where the files are already the same.
    alike = [
        [(mine.plain, gold.plain) for gold in golds if mine.files == gold.files] if mine else []
        for golds, mine in ran
    ]
    near = iter(cosines([pair for pairs in alike for pair in pairs], python))
    return [
        Score(
            task,
            command or "",
            any(mine == gold for mine, gold in pairs),
            max([next(near) for _ in pairs], default=-1.0),
        )
        for task, command, pairs in zip(tasks, commands, alike, strict=True)
    ]


def as_report(system: str, scores: Sequence[Score]) -> str:
    """Return the results as Markdown: the figures, then each task that is not solved.

    The benchmark's requests are not repeated: its rows stay where they were published.
    """
    lines = [
        f"# Evaluation: InterCode-ALFA, {system}",
        "",
        f"`python -m training.intercode --system {system}` on {len(scores)} tasks of "
        "InterCode-ALFA (MIT), by execution. Solved: the same files changed, and the output as "
        "either gold command's: equal (strict), or with a cosine of at least "
        f"{LEAST_COSINE} by all-MiniLM-L6-v2 (paper-like).",
        "",
        "| | tasks | solved | share | 95% interval |",
        "|---|---|---|---|---|",
        _row("strict", [one.strict for one in scores]),
        _row("paper-like", [one.paper for one in scores]),
        "",
        "| file system | tasks | paper-like |",
        "|---|---|---|",
    ]
    tasks = Counter(one.task["fs"] for one in scores)
    solved = Counter(one.task["fs"] for one in scores if one.paper)
    lines += [f"| {number} | {tasks[number]} | {solved[number]} |" for number in sorted(tasks)]
    lines += ["", "## Not solved (paper-like)", ""]
    lines += [
        f"- **{one.task['id']}** `{one.command or 'no command'}`" for one in scores if not one.paper
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, passed: Sequence[bool]) -> str:
    low, high = wilson(sum(passed), len(passed))
    share = sum(passed) / len(passed)
    return f"| {name} | {len(passed)} | {sum(passed)} | {share:.2f} | {low:.2f} to {high:.2f} |"


def read_tasks(folder: Path) -> list[Task]:
    """Return the tasks of `intercode-alfa-dev.jsonl`."""
    text = (folder / "intercode-alfa-dev.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def main() -> None:
    """Score one system, print its report, and write it where `--report` says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with tasks and files")
    parser.add_argument(
        "--system", nargs="+", choices=SYSTEMS, default=["choose"], help="which to score"
    )
    parser.add_argument("--report", type=Path, help="folder for the Markdown report")
    parser.add_argument("--limit", type=int, help="only the first N tasks")
    parser.add_argument(
        "--similarity-python", default=sys.executable, help="a Python with sentence-transformers"
    )
    args = parser.parse_args()
    tasks = read_tasks(args.data)[: args.limit]
    commands = proposed(args.system, tasks)
    bench = Bench(args.data / "intercode-alfa-fs.tar.gz", [task["fs"] for task in tasks])
    try:
        scores = score(bench, tasks, commands, args.similarity_python)
    finally:
        bench.close()
    for system, found in scores.items():
        name = "intercode" if system == "choose" else f"intercode-{system}"
        report.write(args.report, name, as_report(system, found))


if __name__ == "__main__":
    main()
