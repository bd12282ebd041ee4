"""The server: the API and the chat page on one port, over one assistant."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

from fastapi import FastAPI

from ui import chat_auth, chat_setup
from ui.api.routes import Api
from ui.pages.review import Review
from ui.pages.training import TrainingPage

if TYPE_CHECKING:
    from graphs.assistant import Assistant
    from graphs.settings import Settings

_GRACE = 5  # seconds that open streams have when the server is told to end


def create_app(assistant: Assistant, *, page: bool = True, keep_alive: float = 10.0) -> FastAPI:
    """Return the app. Without `page` it is the API alone, and Chainlit is not imported.

    Raises:
        OSError: the data folder cannot be written.
    """
    app = FastAPI(title="Mica", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(Api(assistant, keep_alive=keep_alive).router())
    if page:
        store = assistant.parts.store
        app.include_router(Review(store).router())
        app.include_router(TrainingPage().router())
        chat_setup.provide(assistant, store)
        chat_setup.mount(app)
    else:
        app.add_middleware(chat_auth.ClientAddress)
    return app


def serve(host: str, port: int, *, settings: Settings | None = None) -> None:
    """Serve until a signal ends it.

    Raises:
        OSError: the port is taken, or the address is not this machine's.
        BackendError: the model cannot be loaded.
        RecordsError: the records cannot be opened.
    """
    import uvicorn

    from graphs.build import build_assistant

    with contextlib.ExitStack() as closing:
        listener = closing.enter_context(listen(host, port))
        assistant = build_assistant(settings, serving=True)
        closing.callback(assistant.close)
        app = create_app(assistant)
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=_GRACE)
        shown = f"[{host}]" if ":" in host else host
        print(f"Mica is at http://{shown}:{port} (Ctrl-C ends it)", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """Take a port at once, before the models are loaded.

    Raises:
        OSError: it is taken, or the address is not this machine's; the text says what to do.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise OSError(
            f"{host} is no address of this machine ({error.strerror}); see MICA_HOST"
        ) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Two sockets may share an address until one listens.
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise OSError(
            f"cannot listen on {host}:{port} ({error.strerror}); Mica may be running there "
            "already; choose another port with --port or MICA_PORT"
        ) from error
    return listener
