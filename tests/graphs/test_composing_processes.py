"""Queries of processes are composed where each word is understood, and print what was asked."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from graphs.composing.processes import compose
from graphs.reading.printed import judged


@pytest.mark.parametrize(
    ("request_", "command"),
    [
        ("how many processes of user www-data are running",
         "ps -u www-data -o pid,comm --no-headers | wc -l"),
        ("top 5 processes by memory owned by postgres",
         "ps -u postgres -o pid,rss,comm --sort=-rss --no-headers | head -n 5"),
        ("processes using more than 10% cpu, sorted by memory",
         "ps -eo pid,user:32,pcpu,rss,comm --sort=-rss --no-headers | awk '$3 > 10'"),
        ("pids of all python3 processes belonging to deploy",
         "ps -u deploy -o pid,comm --no-headers | awk 'index($2, \"python3\") {print $1}'"),
        ("total memory used by all the nginx processes",
         "ps -eo pid,rss,comm --no-headers | awk 'index($3, \"nginx\") {s += $2}"
         " END {printf \"%.1f MB\\n\", s / 1024}'"),
        ("processes of root running longer than 2 days, oldest first",
         "ps -u root -o pid,etimes,comm --sort=start_time --no-headers | awk '$2 > 172800'"),
        ("the 3 newest processes of alice",
         "ps -u alice -o pid,etimes,comm --sort=-start_time --no-headers | head -n 3"),
        ("just the names of the 10 processes with the most cpu",
         "ps -eo pid,user:32,pcpu,comm --sort=-pcpu --no-headers | awk '{print $4}' | head -n 10"),
        ("number of processes per user, most first, top 3",
         "ps -eo pid,user:32,comm --no-headers | awk '{print $2}' | sort | uniq -c | sort -rn"
         " | head -n 3"),
        ("my processes over 1% cpu, names only",
         "ps -u \"$(id -un)\" -o pid,pcpu,comm --no-headers | awk '$2 > 1 {print $3}'"),
        ("processes not owned by root with over 1 GB of ram",
         "ps -eo pid,user:32,rss,comm --no-headers | awk '$2 != \"root\" && $3 > 1048576'"),
        ("oldest process of postgres",
         "ps -u postgres -o pid,etimes,comm --sort=start_time --no-headers | head -n 1"),
        ("give me 5 java processes with the highest memory",
         "ps -eo pid,user:32,rss,comm --sort=-rss --no-headers | awk 'index($4, \"java\")'"
         " | head -n 5"),
        ("which of root's processes eat more than 5 percent of the cpu",
         "ps -u root -o pid,pcpu,comm --no-headers | awk '$2 > 5'"),
        ("total memory for each user, processes over 10M",
         "ps -eo pid,user:32,rss,comm --no-headers | awk '$3 > 10240 {s[$2] += $3}"
         " END {for (k in s) printf \"%.1f MB\\t%s\\n\", s[k] / 1024, k}' | sort -rn"),
    ],
)  # fmt: skip
def test_the_command(request_: str, command: str) -> None:
    made = compose(request_)
    assert made is not None
    assert made.command == command


@pytest.mark.parametrize(
    "request_",
    [
        "processes of alice",
        "top 5 processes by memory",
        "how many processes are running",
        "the 5 processes with the most cpu",
        "angry processes of root, oldest first",
        "kill the processes of alice using over 1 GB of memory",
        "processes of alice that listen on port 80, sorted by cpu",
        "processes of root using over 5 files, biggest first",
        "how many processes of root, sorted by memory",
        "top 5 processes by memory sorted by cpu",
        "processes of root, biggest first",
        "files of root over 100M, biggest first",
        "processes of root on web01, top 3",
        "how many programs can I run",
        "restart all nginx processes owned by root",
        "background processes of alice, newest first",
        "processes with open files in /var, sorted by pid",
    ],
)
def test_is_not_composed(request_: str) -> None:
    assert compose(request_) is None


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process with a name of its own."""
    with subprocess.Popen(["sleep", "300"]) as process:
        yield process
        process.terminate()


def _run(request_: str) -> str:
    made = compose(request_)
    assert made is not None
    assert judged(made.command).verdict == "allow"
    done = subprocess.run(["bash", "-c", made.command], capture_output=True, text=True, timeout=20)
    assert done.stderr == ""
    return done.stdout


def test_prints_the_processes_that_are_meant(sleeper: subprocess.Popen[bytes]) -> None:
    pid = str(sleeper.pid)
    assert pid in _run("pids of my sleep processes").split()
    assert pid in _run("pids of the sleep processes started in the last hour").split()
    assert pid not in _run("pids of the sleep processes running longer than 1 hour").split()
    assert pid not in _run("pids of the sleep processes with over 900 GB of memory").split()


def test_counts_and_adds_up(sleeper: subprocess.Popen[bytes]) -> None:
    assert int(_run("how many sleep processes do i own")) >= 1
    total = _run("total memory of the sleep processes")
    assert total.endswith(" MB\n")
    assert float(total.split()[0]) > 0


def test_orders_by_memory() -> None:
    rows = _run("processes with memory, top 5 by memory").splitlines()
    sizes = [int(row.split()[2]) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) <= 5


def test_what_was_understood_is_said() -> None:
    made = compose("the 3 oldest processes of root using over 10% cpu")
    assert made is not None
    assert made.shows == ("processes, of root, cpu over 10 %, by start, lowest first, the first 3")
