"""The InterCode-ALFA runner on a small benchmark of our own."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from support import needs

from training import intercode
from training.similarity import SimilarityError, cosines

FILES = {"fs1/testbed/a.txt": b"one\ntwo\n", "fs1/testbed/sub/b.txt": b"three\n", "fs2/x": b"x"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("intercode") / "fs.tar.gz"
    with tarfile.open(path, "w:gz") as target:
        for name in ("fs1", "fs1/testbed", "fs1/testbed/sub"):
            folder = tarfile.TarInfo(f"./{name}")
            folder.type, folder.mode, folder.uid = tarfile.DIRTYPE, 0o755, 501
            target.addfile(folder)
        for name, data in FILES.items():
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(data)
            target.addfile(member, io.BytesIO(data))
    return path


@pytest.fixture(scope="module")
def bench(archive: Path):
    with needs.a_sandbox():
        made = intercode.Bench(archive, [1])
    yield made
    made.close()


def test_a_file_system_is_rooted_and_owned_by_the_user(archive):
    with tarfile.open(fileobj=io.BytesIO(intercode.file_system(archive, 1))) as made:
        names = [member.name for member in made.getmembers()]
        assert names == ["testbed", "testbed/sub", "testbed/a.txt", "testbed/sub/b.txt"]
        assert {member.uid for member in made.getmembers()} == {intercode.OWNER}
        assert made.extractfile("testbed/a.txt").read() == FILES["fs1/testbed/a.txt"]


TASK = {"id": "t", "fs": 1, "query": "q", "gold": "", "gold2": ""}


def test_commands_run_in_the_root_and_what_they_change_is_seen(bench):
    reads = bench.run(TASK, "pwd; cat testbed/a.txt")
    assert (reads.plain, reads.files) == ("/\none\ntwo", ())
    made = bench.run(TASK, "sort -r /testbed/a.txt > /testbed/c.txt; ls /testbed")
    assert made.plain == "a.txt\nc.txt\nsub"
    # The layers of a container's root make the folders above a change look changed as well.
    assert [line.split()[:2] for line in made.files][-2:] == [
        ["/testbed", "folder"],
        ["/testbed/c.txt", "file"],
    ]
    # Each command starts from the same files, and content counts.
    other = bench.run(TASK, "sort /testbed/a.txt > /testbed/c.txt; ls /testbed")
    assert other.plain == made.plain and other.files != made.files
    gone = bench.run(TASK, "rm /testbed/sub/b.txt")
    assert [line.split()[0] for line in gone.files][-1] == "/testbed/sub"


def test_solved_is_the_same_files_and_output_as_either_gold_command(bench, monkeypatch):
    monkeypatch.setattr(
        intercode, "cosines", lambda pairs, python: [float(a == b) for a, b in pairs]
    )
    task = {**TASK, "gold": "wc -l /testbed/a.txt", "gold2": "wc -l < /testbed/a.txt"}
    commands = ["grep -c . /testbed/a.txt", "true", "wc -l /testbed/a.txt > /n", None]
    scores = intercode.score(bench, [task] * 4, {"choose": commands}, "python")["choose"]
    assert [score.strict for score in scores] == [True, False, False, False]
    assert [score.paper for score in scores] == [True, False, False, False]
    text = intercode.as_report("choose", scores)
    assert "| strict | 4 | 1 | 0.25 | 0.05 to 0.70 |" in text and "`no command`" in text


def test_a_python_without_the_model_is_named():
    with pytest.raises(SimilarityError, match="cannot be started"):
        cosines([("a", "b")], "/nonexistent/python")


@pytest.mark.torch
def test_the_model_tells_near_outputs_from_far_ones():
    same, far = cosines([("total 4 a.txt", "total 4 a.txt"), ("a.txt b.txt", "uptime 3 days")])
    assert same == pytest.approx(1.0, abs=1e-4) and far < intercode.LEAST_COSINE


def test_the_sandbox_of_the_benchmark_has_no_network_and_is_not_root(bench):
    told = bench.run(TASK, "ls /sys/class/net; grep CapEff /proc/self/status; id -u").plain
    assert told.split() == ["lo", "CapEff:", "0000000000000000", str(intercode.OWNER)]
    assert bench.run(TASK, "mkdir -p /backup /usr/x && touch ~/y && echo made").plain == "made"
