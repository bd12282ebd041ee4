"""The API on a free port of 127.0.0.1, in a thread, over an assistant of the test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from graphs.assistant import Assistant
from ui.server import create_app, listen


@contextmanager
def serving(assistant: Assistant, *, keep_alive: float = 10.0) -> Iterator[str]:
    """Serve and yield the server's address; the assistant is closed at the end."""
    app = create_app(assistant, page=False, keep_alive=keep_alive)
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=2, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(300)
        assistant.close()
        listener.close()
