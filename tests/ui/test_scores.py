"""Music files over the command line, the API and the page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
from support import patient
from support.api_server import serving
from support.browser import ask, button, open_page, window
from support.command_line import Mica
from support.graph_parts import World
from support.page_server import ScriptedPage

TUNE = 'X:1\nT:Little tune\nM:3/4\nL:1/8\nK:D\n"D"D2 F2 A2|"G"B3 A G2|"A7"A2 c2 e2|"D"d6|]\n'


def test_the_command_tells_changes_and_saves(mica: Mica, tmp_path: Path) -> None:
    file = tmp_path / "tune.abc"
    file.write_text(TUNE)
    told = mica("score", str(file))
    assert told.code == 0
    assert told.out.startswith("tune.abc (ABC): no problems\nLittle tune: 4 bars of 3/4 in D major")
    folder = tmp_path / "out"
    done = mica("score", str(file), "--change", "to F major", "--save", str(folder))
    assert "Chords by bar: | F | B♭ | C7 | F |" in done.out
    assert sorted(path.suffix for path in folder.iterdir()) == [
        ".abc", ".mid", ".musicxml", ".svg", ".wav",
    ]  # fmt: skip
    wrong = mica("score", str(file), "--change", "make it purple")
    assert wrong.code == 1 and "write e.g. up a step" in wrong.err
    file.write_bytes(os.urandom(100))
    assert "no music file that is read" in mica("score", str(file.rename(tmp_path / "x.bin"))).err


def test_the_api_analyses_and_changes(tmp_path: Path) -> None:
    headers = {"content-type": "application/octet-stream"}
    with serving(World(tmp_path).assistant(["unused"])) as address:
        api = httpx.Client(base_url=address, timeout=patient.SECONDS, headers=headers)
        found = api.post("/v1/scores", params={"name": "t.abc"}, content=TUNE.encode())
        assert found.status_code == 200, found.text
        assert "4 bars of 3/4 in D major" in found.json()["text"]
        changed = api.post(
            "/v1/scores", params={"name": "t.abc", "change": "up a step"}, content=TUNE.encode()
        ).json()
        assert changed["text"].startswith("Little tune up a major second:")
        image = next(a for a in changed["artifacts"] if a["mime"] == "image/svg+xml")
        assert b"<svg" in api.get(image["url"]).content
        wrong = api.post("/v1/scores", params={"name": "t.mid"}, content=b"MThd")
        assert wrong.status_code == 400 and wrong.json()["error"]["code"] == "unreadable_score"
        large = api.post("/v1/scores", params={"name": "t.mid"}, content=bytes(9 << 20))
        assert large.status_code == 413
        plain = api.post("/v1/scores", params={"name": "t"}, headers={"content-type": "text/plain"})
        assert plain.status_code == 415


def test_a_file_dropped_on_the_page_is_shown_and_changed(browser: Any, tmp_path: Path) -> None:
    server = ScriptedPage(tmp_path, "graph")
    server.start()
    try:
        with window(browser) as context:
            page = open_page(context, server)
            file = {"name": "tune.abc", "mimeType": "text/vnd.abc", "buffer": TUNE.encode()}
            chooser = page.locator("input[type=file]").first
            chooser.wait_for(state="attached")
            page.locator("#upload-button").wait_for()  # named so once connected
            with page.expect_event("requestfinished", lambda sent: "/project/file" in sent.url):
                chooser.set_input_files(files=[file])
            page.get_by_text("tune.abc").first.wait_for()
            ask(page, "up a step")
            page.get_by_text("4 bars of 3/4 in D major").wait_for()
            page.get_by_text("Little tune up a major second:").wait_for()
            page.locator("audio").first.wait_for()
            ask(page, "/score to G major")
            page.get_by_text("Little tune from E major to G major:").wait_for()
            ask(page, "can you put it in C major please")
            page.get_by_text("Little tune from G major to C major:").wait_for()
            ask(page, "/score make it purple")
            page.get_by_text("write e.g. up a step").wait_for()
            with page.expect_event("requestfinished", lambda sent: "/project/file" in sent.url):
                second = TUNE.replace("Little tune", "Other tune").encode()
                other = {"name": "other.abc", "mimeType": "text/vnd.abc", "buffer": second}
                chooser.set_input_files(files=[other])
            page.get_by_text("other.abc").first.wait_for()
            ask(page, "and another")
            page.get_by_text("Other tune: 4 bars").first.wait_for()
            ask(page, "/score transpose the first down a step")
            page.get_by_text("Little tune down a major second:").wait_for()
            ask(page, "/score the second one to A major")
            page.get_by_text("Other tune from D major to A major:").wait_for()
            ask(page, "/score list")
            page.get_by_text("other.abc (changed next)").wait_for()
            ask(page, "remove the file x")  # no change: it is the assistant's
            button(page, "Approve").wait_for()
    finally:
        server.kill()
