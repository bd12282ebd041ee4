"""A read-only look at the host's disks at `/host`, off by default, for questions about the machine.

Each file system on a disk is mounted by itself, read-only; what is mounted below it from
elsewhere (processes, devices, network drives) is not there. Paths of the table `host_view.yaml`,
Mica's own folder, and every socket that a program of the host listens on are masked. Commands run
as a user whom the host does not know, so that they read what everybody may read.

What it does not cover: a secret that everybody may read, in a place that the table does not
name; a file that is put at a masked pattern after the sandbox was made.
"""

from __future__ import annotations

import contextlib
import glob
import importlib.resources
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from records.paths import home

AT = "/host"
USER = 986_321
"""No account has it, so it owns nothing on the host."""

DISKS = {"ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "jfs", "reiserfs", "bcachefs"}


@dataclass(frozen=True)
class HostView:
    """What is shown: mount points of disks, and masked folders and files; paths of the host."""

    disks: tuple[str, ...]
    folders: tuple[str, ...]
    files: tuple[str, ...]


def look() -> HostView:
    """Return what can be shown of this machine, and what must be masked on it.

    Raises:
        OSError: the table of mounts cannot be read.
    """
    disks = mounted_disks(Path("/proc/self/mounts").read_text("utf-8", "surrogateescape"))
    wanted = [path for pattern in patterns() for path in glob.glob(pattern)]  # noqa: PTH207
    wanted += [str(home().resolve()), str(Path.home()), *_sockets()]
    folders: list[str] = []
    files: list[str] = []
    for path in sorted({os.path.realpath(each) for each in wanted}):
        if path == "/" or any(path.startswith(f"{folder}/") for folder in folders):
            continue
        with contextlib.suppress(OSError):
            (folders if Path(path).is_dir() else files).append(path)
    inside = tuple(disk for disk in disks if not _under(disk, folders))
    return HostView(inside, tuple(folders), tuple(path for path in files if Path(path).exists()))


def patterns() -> list[str]:
    """Return the patterns of the table."""
    import yaml

    text = importlib.resources.files("sandboxes").joinpath("host_view.yaml").read_text("utf-8")
    return [pattern for row in yaml.safe_load(text) for pattern in row["paths"]]


def mounted_disks(mounts: str) -> tuple[str, ...]:
    r"""Return where disks are mounted, parents first, from the text of /proc/mounts.

    >>> mounted_disks("proc /proc proc rw 0 0\n/dev/b /my\\040disk xfs rw 0 0\n/dev/a / ext4 rw")
    ('/', '/my disk')
    """
    found = set()
    for line in mounts.splitlines():
        _, point, kind, *_ = line.split(" ")
        if kind in DISKS:
            found.add(point.encode("latin-1", "replace").decode("unicode_escape"))
    return tuple(sorted(found))


def _sockets() -> list[str]:
    """Return the sockets of this machine's programs; a read-only mount does not stop them."""
    lines = Path("/proc/net/unix").read_text("utf-8", "surrogateescape").splitlines()[1:]
    named = (line.split(maxsplit=7)[7:] for line in lines)
    return [path[0] for path in named if path and path[0].startswith("/")]


def _under(path: str, folders: list[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def docker_options(view: HostView, engine: str) -> dict[str, Any]:
    """Return the options of `docker run` that show the host; `engine` is where Docker's data is.

    The folder of Docker's data cannot be inside a mount that keeps later mounts of the host out,
    so the folders around it are mounted one by one, links in them left out.
    """
    around = {str(parent) for parent in Path(engine).resolve().parents}
    shown = [path for disk in view.disks for path in _split(disk, around)]
    mounts = [_bind(path, f"{AT}{path}") for path in sorted(set(shown)) if path != engine]
    mounts += [_bind("/dev/null", f"{AT}{path}") for path in view.files]
    closed = "ro,nosuid,nodev,noexec,size=4k,mode=0000"
    return {"mounts": mounts, "tmpfs": {f"{AT}{path}": closed for path in view.folders}}


def _split(path: str, around: set[str]) -> list[str]:
    if path not in around:
        return [path]
    inside: list[str] = []
    for entry in os.scandir(path):
        if entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False):
            inside += _split(entry.path, around)
    return inside


def _bind(source: str, target: str) -> dict[str, object]:
    # Not with what is mounted below: that would stay writable, being read-only is not inherited.
    return {
        "Type": "bind",
        "Source": source,
        "Target": target,
        "ReadOnly": True,
        "BindOptions": {"NonRecursive": True, "Propagation": "rprivate"},
    }


def bubblewrap_options(view: HostView) -> list[str]:
    """Return the options of bubblewrap that show the host; it makes all below read-only."""
    options = ["--ro-bind", "/", AT]
    for path in view.folders:
        options += ["--perms", "0000", "--size", "4096", "--tmpfs", f"{AT}{path}"]
        options += ["--remount-ro", f"{AT}{path}"]
    for path in view.files:
        options += ["--ro-bind", "/dev/null", f"{AT}{path}"]
    return options
