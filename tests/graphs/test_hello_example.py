"""`examples/hello.py` runs as it stands, with a scripted model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = [
    {
        "when": "seventh",
        "replies": [{"tool": "spell_chord", "arguments": {"chord": "Ebm7"}}, "E♭ G♭ B♭ D♭."],
    }
]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "[spell_chord {'chord': 'Ebm7'}]\nE♭ G♭ B♭ D♭.\n"),
        (["show", "the", "chord"], "has no reply"),
    ],
)
def test_hello(tmp_path: Path, arguments: list[str], expected: str):
    (tmp_path / "script.json").write_text(json.dumps(SCRIPT))
    surroundings = {
        "MICA_HOME": str(tmp_path / "home"),
        "MICA_BACKEND": "script",
        "MICA_SCRIPT": str(tmp_path / "script.json"),
        "MICA_SANDBOX": "none",
        "MICA_RETRIEVED": "0",
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "hello.py", *arguments],
        env={**os.environ, **surroundings},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout


def test_hello_is_short():
    assert len((ROOT / "examples" / "hello.py").read_text().splitlines()) < 30
