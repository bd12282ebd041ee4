"""The audit chain shows what was changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from records.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "mica.db")
    for number in range(5):
        made.audit("approved", "t", {"command": f"rm {number}", "by": "local"})
    yield made
    made.close()


def test_an_untouched_chain_verifies(store: Store) -> None:
    assert store.verify_audit() is None
    assert store.audit_head()[0] == 5


@pytest.mark.parametrize(
    ("damage", "position"),
    [
        ('UPDATE audit SET data = \'{"by":"local","command":"ls"}\' WHERE position = 2', 2),
        ("UPDATE audit SET kind = 'rejected' WHERE position = 0", 0),
        ("UPDATE audit SET created = '2020-01-01' WHERE position = 3", 3),
        ("DELETE FROM audit WHERE position = 1", 1),
        ("UPDATE audit SET hash = previous WHERE position = 4", 4),
    ],
)
def test_damage_is_found_where_it_is(store: Store, damage: str, position: int) -> None:
    store.database.connection.execute(damage)
    assert store.verify_audit() == position


def test_swapped_entries_are_found(store: Store) -> None:
    for change in ("-1 WHERE position = 1", "1 WHERE position = 2", "2 WHERE position = -1"):
        store.database.connection.execute(f"UPDATE audit SET position = {change}")
    assert store.verify_audit() == 1


def test_a_shortened_chain_has_another_head(store: Store) -> None:
    head = store.audit_head()
    store.database.connection.execute("DELETE FROM audit WHERE position = 4")
    assert store.verify_audit() is None
    assert store.audit_head() != head
