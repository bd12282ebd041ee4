"""The chat page in a real browser, over a scripted assistant in a process of its own."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.browser import (
    ask,
    button,
    conversation_of,
    eventually,
    open_page,
    reload,
    submit,
    thumb_down,
)
from support.page_server import ScriptedPage


@pytest.fixture(scope="module")
def server(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScriptedPage]:
    made = ScriptedPage(tmp_path_factory.mktemp("page"))
    made.start()
    yield made
    made.kill()


def test_an_answer_shows_its_steps_and_sources(context: Any, server: ScriptedPage) -> None:
    page = context.new_page()
    outside: list[str] = []
    page.on("request", lambda r: None if server.url in r.url else outside.append(r.url))
    page.goto(server.url)
    page.locator("#chat-input").wait_for()
    ask(page, "show me the five largest files under /usr/lib")
    page.get_by_text("The 5 largest files under /usr/lib, in bytes:").wait_for()
    page.get_by_text("Sysadmin · 0.97", exact=True).wait_for()
    page.get_by_text("find /usr/lib -xdev").first.wait_for()
    page.locator("code", has_text="118902384").first.wait_for()
    page.get_by_role("button", name="Looked up 1 source").click()
    page.get_by_text("recipes/files.yaml#files.largest").wait_for()
    page.get_by_role("button", name="1 · largest files under a directory").click()
    page.locator(".mica-passage", has_text="The 5 largest files under a directory").wait_for()
    assert page.title() == "Mica"
    assert [url for url in outside if not url.startswith(("data:", "blob:"))] == []


def test_music_is_seen_heard_and_taken_away(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    ask(page, "what chord is E flat minor seventh")
    page.get_by_text("Composer · 0.97").wait_for()
    image = page.locator("img.inline-image")
    image.wait_for()
    eventually(lambda: image.evaluate("i => i.complete && i.naturalWidth") == 220)
    audio = page.locator("audio")
    audio.wait_for()
    eventually(lambda: audio.evaluate("a => a.duration > 0.2"))
    page.get_by_text("music.mid").wait_for()
    with page.expect_download() as download:
        page.locator("a[download='sound.wav']").click()
    assert Path(download.value.path()).read_bytes().startswith(b"RIFF")
    reload(page)
    page.locator("audio").wait_for()
    assert "/mica/files/" in page.locator("img.inline-image").get_attribute("src")
    eventually(
        lambda: (
            page.locator("img.inline-image").evaluate("i => i.complete && i.naturalWidth") == 220
        )
    )
    eventually(lambda: page.locator("audio").evaluate("a => a.duration > 0.2"))


def test_approving_runs_the_command_once(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    before = len(server.ran())
    ask(page, "delete every .log file in /srv/app")
    page.get_by_text("rm deletes files and they cannot be brought back").wait_for()
    page.locator("code", has_text="/srv/app/a.log").first.wait_for()
    assert len(server.ran()) == before
    button(page, "Approve").dblclick()
    page.get_by_text("Done: rm -f /srv/app/a.log /srv/app/b.log ran.").wait_for()
    page.get_by_text("Approved", exact=True).wait_for()
    assert button(page, "Approve").count() == 0
    assert server.ran()[before:] == ["rm -f /srv/app/a.log /srv/app/b.log"]


def test_rejecting_runs_nothing(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    before = server.ran()
    ask(page, "delete every .log file in /srv/app")
    button(page, "Reject").click()
    page.get_by_text("All right, nothing was run.").wait_for()
    page.get_by_text("Rejected", exact=True).wait_for()
    assert server.ran() == before


def test_editing_asks_again_where_the_edit_is_risky(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    before = len(server.ran())
    ask(page, "delete every .log file in /srv/app")
    button(page, "Edit").click()
    editor = page.get_by_label("Command", exact=True)
    assert editor.input_value() == "rm -f /srv/app/a.log /srv/app/b.log"
    editor.fill("rm -i /srv/app/a.log")
    submit(page, "Run the edited command")
    page.get_by_text("Edited", exact=True).wait_for()
    button(page, "Edit").click()
    editor.fill("ls /srv/app")
    submit(page, "Run the edited command")
    page.get_by_text("Done: ls /srv/app ran.").wait_for()
    assert server.ran()[before:] == ["ls /srv/app"]


def test_a_cancelled_edit_still_waits(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    ask(page, "delete every .log file in /srv/app")
    button(page, "Edit").click()
    submit(page, "Cancel")
    page.get_by_label("Command", exact=True).wait_for(state="detached")
    button(page, "Reject").click()
    page.get_by_text("All right, nothing was run.").wait_for()


def test_a_message_sent_meanwhile_is_answered_afterwards(
    context: Any, server: ScriptedPage
) -> None:
    page = open_page(context, server)
    ask(page, "delete every .log file in /srv/app")
    button(page, "Approve").wait_for()
    ask(page, "show me the five largest files")
    page.get_by_text("A command waits for your decision first").wait_for()
    assert page.get_by_text("The 5 largest files under /usr/lib").count() == 0
    button(page, "Reject").click()
    page.get_by_text("All right, nothing was run.").wait_for()
    page.get_by_text("The 5 largest files under /usr/lib").wait_for()


def test_a_thumb_down_with_a_comment_and_a_correction_are_kept(
    context: Any, server: ScriptedPage
) -> None:
    page = open_page(context, server)
    ask(page, "what chord is E flat minor seventh")
    page.locator(".negative-feedback-off").wait_for()
    conversation = conversation_of(page)
    thumb_down(page, "the octave is wrong")
    store = server.store()
    (rating,) = eventually(lambda: store.ratings(conversation))
    assert (rating.rating, rating.comment, rating.owner) == ("down", "the octave is wrong", "local")
    assert rating.message_id == f"{conversation}:1"
    button(page, "Correct it").click()
    page.get_by_text("What would have been right?").wait_for()
    page.get_by_role("textbox", name="The right answer").fill("E♭4 G♭4 B♭4 D♭5")
    submit(page, "Keep the correction")
    page.get_by_text("The correction is kept").wait_for()
    (kept,) = store.ratings(conversation)
    assert (kept.id, kept.rating, kept.comment) == (rating.id, "down", "the octave is wrong")
    assert kept.correction == "E♭4 G♭4 B♭4 D♭5"
    store.close()
    reload(page)
    page.locator(".negative-feedback-on").wait_for()
    button(page, "Correct it").wait_for()


def test_a_failure_is_said_plainly(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    ask(page, "break")
    page.get_by_text("The model file is missing; run").wait_for()
    ask(page, "raise")
    page.get_by_text("the sandbox's socket is gone; start Docker again").wait_for()
    ask(page, "show me the five largest files under /usr/lib")
    page.get_by_text("The 5 largest files under /usr/lib, in bytes:").wait_for()


def test_a_message_over_a_megabyte_gets_an_answer(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    page.locator("#chat-input").fill("break " + "x" * 1_200_000)
    page.locator("#chat-submit:enabled").click()
    page.get_by_text("The model file is missing; run").wait_for()


def test_pages_carry_a_policy_and_files_need_a_person(server: ScriptedPage) -> None:
    with urllib.request.urlopen(server.url) as answer:
        policy = answer.headers["content-security-policy"]
        page = answer.read().decode()
    assert "default-src 'self'" in policy and "http" not in policy
    assert "https://" not in page
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server.url}/mica/files/thread/element")
    assert refused.value.code == 401
    with pytest.raises(urllib.error.HTTPError) as foreign:
        request = urllib.request.Request(f"{server.url}/auth/header", data=b"", method="POST")
        request.add_header("Host", "evil.example")
        urllib.request.urlopen(request)
    assert foreign.value.code == 401


def test_stopping_keeps_the_text_so_far(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    ask(page, "slow, please")  # it says two words and no more
    page.get_by_text("The 5").wait_for()
    page.locator("#stop-button").click()
    page.get_by_text("Task manually stopped.").wait_for()
    conversation = conversation_of(page)
    store = server.store()

    def said() -> list[str]:
        steps = store.page_items("steps", conversation)
        return [s["output"] for s in steps if s["output"].startswith("The")]

    (text,) = eventually(said)
    store.close()
    assert text == "The 5"


def test_the_profile_names_the_specialist(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    page.locator("#chat-profiles").click()
    page.get_by_role("option", name="Composer").click()
    page.get_by_text("The notes of D dorian").wait_for()
    page.get_by_role("button", name="The notes of D dorian").click()
    page.get_by_text("Composer · 1.00").wait_for()


def test_a_deleted_thread_is_gone_with_its_files(context: Any, server: ScriptedPage) -> None:
    page = open_page(context, server)
    ask(page, "what chord is E flat minor seventh")
    button(page, "Correct it").wait_for()
    conversation = conversation_of(page)
    folder = server.home / "files" / conversation
    eventually(lambda: len(list(folder.glob("*"))) == 3)
    page.request.delete(f"{server.url}/project/thread", data={"threadId": conversation})
    assert not folder.exists()
    store = server.store()
    assert store.conversation(conversation) is None
    store.close()


def test_a_conversation_held_elsewhere_is_shown(context: Any, server: ScriptedPage) -> None:
    store = server.store()
    store.add_conversation("by-the-api", title="asked by a script")
    store.append("by-the-api", {"role": "user", "content": "how full are the disks"})
    call = {"id": "c", "type": "function", "function": {"name": "bash", "arguments": "{}"}}
    store.append("by-the-api", {"role": "assistant", "content": "", "tool_calls": [call]})
    store.append(
        "by-the-api",
        {"role": "tool", "content": "93% /", "tool_call_id": "c", "name": "bash", "status": "ok"},
        meta={"arguments": {"command": "df --output=pcent,target /"}},
    )
    store.append("by-the-api", {"role": "assistant", "content": "The disk is 93% full."})
    store.close()
    page = open_page(context, server)
    page.get_by_role("link", name="asked by a script").click()
    page.get_by_text("how full are the disks", exact=True).wait_for()
    page.get_by_text("df --output=pcent,target /").wait_for()
    page.get_by_text("The disk is 93% full.").wait_for()
