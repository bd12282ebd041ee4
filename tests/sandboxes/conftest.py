from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.sandbox_drivers import open_driver

from sandboxes import Sandbox, SandboxError


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sandboxes")


@pytest.fixture(scope="session", params=["docker", "bubblewrap"])
def sandbox(request: pytest.FixtureRequest, folder: Path) -> Iterator[Sandbox]:
    try:
        sandbox = open_driver(request.param, folder)
    except SandboxError as error:
        pytest.skip(f"{request.param}: {error}")
    yield sandbox
    sandbox.close()


@pytest.fixture
def conversation(sandbox: Sandbox) -> Iterator[str]:
    name = f"test-{uuid.uuid4().hex}"
    yield name
    sandbox.forget(name)
