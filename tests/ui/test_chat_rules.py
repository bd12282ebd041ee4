"""Approvals on the page that last: rules, reasons, and a question whose editor ran out of time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.browser import ask, button, conversation_of, eventually, open_page
from support.graph_parts import World
from support.page_server import ScriptedPage

from graphs.events import Resume

RULE = "Always allow exactly this command: rm x (in whatever folder the conversation is then)."


@pytest.fixture
def server(request: pytest.FixtureRequest, browser: Any, tmp_path: Path) -> Iterator[ScriptedPage]:
    """The page over the real graph; `hurried` as a parameter gives an editor 15 seconds."""
    made = ScriptedPage(tmp_path, "graph", *getattr(request, "param", ()))
    made.start()
    yield made
    made.kill()


def test_always_makes_a_rule_that_can_be_revoked(context: Any, server: ScriptedPage):
    page = open_page(context, server)
    ask(page, "delete the file x")
    page.get_by_text("Approving beyond this once would make a rule").wait_for()
    button(page, "Always").click()
    page.get_by_text("Approved for always", exact=True).wait_for()
    page.get_by_text("The file is gone.").wait_for()
    page.goto(server.url)
    ask(page, "delete the file x again")
    page.get_by_text("Approved by a rule").wait_for()
    page.get_by_text("The file is gone.").wait_for()
    assert server.ran() == ["rm x", "rm x"] and button(page, "Approve").count() == 0
    ask(page, "/rules")
    page.get_by_text("used 1 times").wait_for()
    button(page, "Revoke 1").click()
    page.get_by_text("It is asked about again from now on.").wait_for()
    ask(page, "delete the file x once more")
    button(page, "Reject, saying why").click()
    page.get_by_label("Reason", exact=True).fill("x is still needed")
    button(page, "Reject the command").click()
    page.get_by_text("Rejected", exact=True).wait_for()
    page.get_by_text("x is still needed").first.wait_for()
    assert server.ran() == ["rm x", "rm x"]
    with_store = server.store()
    (rule,) = with_store.rules("local", revoked=True)
    assert (rule.by, rule.uses, bool(rule.revoked)) == ("page/local", 1, True)
    conversation = conversation_of(page)

    def model_is_told() -> bool:
        told = [message["content"] for _, message, _ in with_store.transcript(conversation)]
        return any("rejected this command: x is still needed" in text for text in told)

    eventually(model_is_told)  # the page says so before
    with_store.close()


@pytest.mark.parametrize("server", [("hurried",)], indirect=True)
def test_an_editor_that_runs_out_of_time_leaves_the_question(context: Any, server: ScriptedPage):
    page = open_page(context, server)
    ask(page, "delete the file x")
    button(page, "Edit").click()
    editor = page.get_by_label("Command", exact=True)
    editor.wait_for()
    editor.wait_for(state="detached")
    conversation = conversation_of(page)
    elsewhere = World(server.home).assistant(["Gone, from a terminal."])
    assert elsewhere.pending(conversation) is not None and server.ran() == []
    *_, answered = elsewhere.resume(conversation, Resume("approve"))
    assert answered.text == "Gone, from a terminal."
    elsewhere.close()
    button(page, "Approve").click()
    page.get_by_text("No longer waiting.").wait_for()
    assert server.ran() == []
