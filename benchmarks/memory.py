"""Measures what `mica serve` holds in memory: at rest, and after requests of each kind.

    python benchmarks/memory.py

Starts a server of its own in the data folder that is set (MICA_HOME), asks it over HTTP, and prints
what /proc says of its process: resident now and at most, in MB (10^6 bytes), the part of it that no
file backs, and the number of threads. The limit that Mica sets itself is 600 MB.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PORT = 8123
PATIENCE = 300  # seconds: the first start of all builds the index
REQUESTS = (
    "show me the five largest files under /usr/lib",
    "how much disk space is free",
    "what notes are in an E flat minor seventh",
    "transpose C E G up a fourth",
    "how much memory is free",
)
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main() -> None:
    """Print a line after the start and after each request."""
    command = [
        sys.executable,
        "-c",
        "from ui.cli import main; main()",
        "serve",
        "--port",
        f"{PORT}",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            _wait(server)
            print(f"{'':44} {'s':>6} {'now':>5} {'most':>5} {'anon':>5} {'threads':>7}")
            _print("started", 0.0, server.pid)
            for request in REQUESTS:
                started = time.perf_counter()
                _post(request)
                _print(request, time.perf_counter() - started, server.pid)
        finally:
            server.terminate()


def _wait(server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            _OPENER.open(f"http://127.0.0.1:{PORT}/v1/models", timeout=5).read()
            return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"the server did not start within {PATIENCE} s; is port {PORT} taken?")


def _post(text: str) -> None:
    body = json.dumps({"model": "mica", "messages": [{"role": "user", "content": text}]})
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/v1/chat/completions",
        body.encode(),
        {"Content-Type": "application/json"},
    )
    _OPENER.open(request, timeout=120).read()


def _print(name: str, seconds: float, process: int) -> None:
    status = Path(f"/proc/{process}/status").read_text()
    found = dict(re.findall(r"^(\w+):\s+(\d+)", status, re.MULTILINE))
    sizes = [int(found[key]) * 1024 / 1e6 for key in ("VmRSS", "VmHWM", "RssAnon")]
    figures = " ".join(f"{size:5.0f}" for size in sizes)
    print(f"{name:44} {seconds:6.2f} {figures} {found['Threads']:>7}", flush=True)


if __name__ == "__main__":
    main()
