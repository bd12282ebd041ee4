"""The review page: who may come in, and working through feedback in a real browser."""

from __future__ import annotations

import http.client
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
from support.browser import button, window
from support.feedback_turns import FIND, LS, turn
from support.page_server import ScriptedPage

from records.store import Store

EVIL = "<script>document.title='taken'</script>"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScriptedPage]:
    home = tmp_path_factory.mktemp("review")
    store = Store(home / "mica.db")
    turn(store, "c", "t1", f"list the files {EVIL}", LS, answer=f"Those. {EVIL}")
    turn(store, "c", "t2", "which files are large", LS, answer="These.")
    turn(store, "d", "t3", "thank you", answer="Welcome.")
    store.rate("c", "msg_t1", rating="down", comment=f"no {EVIL}")
    store.rate("c", "msg_t2", rating="down", calls=[FIND])
    store.rate("d", "msg_t3", rating="up", owner="api")
    store.close()
    made = ScriptedPage(home)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def page(browser: Any, server: ScriptedPage) -> Iterator[Any]:
    with window(browser) as made:
        opened = made.new_page()
        opened.goto(f"{server.url}/review")
        yield opened


@pytest.fixture
def store(server: ScriptedPage) -> Iterator[Store]:
    opened = server.store()
    yield opened
    opened.close()


def sent(
    server: ScriptedPage, method: str, path: str, form: dict[str, str] | None = None, **headers: str
) -> tuple[int, str]:
    """Send a request with these headers; return the status and the page."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    body = urllib.parse.urlencode(form) if form is not None else None
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def follow(page: Any, control: Any) -> None:
    """Press what leads to another page, and wait until that is there."""
    with page.expect_navigation():
        control.click()


def test_only_trusted_hosts_and_our_own_forms_come_in(server: ScriptedPage, store: Store) -> None:
    item = store.feedback(rating="up")[0]
    own = f"127.0.0.1:{server.port}"
    assert sent(server, "GET", "/review")[0] == 200
    status, text = sent(server, "GET", "/review", Host="evil.example")
    assert status == 403 and "MICA_TRUST_HOSTS" in text
    form = {"do": "exclude"}
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {},
        {"Origin": f"http://{own}", "Host": "evil.example"},
    ):
        assert sent(server, "POST", f"/review/{item.id}", form, **headers)[0] == 403
    assert store.reviews() == []
    origin = {"Origin": f"http://{own}"}
    assert sent(server, "POST", f"/review/{item.id}", {"do": "burn"}, **origin)[0] == 400
    assert sent(server, "POST", f"/review/{item.id}", {"x": "y" * 200_001}, **origin)[0] == 413
    assert sent(server, "POST", "/review/rating:none", form, **origin)[0] == 404
    assert sent(server, "GET", "/review/rating:none")[0] == 404
    assert store.reviews() == []


def test_strange_addresses_are_no_errors(server: ScriptedPage) -> None:
    for query in ("below=abc", "below=nan", "rating=sideways", "start=-4", "start=99999999999",
                  "kind=%00", "specialist=%3Cb%3E", "excluded=maybe"):  # fmt: skip
        status, text = sent(server, "GET", f"/review?{query}")
        assert status == 200 and "<b>" not in text, query


def test_the_list_is_filtered_and_grouped(page: Any) -> None:
    assert page.title() == "Review · Mica"
    assert page.locator("article").count() == 3
    follow(page, page.get_by_role("link", name="wrong tool"))
    page.get_by_role("heading", name="which files are large").wait_for()
    assert page.locator("article").count() == 1
    assert page.get_by_label("Failure").input_value() == "wrong tool"
    follow(page, page.get_by_role("link", name="All", exact=True))
    page.get_by_label("Rating", exact=True).select_option("up")
    follow(page, button(page, "Filter"))
    page.wait_for_url("**rating=up**")
    assert page.locator("article").count() == 1
    page.get_by_label("Router less sure than").fill("0.5")
    follow(page, button(page, "Filter"))
    page.get_by_text("Nothing passes the filter.").wait_for()


def test_the_plots_show_what_was_said(page: Any) -> None:
    plot = page.get_by_role("img", name="Thumbs over time: 1 up and 2 down")
    down, up = plot.locator("rect.down").bounding_box(), plot.locator("rect.up").bounding_box()
    assert down["height"] > 10 and down["height"] == pytest.approx(2 * up["height"], rel=0.05)
    kind = page.get_by_role("img", name="wrong tool over time")
    assert kind.locator("rect.other").bounding_box()["height"] > 5


def test_feedback_is_corrected_tagged_and_left_out(page: Any, store: Store) -> None:
    follow(page, page.get_by_role("link", name="list the files"))
    assert page.title() == "Feedback · Mica"
    call = page.get_by_label("The right command")
    assert call.input_value() == "ls /srv"
    call.fill('[{"name": "bash", "arguments": {"comand": "du"}}]')
    follow(page, button(page, "Keep the call"))
    page.get_by_role("alert").filter(has_text="comand").wait_for()
    assert "comand" in page.get_by_label("The right command").input_value()
    page.get_by_label("The right command").fill("ls -l /srv")
    follow(page, button(page, "Keep the call"))
    page.get_by_role("status").wait_for()
    page.get_by_label("Tags, with commas between").fill("folders, easy")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    follow(page, button(page, "Remove #folders"))
    assert button(page, "Remove #folders").count() == 0
    page.get_by_label("Failure").select_option("bad answer")
    follow(page, button(page, "Change"))
    page.get_by_role("status").wait_for()
    page.get_by_label("Why").fill("a test")
    follow(page, button(page, "Leave it out"))
    button(page, "Take it in again").wait_for()
    (item,) = store.feedback(excluded=True)
    assert (item.kind, item.tags) == ("bad answer", ("easy",))
    assert item.corrected_calls[0]["arguments"] == {"command": "ls -l /srv"}
    (review,) = store.reviews(item.id)
    assert (review.reviewer, review.note) == ("page/local", "a test")
    assert all(rating.calls != item.corrected_calls for rating in store.ratings())
    follow(page, page.get_by_role("link", name="Back to the list"))
    page.locator("article.excluded").wait_for()


def test_texts_of_people_and_models_stay_texts(page: Any) -> None:
    follow(page, page.get_by_role("link", name="list the files"))
    page.get_by_text(f"Those. {EVIL}").wait_for()
    assert page.title() == "Feedback · Mica"


def test_the_page_follows_the_theme_of_the_chat(page: Any) -> None:
    def ground() -> str:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert ground() == "rgb(255, 255, 255)"
    page.evaluate("localStorage.setItem('vite-ui-theme', 'dark')")
    page.goto(page.url)
    assert ground() == "rgb(33, 33, 33)"


def test_the_list_works_by_keyboard(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Enter")
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent"))
    assert any("which files are large" in text for text in reached)
