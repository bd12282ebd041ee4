"""Containers made ahead, with a real engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import docker
import pytest
from docker.errors import NotFound
from support import needs
from support.sandbox_drivers import SMALL
from support.training_parts import eventually

from sandboxes.docker_driver import DockerSandbox
from sandboxes.pool import LABEL, remove_abandoned
from sandboxes.runner import key


@pytest.fixture
def pooled() -> Iterator[DockerSandbox]:
    with needs.a_sandbox():
        sandbox = DockerSandbox(SMALL, ready=1)
    yield sandbox
    sandbox.close()


@pytest.fixture
def engine() -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    yield client
    client.close()


def waiting(sandbox: DockerSandbox) -> str:
    """Return the id of the container that waits, once there is one."""
    assert sandbox.pool is not None and sandbox.pool.full(300)
    return sandbox.pool.ids()[0]


def test_a_new_conversation_takes_the_waiting_container(
    pooled: DockerSandbox, engine: docker.DockerClient
) -> None:
    ready, conversation = waiting(pooled), f"test-{uuid.uuid4().hex}"
    try:
        result = pooled.run("ls /srv/app", conversation=conversation, call_id="1")
        assert "app.log" in result.output
        assert engine.containers.get(f"mica-{key(conversation)}").id == ready
        assert waiting(pooled) != ready
    finally:
        pooled.forget(conversation)


def test_an_adopted_container_outlives_the_pool(engine: docker.DockerClient) -> None:
    sandbox, conversation = DockerSandbox(SMALL, ready=1), f"test-{uuid.uuid4().hex}"
    waiting(sandbox)
    sandbox.run("echo kept >file", conversation=conversation, call_id="1")
    sandbox.close()
    again = DockerSandbox(SMALL)
    try:
        seen = again.run("cat file; cat /proc/1/comm", conversation=conversation, call_id="2")
        assert seen.output == "kept\nsleep\n"
    finally:
        again.forget(conversation)
        again.close()


def test_closing_leaves_no_waiting_container(engine: docker.DockerClient) -> None:
    sandbox = DockerSandbox(SMALL, ready=2)
    assert sandbox.pool is not None and sandbox.pool.full(300)
    ids = sandbox.pool.ids()
    assert len(ids) == 2
    sandbox.close()
    for each in ids:
        eventually(lambda name=each: gone(engine, name))


SERVER = """
import time
from sandboxes.docker_driver import DockerSandbox
from support.sandbox_drivers import SMALL
sandbox = DockerSandbox(SMALL, ready=1)
assert sandbox.pool.full(300)
print(sandbox.pool.ids()[0], flush=True)
time.sleep(600)
"""


def test_the_waiting_container_of_a_killed_server_ends(engine: docker.DockerClient) -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert server.stdout is not None
    container = server.stdout.readline().strip()
    assert not gone(engine, container)
    server.send_signal(signal.SIGKILL)
    server.wait()
    server.stdout.close()
    eventually(lambda: gone(engine, container))


def gone(engine: docker.DockerClient, container: str) -> bool:
    try:
        engine.containers.get(container)
    except NotFound:
        return True
    return False


def test_a_waiting_container_that_ended_is_no_loss(
    pooled: DockerSandbox, engine: docker.DockerClient
) -> None:
    engine.containers.get(waiting(pooled)).remove(force=True)
    conversation = f"test-{uuid.uuid4().hex}"
    try:
        result = pooled.run("echo works", conversation=conversation, call_id="1")
        assert result.output == "works\n"
    finally:
        pooled.forget(conversation)


def test_two_servers_give_one_conversation_one_container(
    pooled: DockerSandbox, engine: docker.DockerClient
) -> None:
    other, conversation = DockerSandbox(SMALL, ready=1), f"test-{uuid.uuid4().hex}"
    meeting = threading.Barrier(4)

    def work(number: int) -> str | None:
        box = (pooled, other)[number % 2]
        meeting.wait(300)
        box.start(conversation)
        return box.identity(conversation)

    try:
        waiting(pooled), waiting(other)
        with ThreadPoolExecutor(4) as threads:
            ids = set(threads.map(work, range(4)))
        assert ids == {engine.containers.get(f"mica-{key(conversation)}").id}
        for number, box in enumerate((pooled, other)):
            box.run("echo x >>log", conversation=conversation, call_id=str(number))
        seen = pooled.run("cat log", conversation=conversation, call_id="seen")
        assert seen.output == "x\nx\n"
    finally:
        pooled.forget(conversation)
        other.close()


def test_a_container_that_was_never_started_is_removed(engine: docker.DockerClient) -> None:
    image = engine.images.get("mica-sandbox:latest")
    # By a label of its own: sandboxes of other processes are about to start theirs.
    label = f"{LABEL}.{uuid.uuid4().hex}"
    container = engine.containers.create(image, "true", labels={label: "1"})
    remove_abandoned(engine, older_than=3600.0, label=label)
    assert not gone(engine, str(container.id))
    remove_abandoned(engine, older_than=0.0, label=label)
    assert gone(engine, str(container.id))
