"""What tests need of a machine, and what happens where it is lacking.

A test of a real part cannot run where the part is missing: without an engine there is no
container to look into, and a stand-in would show nothing. Such a test skips and says what to
install. CI installs everything, and sets MICA_TEST_ALL: there, what is lacking fails.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from sandboxes import SandboxError


def lacking(what: str) -> NoReturn:
    """Skip the test for what the machine lacks, or fail it where nothing may be lacking."""
    if os.environ.get("MICA_TEST_ALL"):
        pytest.fail(f"MICA_TEST_ALL is set, and this machine lacks something: {what}")
    pytest.skip(what)


@contextmanager
def a_sandbox() -> Iterator[None]:
    """Open a real sandbox inside; where this machine has none, the test cannot run."""
    try:
        yield
    except SandboxError as error:
        lacking(f"the test runs commands in a real sandbox, and it cannot be opened: {error}")
