"""The chat page while the disk that holds the records is full."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support import small_disk
from support.browser import (
    ask,
    button,
    conversation_of,
    eventually,
    kept,
    open_page,
    reload,
    window,
)
from support.page_server import ScriptedPage


def test_a_full_disk_is_said_on_the_page_and_loses_nothing(browser: Any, tmp_path: Path) -> None:
    with small_disk.mounted(tmp_path, "8m") as folder, window(browser) as context:
        server = ScriptedPage(folder, "graph", log=tmp_path / "server.log")
        server.start()
        try:
            page = open_page(context, server)
            ask(page, "remove the first file")
            button(page, "Approve").click()
            page.get_by_text("The file is gone.").wait_for()
            kept(server, conversation_of(page), "The file is gone.")
            ballast = small_disk.fill(folder)
            ask(page, "remove the second file")
            page.get_by_text("disk").first.wait_for()
            assert server.ran() == ["rm x"]
            ballast.unlink()
            reload(page)
            page.get_by_text("remove the first file").first.wait_for()
            page.get_by_text("The file is gone.").wait_for()
            ask(page, "remove the third file")
            button(page, "Approve").click()
            eventually(lambda: server.ran() == ["rm x"] * 2)
        finally:
            server.kill()
