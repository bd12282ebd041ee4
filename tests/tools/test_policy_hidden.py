"""No hidden command is ever allowed: thousands of hiding places, some of them run for real."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from support import needs

from sandboxes import Sandbox
from tools.bash.policy import judge

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = 400


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("policy_benchmark", ROOT / "benchmarks/policy.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("marker", "seed", "count"), [("touch hidden", 1, 8000), ("/tmp/m", 2, 2000)]
)
def test_hidden_commands_are_never_allowed(
    generator: ModuleType, marker: str, seed: int, count: int
) -> None:
    commands = list(generator.generate(count, marker, seed))
    assert len(commands) == count
    allowed = [c for c in commands if judge(c, syntax_check=lambda _: True).verdict == "allow"]
    assert not allowed


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    from sandboxes.choose import open_sandbox

    with needs.a_sandbox():
        opened = open_sandbox("auto")
    yield opened
    opened.close()


def test_what_bash_runs_was_not_allowed(generator: ModuleType, sandbox: Sandbox) -> None:
    """Where the marker really ran, the policy must not have said allow."""
    commands = list(generator.generate(1200 + SAMPLE, generator.MARKER, 3))
    commands = commands[:SAMPLE:2] + commands[-SAMPLE // 2 :]
    ran = generator.run_for_real(sandbox, commands)
    wrong = [commands[i] for i in ran if judge(commands[i]).verdict == "allow"]
    print(f"the marker ran in {len(ran)} of {len(commands)} commands; {len(wrong)} were allowed")
    assert len(ran) >= 0.4 * len(commands), "too few markers ran for the check to mean something"
    assert not wrong


def test_broken_commands_that_are_allowed_do_not_run_the_marker(
    generator: ModuleType, sandbox: Sandbox
) -> None:
    commands = list(generator.broken(3000, generator.MARKER, 4))
    allowed = [c for c in commands if judge(c, syntax_check=lambda _: True).verdict == "allow"]
    control = f"echo $({generator.MARKER})"
    ran = generator.run_for_real(sandbox, [*allowed, control])
    assert ran == {len(allowed)}, [allowed[i] for i in ran if i < len(allowed)]
