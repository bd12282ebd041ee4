"""The parts that need no sandbox."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest
from support import needs
from support.training_parts import eventually

from sandboxes import Limits, SandboxError, seccomp
from sandboxes.bubblewrap_driver import BubblewrapSandbox
from sandboxes.choose import open_sandbox
from sandboxes.docker_driver import DockerSandbox
from sandboxes.processes import converse, descendants, disk_use, memory_use
from sandboxes.runner import NoReplyError, key, parse_reply, script

ROOT = Path(__file__).parents[2]


def test_replies_are_read() -> None:
    reply = parse_reply(b"mica done 3 1500000 10 5\nhello")
    assert (reply.status, reply.exit_code, reply.seconds, reply.total) == ("done", 3, 1.5, 10)
    assert reply.body == b"hello"


@pytest.mark.parametrize(
    "data",
    [b"", b"mica done 0 0 0 5", b"mica done 0 0 0 5\nhell", b"mica done x 0 0 0\n", b"hi\n"],
)
def test_cut_replies_are_errors(data: bytes) -> None:
    with pytest.raises(NoReplyError):
        parse_reply(data)


def test_names_are_safe_and_differ() -> None:
    names = {key(text) for text in ("", "a", "../../etc", "a/b", "ü", "\ud800")}
    assert len(names) == 6
    assert all(len(name) == 24 and name.isalnum() for name in names)


@pytest.mark.parametrize("name", ["build-rootfs", "ensure", "provision", "seed"])
def test_recipe_scripts_are_valid(name: str) -> None:
    subprocess.run(["bash", "-n", ROOT / "deploy" / "sandbox" / name], check=True)


def test_runner_is_valid_bash() -> None:
    subprocess.run(["bash", "-n"], input=script().encode(), check=True)


def test_filter_has_its_jumps_inside() -> None:
    for machine in seccomp.ARCHITECTURES:
        code = seccomp.program(machine)
        assert code is not None and len(code) % 8 == 0
        lines = [code[i : i + 8] for i in range(0, len(code), 8)]
        for position, line in enumerate(lines):
            if line[0] in (0x15, 0x35):
                assert position + 1 + max(line[2], line[3]) < len(lines)
    assert seccomp.program("riscv64") is None


@pytest.mark.skipif(platform.machine() not in seccomp.ARCHITECTURES, reason="no filter for it")
def test_filter_numbers_are_those_of_this_machine() -> None:
    header = Path("/usr/include/asm-generic/unistd.h")
    if platform.machine() == "x86_64":
        header = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
    if not header.exists():
        needs.lacking(f"{header} is not there to compare with: apt-get install linux-libc-dev")
    column = seccomp.ARCHITECTURES[platform.machine()][0]
    text = header.read_text()
    for name, numbers in seccomp.DENIED.items():
        assert f"#define __NR_{name} {numbers[column]}\n" in text


def test_a_missing_engine_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(SandboxError, match=r"start Docker .* or choose the bubblewrap"):
        DockerSandbox()


def test_limits_that_leave_no_room_are_refused() -> None:
    with pytest.raises(SandboxError, match=r"memory_mb is 256, .* at least 4\d\d"):
        DockerSandbox(Limits(memory_mb=256))


def test_a_missing_root_file_system_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"deploy/sandbox/ensure|apt install bubblewrap"):
        BubblewrapSandbox(Limits(), tmp_path)


def test_without_any_sandbox_both_reasons_are_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    with pytest.raises(SandboxError, match=r"no Docker engine answers.*bubblewrap.*ensure"):
        open_sandbox()


def test_conversing_ends_at_the_deadline_and_at_the_limit(tmp_path: Path) -> None:
    def start(command: str) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        return subprocess.Popen(["sh", "-c", command], stdin=pipe, stdout=pipe, cwd=tmp_path)

    assert converse(start("cat"), b"x" * 300_000, 300, 400_000) == b"x" * 300_000
    with start("echo begun; touch begun; exec sleep 600") as process:
        eventually((tmp_path / "begun").exists)
        assert converse(process, b"", 0.5, 100) == b"begun\n"
    with start("exec yes") as process:
        assert len(converse(process, b"", 300, 100_000)) > 100_000


def test_descendants_are_found() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(["sh", "-c", "sh -c 'echo; read x'; :"], stdin=pipe, stdout=pipe) as p:
        assert p.stdout is not None
        p.stdout.readline()
        assert len(descendants(p.pid)) == 2
        p.communicate(b"\n")


def test_memory_shared_by_forks_counts_once() -> None:
    program = (
        "import os\nx = b'x' * 50_000_000\n"
        "for i in range(3):\n    os.fork() or input()\nprint(flush=True)\ninput()"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        process.stdout.readline()
        tree = descendants(process.pid)
        assert len(tree) == 4
        assert memory_use(tree, 10**9) > 190_000_000
        assert 50_000_000 < memory_use(tree, 0) < 130_000_000
        process.kill()


def test_disk_use_counts_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "file").write_bytes(b"x" * 100_000)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert 100_000 <= disk_use(tmp_path) < 200_000
