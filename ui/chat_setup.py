"""Mounting the chat page on a FastAPI app, and what the page's callbacks share.

Chainlit reads its folder and its secret from the environment when it is imported, so
`mount` sets both first. `chainlit` is imported only inside functions here.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from records.paths import home
from records.store import Store
from ui import chat_auth, chat_files

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from graphs.events import ApprovalNeeded, Event, Resume
    from runtime.types import GenerationOptions
    from sandboxes.preview import UndoStep

LARGEST_MESSAGE = 12_000_000  # bytes; below the 16 MiB at which uvicorn cuts a web socket

ROOT = Path(__file__).resolve().parent.parent


class ChatAssistant(Protocol):
    """What the page needs of an assistant: `graphs.assistant.Assistant`."""

    def astream(
        self,
        conversation: str,
        text: str,
        *,
        specialist: str | None = None,
        owner: str | None = None,
        options: GenerationOptions | None = None,
    ) -> AsyncIterator[Event]:
        """Answer a request; `options` replace how the model decodes."""
        ...

    def aresume(self, conversation: str, resume: Resume) -> AsyncIterator[Event]:
        """Go on after a person's decision."""
        ...

    def arecover(self, conversation: str) -> AsyncIterator[Event]:
        """Finish a turn that a crash cut off, without deciding anything."""
        ...

    def pending(self, conversation: str) -> ApprovalNeeded | None:
        """Return the command that waits for a decision, or None."""
        ...

    def undoable(self, conversation: str) -> list[UndoStep]:
        """Return the commands that can be undone, the last one first."""
        ...

    def unfinished(self, conversation: str) -> bool:
        """Whether a crash cut the last turn off."""
        ...

    def forget(self, conversation: str) -> None:
        """Remove a conversation everywhere."""
        ...


class _Shared:
    assistant: ChatAssistant | None = None
    store: Store | None = None
    building: asyncio.Lock | None = None


def provide(assistant: ChatAssistant | None = None, store: Store | None = None) -> None:
    """Give the page its assistant and store, where the process has them already."""
    _Shared.assistant = assistant or _Shared.assistant
    _Shared.store = store or _Shared.store


async def assistant() -> ChatAssistant:
    """Return the assistant; the first call builds it from the settings where none was given.

    Raises:
        Exception: what `build_assistant` raises; its text says what to do next.
    """
    _Shared.building = _Shared.building or asyncio.Lock()
    async with _Shared.building:
        if _Shared.assistant is None:
            from graphs.build import build_assistant

            _Shared.assistant = await asyncio.to_thread(build_assistant, serving=True)
        built: ChatAssistant = _Shared.assistant
        return built


def store() -> Store:
    """Return the records, opened at the first call where none were given."""
    if _Shared.store is None:
        _Shared.store = Store()
    return _Shared.store


def forget(conversation: str) -> None:
    """Remove a conversation: the records, and what the assistant keeps of it."""
    if _Shared.assistant is not None:
        _Shared.assistant.forget(conversation)
    store().delete_conversation(conversation)


def mount(app: FastAPI, path: str = "/") -> None:
    """Put the page on `app` at `path`. Add all other routes before: the page takes the rest.

    Raises:
        OSError: the data folder cannot be written.
    """
    os.environ["CHAINLIT_APP_ROOT"] = str(ROOT)
    os.environ.setdefault("CHAINLIT_AUTH_SECRET", chat_auth.auth_secret(home()))
    # A library that Chainlit brings along reports its use unless told not to.
    os.environ.setdefault("TRACELOOP_TELEMETRY", "false")
    from chainlit.utils import mount_chainlit

    _keep_to_ourselves()
    _add_file_route(app)
    app.add_middleware(PageHeaders)
    app.add_middleware(chat_auth.ClientAddress)
    mount_chainlit(app, target=str(ROOT / "ui" / "chat.py"), path=path)


_OUTSIDE = re.compile(r"<link[^>]*https?://[^>]*>\s*")


def _keep_to_ourselves() -> None:
    """Take fonts and styles of other sites off the page, and the word 'Used' off steps.

    Chainlit's page asks two other hosts for fonts and styles and has no setting for that;
    where the network swallows packets, the page would stay blank until it gives up.
    """
    from chainlit import server
    from chainlit.config import ChainlitConfig, config

    from graphs.settings import Settings

    if getattr(server, "mica_page", False):
        return
    server.mica_page = True
    # A message over the default of 1 MB closes the connection and is lost without a word; let
    # it in, so that the assistant can say what is too long.
    server.sio.eio.max_http_buffer_size = LARGEST_MESSAGE
    template, translation = server.get_html_template, ChainlitConfig.load_translation

    def local_page(root_path: str) -> str:
        return _OUTSIDE.sub("", template(root_path))

    def plain_status(self: Any, language: str) -> dict[str, Any]:
        words: dict[str, Any] = translation(self, language)
        chat = words.setdefault("chat", {})
        chat.setdefault("messages", {}).setdefault("status", {}).update(using="", used="")
        chat["watermark"] = "Small models make mistakes: open a step to see what was really run."
        if Settings().host_readonly:
            chat["watermark"] += " Commands can read this machine's files at /host."
        return words

    server.get_html_template = local_page
    ChainlitConfig.load_translation = plain_status
    config.run.headless = True


# The page may load nothing from elsewhere, so an answer cannot leak what it knows by
# showing an image of another site. 'unsafe-eval' is what Chainlit's own elements need.
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
    "connect-src 'self' ws: wss:; frame-ancestors 'self'; base-uri 'self'; form-action 'self'"
)


class PageHeaders:
    """ASGI middleware that adds the content policy to HTML pages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; HTML answers carry the policy."""

        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                if any(k.lower() == b"content-type" and b"text/html" in v for k, v in headers):
                    headers.append((b"content-security-policy", CONTENT_POLICY.encode()))
                headers.append((b"x-content-type-options", b"nosniff"))
            await send(message)

        try:
            await self.app(scope, receive, with_policy)
        except RuntimeError as error:
            # Chainlit's middleware raises this, after a 500 to nobody, where the browser went
            # away before the answer.
            if str(error) != "No response returned.":
                raise


def _add_file_route(app: FastAPI) -> None:
    from chainlit.auth import get_current_user
    from chainlit.data import get_data_layer
    from fastapi import Depends, HTTPException
    from fastapi.responses import FileResponse

    async def element_file(
        conversation: str,
        element: str,
        user: Any = Depends(get_current_user),  # noqa: B008
    ) -> FileResponse:
        layer = get_data_layer()
        found = await layer.get_element(conversation, element) if layer else None
        author = await layer.get_thread_author(conversation) if found else None
        if found is None or author != user.identifier:
            raise HTTPException(404, "There is no such file in your conversations.")
        try:
            path = chat_files.path_of(conversation, element)
        except ValueError as error:
            raise HTTPException(404, "There is no such file.") from error
        if not path.is_file():
            raise HTTPException(404, "The file was removed from the data folder.")
        # An SVG opened by itself could run scripts: sandbox it.
        headers = {
            "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'"
        }
        return FileResponse(
            path,
            media_type=found.get("mime") or "application/octet-stream",
            filename=found.get("name") or element,
            content_disposition_type="inline",
            headers=headers,
        )

    app.add_api_route(
        chat_files.URL + "/{conversation}/{element}",
        element_file,
        methods=["GET"],
        include_in_schema=False,
        response_model=None,
    )
