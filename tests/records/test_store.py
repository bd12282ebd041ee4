"""The store: conversations, transcripts, ratings and the journal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from records.store import RecordsError, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "mica.db")
    yield made
    made.close()


def test_a_transcript_comes_back_in_order_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "mica.db"
    store = Store(path)
    call = {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "bash", "arguments": "{}"}}
        ],
    }
    assert store.append("t", {"role": "user", "content": "E♭m7?"}) == 0
    assert store.append("t", call, meta={"specialist": "composer"}) == 1
    store.close()
    again = Store(path)
    assert again.transcript("t") == [
        (0, {"role": "user", "content": "E♭m7?"}, {}),
        (1, call, {"specialist": "composer"}),
    ]
    assert again.transcript("nothing") == []
    again.close()


def test_a_message_with_a_key_is_added_once(store: Store) -> None:
    first = store.append("t", {"role": "user", "content": "a"}, key="m1")
    second = store.append("t", {"role": "user", "content": "a"}, key="m1")
    other = store.append("u", {"role": "user", "content": "a"}, key="m1")
    assert (first, second, other) == (0, 0, 0)
    assert len(store.transcript("t")) == 1


def test_threads_that_append_at_once_leave_no_gap(store: Store) -> None:
    ready = threading.Barrier(8)

    def write(worker: int) -> None:
        ready.wait()
        for number in range(25):
            store.append("t", {"role": "user", "content": f"{worker}-{number}"})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    transcript = store.transcript("t")
    assert [position for position, _, _ in transcript] == list(range(200))
    assert len({message["content"] for _, message, _ in transcript}) == 200


def test_two_stores_on_one_file_take_turns(tmp_path: Path) -> None:
    stores = [Store(tmp_path / "mica.db") for _ in range(2)]

    def write(store: Store) -> None:
        for _ in range(50):
            store.append("t", {"role": "user", "content": "x"})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, stores))
    assert [p for p, _, _ in stores[0].transcript("t")] == list(range(100))
    for store in stores:
        store.close()


def test_conversations_are_paged_with_the_last_used_first(store: Store) -> None:
    for number in range(7):
        store.add_conversation(f"c{number}", title=f"number {number}")
    store.add_conversation("hers", owner="alice")
    store.append("c2", {"role": "user", "content": "wakes it"})
    pages: list[list[str]] = []
    before: str | None = None
    while page := [c.id for c in store.conversations(limit=3, before=before)]:
        pages.append(page)
        before = page[-1]
    assert pages == [["c2", "c6", "c5"], ["c4", "c3", "c1"], ["c0"]]
    assert [c.id for c in store.conversations("alice")] == ["hers"]


def test_search_looks_at_titles_messages_and_the_page(store: Store) -> None:
    store.add_conversation("a", title="Largest files")
    store.add_conversation("b")
    store.append("b", {"role": "user", "content": "disk is 100% full"})
    store.add_conversation("c")
    store.put_page_item("steps", "s", "c", {"output": "E♭ G♭ B♭ D♭"})
    assert [c.id for c in store.conversations(search="largest")] == ["a"]
    assert [c.id for c in store.conversations(search="100%")] == ["b"]
    assert [c.id for c in store.conversations(search="G♭")] == ["c"]
    assert store.conversations(search="1%0") == []
    assert store.conversations(search="role") == []


def test_a_conversation_belongs_to_who_made_it(store: Store) -> None:
    store.add_conversation("t", owner="alice", title="mine")
    store.add_conversation("t", owner="alice", title="other title")
    with pytest.raises(RecordsError, match="alice"):
        store.add_conversation("t", owner="bob")
    found = store.conversation("t")
    assert found is not None and (found.owner, found.title) == ("alice", "mine")


def test_metadata_is_merged_and_tags_are_a_list(store: Store) -> None:
    store.add_conversation("t")
    store.describe("t", metadata={"a": 1, "b": {"c": 2}}, tags=["Mica", "x"])
    store.describe("t", metadata={"a": None, "d": [3]})
    found = store.conversation("t")
    assert found is not None
    assert found.metadata == {"b": {"c": 2}, "d": [3]}
    assert found.tags == ("Mica", "x")
    with pytest.raises(RecordsError, match="no conversation"):
        store.rename("nothing", "x")


def test_deleting_a_conversation_takes_everything_but_the_audit(store: Store) -> None:
    store.append("t", {"role": "user", "content": "x"})
    store.rate("t", "m", rating="up")
    store.journal_intend("call", "t", "bash", {})
    store.put_page_item("steps", "s", "t", {"output": "x"})
    store.audit("ran", "t", {"command": "ls"})
    store.delete_conversation("t")
    assert store.conversation("t") is None and store.transcript("t") == []
    assert store.ratings() == [] and store.journal("call") is None
    assert store.page_items("steps", "t") == []
    assert store.audit_head()[0] == 1 and store.verify_audit() is None


def test_a_rating_is_one_a_person_and_answer(store: Store) -> None:
    store.add_conversation("t")
    first = store.rate("t", "m", rating="down", comment="wrong path")
    second = store.rate("t", "m", rating="down", correction="use /usr/lib")
    third = store.rate("t", "m", rating="up")
    hers = store.rate("t", "m", rating="down", owner="alice")
    assert first == second == third != hers
    mine = store.rating(first)
    assert mine is not None
    assert (mine.rating, mine.comment, mine.correction) == ("up", "wrong path", "use /usr/lib")
    assert {r.owner for r in store.ratings("t")} == {"local", "alice"}
    assert [r.id for r in store.ratings(owner="alice")] == [hers]


def test_nobody_removes_anothers_rating(store: Store) -> None:
    store.add_conversation("t")
    hers = store.rate("t", "m", rating="up", owner="alice")
    with pytest.raises(RecordsError, match="someone else"):
        store.unrate(hers, owner="bob")
    assert store.unrate(hers, owner="alice") is True
    assert store.unrate(hers, owner="alice") is False


def test_a_rating_needs_a_thumb_and_a_conversation(store: Store) -> None:
    with pytest.raises(RecordsError, match="'sideways'"):
        store.rate("t", "m", rating="sideways")  # type: ignore[arg-type]
    with pytest.raises(RecordsError, match="does not exist"):
        store.rate("nothing", "m", rating="up")


def test_a_call_is_claimed_by_exactly_one_caller(store: Store) -> None:
    store.journal_intend("call", "t", "bash", {"command": "rm a"})
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: store.journal_start("call"), range(8)))
    assert sorted(claims) == [False] * 7 + [True]


def test_the_journal_keeps_the_first_result(store: Store) -> None:
    store.journal_intend("call", "t", "bash", {"command": "rm a"})
    assert store.pending_call("call") == "t"
    assert store.journal_start("call", {"command": "rm b"})
    again = store.journal_intend("call", "t", "bash", {"command": "rm a"})
    assert (again.state, again.arguments) == ("started", {"command": "rm b"})
    store.journal_finish("call", "ok", "done", 0)
    store.journal_finish("call", "error", "late", 1)
    entry = store.journal("call")
    assert entry is not None
    assert (entry.state, entry.status, entry.text, entry.exit_code) == ("finished", "ok", "done", 0)
    assert store.pending_call("call") is None
    assert store.journal_start("call") is False


def test_the_journal_refuses_what_it_does_not_know(store: Store) -> None:
    store.journal_intend("call", "t", "bash", {})
    with pytest.raises(RecordsError, match="another conversation"):
        store.journal_intend("call", "u", "bash", {})
    with pytest.raises(RecordsError, match="not in the journal"):
        store.journal_start("other")
    with pytest.raises(RecordsError, match="not in the journal"):
        store.journal_finish("other", "ok", "")
    assert store.journal("other") is None and store.pending_call("other") is None
