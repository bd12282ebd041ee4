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
) -> Sandbox:
    """Return a sandbox: Docker where an engine answers and has the image, else bubblewrap.

    `image` names another Docker image than the one that deploy/sandbox/ensure builds; it
    needs bash, coreutils, util-linux and procps. `gvisor` says whether containers run under
    gVisor; where it is forced, bubblewrap does not take Docker's place. `ready` is how many
    containers a server keeps waiting for new conversations.

    Raises:
        SandboxError: what was asked for is not there; the text says how to get it.
    """
    limits = limits or Limits()
    if kind == "bubblewrap":
        return _bubblewrap(limits)
    try:
        return _docker(limits, image, gvisor, ready)
    except SandboxError as error:
        if kind == "docker" or gvisor == "force":
            raise
        without_docker = str(error)
    try:
        return _bubblewrap(limits)
    except SandboxError as error:
        raise SandboxError(
            f"no sandbox can be opened. Docker: {without_docker}. bubblewrap: {error}. "
            "Run deploy/sandbox/ensure to set one up"
        ) from error


def _docker(limits: Limits, image: str | None, gvisor: Wish, ready: int) -> Sandbox:
    from sandboxes.docker_driver import IMAGE, DockerSandbox

    return DockerSandbox(limits, image or IMAGE, gvisor=gvisor, ready=ready)


def _bubblewrap(limits: Limits) -> Sandbox:
    from sandboxes.bubblewrap_driver import BubblewrapSandbox

    return BubblewrapSandbox(limits)
