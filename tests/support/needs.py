"""What tests need of a machine, and what happens where it is lacking.

A test of a real part cannot run where the part is missing: without an engine there is no
container to look into, and a stand-in would show nothing. Such a test skips and says what to
install. CI installs what is needed, and sets MICA_TEST_ALL: there, what is lacking fails.

What CI does not have, so that tests skip there too: data whose licences keep it out of this
repository, and other trainers' libraries, which only read what is written for them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from sandboxes import SandboxError
from training.backends.environment import MLX, SHIPPED, TRL, UNSLOTH, Environment


def lacking(what: str) -> NoReturn:
    """Skip the test for what the machine lacks, or fail it where nothing may be lacking."""
    if os.environ.get("MICA_TEST_ALL"):
        pytest.fail(f"MICA_TEST_ALL is set, and this machine lacks something: {what}")
    pytest.skip(what)


def data(name: str) -> Path:
    """Return a file of the folder that MICA_SHARED_DATA names: published data to compare with."""
    file = Path(os.environ.get("MICA_SHARED_DATA") or "/nonexistent") / name
    if not file.is_file():
        pytest.skip(f"compared with data that is not ours to ship: MICA_SHARED_DATA lacks {name}")
    return file


def trainer(environment: Environment) -> None:
    """See that a trainer's environment is there; CI has those that a recipe can name."""
    problem = environment.problem()
    if problem and environment.name in {each.name for each in (SHIPPED, TRL, UNSLOTH, MLX)}:
        lacking(f"the test runs the trainer itself: {problem}")
    if problem:
        pytest.skip(f"the test runs the trainer itself: {problem}")


@contextmanager
def a_sandbox() -> Iterator[None]:
    """Open a real sandbox inside; where this machine has none, the test cannot run."""
    try:
        yield
    except SandboxError as error:
        lacking(f"the test runs commands in a real sandbox, and it cannot be opened: {error}")
