"""Checks that a sandbox's limits hold, and that commands which abuse them end and leave nothing."""

from __future__ import annotations

import contextlib
import math

from sandboxes import SandboxError
from sandboxes.probe import PATIENCE, Check, Probe

NOTICED = "sleep 10"
"""What a command that got past a limit does next, where it is ended as soon as it is looked at."""
CGROUP = "/sys/fs/cgroup"  # in containers: the container's own


def memory_limited(probe: Probe) -> str | None:
    """Memory is limited, swap included, to what was set."""
    limit = probe.sandbox.limits.memory_mb * 2**20
    seen = probe.run(
        f"cat {CGROUP}/memory/memory.limit_in_bytes {CGROUP}/memory.max 2>/dev/null; "
        f"cat {CGROUP}/memory/memory.memsw.limit_in_bytes {CGROUP}/memory.swap.max 2>/dev/null; "
        "ulimit -v"
    ).output.split()
    *group, address_space = seen
    # Version 1 counts memory and swap together, version 2 swap alone.
    if group in ([str(limit), str(limit)], [str(limit), "0"]):
        return None
    # Without a cgroup: each process by its address space, and all together by watching.
    return None if address_space == str(limit // 1024) else f"the limits read {seen}"


def processes_limited(probe: Probe) -> str | None:
    """No more processes than the limit can be started."""
    limit = probe.sandbox.limits.processes
    count = (
        "import os, signal\nn = 0\ntry:\n    while n < 5000:\n        if not os.fork():\n"
        "            signal.pause()\n        n += 1\nexcept OSError:\n    pass\nprint(n)"
    )
    started = probe.run(f"python3 -c '{count}'").output.strip()
    if not started.isdecimal() or int(started) > limit:
        return f"{started[:200]} processes were started, the limit is {limit}"
    return probe.still_works()


def processor_share_limited(probe: Probe) -> str | None:
    """All processes together get no more processor time than the share that was set."""
    share = probe.sandbox.limits.cpus
    # Each tries first to be let on all processors, not only those that it was bound to.
    free = "taskset --all-tasks --cpu-list --pid 0-4095 $$ >/dev/null 2>&1"
    # A busy machine gives less than the share anyway, so what was set is looked at as well.
    *quota, usable = probe.run(
        f"cat {CGROUP}/cpu.max {CGROUP}/cpu/cpu.cfs_quota_us {CGROUP}/cpu/cpu.cfs_period_us "
        f"2>/dev/null; sh -c '{free}; nproc'"
    ).output.split()
    set_to = float(quota[0]) / float(quota[1]) if quota and quota[0].isdecimal() else math.inf
    if min(set_to, float(usable)) > share:
        return f"{usable} processors can be used, the quota reads {quota}, the limit is {share}"
    spin = f"timeout 1 sh -c '{free}; while :; do :; done'"
    busy = f"for i in $(seq $(nproc --all)); do {spin} & done; wait"
    times = probe.run(f"TIMEFORMAT='%R %U %S'; time {{ {busy}; }}").output.split()[-3:]
    real, user, system = (float(each) for each in times)
    used = (user + system) / real
    return f"{used:.1f} processors were used, the limit is {share}" if used > share + 0.4 else None


def folders_limited(probe: Probe) -> str | None:
    """No writable folder takes more than the workspace's size, in bytes or in files."""
    size = probe.sandbox.limits.workspace_mb + 1
    for folder in ("/srv", "/home/mica", "/tmp", "/dev/shm"):
        fill = f"fallocate -l {size}M {folder}/big"
        if probe.run(f"{fill}; code=$?; rm -f {folder}/big; exit $code", 20).exit_code == 0:
            return f"{size} MiB could be written to {folder}"
    result = probe.run(
        f"cd /workspace && mkdir many && cd many && seq 150000 | xargs touch && {NOTICED}", 20
    )
    problem = "150,000 files could be made" if result.exit_code == 0 else None
    probe.run("rm -rf /workspace/many", 20)
    return problem or probe.still_works()


def open_files_limited(probe: Probe) -> str | None:
    """A process cannot open more files than the limit, nor raise it."""
    limit = probe.sandbox.limits.open_files
    problem = probe.expect("ulimit -n; ulimit -n 1000000 2>/dev/null && echo raised", f"{limit}")
    opened = (
        "exec 2>/dev/null; for i in {1..1000000}; do exec {f}</dev/null || break; done; echo $f"
    )
    if problem is None and (got := probe.run(opened).output.split()):
        return f"file {got[-1]} could be opened" if int(got[-1]) >= limit else None
    return problem


def no_core_dump(probe: Probe) -> str | None:
    """A crash leaves no memory image behind."""
    return probe.expect("ulimit -c; ulimit -H -c", "0\n0")


def memory_bomb_ends(probe: Probe) -> str | None:
    """A process that takes all memory is ended."""
    size = probe.sandbox.limits.memory_mb * 3
    result = probe.run(f"python3 -c 'x = bytearray({size} * 2**20); print(len(x))'", 20)
    if result.exit_code == 0:
        return f"{size} MiB could be used"
    return probe.still_works()


def many_small_bombs_end(probe: Probe) -> str | None:
    """Processes that take too much memory together are ended."""
    each = probe.sandbox.limits.memory_mb // 4
    # Each holds its memory until one was ended, so that they are together however slowly they
    # start.
    hold = f'python3 -c "import os; x = b\\"x\\" * ({each} * 2**20); os.read(0, 1)" <&3'
    result = probe.run(
        f"mkfifo /tmp/hold; exec 3<>/tmp/hold; for i in 1 2 3 4 5 6 7 8; do {hold} || "
        "{ echo ended; printf %8s >&3; } & done; wait",
        2 * PATIENCE,
    )
    if "ended" not in result.output and (result.exit_code == 0 or result.timed_out):
        return f"8 processes of {each} MiB could be used"
    return probe.still_works()


def fork_bomb_ends(probe: Probe) -> str | None:
    """A fork bomb is ended and leaves no process."""
    # On a busy machine the bomb may take the runner down with it: then the sandbox says plainly
    # that the result is unknown, which is an end as well.
    with contextlib.suppress(SandboxError):
        probe.run("b() { b | b & }; b; sleep 1", 3)
    return probe.still_works()


def disk_filler_ends(probe: Probe) -> str | None:
    """A command cannot fill more than the workspace's size, and its files can be removed."""
    limit = probe.sandbox.limits.workspace_mb
    fill = f"for i in 1 2 3 4; do dd if=/dev/zero of=big$i bs=1M count={limit} status=none; done"
    result = probe.run(f"cd /workspace; {fill} && {NOTICED}", 30)
    problem = f"{4 * limit} MiB could be written" if result.exit_code == 0 else None
    removed = probe.run("rm -f /workspace/big*; echo removed").output.strip()
    if removed != "removed":
        return f"the files could not be removed: {removed[:300]}"
    return problem or probe.still_works()


def output_flood_truncated(probe: Probe) -> str | None:
    """Output is limited; its head and tail are kept and what is missing is counted."""
    limit = probe.sandbox.limits.output_bytes
    result = probe.run(f"echo first; yes | head -c {limit * 5}; echo last")
    if not result.truncated or len(result.output) > limit + 100:
        return f"{len(result.output)} characters came back"
    if not result.output.startswith("first\n") or not result.output.endswith("last\n"):
        return "the head or the tail is missing"
    left_out = limit * 5 + len("first\nlast\n") - limit
    return None if f"{left_out:,} bytes left out" in result.output else "the count is wrong"


def endless_output_ends(probe: Probe) -> str | None:
    """A command that writes without end is ended in time."""
    result = probe.run("yes", 2)
    return probe.still_works() if result.timed_out else "it was not timed out"


def stubborn_process_killed(probe: Probe) -> str | None:
    """A process that ignores TERM is killed soon after its time."""
    result = probe.run("trap '' TERM INT HUP; while :; do sleep 0.1; done", 1)
    if not result.timed_out or result.seconds > 1 + PATIENCE:
        return f"timed out: {result.timed_out}, after {result.seconds:.1f} s"
    return probe.still_works()


def gigabyte_of_output_ends(probe: Probe) -> str | None:
    """A gigabyte of output ends in time, and is cut to the limit."""
    limit = probe.sandbox.limits.output_bytes
    result = probe.run("head -c 1G /dev/zero | tr '\\0' x; echo end", 25)
    if not result.truncated or len(result.output) > limit + 100:
        return f"{len(result.output)} characters came back"
    if not (result.timed_out or result.output.endswith("xend\n")):
        return f"it ended with {result.output[-20:]!r} and exit code {result.exit_code}"
    return probe.still_works()


DAEMON = "bash -c 'exec -a left-behind sleep 600'"
DOUBLE_FORK = """python3 -c '
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 3)
        os.execvp("bash", ["bash", "-c", "trap \\"\\" TERM HUP; exec -a left-behind sleep 600"])
    os._exit(0)
os.wait()'
"""


def daemons_end(probe: Probe) -> str | None:
    """A daemonised child does not outlive its command, timed out or not."""
    for start in (
        f"(setsid nohup {DAEMON} >/dev/null 2>&1 &)",
        f"(setsid nohup {DAEMON} >/dev/null 2>&1 &); sleep 20",
        f"nohup {DAEMON} >/dev/null 2>&1 & disown",
        f"{DAEMON} & trap '' HUP TERM",
        DOUBLE_FORK,
    ):
        result = probe.run(start, 1.0)
        if result.seconds > 1 + PATIENCE:
            return f"`{start}` took {result.seconds:.1f} s"
        problem = probe.expect("pgrep -c -f ^left-behind; true", "0")
        if problem:
            return f"after `{start}`: {problem}"
    return probe.still_works()


def waiting_ends(probe: Probe) -> str | None:
    """A command that waits for a key, a closed input or a pipe ends in time."""
    for quick in ("cat </dev/tty", "exec <&-; cat", "read -r -s -p password:", "less /etc/passwd"):
        if probe.run(quick).timed_out:
            return f"`{quick}` waited until its time was over"
    result = probe.run("mkfifo /tmp/pipe; cat /tmp/pipe; echo never", 1)
    if not result.timed_out or "never" in result.output or result.seconds > 1 + PATIENCE:
        return f"waiting for a pipe gave {result.output[:100]!r} after {result.seconds:.1f} s"
    return probe.still_works()


def partial_output_kept(probe: Probe) -> str | None:
    """What a command wrote before its time was over is kept."""
    for seconds in (1, 5, PATIENCE):
        result = probe.run("echo before; sleep 100; echo after", seconds)
        if result.output:
            break
    kept = result.timed_out and result.exit_code is None and result.output == "before\n"
    return None if kept else f"it gave {result.output[:100]!r}, timed out: {result.timed_out}"


CHECKS: tuple[Check, ...] = (
    memory_limited,
    processes_limited,
    processor_share_limited,
    folders_limited,
    open_files_limited,
    no_core_dump,
    memory_bomb_ends,
    many_small_bombs_end,
    fork_bomb_ends,
    disk_filler_ends,
    output_flood_truncated,
    gigabyte_of_output_ends,
    endless_output_ends,
    stubborn_process_killed,
    daemons_end,
    waiting_ends,
    partial_output_kept,
)
