"""Sandboxes by bubblewrap, for machines without a Docker engine. Needs no daemon and no root.

Each command runs in new namespaces (user, process, network, IPC, UTS, cgroup) over a
read-only root file system, without capabilities and with a seccomp filter; the conversation's
folders lie under `$MICA_HOME/sandbox` on the host's disk and stay between commands.

What it limits less well than Docker, because it has no cgroup: memory and processor time are
limited for each process by rlimits; memory in all, and disk space in all, by a look several
times a second, so a quick command can overshoot by what it does in between. `cpus` is held in whole
processors: a command is bound to that many, and the seccomp filter forbids it to choose others.
Memory in unmapped memfds is not seen. On processors other than x86-64 and aarch64 there is no
seccomp filter.
"""

from __future__ import annotations

import contextlib
import math
import os
import random
import shutil
import stat
import subprocess
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from records.paths import home
from sandboxes import Limits, SandboxError, host_view, seccomp
from sandboxes.previewing import GONE, PreviewingSandbox
from sandboxes.processes import STATE, Watch, converse, received
from sandboxes.runner import ENVIRONMENT, RUNNER, key, script

# The host's user for commands when Mica itself is root: no account has it, so it owns nothing.
SERVICE_USER = 986_321
USER = 1000
FOLDERS = {
    "workspace": "/workspace",
    "srv": "/srv",
    "home": "/home/mica",
    "tmp": "/tmp",
    STATE: "/run/mica",
}
# Root's home is closed to SERVICE_USER, so both folders are bound to an open place first, in a
# mount namespace that only this command sees.
AS_ROOT = (
    "mount -t tmpfs -o mode=755,size=64k mica /mnt && mkdir /mnt/root /mnt/own && "
    'mount --bind "$1" /mnt/root && mount --bind "$2" /mnt/own && shift 2 && exec "$@"'
)


class BubblewrapSandbox(PreviewingSandbox):
    """Runs each command in a bubblewrap of its own over folders that stay."""

    name = "bubblewrap"

    def __init__(
        self,
        limits: Limits | None = None,
        folder: Path | None = None,
        undo: Path | None = None,
        *,
        host_readonly: bool = False,
    ) -> None:
        """Check that bubblewrap works here and that the root file system is there.

        `folder` holds `rootfs` and the conversations; by default `$MICA_HOME/sandbox`.
        `host_readonly` shows the host's disks at /host, as `sandboxes.host_view` says.

        Raises:
            SandboxError: one of both is missing, or the kernel forbids user namespaces.
        """
        super().__init__(limits or Limits(), undo)
        self._folder = (folder or home() / "sandbox").absolute()
        self._rootfs = (self._folder / "rootfs").resolve()
        self._filter = seccomp.program()
        # By its name where that is enough: PID 1's command line can be read inside.
        found = shutil.which("bwrap") or ""
        usual = shutil.which("bwrap", path=ENVIRONMENT["PATH"]) == found
        self._program = "bwrap" if usual else found
        if not self._program:
            raise SandboxError("bubblewrap is missing; install it (Debian: apt install bubblewrap)")
        if not (self._rootfs / "bin").is_dir():
            raise SandboxError(
                "bubblewrap has no root file system; run deploy/sandbox/ensure bubblewrap"
            )
        self.host_view = host_view.look() if host_readonly else None
        if self.host_view is not None:
            (self._rootfs / host_view.AT.strip("/")).mkdir(exist_ok=True)
        self._try_out()
        for left in self._folder.glob(f"*-{GONE}*"):  # by a killed server
            shutil.rmtree(left, onerror=_unlock_and_retry)

    def invoke(
        self, conversation: str, request: Sequence[str], stdin: bytes, seconds: float, most: int
    ) -> bytes:
        """Start bubblewrap for one request. See `ScriptedSandbox.invoke`."""
        own = self._own(conversation)
        limits = self.limits
        with (
            self._start([*_rlimits(limits), *RUNNER, *request], own, subprocess.DEVNULL) as process,
            Watch(process.pid, own, limits),
        ):
            return converse(process, b"\n" + stdin, seconds, most)

    def stream(
        self, place: str, request: Sequence[str], stdin: Iterable[bytes], seconds: float
    ) -> Iterator[bytes]:
        """Start bubblewrap for one request. See `PreviewingSandbox.stream`."""
        command = [*_rlimits(self.limits), *RUNNER, *request]
        process = self._start(command, self._own(place), subprocess.DEVNULL, script(request[0]))
        return received(process, chain([b"\n"], stdin), seconds)

    def recover(self, conversation: str) -> bool:
        """Do nothing: every process ended with its bubblewrap, and the files are there."""
        return (self._folder / key(conversation)).is_dir()

    def identity(self, place: str) -> str | None:
        """Return the name that a place was given when its folders were made."""
        own = self._folder / key(place)
        try:
            return (own / "identity").read_text()
        except FileNotFoundError:
            return "unnamed" if own.is_dir() else None

    def move(self, place: str, to: str) -> None:
        """Rename a place's folder."""
        try:
            (self._folder / key(place)).rename(self._folder / key(to))
        except OSError as error:
            raise SandboxError(f"a sandbox's folder could not be renamed: {error}") from error

    def remove(self, place: str) -> None:
        """Remove a place's folders."""
        own = self._folder / key(place)
        if own.exists():
            shutil.rmtree(own, onerror=_unlock_and_retry)

    def _own(self, conversation: str) -> Path:
        own = self._folder / key(conversation)
        if "\0" not in conversation:
            self.settle(conversation)
        try:
            self._named(own)
            for name in FOLDERS:
                (own / name).mkdir(parents=True, exist_ok=True)
                if os.getuid() == 0:
                    os.chown(own / name, SERVICE_USER, SERVICE_USER)
        except OSError as error:
            raise SandboxError(f"no folder for the sandbox: {error}; free some space") from error
        return own

    @staticmethod
    def _named(own: Path) -> None:
        if own.is_dir():
            return
        # With its name from the first moment on: another process may be making it too.
        identity = uuid.uuid4().hex
        fresh = own.with_name(f".{own.name}-{identity}")
        fresh.mkdir(parents=True)
        (fresh / "identity").write_text(identity)
        try:
            fresh.rename(own)
        except OSError:
            shutil.rmtree(fresh)
            if not own.is_dir():
                raise

    def _try_out(self) -> None:
        own = self._own("try-out")
        with self._start(["true"], own, subprocess.PIPE) as process:
            _, problem = process.communicate(timeout=20)
        if process.returncode:
            raise SandboxError(
                f"bubblewrap does not work here: {problem.decode(errors='replace').strip()}; the "
                "kernel must allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
                "or kernel.apparmor_restrict_unprivileged_userns=0)"
            )

    def _start(
        self, command: Sequence[str], own: Path, stderr: int, text: str = ""
    ) -> subprocess.Popen[bytes]:
        as_root = os.getuid() == 0
        rootfs, place = (Path("/mnt/root"), Path("/mnt/own")) if as_root else (self._rootfs, own)
        options = _options(rootfs, place, text or script())
        if self.host_view is not None:
            options += host_view.bubblewrap_options(self.host_view)
        with _Pipes() as pipes:
            if self._filter is not None:
                options += ["--seccomp", str(pipes.add(self._filter))]
            # By a descriptor, so that /proc/1/cmdline inside tells nothing of the host.
            arguments = pipes.add(b"".join(text.encode() + b"\0" for text in options))
            line = [self._program, "--args", str(arguments), "--", *command]
            if as_root:
                line = [*_drop_root(self._rootfs, own), *line]
            line = [*_processors(self.limits.cpus), *line]
            try:
                return subprocess.Popen(
                    line,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    pass_fds=pipes.ends,
                    # PID 1 keeps both, and commands can read them there.
                    env={"PATH": ENVIRONMENT["PATH"]},
                    cwd="/",
                )
            except OSError as error:
                raise SandboxError(f"bubblewrap could not be started: {error}") from error


class _Pipes:
    """Read ends that give prepared bytes to a child; closed here once it has them."""

    def __init__(self) -> None:
        self.ends: list[int] = []

    def __enter__(self) -> _Pipes:
        return self

    def __exit__(self, *_: object) -> None:
        for end in self.ends:
            os.close(end)

    def add(self, data: bytes) -> int:
        end = os.memfd_create("mica", 0)
        self.ends.append(end)
        os.write(end, data)
        os.lseek(end, 0, os.SEEK_SET)
        return end


def _options(rootfs: Path, own: Path, text: str) -> list[str]:
    options = ["--unshare-all", "--unshare-user", "--disable-userns"]
    options += ["--uid", str(USER), "--gid", str(USER), "--cap-drop", "ALL"]
    options += ["--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv"]
    for name, value in {**ENVIRONMENT, "MICA_RUNNER": text}.items():
        options += ["--setenv", name, value]
    options += ["--ro-bind", str(rootfs), "/", "--proc", "/proc", "--dev", "/dev"]
    options += ["--size", str(16 * 2**20), "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    for name, target in FOLDERS.items():
        options += ["--bind", str(own / name), target]
    return [*options, "--chdir", "/workspace"]


def _drop_root(rootfs: Path, own: Path) -> list[str]:
    user = str(SERVICE_USER)
    return [
        *("unshare", "--mount", "--propagation", "private", "sh", "-c", AS_ROOT, "sh"),
        *(str(rootfs), str(own)),
        *("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"),
    ]


def _processors(share: float) -> list[str]:
    """Bind to as many processors as make up a share, any of those that this process may use."""
    usable = sorted(os.sched_getaffinity(0))
    chosen = random.sample(usable, min(math.ceil(share), len(usable)))
    return ["taskset", "--cpu-list", ",".join(map(str, chosen))]


def _rlimits(limits: Limits) -> list[str]:
    return [
        "prlimit",
        f"--as={limits.memory_mb * 2**20}",
        f"--nproc={limits.processes}",
        f"--nofile={limits.open_files}",
        f"--fsize={limits.workspace_mb * 2**20}",
        "--core=0",
        "--",
    ]


def _unlock_and_retry(function: Callable[..., Any], path: str, _: object) -> None:
    """Open what a command closed to its owner, then go on removing.

    Another process may be removing the same: what is gone is as it should be.
    """
    with contextlib.suppress(FileNotFoundError):
        for each in (Path(path).parent, Path(path)):
            if not each.is_symlink():
                each.chmod(stat.S_IRWXU)
        if Path(path).is_dir() and not Path(path).is_symlink():
            shutil.rmtree(path)
        else:
            Path(path).unlink()
