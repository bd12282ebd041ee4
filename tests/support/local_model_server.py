"""An OpenAI-compatible model server on 127.0.0.1 that streams what a test gives it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ModelServer:
    """Streams `chunks` (dictionaries, or raw bytes); then ends, or waits for the client to go."""

    def __init__(self) -> None:
        self.chunks: Sequence[dict[str, Any] | bytes] = ()
        self.status = 200
        self.error: dict[str, Any] = {}
        self.done = True
        self.hang = False
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.left = threading.Event()
        self.url = ""

    def say(self, *deltas: dict[str, Any], finish: str | None = "stop", **usage: int) -> None:
        """Stream deltas, a finish reason and usage."""
        choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
        if finish:
            choices.append({"index": 0, "delta": {}, "finish_reason": finish})
        chunks = [_chunk([choice]) for choice in choices]
        if usage:
            chunks.append({**_chunk([]), "usage": {"total_tokens": sum(usage.values()), **usage}})
        self.chunks = chunks


def _chunk(choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": choices}  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    server_state: ModelServer

    def do_POST(self) -> None:
        state = self.server_state
        length = int(self.headers["content-length"])
        state.requests.append({"path": self.path, **json.loads(self.rfile.read(length))})
        state.keys.append(self.headers.get("authorization"))
        self.close_connection = True
        self.send_response(state.status)
        if state.status != 200:
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps({"error": state.error}).encode())
            return
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for chunk in state.chunks:
            data = chunk if isinstance(chunk, bytes) else json.dumps(chunk).encode()
            self.wfile.write(b"data: " + data + b"\n\n")
        if state.hang:
            # Reading ends when the client closes its side; so long it says nothing.
            self.connection.settimeout(600)
            if self.rfile.read(1) == b"":
                state.left.set()
        elif state.done:
            self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def running_model_server() -> Iterator[ModelServer]:
    """Serve on a free port of 127.0.0.1."""
    state = ModelServer()
    handler = type("Handler", (_Handler,), {"server_state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
