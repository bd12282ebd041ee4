"""What tests of the interfaces share: a command line of a scripted model, and a window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.browser import window
from support.command_line import Mica, run_here

SCRIPT = [
    {"when": "delete", "replies": [{"tool": "bash", "arguments": {"command": "rm -f a.log"}},
                                   "The log is gone."]},
    {"when": "files", "replies": [{"tool": "bash", "arguments": {"command": "ls /"}},
                                  "Those are the files."]},
    {"when": "seventh", "replies": [{"tool": "spell_chord", "arguments": {"chord": "Ebm7"}},
                                    "E♭ G♭ B♭ D♭."]},
    {"when": "show", "replies": [{"tool": "show_music", "arguments": {"music": "C E G"}}, "See."]},
]  # fmt: skip


@pytest.fixture
def mica(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> Mica:
    """Return a function that runs `mica ARGUMENTS` in a home of its own, without a sandbox."""
    script = tmp_path / "script.json"
    script.write_text(json.dumps(SCRIPT))
    monkeypatch.setenv("MICA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MICA_BACKEND", "script")
    monkeypatch.setenv("MICA_SCRIPT", str(script))
    monkeypatch.setenv("MICA_SANDBOX", "none")
    monkeypatch.setenv("MICA_RETRIEVED", "0")

    return partial(run_here, monkeypatch, capsys)


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    with window(browser) as made:
        yield made
