"""`mica audit` and `mica rules` in this process."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.command_line import Mica

from records.store import Store


@pytest.fixture
def store(mica: Mica, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Store:
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    made = Store(tmp_path / "mica.db")
    made.audit("command.judged", "c1", {"command": "rm x\nrm y", "verdict": "ask", "network": False,
                                        "programs": ["rm"], "request": "delete it"})  # fmt: skip
    made.audit("command.approved", "c1", {"command": "rm x", "by": "page/local", "scope": "once"})
    made.audit("command.ran", "c2", {"command": "rm \x1b[2Jx", "status": "ok", "exit_code": 0,
                                     "output": {"sha256": "ab" * 32, "characters": 9}})  # fmt: skip
    return made


def test_show_reads_like_a_log(mica: Mica, store: Store):
    lines = mica("audit", "show").out.splitlines()
    assert len(lines) == 3
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d     0 c1 command.judged ", lines[0])
    assert 'command="rm x\\nrm y" verdict=ask request="delete it" programs=["rm"]' in lines[0]
    assert "by=page/local scope=once" in lines[1]
    assert r"\x1b[2J" in lines[2] and 'output="9 characters, sha256 abababababab"' in lines[2]
    assert mica("audit", "show", "--conversation", "c2").out.count("\n") == 1
    assert mica("audit", "show", "--since", "1h").out.count("\n") == 3
    assert mica("audit", "show", "--since", "2999-01-01").out == ""
    assert mica("audit", "show", "--since", "soon").code == 2
    (row, *_) = mica("audit", "show", "--json").rows()
    assert row["kind"] == "command.judged" and row["data"]["programs"] == ["rm"]


def test_verify_says_what_to_do(mica: Mica, store: Store):
    ended = mica("audit", "verify")
    head = store.audit_head()[1]
    assert ended.code == 0 and head in ended.out
    assert mica("audit", "verify", "--head", head).code == 0
    assert mica("audit", "verify", "--head", "xyz").code == 2
    store.database.connection.execute("DELETE FROM audit WHERE position = 2")
    assert mica("audit", "verify").code == 0
    ended = mica("audit", "verify", "--head", head)
    assert ended.code == 1 and "cut off" in ended.err
    store.database.connection.execute("UPDATE audit SET data = '{}' WHERE position = 1")
    ended = mica("audit", "verify")
    assert ended.code == 1 and "changed at entry 1" in ended.err and "backup" in ended.err
    assert json.loads(mica("audit", "verify", "--json").out)["broken"] == 1


def test_rules_are_made_listed_and_revoked(mica: Mica, store: Store):
    assert "there are no rules" in mica("rules", "list").out
    asked = mica("rules", "add", "rm -f under /srv/app")
    assert asked.code == 3 and "Always allow `rm -f` on paths under /srv/app" in asked.err
    assert mica("rules", "add", "kill").code == 2
    made = mica("rules", "add", "--yes", "rm -f under /srv/app")
    assert made.code == 0 and "not used yet" in made.out and "by terminal/" in made.out
    (row,) = mica("rules", "list", "--json").rows()
    assert row["id"] == 1 and row["owner"] == "local" and row["uses"] == 0
    assert mica("rules", "list", "--owner", "api").out.startswith("there are no rules")
    assert "REVOKED" in mica("rules", "revoke", "1").out
    assert mica("rules", "revoke", "9").code == 1
    assert "there are no rules" in mica("rules", "list").out
    assert "REVOKED" in mica("rules", "list", "--all").out
    kinds = [row["kind"] for row in mica("audit", "show", "--json").rows()]
    assert kinds[3:] == ["rule.made", "rule.revoked"]
