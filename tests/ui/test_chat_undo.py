"""Previews and undo on the page, in a real browser over a real sandbox."""

from __future__ import annotations

from pathlib import Path

from support import needs
from support.browser import ask, button, chromium, open_page, window
from support.page_server import ScriptedPage
from support.preview_place import open_box

from records.paths import home


def test_the_question_shows_the_difference_and_undo_puts_it_back(tmp_path: Path) -> None:
    with needs.a_sandbox():
        open_box(tmp_path / "try")
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "sandbox" / "rootfs").symlink_to((home() / "sandbox" / "rootfs").resolve())
    server = ScriptedPage(tmp_path, "previews")
    with chromium() as browser, window(browser) as context:
        server.start()
        try:
            page = open_page(context, server)
            ask(page, "change the file log")
            page.get_by_text("1 file added. Nothing is changed yet.").wait_for()
            page.locator("code", has_text="+hello").first.wait_for()
            button(page, "Approve").click()
            page.get_by_text("The file is written.").wait_for()
            button(page, "Undo").click()
            page.get_by_text("I undid this command:").wait_for()
            page.get_by_text("removed again").wait_for()
            # By the keyboard: the page scrolls to its answer, and a click may miss what moves.
            button(page, "Undo").press("Enter")
            page.get_by_text("This was undone already").wait_for()
            ask(page, "undo")
            page.get_by_text("there is no command to undo").wait_for()
        finally:
            server.kill()
