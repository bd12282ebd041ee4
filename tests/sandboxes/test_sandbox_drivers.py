"""Conversations, call ids and restarts, with real sandboxes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docker
import pytest
from support.sandbox_drivers import open_driver
from support.training_parts import eventually

from sandboxes import CommandResult, Sandbox, SandboxError
from sandboxes.runner import key

# Only a container can be removed from outside: bubblewrap's folders do not end by themselves.
only_docker = pytest.mark.parametrize("sandbox", ["docker"], indirect=True)


def run(
    sandbox: Sandbox, conversation: str, command: str, call_id: str | None = None
) -> CommandResult:
    return sandbox.run(command, conversation=conversation, call_id=call_id or uuid.uuid4().hex)


def test_output_is_stdout_and_stderr_in_order(sandbox: Sandbox, conversation: str) -> None:
    result = run(sandbox, conversation, "echo one; echo two >&2; echo three; exit 7")
    assert (result.output, result.exit_code) == ("one\ntwo\nthree\n", 7)
    assert not (result.timed_out or result.truncated or result.replayed)


def test_syntax_errors_name_the_line_of_the_command(sandbox: Sandbox, conversation: str) -> None:
    result = run(sandbox, conversation, "echo ok\n)")
    assert result.exit_code == 2
    assert "line 2: syntax error" in result.output
    assert "bash: line 1: nosuchprogram" in run(sandbox, conversation, "nosuchprogram").output


def test_demo_content_is_there(sandbox: Sandbox, conversation: str) -> None:
    listed = run(sandbox, conversation, "ls /srv/app; wc -l </srv/app/data.csv").output.split()
    assert {"app.log", "error.log", "access.log", "old.log", "users.json"} <= set(listed)
    assert listed[-1] == "41"
    changed = run(sandbox, conversation, "find /srv/app -type f -mtime -1 | sort").output
    assert "/srv/app/app.log" in changed and "/srv/app/old.log" not in changed


def test_man_pages_can_be_read(sandbox: Sandbox, conversation: str) -> None:
    assert "tar - an archiving utility" in run(sandbox, conversation, "man tar | head -20").output


def test_commands_of_any_size(sandbox: Sandbox, conversation: str) -> None:
    text = "ü" * 100_000
    result = run(sandbox, conversation, f"x='{text}'; echo ${{#x}}")
    assert result.output == "100000\n"


@pytest.mark.parametrize("command", ["echo \0", "x" * 1_000_001])
def test_impossible_commands_are_refused(sandbox: Sandbox, conversation: str, command: str) -> None:
    with pytest.raises(SandboxError, match="no NUL and at most"):
        run(sandbox, conversation, command)


def test_conversations_do_not_see_each_other(sandbox: Sandbox, conversation: str) -> None:
    other = f"{conversation}-other"
    try:
        run(sandbox, conversation, "echo secret >/workspace/mine; export MINE=1; cd /tmp")
        seen = run(sandbox, other, "ls /workspace; echo ${MINE-unset}; pwd")
        assert seen.output == "unset\n/workspace\n"
    finally:
        sandbox.forget(other)


def test_forgetting_removes_files_even_locked_ones(sandbox: Sandbox, conversation: str) -> None:
    run(
        sandbox,
        conversation,
        "mkdir -p /workspace/a/b; touch /workspace/a/b/c; chmod -R 0 /workspace/a",
    )
    sandbox.forget(conversation)
    assert run(sandbox, conversation, "ls -A /workspace").output == ""


def test_forgetting_an_unknown_conversation_is_no_error(sandbox: Sandbox) -> None:
    sandbox.forget(f"never-{uuid.uuid4().hex}")


def test_conversations_run_at_the_same_time(sandbox: Sandbox) -> None:
    names = [f"parallel-{uuid.uuid4().hex}" for _ in range(6)]
    meeting = threading.Barrier(len(names))

    def work(name: str) -> str:
        run(sandbox, name, "true")
        meeting.wait(300)
        return "".join(run(sandbox, name, f"echo {name} {i}").output for i in range(5))

    try:
        with ThreadPoolExecutor(len(names)) as pool:
            texts = list(pool.map(work, names))
        assert texts == ["".join(f"{name} {i}\n" for i in range(5)) for name in names]
    finally:
        for name in names:
            sandbox.forget(name)


def test_commands_of_one_conversation_take_turns(sandbox: Sandbox, conversation: str) -> None:
    step = "n=$(cat n 2>/dev/null || echo 0); sleep 0.05; echo $((n + 1)) >n"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: run(sandbox, conversation, step), range(8)))
    assert run(sandbox, conversation, "cat n").output == "8\n"


def test_one_call_id_from_many_threads_runs_once(sandbox: Sandbox, conversation: str) -> None:
    command = "sleep 0.3; echo ran >>log; wc -l <log"
    with ThreadPoolExecutor(4) as pool:
        results = list(
            pool.map(lambda _: run(sandbox, conversation, command, "the-call"), range(4))
        )
    assert [r.output for r in results] == ["1\n"] * 4
    assert sorted(r.replayed for r in results) == [False, True, True, True]


def test_a_replayed_result_is_the_same(sandbox: Sandbox, conversation: str) -> None:
    first = run(sandbox, conversation, "yes | head -c 90000; exit 3", "a")
    second = run(sandbox, conversation, "echo something else", "a")
    assert first.truncated and second.replayed
    assert (second.output, second.exit_code, second.seconds) == (
        first.output,
        first.exit_code,
        first.seconds,
    )


def test_a_replayed_time_out_is_one(sandbox: Sandbox, conversation: str) -> None:
    for replayed in (False, True):
        result = sandbox.run("sleep 30", conversation=conversation, call_id="s", seconds=1)
        assert result.timed_out and result.exit_code is None
        assert result.replayed is replayed


def test_old_calls_lose_their_output_but_do_not_run_again(
    sandbox: Sandbox, conversation: str
) -> None:
    run(sandbox, conversation, "echo hello; echo ran >>log", "oldest")
    for i in range(50):
        run(sandbox, conversation, "true", f"later-{i}")
    again = run(sandbox, conversation, "echo hello; echo ran >>log", "oldest")
    assert again.replayed and "6 bytes left out" in again.output
    assert run(sandbox, conversation, "wc -l <log").output == "1\n"


def test_killing_everything_inside_is_survived(sandbox: Sandbox, conversation: str) -> None:
    run(sandbox, conversation, "echo kept >file")
    with pytest.raises(SandboxError, match="result is unknown"):
        run(sandbox, conversation, "kill -9 -1")
    assert run(sandbox, conversation, "cat file").output == "kept\n"
    run(sandbox, conversation, "pkill sleep; pkill bash; pkill -9 sleep; true")
    assert run(sandbox, conversation, "cat file").output == "kept\n"


def test_another_process_finds_the_conversation_again(
    sandbox: Sandbox, conversation: str, folder: Path
) -> None:
    run(sandbox, conversation, "cd /srv/app; export COLOUR=blue; echo data >/workspace/file", "x")
    again = open_driver(sandbox.name, folder)
    try:
        result = run(again, conversation, "pwd; echo $COLOUR; cat /workspace/file")
        assert result.output == "/srv/app\nblue\ndata\n"
        assert run(again, conversation, "", "x").replayed
    finally:
        again.close()


SERVER = """
import sys
from pathlib import Path
from support.sandbox_drivers import open_driver

name, folder, conversation = sys.argv[1:]
sandbox = open_driver(name, Path(folder))
sandbox.run(
    "touch /tmp/began; until [ -e /tmp/killed ]; do sleep 0.1; done; "
    "echo ran >>/workspace/log; cat /workspace/log",
    conversation=conversation,
    call_id="cut",
    seconds=600,
)
"""


def test_a_killed_server_loses_nothing(sandbox: Sandbox, conversation: str, folder: Path) -> None:
    run(sandbox, conversation, "export COLOUR=blue")
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, sandbox.name, folder, conversation],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        eventually(lambda: exists(sandbox, folder, conversation, "/tmp/began"))
    finally:
        server.kill()
        server.wait()
    if sandbox.name == "docker":  # the command goes on without its server, and ran once
        in_container(conversation, "touch", "/tmp/killed")
        result = run(sandbox, conversation, "echo anew", "cut")
        assert result.replayed and result.output == "ran\n"
    else:  # the command died with its server, and is not run again
        with pytest.raises(SandboxError, match="result is unknown"):
            run(sandbox, conversation, "echo anew", "cut")
    assert run(sandbox, conversation, "echo $COLOUR").output == "blue\n"


def exists(sandbox: Sandbox, folder: Path, conversation: str, path: str) -> bool:
    """Look for a file under /tmp from outside, without taking the conversation's turn."""
    if sandbox.name == "bubblewrap":
        return (folder / key(conversation) / path.lstrip("/")).exists()
    try:
        return in_container(conversation, "test", "-e", path)
    except docker.errors.APIError as error:
        if error.status_code not in (404, 409):  # 409: made, and not started yet
            raise
        return False


def in_container(conversation: str, *command: str) -> bool:
    """Run a program in a conversation's container; tell whether it ended well."""
    client = docker.from_env()
    try:
        container = client.containers.get(f"mica-{key(conversation)}")
        return bool(container.exec_run(list(command)).exit_code == 0)
    finally:
        client.close()


@only_docker
def test_a_removed_container_is_made_anew(conversation: str, sandbox: Sandbox) -> None:
    run(sandbox, conversation, "true")
    client = docker.from_env()
    client.containers.get(f"mica-{key(conversation)}").remove(force=True)
    client.close()
    assert run(sandbox, conversation, "echo back").output == "back\n"


@only_docker
def test_a_sandbox_lost_under_a_command_is_not_a_second_run(
    conversation: str, sandbox: Sandbox, folder: Path
) -> None:
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(
            sandbox.run, "touch /tmp/began; sleep 600",
            conversation=conversation, call_id="slow", seconds=600,
        )  # fmt: skip
        eventually(lambda: exists(sandbox, folder, conversation, "/tmp/began"))
        client = docker.from_env()
        client.containers.get(f"mica-{key(conversation)}").remove(force=True)
        client.close()
        with pytest.raises(SandboxError, match="files are lost"):
            slow.result()
    assert run(sandbox, conversation, "ls /tmp").output == ""
