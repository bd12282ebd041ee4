"""Recipes that are run in a real sandbox: one place a test, which is forgotten afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from support import needs

from sandboxes.choose import open_sandbox

Run = Callable[[str], str]


@contextmanager
def a_place(seconds: float = 500) -> Iterator[Run]:
    """Yield what runs a script in a sandbox and returns its output; each script at most `seconds`.

    The place has a name of its own: a result kept from an earlier run would prove nothing.
    """
    with needs.a_sandbox():
        sandbox = open_sandbox()
    place = f"recipes-{uuid.uuid4().hex}"

    def run(script: str) -> str:
        call = uuid.uuid4().hex
        return sandbox.run(script, conversation=place, call_id=call, seconds=seconds).output

    try:
        yield run
    finally:
        sandbox.forget(place)
        sandbox.close()


def asked_in_many_ways(recipe: Mapping[str, Any]) -> None:
    """Hold a recipe to 6 to 24 wordings, each with every slot that has no default."""
    assert 6 <= len(recipe["asks"]) <= 24, recipe["id"]
    needed = [slot for slot, default in (recipe.get("slots") or {}).items() if default == ""]
    for ask in recipe["asks"]:
        assert all(f"{{{slot}}}" in str(ask) for slot in needed), ask


def noted(name: str, command: str) -> list[str]:
    """Return the lines of a script that run a command and note its exit code and size of output.

    `name` stands first on the line: a recipe's id.
    """
    return [
        f"( {command}\n) > /workspace/said 2> /dev/null < /dev/null",
        f'echo "{name} $? $(wc -c < /workspace/said)"',
    ]


def read_noted(output: str) -> dict[str, tuple[int, int]]:
    """Read the lines that `noted` made: exit code and bytes of output by name."""
    lines = (line.split() for line in output.splitlines())
    return {name: (int(code), int(size)) for name, code, size in lines}
