"""The read-only look at the host: off by default, masked, and the same promises in both drivers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import needs
from support.sandbox_drivers import SMALL

from records.paths import home
from sandboxes import Sandbox, checks_host
from sandboxes.bubblewrap_driver import BubblewrapSandbox
from sandboxes.checks_walls import no_capability, no_host_path, not_root
from sandboxes.conformance import CHECKS, checks_for, run_check
from sandboxes.docker_driver import DockerSandbox
from sandboxes.host_view import look, mounted_disks, patterns
from sandboxes.probe import Check


@pytest.fixture(scope="module", params=["docker", "bubblewrap"])
def showing(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    drivers = {"docker": DockerSandbox, "bubblewrap": BubblewrapSandbox}
    with needs.a_sandbox():
        sandbox = drivers[request.param](SMALL, host_readonly=True)
    yield sandbox
    sandbox.close()


@pytest.mark.parametrize(
    "check", [*checks_host.CHECKS, not_root, no_capability], ids=lambda check: check.__name__
)
def test_promise(showing: Sandbox, check: Check) -> None:
    result = run_check(check, showing)
    assert result.status == "ok", result.problem


def test_that_the_host_is_shown_is_said(showing: Sandbox) -> None:
    assert set(checks_for(showing)) == {*CHECKS, *checks_host.CHECKS}
    result = run_check(no_host_path, showing)
    assert result.status == "not held" and "on purpose" in result.problem


def test_it_is_off_by_default(sandbox: Sandbox, conversation: str) -> None:
    assert checks_for(sandbox) == CHECKS
    seen = sandbox.run("ls /host/etc", conversation=conversation, call_id="1")
    assert seen.exit_code != 0


# bubblewrap mounts anew for each command, so nothing of it outlives the switch.
@pytest.mark.parametrize(("showing", "sandbox"), [("docker", "docker")], indirect=True)
def test_switching_it_off_hides_the_host_from_a_conversation(
    showing: Sandbox, conversation: str, sandbox: Sandbox
) -> None:
    try:
        shown = showing.run("ls /host/etc/passwd", conversation=conversation, call_id="1")
        assert shown.exit_code == 0
        hidden = sandbox.run("ls /host/etc/passwd", conversation=conversation, call_id="2")
        assert hidden.exit_code != 0
    finally:
        showing.forget(conversation)


def test_disks_are_told_from_the_rest() -> None:
    mounts = (
        "/dev/a / ext4 rw 0 0\nproc /proc proc rw 0 0\n/dev/c /my\\040disk xfs rw 0 0\n"
        "tmpfs /run tmpfs rw 0 0\nserver:/x /net nfs4 rw 0 0\noverlay /var/o overlay rw 0 0\n"
    )
    assert mounted_disks(mounts) == ("/", "/my disk")


def test_what_is_masked_here() -> None:
    view = look()
    masked = {*view.folders, *view.files}
    inside = str(home().resolve())
    assert any(inside == path or inside.startswith(f"{path}/") for path in view.folders)
    assert "/etc/shadow" in masked or not Path("/etc/shadow").exists()
    assert len(patterns()) == len(set(patterns())) > 80
    assert all(pattern.startswith("/") for pattern in patterns())
