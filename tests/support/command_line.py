"""`mica ARGUMENTS` in this process: how it ended and what it said."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ui import cli


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def rows(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


Mica = Callable[..., Ended]


def run_here(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    *arguments: str,
    stdin: str = "",
) -> Ended:
    """Run a command with `stdin` as what is typed into it."""
    monkeypatch.setattr(sys, "argv", ["mica", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    code = ended.value.code
    return Ended(code if isinstance(code, int) else 0, said.out, said.err)
