"""Opens the real sandbox drivers for tests."""

from __future__ import annotations

from pathlib import Path

from records.paths import home
from sandboxes import Limits, Sandbox
from sandboxes.bubblewrap_driver import BubblewrapSandbox
from sandboxes.docker_driver import DockerSandbox

SMALL = Limits(memory_mb=384, workspace_mb=64, output_bytes=20_000, seconds=20.0)


def open_driver(name: str, folder: Path, undo: Path | None = None) -> Sandbox:
    """Open a driver; for bubblewrap, conversations go to `folder`."""
    if name == "docker":
        return DockerSandbox(SMALL, undo=undo)
    rootfs = (home() / "sandbox" / "rootfs").resolve()
    link = folder / "rootfs"
    if not link.is_symlink():
        link.symlink_to(rootfs)
    return BubblewrapSandbox(SMALL, folder, undo)
