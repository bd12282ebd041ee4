"""Long outputs, kept beside the records."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from records.outputs import Outputs, output_of
from records.store import Store


def test_what_is_kept_is_read(tmp_path: Path) -> None:
    outputs, data = Outputs(tmp_path), bytes(range(256)) * 1000
    outputs.keep("c/../d", "call_1", data)
    assert outputs.read("call_1") == data
    assert outputs.read("call_2") is None
    outputs.forget("other")
    assert outputs.read("call_1") == data
    outputs.forget("c/../d")
    assert outputs.read("call_1") is None
    assert [each.name for each in tmp_path.parent.iterdir() if each.name == "d"] == []


def test_secrets_are_masked_and_other_bytes_are_not(tmp_path: Path) -> None:
    outputs, key = Outputs(tmp_path), b"AKIA" + b"IOSFODNN7ABCDEFG"
    outputs.keep("c", "call", b"\xff id = " + key + b" \xfe\n")
    kept = outputs.read("call") or b""
    assert key not in kept and kept.startswith(b"\xff id = ") and kept.endswith(b" \xfe\n")


def test_the_oldest_make_room(tmp_path: Path) -> None:
    outputs = Outputs(tmp_path, room=25_000)
    for name in ("a", "b", "c"):
        outputs.keep("c", name, os.urandom(10_000))
    assert [outputs.read(name) is not None for name in ("a", "b", "c")] == [False, True, True]
    outputs.keep("c", "large", os.urandom(50_000))
    assert outputs.read("large") is not None


def test_short_outputs_come_from_the_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    store = Store()
    try:
        calls = [{"id": "call_1", "type": "function", "function": {"name": "bash"}}]
        asked = {"role": "assistant", "content": "", "tool_calls": calls}
        store.append("c", asked, meta={}, key="t:calls:0")
        store.append(
            "c", {"role": "tool", "content": "a b", "tool_call_id": "call_1"}, meta={}, key="t:1"
        )
        assert output_of(store, "call_1") == b"a b"
        assert output_of(store, "call_2") is None
    finally:
        store.close()
