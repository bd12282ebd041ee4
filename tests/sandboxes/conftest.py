from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import needs
from support.sandbox_drivers import open_driver

from sandboxes import Sandbox


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sandboxes")


@pytest.fixture(scope="session", params=["docker", "bubblewrap"])
def sandbox(request: pytest.FixtureRequest, folder: Path) -> Iterator[Sandbox]:
    with needs.a_sandbox():
        sandbox = open_driver(request.param, folder)
    yield sandbox
    sandbox.close()


@pytest.fixture
def conversation(sandbox: Sandbox) -> Iterator[str]:
    name = f"test-{uuid.uuid4().hex}"
    yield name
    sandbox.forget(name)
