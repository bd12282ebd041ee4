"""Requests to a server of a test that wait as long as a busy machine needs."""

from __future__ import annotations

from functools import partial

import httpx

SECONDS = 300.0
"""httpx gives up after five, which a server on a busy machine may need for an answer."""

delete = partial(httpx.delete, timeout=SECONDS)
get = partial(httpx.get, timeout=SECONDS)
post = partial(httpx.post, timeout=SECONDS)
request = partial(httpx.request, timeout=SECONDS)
stream = partial(httpx.stream, timeout=SECONDS)
