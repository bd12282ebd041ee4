"""A hub on 127.0.0.1 that speaks the Hugging Face protocol, and breaks where a test says."""

from __future__ import annotations

import hashlib
import json
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath

REPO = "ibm-granite/granite-4.1-tiny-GGUF"


def gguf(size: int = 0, **keys: str) -> bytes:
    """A GGUF header with text keys (`__` stands for a dot) and a token list, padded to `size`."""
    body = b""
    for key, value in keys.items():
        body += _text(key.replace("__", ".")) + struct.pack("<I", 8) + _text(value)
    body += _text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 2) + _text("a") + _text("b")
    body += _text("granite.scales") + struct.pack("<IIQ", 9, 6, 2) + struct.pack("<2f", 1, 2)
    body += _text("granite.block_count") + struct.pack("<II", 4, 2)
    header = struct.pack("<4sIQQ", b"GGUF", 3, 0, len(keys) + 3)
    return (header + body).ljust(size, b"\0")


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


class LocalHub:
    """Files by path. `cut_after` ends each of the next `cuts` answers after so many bytes."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.hashes: dict[str, str] = {}
        self.requests: list[tuple[str, str | None]] = []
        self.cuts = 0
        self.cut_after = 0
        self.ranges = True
        self.status = 0
        self.token = ""
        self.url = ""

    def tree(self) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = [
            {"type": "file", "oid": "1" * 40, "size": 12, "path": "README.md"},
            {"type": "file", "oid": "2" * 40, "size": 12, "path": "no-lfs.gguf"},
        ]
        for path, data in self.files.items():
            digest = self.hashes.get(path) or hashlib.sha256(data).hexdigest()
            lfs = {"oid": digest, "size": len(data), "pointerSize": 134}
            rows.append({"type": "file", "oid": "3" * 40, "size": len(data), "path": path,
                         "lfs": lfs})  # fmt: skip
        return rows


class _Handler(BaseHTTPRequestHandler):
    hub: LocalHub

    def do_GET(self) -> None:
        hub = self.hub
        hub.requests.append((self.path, self.headers.get("range")))
        if hub.status:
            return self._send(hub.status, b"{}")
        if hub.token and self.headers.get("authorization") != f"Bearer {hub.token}":
            return self._send(401, b'{"error": "Invalid username or password."}')
        if self.path.startswith(f"/api/models/{REPO}/tree/main"):
            return self._tree()
        if self.path.startswith(f"/{REPO}/resolve/main/"):
            # The public hub redirects to the host that stores the bytes.
            return self._send(302, b"", location=f"{hub.url}/cdn/{PurePosixPath(self.path).name}")
        if self.path.startswith("/cdn/"):
            return self._bytes(PurePosixPath(self.path).name)
        return self._send(404, b'{"error": "Repository not found"}')

    def _tree(self) -> None:
        rows = self.hub.tree()
        if "cursor=2" in self.path:
            return self._send(200, json.dumps(rows[2:]).encode())
        link = f'<{self.hub.url}/api/models/{REPO}/tree/main?recursive=true&cursor=2>; rel="next"'
        return self._send(200, json.dumps(rows[:2]).encode(), link=link)

    def _bytes(self, name: str) -> None:
        data = next(d for path, d in self.hub.files.items() if PurePosixPath(path).name == name)
        wanted = self.headers.get("range")
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.hub.ranges else 0
        body = data[start:]
        self.send_response(206 if start else 200)
        self.send_header("content-length", str(len(body)))
        if start:
            self.send_header("content-range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        if self.hub.cuts:
            self.hub.cuts -= 1
            body = body[: self.hub.cut_after]
            self.close_connection = True
        self.wfile.write(body)

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def running_hub() -> Iterator[LocalHub]:
    """Serve a hub on a free port of 127.0.0.1."""
    hub = LocalHub()
    handler = type("Handler", (_Handler,), {"hub": hub, "protocol_version": "HTTP/1.1"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
