"""The frame that the pages share: head, navigation, who may come in, and reading forms."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from ui import chat_auth
from ui.api.errors import ApiError, explained
from ui.pages.markup import Markup, element, join

NAVIGATION = (("/", "Chat"), ("/review", "Review"), ("/training", "Training"))
"""The address and name of each page, in the order of the navigation."""

LARGEST_FORM = 200_000
"""Bytes of a form; a larger one is refused."""


def page(title: str, *body: str | Markup, status: int = 200, of: str = "") -> HTMLResponse:
    """Return a whole page. Its styles and script are `public/pages.css` and `public/pages.js`.

    `of` is the page of the navigation that it belongs to, where that is not its title.
    """
    head = join(
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} · Mica"),
        element("link", rel="icon", href="/public/favicon.svg"),
        element("link", rel="stylesheet", href="/public/pages.css"),
        element("script", src="/public/pages.js", defer=True),
    )
    links = (
        element("a", name, href=address, aria_current="page" if name == (of or title) else None)
        for address, name in NAVIGATION
    )
    inside = join(
        element("a", "Skip to the page", href="#main", class_="skip"),
        element("header", element("nav", *links, aria_label="Pages")),
        element("main", element("h1", title), *body, id="main", tabindex="-1"),
    )
    whole = element("html", element("head", head), element("body", inside), lang="en")
    headers = {"cache-control": "no-store"}
    return HTMLResponse(f"<!doctype html>{whole}", status, headers=headers)


class PageRoute(APIRoute):
    """A route for those who may use the chat; its failures are pages that say what to do."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            if not chat_auth.is_trusted(request.headers):
                text = "This address or host is not trusted; see MICA_TRUST_CLIENTS and "
                return page("Not for you", element("p", f"{text}MICA_TRUST_HOSTS."), status=403)
            try:
                return await handler(request)
            except Exception as error:
                known = explained(error)
                said = element("p", known.message, role="alert", class_="problem")
                return page("That did not work", said, status=known.status)

        return guarded


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form of our own pages; of several with a name, the last.

    Raises:
        ApiError: it comes from another site's page, or is too large.
    """
    sent_by = urlsplit(request.headers.get("origin", "")).netloc
    # A browser names the page that a form came from; one of another site could press our buttons.
    if sent_by != request.headers.get("host"):
        raise ApiError(403, "this form is not of this page; open the page and try again")
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > LARGEST_FORM:
            raise ApiError(413, f"the form is larger than {LARGEST_FORM} bytes; send less text")
    fields = parse_qs(data.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1].replace("\r\n", "\n") for name, values in fields.items()}
