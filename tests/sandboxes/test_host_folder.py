"""Changing a folder of the host: all or nothing, and never outside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandboxes import SandboxError
from sandboxes.host_folder import FileChange, HostFolder, Version, safe_parts, stays_inside

MOST = 1000


def text(data: str, mode: int = 0o644) -> Version:
    return Version(mode, data.encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "a").write_text("a\n")
    (root / "sub" / "b").write_text("b\n")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("secret\n")
    return root


def state(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a/.", "."]
)
def test_hostile_names_are_refused(path: str, folder: Path) -> None:
    with pytest.raises(SandboxError, match="no path inside"):
        safe_parts(path)
    with HostFolder(folder) as host, pytest.raises(SandboxError):
        host.apply([FileChange(path, None, text("x"))], MOST)
    assert sorted(state(folder)) == ["a", "sub/b"]


@pytest.mark.parametrize(
    ("path", "target", "inside"),
    [
        ("a", "b", True),
        ("a", "../b", False),
        ("sub/a", "../b", True),
        ("sub/a", "../../b", False),
        ("a", "/etc/passwd", False),
        ("a", "sub/../..", False),
        ("a", "sub/../b", True),
    ],
)
def test_links_that_leave_are_told(path: str, target: str, inside: bool) -> None:
    assert stays_inside(path, target) is inside


def test_all_kinds_of_change(folder: Path) -> None:
    odd = "new\nline 'é\udcff"
    changes = [
        FileChange("a", text("a\n"), text("changed\n", 0o755)),
        FileChange("sub/b", text("b\n"), None),
        FileChange(f"deep/er/{odd}", None, text("odd\n")),
        FileChange("link", None, Version(0o777, b"a", link=True)),
    ]
    with HostFolder(folder) as host:
        host.apply(changes, MOST)
        assert (folder / "a").read_text() == "changed\n" and os.access(folder / "a", os.X_OK)
        assert not (folder / "sub" / "b").exists()
        assert (folder / "deep" / "er" / odd).read_text() == "odd\n"
        assert (folder / "link").readlink() == Path("a")
        host.apply([change.reversed() for change in reversed(changes)], MOST)
    assert state(folder) == {"a": b"a\n", "sub/b": b"b\n"}
    assert (folder / "a").stat().st_mode & 0o777 == 0o644


def test_a_conflict_changes_nothing(folder: Path) -> None:
    before = state(folder)
    changes = [
        FileChange("a", text("a\n"), text("x\n")),
        FileChange("sub/b", text("other\n"), text("y\n")),
        FileChange("gone", text("was here\n"), None),
    ]
    with HostFolder(folder) as host, pytest.raises(SandboxError, match="'sub/b', 'gone'"):
        host.apply(changes, MOST)
    assert state(folder) == before


def test_a_failure_half_way_is_taken_back(folder: Path) -> None:
    before = state(folder)
    # A file where a folder would have to be: found when the second change is written.
    changes = [
        FileChange("a", text("a\n"), text("x\n")),
        FileChange("new/file", None, text("1\n")),
        FileChange("a/inside", None, text("2\n")),
    ]
    with HostFolder(folder) as host, pytest.raises(SandboxError, match="nothing was changed"):
        host.apply(changes, MOST)
    assert state(folder) == before
    assert sorted(path.name for path in folder.iterdir()) == ["a", "sub"]


def test_a_failing_rename_is_taken_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, renames, real = state(folder), [], os.rename

    def failing(source: str, target: str, **fds: int) -> None:
        renames.append(target)
        if len(renames) == 2:
            raise OSError(28, "No space left on device")
        real(source, target, **fds)

    monkeypatch.setattr(os, "rename", failing)
    changes = [
        FileChange("a", text("a\n"), text("x\n")),
        FileChange("sub/b", text("b\n"), text("y\n")),
    ]
    with HostFolder(folder) as host, pytest.raises(SandboxError, match="No space left"):
        host.apply(changes, MOST)
    assert state(folder) == before
    assert sorted(path.name for path in folder.rglob("*")) == ["a", "b", "sub"]


def test_a_folder_that_became_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "sub" / "b").unlink()
    (folder / "sub").rmdir()
    (folder / "sub").symlink_to(tmp_path / "outside")
    with HostFolder(folder) as host:
        for change in (
            FileChange("sub/secret", text("secret\n"), text("stolen\n")),
            FileChange("sub/new", None, text("x\n")),
        ):
            with pytest.raises(SandboxError, match="nothing was changed"):
                host.apply([change], MOST)
        assert [path for path, _ in host.walk()] == ["a", "sub"]
    assert state(tmp_path / "outside") == {"secret": b"secret\n"}


def test_a_file_that_became_a_link_is_replaced_not_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "a").unlink()
    (folder / "a").symlink_to(tmp_path / "outside" / "secret")
    with HostFolder(folder) as host, pytest.raises(SandboxError, match="not the one"):
        host.apply([FileChange("a", text("secret\n"), text("x\n"))], MOST)
    assert state(tmp_path / "outside") == {"secret": b"secret\n"}


def test_pipes_and_large_files_are_not_read(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "large").write_bytes(b"x" * (MOST + 1))
    with HostFolder(folder) as host:
        with pytest.raises(SandboxError, match="neither a file nor a link"):
            host.read("pipe", MOST)
        with pytest.raises(SandboxError, match="larger than"):
            host.read("large", MOST)
        assert host.read("none", MOST) is None
