"""The manuals of the programs in a sandbox, read inside it."""

from __future__ import annotations

import contextlib
import re
import shlex
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandboxes import Sandbox, SandboxError
from tools.knowledge import KnowledgeError
from tools.knowledge.loaders import Passage, manual_title, split
from tools.knowledge.manpages import plain, sections
from tools.knowledge.recipes import load_recipes

CHUNKS_PER_PROGRAM = 24
_SECONDS = 150.0
_MARK = "=====mica-manual====="
_OUTPUT = "/workspace/manuals.txt"
_SKIPPED = ("AUTHOR", "COPYRIGHT", "REPORTING", "SEE ALSO", "AVAILABILITY", "HISTORY", "COLOPHON")
_SHELL_WORDS = frozenset(
    "if then else elif fi for in do done while until case esac true false".split()
)
_SCRIPT = """
for program in {programs}; do
  command -v "$program" >/dev/null || continue
  page=$(MANWIDTH=100 man -P cat "$program" 2>/dev/null) ||
    page=$(timeout 2 "$program" --help </dev/null 2>&1 | head -c 20000)
  printf '%s %s\\n%s\\n' {mark} "$program" "$page"
done > {output}
"""


def programs(recipes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names that may be programs in the recipes' commands, sorted."""
    found: set[str] = set()
    for recipe in recipes:
        command = re.sub(r"'[^']*'|\"[^\"]*\"", "''", str(recipe["command"]))
        starts = re.split(
            r"\|\||&&|[|;(&]|\bxargs\b|-exec(?:dir)?\b|\bsudo\b|\bdo\b|\bthen\b", command
        )
        for start in starts:
            words = [w for w in start.split() if not re.match(r"[-\w]*=|-|\d+$", w)]
            if words and re.fullmatch(r"[a-z][a-z0-9_.+-]*", words[0]):
                found.add(words[0])
    return sorted(found - _SHELL_WORDS)


def fingerprint(sandbox: Sandbox) -> str:
    """Return a text that changes when the programs in the sandbox do.

    Raises:
        KnowledgeError: the sandbox does not answer.
    """
    command = "sha256sum /var/lib/dpkg/status; ls /usr/share/man/man1 | sha256sum"
    with _conversation(sandbox) as name:
        result = _run(sandbox, name, command, 30)
    return "".join(re.findall(r"\b[0-9a-f]{64}\b", result))[:24] or "unknown"


def ingest_manuals(sandbox: Sandbox, names: Sequence[str] | None = None) -> list[Passage]:
    """Read the manuals of programs, by default those of the recipes, where the sandbox has them.

    A program without a manual page gives its `--help`.

    Raises:
        KnowledgeError: the sandbox does not answer.
    """
    wanted = programs(load_recipes()) if names is None else names
    quoted = " ".join(map(shlex.quote, wanted))
    script = _SCRIPT.format(programs=quoted, mark=shlex.quote(_MARK), output=_OUTPUT)
    with _conversation(sandbox) as name:
        _run(sandbox, name, script, _SECONDS)
        text = sandbox.read_file(name, _OUTPUT).decode("utf-8", "replace")
    return [passage for program, page in _pages(text) for passage in passages(program, page)]


@contextlib.contextmanager
def _conversation(sandbox: Sandbox) -> Iterator[str]:
    """Name a sandbox of its own, so that two processes may read manuals at the same time."""
    name = f"knowledge-{uuid.uuid4().hex[:12]}"
    try:
        yield name
        sandbox.forget(name)
    except SandboxError as error:
        with contextlib.suppress(SandboxError):
            sandbox.forget(name)
        raise KnowledgeError(f"the manuals cannot be read in the sandbox: {error}") from error


def _run(sandbox: Sandbox, conversation: str, command: str, seconds: float) -> str:
    result = sandbox.run(
        command,
        conversation=conversation,
        call_id=f"knowledge-{uuid.uuid4().hex}",
        seconds=seconds,
    )
    if result.timed_out:
        raise SandboxError(f"it did not answer within {seconds:.0f} s; try again")
    return result.output


def _pages(text: str) -> Iterator[tuple[str, str]]:
    for block in text.split(f"{_MARK} ")[1:]:
        name, _, page = block.partition("\n")
        yield name, plain(page)


def passages(name: str, page: str) -> Iterator[Passage]:
    """Yield the passages of one program's manual page, or of its `--help` text."""
    found = list(sections(page)) or [("HELP", page)]
    count = 0
    for heading, text in found:
        if heading.startswith(_SKIPPED):
            continue
        for number, chunk in enumerate(split(text), start=1):
            if count == CHUNKS_PER_PROGRAM:
                return
            count += 1
            part = f", part {number}" if number > 1 else ""
            yield Passage(
                manual_title(name, heading), chunk, f"{name} manual#{heading.lower()}{part}"
            )
