"""Who is using the page: the person at this machine, without a password.

The page can run commands, so it is for this machine only unless told otherwise:

- the client's address must be in `MICA_TRUST_CLIENTS` (networks, comma-separated; loopback
  by default). A reverse proxy or a container's port mapping comes from another address.
- the `Host` must be localhost, an address, or named in `MICA_TRUST_HOSTS`: a page of another
  site that points its own name at this machine (DNS rebinding) is turned away.

This is no login: everyone who passes is the same person, `local`.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

LOCAL_USER = "local"
LOOPBACK = "127.0.0.0/8,::1/128"

_client: ContextVar[str] = ContextVar("client", default="")
_log = logging.getLogger("mica.chat")


class ClientAddress:
    """ASGI middleware that notes the client's address for `is_trusted`.

    Chainlit hands only the headers to its authentication, and anyone can write headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the address set."""
        client = scope.get("client")
        token = _client.set(client[0] if client else "")
        try:
            await self.app(scope, receive, send)
        finally:
            _client.reset(token)


def is_trusted(headers: Mapping[str, str]) -> bool:
    """Tell whether the request comes from a trusted client and names a trusted host."""
    address, host = _client.get(), headers.get("host", "")
    if not _in_networks(address):
        _log.warning("refused a client at %r; MICA_TRUST_CLIENTS names who may come in", address)
        return False
    if not _is_our_name(host):
        _log.warning("refused host %r; MICA_TRUST_HOSTS names the hosts that are ours", host)
        return False
    return True


def auth_secret(folder: Path) -> str:
    """Return the secret that signs session cookies, made once and kept in `folder`.

    Raises:
        OSError: the folder cannot be written.
    """
    path = folder / "chat_secret"
    fresh = secrets.token_hex(32)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = path.read_text().strip()
        if len(kept) >= 32:
            return kept
        # A crash between making and writing the file left it short.
        path.write_text(fresh)
        return fresh
    with os.fdopen(descriptor, "w") as file:
        file.write(fresh)
    return fresh


def _in_networks(address: str) -> bool:
    try:
        client = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(client, ipaddress.IPv6Address) and client.ipv4_mapped:
        client = client.ipv4_mapped
    networks = os.environ.get("MICA_TRUST_CLIENTS") or LOOPBACK
    return any(client in ipaddress.ip_network(n.strip()) for n in networks.split(","))


def _is_our_name(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    named = {n.strip().lower() for n in os.environ.get("MICA_TRUST_HOSTS", "").split(",")}
    if name == "localhost" or (name and name in named):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
