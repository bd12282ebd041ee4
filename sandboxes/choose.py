"""Which sandbox this machine can offer."""

from __future__ import annotations

from typing import Literal

from sandboxes import Limits, Sandbox, SandboxError
from sandboxes.gvisor import Wish

Kind = Literal["auto", "docker", "bubblewrap"]


def open_sandbox(
    kind: Kind = "auto",
    limits: Limits | None = None,
    image: str | None = None,
    *,
    gvisor: Wish = "auto",
    ready: int = 0,
    host_readonly: bool = False,
) -> Sandbox:
    """Return a sandbox: Docker where an engine answers and has the image, else bubblewrap.

    `image` names another Docker image than the one that deploy/sandbox/ensure builds; it
    needs bash, coreutils, util-linux and procps. `gvisor` says whether containers run under
    gVisor; where it is forced, bubblewrap does not take Docker's place. `ready` is how many
    containers a server keeps waiting for new conversations. `host_readonly` shows the host's
    disks at /host, read-only, with secrets masked.

    Raises:
        SandboxError: what was asked for is not there; the text says how to get it.
    """
    limits = limits or Limits()
    if kind == "bubblewrap":
        return _bubblewrap(limits, host_readonly)
    try:
        return _docker(limits, image, gvisor, ready, host_readonly)
    except SandboxError as error:
        if kind == "docker" or gvisor == "force":
            raise
        without_docker = str(error)
    try:
        return _bubblewrap(limits, host_readonly)
    except SandboxError as error:
        raise SandboxError(
            f"no sandbox can be opened. Docker: {without_docker}. bubblewrap: {error}. "
            "Run deploy/sandbox/ensure to set one up"
        ) from error


def _docker(
    limits: Limits, image: str | None, gvisor: Wish, ready: int, host_readonly: bool
) -> Sandbox:
    from sandboxes.docker_driver import IMAGE, DockerSandbox

    return DockerSandbox(
        limits, image or IMAGE, gvisor=gvisor, ready=ready, host_readonly=host_readonly
    )


def _bubblewrap(limits: Limits, host_readonly: bool) -> Sandbox:
    from sandboxes.bubblewrap_driver import BubblewrapSandbox

    return BubblewrapSandbox(limits, host_readonly=host_readonly)
