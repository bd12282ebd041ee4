"""What the chat page keeps over a restart, a kill and a reload, in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.browser import (
    ask,
    button,
    conversation_of,
    eventually,
    kept,
    open_page,
    overheard,
    reload,
)
from support.page_server import ScriptedPage


@pytest.fixture
def server(browser: Any, tmp_path: Path) -> Iterator[ScriptedPage]:
    made = ScriptedPage(tmp_path)
    made.start()
    yield made
    made.kill()


def test_history_survives_a_restart(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    ask(page, "show me the five largest files under /usr/lib")
    page.get_by_text("The 5 largest files under /usr/lib, in bytes:").wait_for()
    button(page, "Correct it").wait_for()
    kept(server, conversation_of(page), '"name": "Sources"')
    server.kill()
    server.start()
    page.goto(server.url)
    page.get_by_role("link", name="show me the five largest files").click()
    page.get_by_text("The 5 largest files under /usr/lib, in bytes:").wait_for()
    page.get_by_text("Sysadmin · 0.97", exact=True).wait_for()
    page.get_by_text("find /usr/lib -xdev").first.wait_for()
    page.get_by_role("button", name="1 · largest files under a directory").wait_for()
    ask(page, "what chord is E flat minor seventh")
    page.get_by_text("up a fourth, A♭m7.").wait_for()


def test_an_approval_survives_kill_9(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    ask(page, "delete every .log file in /srv/app")
    button(page, "Approve").wait_for()
    conversation = conversation_of(page)
    kept(server, conversation, "May I run")
    server.kill()
    server.start()
    page.goto(f"{server.url}/thread/{conversation}")
    page.get_by_text("May I run this?").wait_for()
    assert page.get_by_text("May I run this?").count() == 1
    assert server.ran() == []
    button(page, "Approve").click()
    page.get_by_text("Done: rm -f /srv/app/a.log /srv/app/b.log ran.").wait_for()
    assert server.ran() == ["rm -f /srv/app/a.log /srv/app/b.log"]
    reload(page)
    page.get_by_text("Done: rm -f /srv/app/a.log /srv/app/b.log ran.").wait_for()
    assert button(page, "Approve").count() == 0


def test_an_approval_the_page_never_kept_is_shown_too(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    ask(page, "show me the five largest files")
    button(page, "Correct it").wait_for()
    conversation = conversation_of(page)
    waits = {conversation: {"id": "call-9", "command": "rm -rf /srv/app/old"}}
    (server.home / "pending.json").write_text(json.dumps(waits))
    reload(page)
    page.get_by_text("May I run this?").wait_for()
    button(page, "Reject").click()
    page.get_by_text("All right, nothing was run.").wait_for()


def test_a_turn_cut_by_a_crash_is_finished(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    ask(page, "what chord is E flat minor seventh")
    button(page, "Correct it").wait_for()
    (server.home / f"cut-{conversation_of(page)}").touch()
    reload(page)
    page.get_by_text("This is the rest of the answer that was cut.").wait_for()
    reload(page)
    page.get_by_text("This is the rest of the answer that was cut.").wait_for()


def test_a_page_left_open_over_a_restart_goes_on(context: Any, server: ScriptedPage) -> None:
    from playwright.sync_api import TimeoutError

    page = open_page(context, server)
    heard = overheard(page)
    ask(page, "delete every .log file in /srv/app")
    button(page, "Approve").wait_for()
    conversation_of(page)
    server.kill()
    heard.append("the server is killed and started again")
    server.start()

    def pressed() -> bool:
        """Press the button; false where the page has not found the new server yet.

        The page draws its buttons anew when it has: a press on one that goes is lost.
        """
        try:
            with page.expect_response("**/project/action", timeout=20_000) as answered:
                button(page, "Approve").click(timeout=20_000)
        except TimeoutError:
            return bool(page.get_by_text("Approved", exact=True).count())
        return bool(answered.value.ok)

    try:
        eventually(pressed)
    except AssertionError as late:
        said = [*heard[-80:], page.locator("body").inner_text(), server.said()[-3000:]]
        raise AssertionError("\n".join(said)) from late
    page.get_by_text("Done: rm -f /srv/app/a.log /srv/app/b.log ran.").wait_for()
    assert server.ran() == ["rm -f /srv/app/a.log /srv/app/b.log"]


def test_the_real_graph_keeps_an_approval_over_kill_9(context: Any, tmp_path: Path) -> None:
    graph = ScriptedPage(tmp_path, "graph")
    graph.start()
    page = open_page(context, graph)
    ask(page, "delete the file x")
    page.get_by_text("rm removes files").wait_for()
    button(page, "Approve").wait_for()
    conversation = conversation_of(page)
    graph.kill()
    graph.start()
    page.goto(f"{graph.url}/thread/{conversation}")
    button(page, "Approve").wait_for()
    assert graph.ran() == []
    button(page, "Approve").dblclick()
    page.get_by_text("The file is gone.").wait_for()
    assert graph.ran() == ["rm x"]
    # The page shows an answer before its own thumbs: till then the last are another message's.
    answer = page.locator(".ai-message", has_text="The file is gone.").last
    answer.locator(".positive-feedback-off").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("submit", re.I)).click()
    store = graph.store()
    (rating,) = eventually(lambda: store.ratings(conversation))
    assert rating.rating == "up"
    answers = [meta.get("message_id") for _, m, meta in store.transcript(conversation)]
    assert rating.message_id in answers
    store.close()
    graph.kill()
