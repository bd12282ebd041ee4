"""What the command line says to input that makes no sense, and to a machine that lacks things."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import small_disk
from support.command_line import Ended, Mica

from runtime.models.entry import ModelEntry, ModelFile
from runtime.models.registry import Registry
from ui.cli_common import FAILED, USAGE

LONG = "x" * 1_000_000
BATCHES = [("ask", "q"), ("route", "q"), ("propose", "q"), ("policy check", "cmd")]


def one_line(ended: Ended, part: str) -> None:
    assert ended.err.startswith("mica: ")
    assert ended.err.count("\n") == 1
    assert part in ended.err


@pytest.mark.parametrize("arguments", ["{broken", "", "'chord'", "[" * 100_000, "null"])
def test_arguments_that_are_no_json_object(mica: Mica, arguments: str):
    ended = mica("tools", "call", "spell_chord", arguments)
    assert ended.code == USAGE
    one_line(ended, "JSON")


@pytest.mark.parametrize(("command", "field"), BATCHES)
def test_batches_outlive_bad_lines(mica: Mica, command: str, field: str):
    texts = {1: LONG, 2: "", 3: "delete the log"}
    whole = [json.dumps({"id": number, field: text}) for number, text in texts.items()]
    stdin = "\n".join(["{broken", "[" * 100_000, "\x00", *whole])
    ended = mica(*command.split(), "--batch", "-", "--out", "-", stdin=stdin)
    rows = ended.rows()
    assert [row["id"] for row in rows] == [None, None, None, 1, 2, 3]
    assert all("line" in row["error"] for row in rows[:3])
    if command in ("ask", "propose"):
        assert "1000000 characters; the longest allowed" in rows[3]["error"]
        assert "empty" in rows[4]["error"]
    assert "error" not in rows[5]
    assert ended.code == FAILED
    one_line(ended, "rows have an error")


def test_chat_goes_on_after_a_megabyte(mica: Mica):
    ended = mica("chat", stdin=f"{LONG}\nhello\n")
    assert ended.code == 0
    assert ended.err.startswith("mica: the message has 1000000 characters")
    assert "Hello!" in ended.out


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_message(mica: Mica, text: str):
    ended = mica("ask", text)
    assert ended.code == FAILED
    one_line(ended, "the message is empty")


def test_an_unknown_specialist(mica: Mica):
    ended = mica("ask", "--specialist", "pilot", "fly me home")
    assert ended.code == FAILED
    one_line(ended, "there is no specialist 'pilot'; there are")
    assert "sysadmin" in ended.err


def test_an_unknown_model(mica: Mica, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MICA_BACKEND", "local")
    monkeypatch.setenv("MICA_MODEL", "nonesuch")
    ended = mica("ask", "hello")
    assert ended.code == FAILED
    one_line(ended, "mica models list")


@pytest.mark.parametrize(("data", "said"), [(None, "missing"), (b"GGUF", "damaged")])
def test_a_model_file_that_is_not_whole(
    mica: Mica, monkeypatch: pytest.MonkeyPatch, data: bytes | None, said: str
):
    monkeypatch.setenv("MICA_BACKEND", "local")
    monkeypatch.setenv("MICA_MODEL", "tiny")
    registry = Registry()
    path = registry.folder / "tiny.gguf"
    registry.add(ModelEntry("tiny", "granite4", ModelFile(path, 4, "0" * 64), origin="a/tiny"))
    if data is not None:
        path.write_bytes(data)
    for command in (("ask", "hello"), ("propose", "list the files")):
        ended = mica(*command)
        assert ended.code == FAILED
        one_line(ended, f"tiny.gguf is {said}")
        assert "mica models pull a/tiny" in ended.err


def test_neither_docker_nor_bubblewrap(mica: Mica, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("MICA_SANDBOX", "auto")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setenv("PATH", str(tmp_path))
    ended = mica("ask", "which files are in /")
    assert ended.code == 0
    assert "ls /" in ended.out
    for part in ("has not been run", "no Docker engine answers", "bubblewrap is missing",
                 "deploy/sandbox/ensure"):  # fmt: skip
        assert part in ended.out
    called = mica("tools", "call", "bash", '{"command": "ls /"}')
    assert called.code == FAILED
    assert "no sandbox can be opened" in called.rows()[0]["error"]


def test_a_full_disk(mica: Mica, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    with small_disk.mounted(tmp_path) as folder:
        monkeypatch.setenv("MICA_HOME", str(folder))
        ballast = folder / "ballast"
        ballast.write_bytes(b"x" * 100_000)
        assert mica("ask", "--conversation", "c", "hello").code == 0
        rest = small_disk.fill(folder, but=4096)
        ended = mica("ask", "--conversation", "c", "hello again" * 900)
        assert ended.code == FAILED
        one_line(ended, "full")
        rest.unlink()
        again = mica("ask", "--conversation", "c", "thanks")
        assert (again.code, again.err.count("mica:")) == (0, 0)
        (folder / "ballast").unlink(missing_ok=True)


def test_a_port_that_is_taken_is_found_by_the_doctor(mica: Mica, monkeypatch: pytest.MonkeyPatch):
    from ui.server import listen

    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("MICA_PORT", str(port))
        rows = json.loads(mica("doctor", "--json").out)
    (found,) = [row for row in rows if row["part"] == "port"]
    assert not found["ok"]
    assert f"127.0.0.1:{port} is taken" in found["detail"]
    assert "MICA_PORT" in found["fix"]
