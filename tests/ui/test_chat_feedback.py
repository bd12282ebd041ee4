"""Correcting an answer and choosing between two on the chat page, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.browser import (
    ask,
    button,
    conversation_of,
    eventually,
    open_page,
    reload,
    thumb_down,
    window,
)
from support.page_server import ScriptedPage


@pytest.fixture(scope="module")
def context(server: ScriptedPage, browser: Any) -> Iterator[Any]:
    with window(browser) as made:
        yield made


@pytest.fixture(scope="module")
def server(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScriptedPage]:
    made = ScriptedPage(tmp_path_factory.mktemp("page"), "choosing")
    made.start()
    yield made
    made.kill()


def test_the_right_command_is_kept_after_a_thumb_down(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    ask(page, "how large is each file")
    page.get_by_text("Listed.").wait_for()
    conversation = conversation_of(page)
    thumb_down(page, "I asked for sizes")
    button(page, "Correct it").click()
    command = page.get_by_role("textbox", name="The right command")
    assert command.input_value() == "ls /srv"
    command.fill('[{"name": "bash", "arguments": {"comand": "du"}}]')
    button(page, "Keep the correction").click()
    page.get_by_role("alert").filter(has_text="comand").wait_for()
    command.fill("du -a /srv")
    button(page, "Keep the correction").click()
    page.get_by_text("The correction is kept").wait_for()
    store = server.store()
    (item,) = store.feedback()
    assert (item.conversation, item.rating, item.comment) == (
        conversation, "down", "I asked for sizes",
    )  # fmt: skip
    assert item.corrected_calls == ({"name": "bash", "arguments": {"command": "du -a /srv"}},)
    assert (item.correction, item.kind) == ("", "wrong tool")
    button(page, "Correct it").click()
    page.get_by_label("The right answer").check()
    page.get_by_role("textbox", name="The right answer").fill("Two files.")
    button(page, "Keep the correction").click()
    page.get_by_text("The correction is kept").nth(1).wait_for()
    (item,) = store.feedback()
    assert item.correction == "Two files." and len(item.corrected_calls) == 1
    store.unrate(item.id.partition(":")[2])
    store.close()


def test_a_better_answer_is_chosen_over_an_approval_and_a_reload(
    context: Any, server: ScriptedPage
) -> None:
    page = open_page(context, server)
    ask(page, "which files are there")
    page.get_by_text("Listed.").wait_for()
    conversation = conversation_of(page)
    button(page, "Answer again").click()
    page.get_by_text("rm removes files").wait_for()
    button(page, "Approve").click()
    page.get_by_text("Counted.").wait_for()
    page.get_by_text("Which answer is better?").wait_for()
    reload(page)
    button(page, "The second").click()
    page.get_by_text("your choice is kept").wait_for()
    store = server.store()
    (item,) = eventually(store.feedback)
    assert (item.source, item.conversation, item.owner) == ("preference", conversation, "local")
    assert item.calls == ({"name": "bash", "arguments": {"command": "rm x"}},)
    assert (item.answer, item.rejected, item.kind) == ("Counted.", "Listed.", "wrong tool")
    assert item.messages[0]["content"] == "which files are there" and item.turn == 0
    reload(page)
    page.get_by_text("your choice is kept").wait_for()
    assert button(page, "The second").count() == 0
    store.unprefer(item.id.partition(":")[2])
    store.close()


def test_the_same_answer_again_is_no_choice(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    ask(page, "the same files as always")
    page.get_by_text("Listed.").wait_for()
    button(page, "Answer again").click()
    page.get_by_text("It comes to the same answer again.").wait_for()
    assert page.get_by_text("Which answer is better?").count() == 0


def test_neither_may_be_better(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    ask(page, "which files are there")
    page.get_by_text("Listed.").wait_for()
    button(page, "Answer again").click()
    button(page, "Reject").click()
    page.get_by_text("Counted.").wait_for()
    button(page, "Neither is better").click()
    page.get_by_text("Neither is better.", exact=True).wait_for()
    store = server.store()
    assert [item.source for item in store.feedback()] == ["rejection"]
    store.close()


def test_what_nobody_took_is_corrected_with_a_command(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    ask(page, "is port 8080 taken")
    button(page, "Correct it").click()
    page.get_by_role("textbox", name="The right command or call").fill("ss -ltn")
    button(page, "Keep the correction").click()
    page.get_by_text("The correction is kept").wait_for()
    store = server.store()
    (item,) = store.feedback(source="rating")
    assert (item.specialist, item.kind, item.calls) == ("other", "refused wrongly", ())
    assert item.corrected_calls == ({"name": "bash", "arguments": {"command": "ss -ltn"}},)
    store.close()
