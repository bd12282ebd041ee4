"""Who may use the page."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from ui.chat_auth import ClientAddress, auth_secret, is_trusted


async def trusted(address: str | None, host: str) -> bool:
    """Ask from inside a request with this client address and Host header."""
    seen: list[bool] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(is_trusted({"host": host}))

    client = None if address is None else (address, 40000)
    await ClientAddress(app)({"type": "http", "client": client}, None, None)  # type: ignore[arg-type]
    return seen[0]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "localhost", "[::1]:8000"])
async def test_this_machine_comes_in(address: str, host: str) -> None:
    assert await trusted(address, host)


@pytest.mark.parametrize("address", ["192.168.1.7", "10.0.0.1", "2001:db8::1", "", None, "unix:"])
async def test_other_machines_do_not(address: str | None) -> None:
    assert not await trusted(address, "127.0.0.1:8000")


@pytest.mark.parametrize("host", ["evil.example:8000", "", "127.0.0.1.evil.example", "localhost.x"])
async def test_another_sites_name_does_not_come_in(host: str) -> None:
    assert not await trusted("127.0.0.1", host)


def test_outside_a_request_nobody_is_trusted() -> None:
    assert not is_trusted({"host": "localhost"})


async def test_more_may_be_let_in_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICA_TRUST_CLIENTS", "127.0.0.0/8, 172.17.0.0/16")
    monkeypatch.setenv("MICA_TRUST_HOSTS", "mica.lan, other.lan")
    assert await trusted("172.17.0.1", "mica.lan:8000")
    assert await trusted("172.17.0.1", "127.0.0.1:8000")
    assert not await trusted("172.18.0.1", "mica.lan:8000")
    assert not await trusted("172.17.0.1", "evil.example")


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    secret = auth_secret(tmp_path)
    assert len(secret) == 64 and auth_secret(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / "chat_secret").stat().st_mode) == 0o600


def test_a_secret_cut_short_is_made_again(tmp_path: Path) -> None:
    auth_secret(tmp_path)
    (tmp_path / "chat_secret").write_text("")
    fresh = auth_secret(tmp_path)
    assert len(fresh) == 64 and auth_secret(tmp_path) == fresh
