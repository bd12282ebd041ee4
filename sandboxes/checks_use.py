"""Checks that a sandbox is of use: what a command leaves is there for the next one."""

from __future__ import annotations

import contextlib
import uuid

from sandboxes import SandboxError
from sandboxes.probe import Check, Probe


def workspace_writable(probe: Probe) -> str | None:
    """The workspace, home, /tmp and /srv can be written."""
    places = "/workspace ~ /tmp /srv"
    return probe.expect(
        f"for p in {places}; do echo x >$p/probe && cat $p/probe && rm $p/probe; done | xargs",
        "x x x x",
    )


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
    workspace_writable,
    directory_kept,
    environment_kept,
    stdin_is_empty,
    runs_once,
    files_arrive_whole,
)
