"""Feedback of every source, over a real SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.feedback_turns import FIND, LS, turn

from records.failures import kind_of
from records.store import RecordsError, Store
from records.turns import calls_in


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "mica.db")
    yield made
    made.close()


def test_a_rating_comes_with_all_that_is_known(store: Store) -> None:
    turn(store, "c", "t1", "hello", answer="Hello.")
    answer = turn(store, "c", "t2", "list the files", LS, answer="Those.")
    turn(store, "c", "t3", "thanks", answer="Welcome.")
    id = store.rate("c", answer, rating="down", comment="no", correction="All.", calls=[FIND])
    (item,) = store.feedback()
    assert (item.id, item.source, item.owner) == (f"rating:{id}", "rating", "local")
    assert [m["role"] for m in item.messages] == [
        "user", "assistant", "user", "assistant", "tool", "assistant",
    ]  # fmt: skip
    assert item.turn == 2 and item.request == "list the files" and item.answer == "Those."
    assert item.calls == (LS,) and item.corrected_calls == (FIND,)
    assert item.correction == "All." and item.comment == "no"
    assert (item.specialist, item.schema_version, item.build) == ("sysadmin", "abc", "shipped 12ab")
    assert (item.adapter, item.documents, item.confidence) == (
        "sysadmin 34cd", ("files.list",), 0.62,
    )  # fmt: skip
    assert item.kind == "wrong tool"
    assert store.feedback_item(item.id) == item
    assert store.feedback_item("rating:none") is None


def test_an_answer_that_is_not_in_the_records_is_kept(store: Store) -> None:
    store.append("c", {"role": "user", "content": "hello"})
    store.rate("c", "step-7", rating="down")
    (item,) = store.feedback()
    assert (item.turn, item.messages, item.request, item.answer, item.calls) == (-1, (), "", "", ())


@pytest.mark.parametrize(
    ("made", "wanted", "statuses", "failed", "kind"),
    [
        ([LS], [FIND], [], True, "wrong tool"),
        ([FIND], [{"name": "spell_chord", "arguments": {"chord": "C"}}], [], True, "wrong tool"),
        ([LS], [{"name": "bash", "arguments": {"command": "ls -a /srv"}}], [], True,
         "wrong argument"),
        ([FIND], [FIND, LS], [], True, "wrong tool"),
        ([LS], [], ["error"], True, "tool error"),
        ([LS], [LS], ["timeout"], True, "tool error"),
        ([], [LS], [], True, "refused wrongly"),
        ([LS], [], ["ok"], True, "bad answer"),
        ([], [], [], True, "bad answer"),
        ([LS], [], ["error"], False, ""),
    ],
)  # fmt: skip
def test_kinds_of_failure(made: Any, wanted: Any, statuses: Any, failed: bool, kind: str) -> None:
    assert kind_of(made=made, wanted=wanted, statuses=statuses, failed=failed) == kind


def test_an_edit_is_feedback_with_the_edited_call(store: Store) -> None:
    edited = {"arguments": FIND["arguments"], "edited": True, "decided": "edit"}
    answer = turn(store, "c", "t1", "list, then count", LS, LS, LS,
                  results=({"status": "error"}, edited, {"status": "ok"}))  # fmt: skip
    (item,) = store.feedback()
    assert (item.id, item.source, item.rating) == ("approval:call_t11", "edit", None)
    assert item.message_id == answer and item.calls == (LS, LS, LS)
    assert item.corrected_calls == (FIND, LS)
    assert item.messages[-1]["content"] == "Done." and item.kind == "wrong tool"
    # Whoever rates the same answer rates what ran.
    store.rate("c", answer, rating="up")
    up = store.feedback(rating="up")[0]
    assert up.calls == (LS, FIND, LS) and up.kind == ""
    # What later turns rest on is what ran, too.
    later = turn(store, "c", "t2", "how many are they", answer="Three.")
    store.rate("c", later, rating="down")
    (down,) = store.feedback(rating="down")
    assert calls_in(down.messages[: down.turn]) == (LS, FIND, LS)


def test_a_rejection_is_a_thumb_down_with_its_reason(store: Store) -> None:
    said = {"status": "rejected", "decided": "reject", "reason": "wrong folder", "by": "page/local"}
    turn(store, "c", "t1", "list", LS, LS, results=(said, {"status": "rejected"}))
    (item,) = store.feedback()
    assert (item.source, item.rating, item.comment) == ("rejection", "down", "wrong folder")
    assert (item.corrected_calls, item.kind) == ((), "bad answer")


def test_a_turn_that_was_never_answered_still_gives_its_decision(store: Store) -> None:
    edited = {"arguments": FIND["arguments"], "edited": True, "decided": "edit"}
    turn(store, "c", "t1", "list", LS, results=(edited,), answer="")
    turn(store, "c", "t2", "hello")
    (item,) = store.feedback()
    assert item.message_id == "" and item.specialist == "sysadmin"
    assert [m["role"] for m in item.messages] == ["user", "assistant", "tool"]


def test_a_choice_leaves_the_other_answer_out_of_the_conversation(store: Store) -> None:
    turn(store, "c", "t0", "hello", answer="Hello.")
    first = turn(store, "c", "t1", "list the files", LS, answer="One.")
    second = turn(store, "c", "t2", "list  the files", FIND, answer="Two.")
    id = store.prefer("c", second, first, comment="whole tree")
    (item,) = store.feedback()
    assert (item.id, item.source, item.rating) == (f"preference:{id}", "preference", None)
    assert [m["content"] for m in item.messages] == [
        "hello", "Hello.", "list  the files", "", "out", "Two.",
    ]  # fmt: skip
    assert item.turn == 2 and item.calls == (FIND,) and item.rejected == "One."
    assert [m["role"] for m in item.rejected_messages] == ["assistant", "tool", "assistant"]
    assert item.kind == "wrong tool"
    assert store.prefer("c", first, second) == id
    (item,) = store.feedback()
    assert item.calls == (LS,) and item.rejected == "Two." and item.turn == 2


def test_choices_are_between_two_answers_to_one_request(store: Store) -> None:
    one = turn(store, "a", "t1", "list the files", LS)
    same = turn(store, "b", "t2", "list the files", FIND)
    other = turn(store, "b", "t3", "hello")
    store.prefer("b", same, one, rejected_conversation="a")
    for chosen, rejected, problem in ((same, same, "same one"), (other, same, "different"),
                                      (same, "msg_no", "no answer")):  # fmt: skip
        with pytest.raises(RecordsError, match=problem):
            store.prefer("b", chosen, rejected)
    (kept,) = store.preferences()
    with pytest.raises(RecordsError, match="someone else's"):
        store.unprefer(kept.id, owner="api")
    assert store.unprefer(kept.id) is True and store.unprefer(kept.id) is False
    store.prefer("b", same, one, rejected_conversation="a")
    store.delete_conversation("a")
    assert store.preferences() == []


def test_reviews_are_the_reviewers_own_and_change_no_rating(store: Store) -> None:
    answer = turn(store, "c", "t1", "list the files", LS)
    rated = store.rate("c", answer, rating="down", correction="mine", calls=[LS])
    before = store.rating(rated)
    item = f"rating:{rated}"
    store.review(item, "page/local", excluded=True, note="odd")
    store.tag(item, "page/local", add=["odd", "folders"])
    store.tag(item, "terminal/ann", add=["odd", "later"])
    store.review(item, "terminal/ann", calls=[FIND], correction="theirs")
    seen = store.feedback_item(item)
    assert seen is not None
    assert seen.excluded and set(seen.tags) == {"odd", "folders", "later"}
    assert (seen.corrected_calls, seen.correction, seen.kind) == ((FIND,), "theirs", "wrong tool")
    store.review(item, "terminal/ann", excluded=False, kind="bad answer")
    store.tag(item, "terminal/ann", remove=["odd"])
    seen = store.feedback_item(item)
    assert seen is not None and not seen.excluded and seen.kind == "bad answer"
    mine, hers = store.reviews(item)
    assert (mine.reviewer, mine.excluded, mine.tags) == ("page/local", True, ("odd", "folders"))
    assert (hers.reviewer, hers.tags, hers.note) == ("terminal/ann", ("later",), None)
    assert store.rating(rated) == before


def test_reviews_of_nothing_and_wrong_ones_are_refused(store: Store) -> None:
    answer = turn(store, "c", "t1", "list the files", LS)
    item = f"rating:{store.rate('c', answer, rating='down')}"
    for unknown in ("rating:x", "approval:x", "preference:x", "x"):
        with pytest.raises(RecordsError, match="no feedback"):
            store.review(unknown, "me", excluded=True)
    with pytest.raises(RecordsError, match="wrong argument"):
        store.review(item, "me", kind="ugly")
    for tag in ("", "a,b", "x" * 41, "a\nb"):
        with pytest.raises(RecordsError, match="a tag"):
            store.tag(item, "me", add=[tag])
    for calls in ([{"name": "bash"}], [{"name": "", "arguments": {}}],
                  [{"name": "bash", "arguments": "ls"}]):  # fmt: skip
        with pytest.raises(RecordsError, match=r"call|arguments"):
            store.review(item, "me", calls=calls)
    assert store.reviews() == []


def test_filters(store: Store) -> None:
    answer = turn(store, "c", "t1", "list the files", LS)
    down = f"rating:{store.rate('c', answer, rating='down')}"
    up = f"rating:{store.rate('c', answer, rating='up', owner='api')}"
    store.review(up, "me", excluded=True)
    store.tag(down, "me", add=["x"])

    def ids(**filters: Any) -> list[str]:
        return [item.id for item in store.feedback(**filters)]

    assert ids() == [down, up]
    assert ids(owner="api") == ids(rating="up") == ids(excluded=True) == ids(kind="") == [up]
    assert ids(excluded=False) == ids(tag="x") == ids(kind="bad answer") == [down]
    assert ids(below=0.7, specialist="sysadmin", source="rating") == [down, up]
    assert ids(below=0.5) == ids(specialist="composer") == ids(source="edit") == []


def test_secrets_are_masked(store: Store) -> None:
    answer = turn(store, "c", "t1", "list the files", LS)
    secret = {"name": "bash", "arguments": {"command": "PGPASSWORD=hunter22 psql"}}
    rated = store.rate("c", answer, rating="down", calls=[secret])
    store.review(f"rating:{rated}", "me", note="PGPASSWORD=hunter22 psql", calls=[secret])
    assert "hunter22" not in repr(store.feedback()) + repr(store.reviews())


def test_earlier_files_get_the_new_tables(tmp_path: Path) -> None:
    from records import migrations

    path, known = tmp_path / "mica.db", migrations.MIGRATIONS
    migrations.MIGRATIONS = known[:6]
    try:
        early = Store(path)
        early.append("c", {"role": "user", "content": "hi"})
        early.database.connection.execute(
            "INSERT INTO ratings VALUES ('r', 'c', 'm', 'local', 'up', 'nice', '', 'now', 'now')"
        )
        early.close()
    finally:
        migrations.MIGRATIONS = known
    later = Store(path)
    (rating,) = later.ratings()
    assert (rating.comment, rating.calls) == ("nice", ())
    later.close()
