"""What a new user sees: the page of a started `mica serve`, with everything real."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support.browser import (
    ask,
    button,
    conversation_of,
    eventually,
    kept,
    open_page,
    reload,
    submit,
    thumb_down,
)
from support.shipped import (
    DELETE,
    LARGEST,
    MUSIC,
    OFF_TOPIC,
    Inside,
    Shipped,
    exact_music,
    in_order,
    largest,
    logs_at_first,
)

# The first test of a run also builds the knowledge index, which takes a busy machine a while.
pytestmark = pytest.mark.timeout(900)


def answer_to(page: Any, request: str) -> str:
    """Ask on an open page, wait for the whole answer, and return the conversation."""
    ask(page, request)
    button(page, "Correct it").wait_for()
    return conversation_of(page)


def asked_to_delete(context: Any, server: Shipped) -> tuple[Any, str]:
    page = open_page(context, server)
    ask(page, DELETE)
    page.get_by_text("May I run this?").wait_for()
    for name in ("Approve", "Edit", "Reject"):
        button(page, name).wait_for()
    return page, conversation_of(page)


def test_largest_files(context: Any, served: Shipped):
    page = context.new_page()
    frames: list[str | bytes] = []

    def keep(frame: str | bytes) -> None:
        frames.append(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", keep))
    page.goto(served.url)
    page.locator("#chat-input").wait_for()

    def connected() -> bool:
        """Tell whether all goes over the socket by now; a page begins by asking again and again."""
        page.wait_for_timeout(50)  # frames are told only while the browser is waited for
        return "3probe" in frames

    eventually(connected)
    conversation = answer_to(page, LARGEST)
    page.get_by_text(re.compile(r"Sysadmin · (0\.\d\d|1\.00)$")).wait_for()
    page.get_by_role("button", name=re.compile(r"Looked up \d+ sources?")).click()
    page.get_by_text("recipe files.largest", exact=True).first.wait_for()
    page.get_by_role("button", name=re.compile(r"1 · ")).wait_for()
    (call,) = served.ran(conversation)
    right = largest(served.home)
    said = served.transcript(conversation)[-1]["content"]
    assert in_order(said, right), f"{call[2]} was run; the answer is {said!r}"
    shown = page.locator("body").inner_text()
    assert call[2] in shown
    # Once as the command's output and once in the answer.
    assert all(shown.count(path) >= 2 for path in right)
    assert sum("stream_token" in str(frame) for frame in frames) >= 3


def test_rejecting_keeps_the_files(context: Any, served: Shipped):
    page, conversation = asked_to_delete(context, served)
    page.get_by_text("Why I ask:").wait_for()
    page.locator("code", has_text="/srv/app").first.wait_for()
    with Inside(served.home, conversation) as inside:
        assert served.ran(conversation) == []
        before = inside.logs()
        assert before == logs_at_first(served.home)
        button(page, "Reject").click()
        page.get_by_text("Rejected", exact=True).wait_for()
        button(page, "Correct it").wait_for()
        said = served.transcript(conversation)[-1]
        assert said["role"] == "assistant"
        assert re.search(r"not run|nothing was|did not", said["content"], re.I), said["content"]
        assert served.ran(conversation) == []
        assert inside.logs() == before


def test_an_edited_command_is_judged_and_run(context: Any, served: Shipped):
    page, conversation = asked_to_delete(context, served)
    button(page, "Edit").click()
    editor = page.get_by_label("Command", exact=True)
    assert "/srv/app" in editor.input_value()
    editor.fill("rm -v /srv/app/old.log")
    submit(page, "Run the edited command")
    page.get_by_text("Edited", exact=True).wait_for()
    page.get_by_text("removed '/srv/app/old.log'").first.wait_for()
    button(page, "Correct it").wait_for()
    with Inside(served.home, conversation) as inside:
        assert inside.logs() == [
            path for path in logs_at_first(served.home) if path != "/srv/app/old.log"
        ]
    assert [command for _, _, command in served.ran(conversation)] == ["rm -v /srv/app/old.log"]


def test_an_edit_does_not_get_past_a_refusal(context: Any, served: Shipped):
    page, conversation = asked_to_delete(context, served)
    button(page, "Edit").click()
    page.get_by_label("Command", exact=True).fill("rm -rf /")
    submit(page, "Run the edited command")
    page.get_by_text("refused by the command policy").first.wait_for()
    assert served.ran(conversation) == []


def test_approving_deletes_the_files(context: Any, served: Shipped):
    page, conversation = asked_to_delete(context, served)
    assert served.ran(conversation) == []
    button(page, "Approve").click()
    page.get_by_text("Approved", exact=True).wait_for()
    button(page, "Correct it").wait_for()
    with Inside(served.home, conversation) as inside:
        assert inside.logs() == []
        assert "/srv/app/config.ini" in inside.sees("find /srv/app -type f")
    assert len(served.ran(conversation)) == 1


def test_a_chord_is_spelled_transposed_engraved_and_played(context: Any, served: Shipped):
    page = open_page(context, served)
    conversation = answer_to(page, MUSIC)
    page.get_by_text(re.compile(r"Composer · (0\.\d\d|1\.00)$")).wait_for()
    said = served.transcript(conversation)[-1]["content"]
    assert exact_music(said), said
    assert exact_music(page.locator("body").inner_text())
    image = page.locator("img.inline-image").first
    eventually(lambda: image.evaluate("i => i.complete && i.naturalWidth") > 100)
    assert image.get_attribute("src").startswith(served.url)
    assert 20 < image.bounding_box()["height"] < 400
    player = page.locator("audio").first
    eventually(lambda: player.evaluate("a => a.duration > 0.5 && a.error === null"))
    player.evaluate("a => { a.muted = true; return a.play(); }")
    eventually(lambda: player.evaluate("a => a.currentTime > 0.1"))


@pytest.mark.parametrize("request_", OFF_TOPIC)
def test_small_talk_runs_no_tool(context: Any, served: Shipped, request_: str):
    page = open_page(context, served)
    conversation = answer_to(page, request_)
    asked, said = served.transcript(conversation)
    assert asked["content"] == request_
    assert 20 < len(said["content"]) < 900
    assert "Debian system" in said["content"]
    assert re.search("music|chords", said["content"])
    assert "Paris" not in said["content"]
    assert served.ran(conversation) == []


def test_a_rating_and_the_history_survive_a_restart(context: Any, served: Shipped):
    page = open_page(context, served)
    conversation = answer_to(page, "what can you do")
    thumb_down(page, "too long")
    button(page, "Correct it").click()
    page.get_by_role("radio", name="The right answer").check()
    page.get_by_role("textbox", name="The right answer").fill("Shell commands and music theory.")
    submit(page, "Keep the correction")
    page.get_by_text("The correction is kept").wait_for()
    before = served.transcript(conversation)
    said = before[-1]["content"].split("\n")[0][:40]
    kept(served, conversation, said)
    served.kill()
    served.start()
    store = served.store()
    (rating,) = store.ratings(conversation)
    ids = [meta.get("message_id") for _, _, meta in store.transcript(conversation)]
    store.close()
    assert (rating.rating, rating.comment) == ("down", "too long")
    assert rating.correction == "Shell commands and music theory."
    assert rating.message_id in ids
    assert served.transcript(conversation) == before
    page.goto(served.url)
    page.locator(f'a[href$="/thread/{conversation}"]').first.click()
    page.locator(".negative-feedback-on").wait_for()
    page.get_by_text(said).first.wait_for()


def test_an_approval_outlives_kill_9_and_runs_once(context: Any, served: Shipped):
    page, conversation = asked_to_delete(context, served)
    command = page.locator("pre code.language-bash, code", has_text="/srv/app").first.inner_text()

    kept(served, conversation, "May I run")
    served.kill()
    served.start()
    page.goto(f"{served.url}/thread/{conversation}")
    page.get_by_text(DELETE, exact=True).first.wait_for()
    page.get_by_text("May I run this?").wait_for()
    assert command.strip() in page.locator("body").inner_text()
    with Inside(served.home, conversation) as inside:
        assert served.ran(conversation) == []
        assert inside.logs() == logs_at_first(served.home)
        button(page, "Approve").dblclick()
        button(page, "Correct it").wait_for()
        ((call_id, state, ran),) = served.ran(conversation)
        assert (state, ran) == ("finished", command.strip())
        assert inside.runs(call_id) == 1
        assert inside.logs() == []
    reload(page)
    page.get_by_text("Approved", exact=True).wait_for()
    assert button(page, "Approve").count() == 0
