"""What every sandbox promises, checked from inside it.

The tests hold both drivers to these checks, and `mica sandbox check` runs them on the machine
at hand. A check returns what it saw when the promise is broken, and None when it holds.
"""

from __future__ import annotations

import contextlib
import inspect
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sandboxes import CommandResult, Sandbox, SandboxError


@dataclass(frozen=True)
class CheckResult:
    """How one check went. `problem` is empty where it passed; `promise` is one sentence."""

    name: str
    promise: str
    passed: bool
    problem: str
    seconds: float


class Probe:
    """A conversation in a sandbox, with short names for what checks do."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.conversation = f"conformance-{uuid.uuid4().hex}"

    def run(self, command: str, seconds: float = 10.0) -> CommandResult:
        """Run a command under a new call id."""
        return self.sandbox.run(
            command, conversation=self.conversation, call_id=uuid.uuid4().hex, seconds=seconds
        )

    def expect(self, command: str, output: str) -> str | None:
        """Return what is wrong unless `command` writes exactly `output`."""
        got = self.run(command).output.strip()
        return None if got == output else f"`{command}` gave {got[:300]!r}, not {output!r}"

    def still_works(self) -> str | None:
        """Return what is wrong unless the next command works, quickly."""
        started = time.monotonic()
        problem = self.expect("echo alive", "alive")
        took = time.monotonic() - started
        return problem or (f"the next command took {took:.1f} s" if took > 5 else None)


Check = Callable[[Probe], str | None]


def no_network(probe: Probe) -> str | None:
    """There is no network interface but loopback."""
    return probe.expect("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '", "lo")


def no_connection(probe: Probe) -> str | None:
    """No address outside can be reached."""
    connect = "exec 3<>/dev/tcp/192.0.2.1/53"
    result = probe.run(f"timeout 3 bash -c '{connect}' && echo connected")
    return "a connection was made" if "connected" in result.output else None


def no_capability(probe: Probe) -> str | None:
    """No capability is held or can be gained."""
    return probe.expect("awk '/^Cap/ {print $2}' /proc/self/status | sort -u", "0" * 16)


def no_new_privileges(probe: Probe) -> str | None:
    """Programs cannot gain privileges, and a system call filter is in force."""
    return probe.expect(
        "awk '/^(NoNewPrivs|Seccomp):/ {print $2}' /proc/self/status | xargs", "1 2"
    )


def not_root(probe: Probe) -> str | None:
    """Commands run as an ordinary user."""
    return probe.expect('id -u; [ "$(id -G)" = 1000 ] && echo alone', "1000\nalone")


def root_read_only(probe: Probe) -> str | None:
    """The system's files cannot be changed."""
    places = "/ /etc /usr /usr/bin /var /opt /root /lib"
    return probe.expect(
        f"for p in {places}; do {{ : >$p/probe; }} 2>/dev/null && echo $p; done; echo end", "end"
    )


def workspace_writable(probe: Probe) -> str | None:
    """The workspace, home, /tmp and /srv can be written."""
    places = "/workspace ~ /tmp /srv"
    return probe.expect(
        f"for p in {places}; do echo x >$p/probe && cat $p/probe && rm $p/probe; done | xargs",
        "x x x x",
    )


def no_engine_socket(probe: Probe) -> str | None:
    """No socket of a container engine is inside."""
    return probe.expect(
        "ls /var/run/docker.sock /run/docker.sock /run/containerd /run/podman 2>/dev/null; true", ""
    )


def nothing_else_writable(probe: Probe) -> str | None:
    """No other folder can be written, on any file system that is mounted."""
    return probe.expect(
        "find / -path /proc -prune -o -type d -writable -print 2>/dev/null | grep -vE "
        "'^/(workspace|srv|home/mica|tmp|run/mica|dev/shm|dev/mqueue|dev/pts)(/|$)'; true",
        "",
    )


def no_host_path(probe: Probe) -> str | None:
    """Nothing inside names or shows a folder of the host."""
    home = probe.run("ls -A /home /root /mnt /media 2>/dev/null | sort | xargs").output
    if set(home.split()) - {"/home:", "/root:", "/mnt:", "/media:", "mica", ".bashrc", ".profile"}:
        return f"unexpected folders: {home[:300]}"
    servers = probe.run("grep -v -e '^#' -e 127.0.0.1 -e '^search \\.$' /etc/resolv.conf").output
    if servers.strip():
        return f"the host's name servers: {servers[:300]}"
    return probe.expect("tr '\\0' ' ' </proc/1/cmdline | grep -c -e /var/lib -e .local; true", "0")


def clean_environment(probe: Probe) -> str | None:
    """The environment holds only what the sandbox set."""
    known = {
        *("HOME", "HOSTNAME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "SHLVL", "TERM", "USER"),
        *("PAGER", "GIT_PAGER", "MANPAGER", "MANWIDTH", "OLDPWD", "_"),
    }
    names = set(probe.run("env | cut -d= -f1").output.split())
    return f"unexpected variables: {sorted(names - known)}" if names - known else None


def own_hostname(probe: Probe) -> str | None:
    """The host's name is not told."""
    return probe.expect("hostname", "sandbox")


def own_processes(probe: Probe) -> str | None:
    """Only the sandbox's own processes are seen."""
    return probe.expect("[ $(ls -d /proc/[0-9]* | wc -l) -lt 20 ] && echo few", "few")


def directory_kept(probe: Probe) -> str | None:
    """The working directory lasts from command to command."""
    probe.run("mkdir -p /workspace/a\\ b && cd /workspace/a\\ b")
    problem = probe.expect("pwd", "/workspace/a b")
    probe.run("rmdir '/workspace/a b'")
    return problem or probe.expect("pwd; cd /", "/workspace")


def environment_kept(probe: Probe) -> str | None:
    """Exported variables last from command to command, also after a command that failed."""
    probe.run("export KEPT=$'two\\nlines \"and\" $quotes'; unset PAGER; LOST=1; exit 3")
    return probe.expect('echo "$KEPT${LOST-}${PAGER-}"', 'two\nlines "and" $quotes')


def stdin_is_empty(probe: Probe) -> str | None:
    """A command that reads input gets the end of it at once."""
    return probe.expect("cat; read -r x; echo $?", "1")


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
    eat = f'python3 -c "x = b\\"x\\" * ({each} * 2**20); import time; time.sleep(4)"'
    result = probe.run(f"for i in 1 2 3 4 5 6 7 8; do {eat} || echo ended & done; wait", 20)
    if "ended" not in result.output and result.exit_code == 0:
        return f"8 processes of {each} MiB could be used"
    return probe.still_works()


def fork_bomb_ends(probe: Probe) -> str | None:
    """A fork bomb is ended and leaves no process."""
    probe.run("b() { b | b & }; b; sleep 1", 3)
    return own_processes(probe) or probe.still_works()


def disk_filler_ends(probe: Probe) -> str | None:
    """A command cannot fill more than the workspace's size, and its files can be removed."""
    limit = probe.sandbox.limits.workspace_mb
    fill = f"for i in 1 2 3 4; do dd if=/dev/zero of=big$i bs=1M count={limit} status=none; done"
    result = probe.run(f"cd /workspace; {fill}", 30)
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
    if not result.timed_out or result.seconds > 6:
        return f"timed out: {result.timed_out}, after {result.seconds:.1f} s"
    return probe.still_works()


def daemons_end(probe: Probe) -> str | None:
    """A daemonised child does not outlive its command, timed out or not."""
    daemon = "setsid nohup bash -c 'exec -a left-behind sleep 600' >/dev/null 2>&1 &"
    for command in (f"({daemon})", f"({daemon}) ; sleep 20"):
        probe.run(command, 1)
        problem = probe.expect("pgrep -c -f ^left-behind; true", "0")
        if problem:
            return problem
    return None


def open_files_limited(probe: Probe) -> str | None:
    """A process cannot open more files than the limit."""
    return probe.expect("ulimit -n", str(probe.sandbox.limits.open_files))


def runs_once(probe: Probe) -> str | None:
    """A second run under the same call id returns the first one's result."""
    call = uuid.uuid4().hex
    again = [
        probe.sandbox.run(
            "echo ran >>/tmp/ran; cat /tmp/ran", conversation=probe.conversation, call_id=call
        )
        for _ in range(2)
    ]
    if [result.replayed for result in again] != [False, True]:
        return "the second run was not replayed"
    return None if again[1].output == "ran\n" else f"it ran again: {again[1].output[:100]!r}"


def files_arrive_whole(probe: Probe) -> str | None:
    """Files go in and come out unchanged, whatever their bytes; a missing one is an error."""
    data = bytes(range(256)) * 2000
    probe.sandbox.write_file(probe.conversation, "/workspace/in/data.bin", data)
    if probe.sandbox.read_file(probe.conversation, "/workspace/in/data.bin") != data:
        return "the bytes differ"
    with contextlib.suppress(SandboxError):
        probe.sandbox.read_file(probe.conversation, "/workspace/none")
        return "a missing file was read"
    with contextlib.suppress(SandboxError):
        probe.sandbox.write_file(probe.conversation, "/etc/probe", b"x")
        return "a file was written to /etc"
    return None


CHECKS: tuple[Check, ...] = (
    no_network,
    no_connection,
    no_capability,
    no_new_privileges,
    not_root,
    root_read_only,
    workspace_writable,
    nothing_else_writable,
    no_engine_socket,
    no_host_path,
    clean_environment,
    own_hostname,
    own_processes,
    directory_kept,
    environment_kept,
    stdin_is_empty,
    memory_bomb_ends,
    many_small_bombs_end,
    fork_bomb_ends,
    disk_filler_ends,
    output_flood_truncated,
    endless_output_ends,
    stubborn_process_killed,
    daemons_end,
    open_files_limited,
    runs_once,
    files_arrive_whole,
)


def run_check(check: Check, sandbox: Sandbox) -> CheckResult:
    """Run one check in a conversation of its own, which is forgotten afterwards."""
    probe = Probe(sandbox)
    started = time.monotonic()
    try:
        problem = check(probe)
    except SandboxError as error:
        problem = f"the sandbox failed: {error}"
    finally:
        with contextlib.suppress(SandboxError):
            sandbox.forget(probe.conversation)
    promise = (inspect.getdoc(check) or "").split("\n\n")[0].replace("\n", " ")
    took = time.monotonic() - started
    return CheckResult(check.__name__, promise, problem is None, problem or "", took)


def run_conformance(sandbox: Sandbox) -> list[CheckResult]:
    """Run all checks, about a minute; each in a conversation of its own."""
    return [run_check(check, sandbox) for check in CHECKS]
