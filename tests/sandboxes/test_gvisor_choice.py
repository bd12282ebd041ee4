"""When containers run under gVisor."""

from __future__ import annotations

from typing import Any

import pytest
from support import needs

from sandboxes import SandboxError
from sandboxes.docker_driver import DockerSandbox, connect
from sandboxes.gvisor import Wish, choose_runtime, trial

RUNC = {"runc": {"path": "runc"}, "io.containerd.runc.v2": {"path": "runc"}}


@pytest.mark.parametrize(
    ("info", "wish", "runtime"),
    [
        ({"Runtimes": RUNC, "DefaultRuntime": "runc"}, "auto", None),
        ({"Runtimes": {**RUNC, "runsc": {"path": "/usr/bin/runsc"}}}, "auto", "runsc"),
        ({"Runtimes": {**RUNC, "runsc": {"path": "/usr/bin/runsc"}}}, "force", "runsc"),
        ({"Runtimes": {**RUNC, "runsc": {"path": "/usr/bin/runsc"}}}, "forbid", None),
        ({"Runtimes": {**RUNC, "safe": {"path": "/usr/local/bin/runsc"}}}, "auto", "safe"),
        ({"Runtimes": {"g": {"runtimeType": "io.containerd.runsc.v1"}}}, "auto", "g"),
        (
            {"Runtimes": {"runsc": {}, "kvm": {"path": "runsc"}}, "DefaultRuntime": "kvm"},
            "auto",
            "kvm",
        ),
        ({}, "auto", None),
        ({"Runtimes": None}, "forbid", None),
    ],
)
def test_the_choice(info: dict[str, Any], wish: Wish, runtime: str | None) -> None:
    assert choose_runtime(info, wish) == runtime


def test_forcing_what_is_not_there_says_what_to_do() -> None:
    with pytest.raises(SandboxError, match=r"no runtime runsc: it has io.containerd.runc.v2, runc"):
        choose_runtime({"Runtimes": RUNC}, "force")


def test_the_real_engine_is_asked() -> None:
    with needs.a_sandbox():
        client = connect()
    info = client.info()
    client.close()
    assert "runc" in info["Runtimes"]
    found = choose_runtime(info, "auto")
    if found is None:
        with pytest.raises(SandboxError, match="gVisor is forced"):
            DockerSandbox(gvisor="force")
    else:
        sandbox = DockerSandbox(gvisor="force")
        sandbox.close()
        assert sandbox.runtime == found
    plain = DockerSandbox(gvisor="forbid")
    plain.close()
    assert plain.runtime is None


@pytest.mark.parametrize(("runtime", "works"), [("runc", True), ("no-such-runtime", False)])
def test_a_runtime_is_tried_before_it_is_trusted(runtime: str, works: bool) -> None:
    with needs.a_sandbox():
        sandbox = DockerSandbox(gvisor="forbid")
    client = connect()
    problem = trial(client, sandbox._options(), runtime)
    client.close()
    sandbox.close()
    assert (problem == "") == works, problem
