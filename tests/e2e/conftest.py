"""What the end-to-end tests share: the shipped weights, a real sandbox, one data folder.

The folder is shared so that the index of recipes, notes and manuals is built once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.browser import window
from support.page_server import ROOT
from support.shipped import Shipped, real_sandbox

Mica = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, knowledge_home: Path) -> Path:
    """A data folder that finds this machine's sandbox; skips where there is none.

    Of the knowledge only the manuals are still to be read: the first start makes all of it.
    """
    folder = tmp_path_factory.mktemp("mica")
    real_sandbox(folder).close()
    shutil.copytree(knowledge_home / "knowledge", folder / "knowledge")
    return folder


@pytest.fixture(scope="session")
def served(home: Path) -> Iterator[Shipped]:
    """`mica serve` as a person starts it; it must still run at the end of each test."""
    server = Shipped(home)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    with window(browser) as made:
        yield made


@pytest.fixture
def mica(home: Path) -> Mica:
    """Return a function that runs `mica ARGUMENTS` without a terminal."""

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ui.cli", *arguments],
            env=os.environ | {"MICA_HOME": str(home), "PYTHONPATH": str(ROOT)},
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
        )

    return run


@pytest.fixture
def batch(mica: Mica, tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Return a function that runs a batch form over lines and reads the rows back."""

    def run(*command: str, lines: list[str], code: int) -> list[dict[str, Any]]:
        source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        source.write_text("\n".join(lines), encoding="utf-8")
        ended = mica(*command, "--batch", str(source), "--out", str(target))
        assert ended.returncode == code, ended.stderr
        return [json.loads(line) for line in target.read_text("utf-8").splitlines()]

    return run
