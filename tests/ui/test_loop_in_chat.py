"""From a wrong answer in the chat to the right one on the same page, with nothing restarted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.browser import ask, button, correct, new_chat, open_page, window
from support.page_server import PageServer
from support.training_parts import GATE

from runtime.models.registry import Registry

LOOP = """
least: 1
recipe: ''
then: promote
gate: {gate}
"""
ASKED, ALIKE = "x-ray of Ebmaj7", "an x-ray of Dm7, please"
RIGHT = "degrees 1 ♭3 5 ♭7"
"""What `spell_chord` tells of Dm7; untaught, the model looks for scales."""


@pytest.fixture
def server(browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PageServer]:
    """`mica serve` with the shipped weights; nothing is looked up but what is learned."""
    settings = {"MICA_HOME": tmp_path, "MICA_KNOWLEDGE": tmp_path / "knowledge"}
    for name, value in {**settings, "MICA_SANDBOX": "none", "MICA_THREADS": "1"}.items():
        monkeypatch.setenv(name, str(value))
    made = PageServer(tmp_path, "-m", "ui.cli", "serve", "--port", "{port}")
    made.start()
    yield made
    made.kill()


def mica(*arguments: str) -> str:
    """Run the command beside the server and return what it prints."""
    command = [Path(sys.executable).with_name("mica"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)
    assert done.returncode == 0, done.stderr
    return done.stdout


def answer(page: Any, request: str) -> str:
    """Ask in a conversation of its own, and return all that the page shows at the end."""
    ask(page, request)
    button(page, "Correct it").wait_for()
    return str(page.locator("body").inner_text())


@pytest.mark.timeout(1800)
def test_what_a_person_corrects_in_the_chat_is_right_on_the_same_page(
    browser: Any, server: PageServer
) -> None:
    process = server.process
    config, gate = server.home / "loop.yaml", server.home / "gate.yaml"
    gate.write_text(GATE)
    config.write_text(LOOP.format(gate=gate))
    with window(browser) as context:
        page = open_page(context, server)
        assert "degrees 1 3 5 7" not in answer(page, ASKED)
        correct(page, "spell_chord(chord='Ebmaj7')")
        arguments = ("--specialist", "composer", "--config", str(config), "--json")
        assert json.loads(mica("loop", "run", *arguments))["ending"] == "served"
        new_chat(page)
        assert RIGHT in answer(page, ALIKE)
        mica("models", "rollback")
        new_chat(page)
        assert RIGHT not in answer(page, ALIKE)
    assert server.process is process and process is not None and process.poll() is None
    assert Registry().entry("champion").name == "mica"
