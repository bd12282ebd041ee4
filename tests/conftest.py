"""Fixtures that several test folders share."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile(
    "mica", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("mica")


@pytest.fixture(scope="session", autouse=True)
def no_containers_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Remove the containers of conversations whose records were in a folder of this session."""
    yield
    from docker.errors import DockerException

    from sandboxes import SandboxError
    from sandboxes.docker_driver import connect

    with contextlib.suppress(SandboxError, DockerException):
        client = connect()
        found = client.containers.list(
            all=True, filters={"label": "mica.home"}, ignore_removed=True
        )
        for container in found:
            home = container.labels["mica.home"]
            if Path(home).is_relative_to(tmp_path_factory.getbasetemp()):
                with contextlib.suppress(DockerException):
                    container.remove(force=True)
        client.close()


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with `tiny.gguf` (random weights) and `adapter-1.gguf`, `adapter-2.gguf`."""
    from support import tiny_gguf

    folder = tmp_path_factory.mktemp("tiny-models")
    tiny_gguf.model_gguf(folder)
    tiny_gguf.adapter_gguf(folder, seed=1)
    tiny_gguf.adapter_gguf(folder, seed=2)
    return folder


# Playwright keeps an event loop running while it lives: not beyond a module, or asyncio tests fail.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return a Chromium of Debian's."""
    from support.browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def knowledge_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with the built-in knowledge, without manuals; write to copies of it.

    Making it takes over a minute of processor time: 57,000 texts are embedded and indexed.
    """
    from tools.knowledge.ensure import ensure

    folder = tmp_path_factory.mktemp("knowledge-home")
    message = ensure(folder)
    assert "was built" in message
    assert "without manuals, because there is no sandbox" in message
    return folder
