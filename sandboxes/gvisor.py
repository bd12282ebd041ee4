"""gVisor: a kernel in user space between containers and the machine's, where the engine has it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, Literal

import requests
from docker.errors import DockerException

from sandboxes import SandboxError

Wish = Literal["auto", "force", "forbid"]
"""`auto`: gVisor where the engine has it and it works. `force`: nothing else. `forbid`: never."""

RUNTIME = "runsc"
# Pipes, many processes, walks over the image and a writable folder: old versions end in these.
_TRIAL = (
    "cd /tmp && for n in $(seq 40); do (find /usr/share -maxdepth 2 | sort | tail -n 1 > $n) & "
    "done; wait; cat * | wc -l"
)
_SECONDS = 60


def choose_runtime(info: Mapping[str, Any], wish: Wish) -> str | None:
    """Return the runtime to start containers with; None is the engine's default.

    `info` is what the engine says about itself (`docker info`). A runtime counts as gVisor where
    its name or its program is `runsc`, so that `runsc-kvm` or another name is found as well.

    Raises:
        SandboxError: gVisor is forced and the engine does not have it.
    """
    if wish == "forbid":
        return None
    runtimes = info.get("Runtimes") or {}
    found = sorted(name for name, each in runtimes.items() if _is_gvisor(name, each))
    if info.get("DefaultRuntime") in found:
        return str(info["DefaultRuntime"])
    if found:
        return RUNTIME if RUNTIME in found else found[0]
    if wish == "force":
        raise SandboxError(
            "gVisor is forced (MICA_SANDBOX_GVISOR=force), but the Docker engine has no runtime "
            f"{RUNTIME}: it has {', '.join(sorted(runtimes)) or 'none'}. Install runsc, name it "
            "under `runtimes` in /etc/docker/daemon.json and reload the engine"
        )
    return None


def trial(client: Any, options: Mapping[str, Any], runtime: str) -> str:
    """Run a short load in a container under a runtime; return what went wrong, or nothing.

    `options` are those of the sandbox's containers.
    """
    plain = {**options, "runtime": runtime, "auto_remove": False, "detach": True}
    container = None
    try:
        container = client.containers.run(command=["bash", "-c", _TRIAL], **plain)
        code = container.wait(timeout=_SECONDS)["StatusCode"]
        return "" if code == 0 else f"a container ended with code {code}"
    except (DockerException, requests.RequestException) as error:
        return str(error)
    finally:
        if container is not None:
            with contextlib.suppress(DockerException, requests.RequestException):
                container.remove(force=True)


def _is_gvisor(name: str, runtime: Mapping[str, Any]) -> bool:
    program = str((runtime or {}).get("path") or (runtime or {}).get("runtimeType") or "")
    return name == RUNTIME or program.rpartition("/")[2].startswith(RUNTIME) or RUNTIME in program
