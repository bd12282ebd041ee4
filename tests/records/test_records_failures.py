"""Full disk, locked, damaged and foreign files: a clear error, and nothing lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.small_disk import mounted

from records.migrations import MIGRATIONS, migrate
from records.store import RecordsError, Store


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path) as folder:
        yield folder


def fill(store: Store) -> int:
    """Append until it fails; return how many messages went in."""
    for number in range(1000):
        try:
            store.append("t", {"role": "user", "content": "x" * 10_000})
        except RecordsError as error:
            assert "disk is full" in str(error) and "free some space" in str(error)
            return number
    raise AssertionError("the disk never filled")


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    store = Store(small_disk / "mica.db")
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 300_000)
    kept = fill(store)
    assert len(store.transcript("t")) == kept > 0
    ballast.unlink()
    assert store.append("t", {"role": "user", "content": "again"}) == kept
    store.close()
    again = Store(small_disk / "mica.db")
    assert len(again.transcript("t")) == kept + 1
    again.close()


def test_a_file_at_its_size_limit_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path / "mica.db")
    store.database.connection.execute("PRAGMA max_page_count = 60")
    kept = fill(store)
    assert len(store.transcript("t")) == kept > 0
    store.database.connection.execute("PRAGMA max_page_count = 1000")
    assert store.append("t", {"role": "user", "content": "again"}) == kept
    store.close()


def test_a_locked_file_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path / "mica.db", wait_seconds=0.05)
    other = sqlite3.connect(tmp_path / "mica.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordsError, match="another process"):
        store.append("t", {"role": "user", "content": "x"})
    other.execute("ROLLBACK")
    assert store.append("t", {"role": "user", "content": "x"}) == 0
    other.close()
    store.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mica.db"
    path.write_bytes(b"no database at all " * 500)
    with pytest.raises(RecordsError, match="move the file away"):
        Store(path)
    assert path.read_bytes().startswith(b"no database")


def test_a_folder_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(RecordsError, match="check the folder"):
        Store(tmp_path / "file" / "mica.db")
    with pytest.raises(RecordsError, match="cannot be opened"):
        Store(tmp_path)


def test_a_file_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mica.db"
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(RecordsError, match="later version of Mica"):
        Store(path)


@pytest.mark.parametrize("done", range(len(MIGRATIONS)))
def test_migration_goes_on_from_every_step(tmp_path: Path, done: int) -> None:
    path = tmp_path / "mica.db"
    with sqlite3.connect(path, isolation_level=None) as connection:
        for step in MIGRATIONS[:done]:
            step(connection)
        connection.execute(f"PRAGMA user_version = {done}")
    store = Store(path)
    store.append("t", {"role": "user", "content": "x"})
    store.rate("t", "m", rating="up")
    store.audit("kind", "t", {})
    store.close()


def test_a_step_that_fails_is_undone(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "mica.db", isolation_level=None)
    connection.execute("CREATE TABLE messages (already INTEGER)")
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection)
    tables = {r[0] for r in connection.execute("SELECT name FROM sqlite_master")}
    assert tables == {"messages"}
    assert connection.execute("PRAGMA user_version").fetchone() == (0,)
    connection.close()


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path / "mica.db")
    store.close()
    with pytest.raises(RecordsError, match="open them again"):
        store.conversations()


def test_a_data_folder_that_cannot_be_made_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("MICA_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(RecordsError, match="MICA_HOME"):
        Store()
