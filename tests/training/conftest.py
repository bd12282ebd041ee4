"""What tests of training share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import needs

from sandboxes import Sandbox
from sandboxes.choose import open_sandbox


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """A sandbox in which commands of rows run again."""
    with needs.a_sandbox():
        opened = open_sandbox()
    yield opened
    opened.close()
