"""`mica feedback` in this process: rating, listing, correcting, tagging, leaving out, counting."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.command_line import Mica

from records.feedback import FeedbackItem
from records.store import Store
from ui.corrections import CorrectionError, read_correction, written
from ui.feedback_stats import periods


@pytest.fixture
def store(mica: Mica, tmp_path: Path) -> Store:
    """The records of two answered requests: files, then a chord."""
    for request, specialist in (("show the files", "sysadmin"), ("a seventh", "composer")):
        ended = mica("ask", request, "--specialist", specialist, "--conversation", specialist)
        assert ended.code == 0, ended.err
    return Store(tmp_path / "home" / "mica.db")


def test_an_answer_is_rated_and_corrected(mica: Mica, store: Store) -> None:
    made = mica("feedback", "rate", "down", "--comment", "no", "--call", "spell_chord(chord='Em')")
    assert made.code == 0 and "DOWN  composer  wrong argument  corrected" in made.out
    (item,) = store.feedback()
    assert item.corrected_calls == ({"name": "spell_chord", "arguments": {"chord": "Em"}},)
    assert (item.comment, item.conversation) == ("no", "composer")
    mica("feedback", "rate", "down", "--conversation", "sysadmin", "--command", "ls -l /")
    assert [i.kind for i in store.feedback(specialist="sysadmin")] in (
        ["wrong argument"], ["refused wrongly"],
    )  # fmt: skip
    for wrong in (
        ["rate", "sideways"],
        ["rate", "up", "--command", "ls", "--call", "spell_chord(chord='C')"],
        ["rate", "down", "--call", "spell_chord(key='C')"],
        ["list", "--kind", "ugly"],
        ["kind", item.id, "ugly"],
        ["correct", item.id],
    ):
        assert mica("feedback", *wrong).code == 2, wrong
    assert mica("feedback", "rate", "up", "--conversation", "none").code == 1


def test_a_reviewer_works_through_the_list(mica: Mica, store: Store) -> None:
    assert "no such feedback" in mica("feedback", "list").out
    mica("feedback", "rate", "down", "--conversation", "sysadmin", "--comment", "\x1b[2Jbad")
    mica("feedback", "rate", "up", "--conversation", "composer")
    rows = mica("feedback", "list", "--json").rows()
    assert [row["rating"] for row in rows] == ["down", "up"]
    id, begins = rows[0]["id"], rows[0]["id"].partition(":")[2][:13]
    shown = mica("feedback", "show", begins).out
    assert "request: show the files" in shown and "\x1b" not in shown
    assert "sysadmin: You" not in shown and "tools: " in shown
    assert "corrected" in mica("feedback", "correct", begins, "--command", "ls -la /").out
    assert "#odd" in mica("feedback", "tag", id, "odd", "slow").out
    assert "#odd" not in mica("feedback", "tag", id, "odd", "--remove").out
    assert "tool error" in mica("feedback", "kind", id, "tool error").out
    assert "EXCLUDED" in mica("feedback", "exclude", id, "--why", "a joke").out
    assert [i.id for i in store.feedback(excluded=True, tag="slow")] == [id]
    shown = mica("feedback", "show", id).out
    assert "reviewed by terminal/" in shown and '"note": "a joke"' in shown
    assert "should have called: ls -la /" in shown
    (review,) = mica("feedback", "show", id, "--json").rows()[0]["reviews"]
    assert review["tags"] == ["slow"] and review["kind"] == "tool error"
    (rating,) = store.ratings("sysadmin")
    assert (rating.calls, rating.owner) == ((), "local")
    assert mica("feedback", "list", "--included", "--json").rows()[0]["rating"] == "up"
    assert "EXCLUDED" not in mica("feedback", "exclude", "--include", id).out
    assert "kind" not in mica("feedback", "kind", id, "none").out
    assert mica("feedback", "show", "rating:none").code == 1
    assert mica("feedback", "list", "--below", "0.5", "--json").rows() == []


def test_a_choice_between_two_conversations(mica: Mica, store: Store) -> None:
    mica("ask", "show the files", "--specialist", "sysadmin", "--conversation", "again")
    made = mica("feedback", "prefer", "again", "sysadmin", "--comment", "shorter")
    assert made.code == 0 and made.out.startswith("preference:")
    refused = mica("feedback", "prefer", "again", "composer")
    assert refused.code == 1 and "different requests" in refused.err


def test_the_terminal_chat_rates_the_last_answer(mica: Mica, store: Store) -> None:
    lines = "/up\na seventh\n/down wrong bass\n/correct spell_chord(chord='C/E')\n/correct x\n"
    ended = mica("chat", "--specialist", "composer", stdin=lines)
    assert ended.code == 0 and "there is no answer" in ended.err
    (item,) = store.feedback()
    assert (item.rating, item.comment, item.kind) == ("down", "wrong bass", "wrong argument")
    assert "write a call a line" in ended.err


def test_stats(mica: Mica, store: Store) -> None:
    mica("feedback", "rate", "down", "--conversation", "composer", "--answer", "E")
    out = mica("feedback", "stats").out
    assert "1 pieces of feedback" in out and "1  bad answer  1 composer" in out
    assert "0 up, 1 down, 1 failures" in out
    counted, day = mica("feedback", "stats", "--json").rows()
    assert counted["kinds"]["bad answer"] == 1 and day["down"] == 1


def item(created: str, rating: str = "down", kind: str = "bad answer") -> FeedbackItem:
    return FeedbackItem(
        id=created, source="rating", conversation="c", message_id="m", owner="local",
        specialist="composer", rating=rating, comment="", messages=(), turn=-1, kind=kind,
        created=created,
    )  # fmt: skip


def test_periods_have_no_gaps() -> None:
    assert periods([]) == []
    days = periods(
        [item("2026-11-03T23:59:59.000000Z"), item("2026-11-05T00:00:00.000000Z", "up", "")]
    )
    assert [(str(p.start), p.up, p.down) for p in days] == [
        ("2026-11-03", 0, 1), ("2026-11-04", 0, 0), ("2026-11-05", 1, 0),
    ]  # fmt: skip
    weeks = periods([item("2026-10-01T00:00:00.000000Z"), item("2026-11-05T00:00:00.000000Z")])
    assert [str(p.start) for p in weeks][:2] == ["2026-09-28", "2026-10-05"] and len(weeks) == 6
    assert weeks[0].kinds == {"bad answer": 1} and weeks[1].failed == 0


@pytest.mark.parametrize(
    ("text", "specialist", "calls"),
    [
        ("$ ls -l", "sysadmin", [{"name": "bash", "arguments": {"command": "ls -l"}}]),
        ("[ -f x ]", "sysadmin", [{"name": "bash", "arguments": {"command": "[ -f x ]"}}]),
        ("{ ls; }", "sysadmin", [{"name": "bash", "arguments": {"command": "{ ls; }"}}]),
        ("du -sh $(ls)", "other", [{"name": "bash", "arguments": {"command": "du -sh $(ls)"}}]),
        ("spell_chord(chord='C')", "other", [{"name": "spell_chord", "arguments": {"chord": "C"}}]),
        ("bash(command='a\\nb')", "", [{"name": "bash", "arguments": {"command": "a\nb"}}]),
        ('[{"name": "bash", "arguments": {"command": "a"}}, '
         '{"name": "bash", "arguments": {"command": "b"}}]', "sysadmin",
         [{"name": "bash", "arguments": {"command": c}} for c in "ab"]),
        ("spell_chord(chord='C')\nspell_chord(\n  chord='D')", "composer",
         [{"name": "spell_chord", "arguments": {"chord": c}} for c in "CD"]),
        ('{"name": "bash", "arguments": {"command": "ls"}}', "composer",
         [{"name": "bash", "arguments": {"command": "ls"}}]),
    ],
)  # fmt: skip
def test_corrections_are_read_as_they_are_written(text: str, specialist: str, calls: list) -> None:
    found = read_correction(text, specialist)
    assert list(found) == calls
    assert read_correction(written(found, specialist), specialist) == found


def test_a_call_with_a_mistake_is_not_taken_for_a_command() -> None:
    with pytest.raises(CorrectionError):
        read_correction("spell_chord('C')", "other")


@pytest.mark.parametrize(
    "text",
    ["", "spell_chord('C')", "spell_chord(chord=open('x'))", "import os", "nothing(a=1)", "[1]",
     "spell_chord(chord={1})", "spell_chord(**{'chord': 'C'})", '{"name": "bash"}', "(" * 9000],
)  # fmt: skip
def test_what_is_no_call_is_refused(text: str) -> None:
    with pytest.raises(CorrectionError):
        read_correction(text, "composer")
