"""The audit says where it was changed, how, and whether its end was cut off."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from records.audit import canonical
from records.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "mica.db")
    for number in range(6):
        made.audit("command.ran", f"c{number % 2}", {"command": f"rm {number}", "status": "ok"})
    yield made
    made.close()


def sql(store: Store, *statements: str) -> None:
    for statement in statements:
        store.database.connection.execute(statement)


def test_an_untouched_chain(store: Store):
    report = store.check_audit(store.audit_head()[1][:12])
    assert (report.entries, report.broken, report.head) == (6, None, store.audit_head()[1])


@pytest.mark.parametrize(
    ("statements", "position", "said"),
    [
        (["UPDATE audit SET data = replace(data, 'rm 2', 'ls 2') WHERE position = 2"], 2, "text"),
        (["UPDATE audit SET conversation = 'c9' WHERE position = 5"], 5, "text"),
        (["DELETE FROM audit WHERE position = 3"], 3, "missing"),
        (["DELETE FROM audit WHERE position = 0"], 0, "missing"),
        (["DELETE FROM audit WHERE position = 3",
          "UPDATE audit SET position = position - 1 WHERE position > 3"], 3, "follow"),
        (["UPDATE audit SET position = -1 WHERE position = 1",
          "UPDATE audit SET position = 1 WHERE position = 2",
          "UPDATE audit SET position = 2 WHERE position = -1"], 1, "follow"),
        (["UPDATE audit SET position = position + 100 WHERE position > 2",
          "UPDATE audit SET position = position - 99 WHERE position > 2",
          "INSERT INTO audit SELECT 3, kind, conversation, data, created, previous, hash "
          "FROM audit WHERE position = 1"], 3, "follow"),
        (["INSERT INTO audit VALUES (6, 'command.ran', 'c', '{}', 'now', 'x', 'y')"], 6, "follow"),
    ],
)  # fmt: skip
def test_an_edit_is_found_where_it_is(
    store: Store, statements: list[str], position: int, said: str
):
    sql(store, *statements)
    report = store.check_audit()
    assert report.broken == position == report.entries and said in report.problem


def test_an_entry_written_anew_with_a_fitting_hash_breaks_the_next(store: Store):
    row = store.database.row("SELECT * FROM audit WHERE position = 2")
    assert row is not None
    fields = [row["previous"], 2, row["kind"], row["conversation"], "{}", row["created"]]
    forged = hashlib.sha256(canonical(fields).encode()).hexdigest()
    sql(store, f"UPDATE audit SET data = '{{}}', hash = '{forged}' WHERE position = 2")
    assert store.check_audit().broken == 3


def test_a_cut_end_is_found_by_a_noted_head(store: Store):
    _, noted = store.audit_head()
    store.audit("command.ran", "c1", {"command": "ls"})
    assert store.check_audit(noted).broken is None
    sql(store, "DELETE FROM audit WHERE position > 3")
    assert store.check_audit().broken is None
    report = store.check_audit(noted)
    assert report.broken == 4 and "cut off" in report.problem


def test_entries_by_conversation_and_time(store: Store):
    assert [e.position for e in store.audit_entries("c1")] == [1, 3, 5]
    third = store.audit_entries()[3]
    assert [e.position for e in store.audit_entries(since=third.created)] == [3, 4, 5]
    sql(store, "UPDATE audit SET data = 'no json' WHERE position = 1")
    assert store.audit_entries("c1")[0].data == {"damaged": "no json"}
