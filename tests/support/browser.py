"""A real browser on the chat page, and the few things that a person does with it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support import needs
from support.page_server import PageServer

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE = 300.0
"""Seconds that a page may take for anything: what is right comes, on a busy machine later."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Debian's Chromium; skip where it is missing."""
    from playwright.sync_api import sync_playwright

    if not CHROMIUM.exists():
        needs.lacking("the page is tested in a real browser: apt-get install chromium")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def window(browser: Any, *, patience: float = PATIENCE, height: int = 900) -> Iterator[Any]:
    """Open a window with cookies of its own; everything in it waits up to `patience` seconds."""
    made = browser.new_context(viewport={"width": 1280, "height": height}, color_scheme="light")
    made.set_default_timeout(1000 * patience)
    yield made
    made.close()


def overheard(page: Any) -> list[str]:
    """Return a list that grows by what the page says, asks the server and is answered."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("response", lambda r: heard.append(f"{r.status} {r.request.method} {r.url}"))
    page.on("requestfailed", lambda lost: heard.append(f"{lost.failure} {lost.method} {lost.url}"))

    def frames(socket: Any) -> None:
        heard.append(f"socket open: {socket.url}")
        socket.on("framesent", lambda frame: heard.append(f"> {frame[:300]!r}"))
        socket.on("framereceived", lambda frame: heard.append(f"< {frame[:300]!r}"))
        socket.on("close", lambda _: heard.append("socket closed"))

    page.on("websocket", frames)
    return heard


def open_page(context: Any, server: PageServer) -> Any:
    page = context.new_page()
    page.goto(server.url)
    page.locator("#chat-input").wait_for()
    return page


def reload(page: Any) -> None:
    """Load the page again. Chromium refuses a reload while it swaps the page's process."""
    page.goto(page.url)


def ask(page: Any, text: str) -> None:
    page.locator("#chat-input").click()
    page.keyboard.type(text)
    # The button is live once the page is connected.
    page.locator("#chat-submit:enabled").click()


def conversation_of(page: Any) -> str:
    page.wait_for_url(re.compile("/thread/"))
    return str(page.url.rsplit("/", 1)[-1])


def button(page: Any, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def submit(page: Any, name: str) -> None:
    """Press a form's button until the page has taken the form.

    A press is lost where the page scrolls under the pointer: then a person presses again.
    """
    from playwright.sync_api import Error

    form = button(page, name)

    def taken() -> bool:
        try:
            form.click(timeout=15_000)
            form.wait_for(state="detached", timeout=15_000)
        except Error:
            return bool(form.count() == 0)
        return True

    eventually(taken)


def thumb_down(page: Any, comment: str) -> None:
    """Rate the answer on the page with a comment."""
    page.locator(".negative-feedback-off").last.click()
    page.get_by_role("dialog").locator("textarea").fill(comment)
    page.get_by_role("dialog").get_by_role("button", name=re.compile("submit", re.I)).click()
    page.locator(".negative-feedback-on").last.wait_for()


def correct(page: Any, text: str) -> None:
    """Say in the last answer's dialog which command or calls would have been right."""
    kept = page.get_by_text("The correction is kept")
    before = kept.count()
    button(page, "Correct it").last.click()
    page.locator(".mica-correct textarea").fill(text)
    submit(page, "Keep the correction")
    kept.nth(before).wait_for()


def new_chat(page: Any) -> None:
    """Begin a new conversation on the page, as it is."""
    page.locator("#new-chat-button").click()
    button(page, "Correct it").wait_for(state="detached")


def kept(server: PageServer, conversation: str, text: str) -> None:
    """Wait until the page's history has `text`: what is shown is written a moment later."""
    store = server.store()

    def history() -> str:
        items = [store.page_items(table, conversation) for table in ("steps", "elements")]
        return json.dumps(items, ensure_ascii=False)

    try:
        eventually(lambda: text in history())
    finally:
        store.close()


def eventually(check: Any, seconds: float = PATIENCE) -> Any:
    """Wait until `check` gives something true."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"it did not happen within {seconds:.0f} seconds"
        time.sleep(0.05)
    return found
