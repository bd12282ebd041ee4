"""Training over the API: guarded by a key, with the states that the command line shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support import needs, patient, training_parts
from support.api_server import serving
from support.graph_parts import World
from support.training_parts import eventually, recipe, rows

from training.backends.environment import SHIPPED
from ui.api.training_key import training_key

URL = "/v1/training/runs"


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    training_parts.home(tmp_path, monkeypatch)
    mica = World(tmp_path).assistant([])
    headers = {"authorization": f"Bearer {training_key()}"}
    with (
        serving(mica) as at,
        httpx.Client(base_url=at, timeout=patient.SECONDS, headers=headers) as client,
    ):
        yield client


def fields(data: Path, **changes: object) -> dict:
    return {"fields": recipe(data, **changes).as_dict()}


def failed(reply: httpx.Response, status: int, code: str) -> str:
    assert reply.status_code == status, reply.text
    assert reply.json()["error"]["code"] == code
    return reply.json()["error"]["message"]


def test_without_the_key_nothing_is_done_or_shown(api: httpx.Client, tmp_path: Path) -> None:
    asks = (("POST", URL), ("GET", URL), ("GET", f"{URL}/last"), ("GET", f"{URL}/last/log"),
            ("GET", f"{URL}/last/metrics"), ("POST", f"{URL}/last/cancel"))  # fmt: skip
    for method, url in asks:
        for given in ("", "Bearer", "Bearer wrong", f"Basic {training_key()}"):
            reply = api.request(method, url, headers={"authorization": given}, json={})
            assert "mica train key" in failed(reply, 401, "invalid_api_key")
    assert (tmp_path / "home" / "training" / "key").stat().st_mode & 0o077 == 0


def test_the_key_can_be_set(api: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICA_TRAINING_KEY", "a key of ours")
    assert api.get(URL).status_code == 401
    given = {"authorization": "Bearer a key of ours"}
    assert api.get(URL, headers=given).json() == {"object": "list", "data": []}


def test_what_is_wrong_is_said(
    api: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = failed(api.post(URL, json={"recipe": "../../etc/passwd"}), 400, "invalid_recipe")
    assert "there are" in said and "shipped" in said
    assert "no field rang" in failed(api.post(URL, json={"fields": {"rang": 1}}), 400,
                                     "invalid_recipe")  # fmt: skip
    failed(api.post(URL, json={"recipes": "x"}), 400, "invalid_value")
    failed(api.get(f"{URL}/none"), 404, "not_found")
    failed(api.post(f"{URL}/none/cancel", json={}), 404, "not_found")
    monkeypatch.setenv("MICA_TRAIN_PYTHON", "/nowhere/python")
    asked = fields(rows(tmp_path / "rows"))
    assert "make train-setup" in failed(api.post(URL, json=asked), 422, "training_refused")
    assert api.get(URL).json()["data"] == []


def test_a_run_from_start_to_end(api: httpx.Client, tmp_path: Path) -> None:
    needs.trainer(SHIPPED)
    data = rows(tmp_path / "rows")
    failed(api.post(URL, json=fields(data, base="nobody")), 400, "invalid_recipe")
    begun = api.post(URL, json=fields(data, steps=100_000))
    assert begun.status_code == 200, begun.text
    url = f"{URL}/{begun.json()['id']}"
    eventually(lambda: api.get(url).json()["state"] == "running")
    assert begun.json()["id"] in failed(api.post(URL, json=fields(data)), 409, "training_busy")
    eventually(lambda: api.get(f"{url}/metrics").json()["data"])
    assert "rows to train on" in api.get(f"{url}/log").text
    api.post(f"{url}/cancel", json={})
    eventually(lambda: api.get(url).json()["state"] == "cancelled")
    failed(api.post(f"{url}/cancel", json={}), 409, "not_possible")
    done = api.post(URL, json=fields(data, steps=4)).json()
    eventually(lambda: api.get(f"{URL}/{done['id']}").json()["state"] == "finished")
    finished = api.get(f"{URL}/last").json()
    assert Path(finished["adapter"]).is_file() and finished["progress"]["done"] == 1.0
    assert [run["state"] for run in api.get(URL).json()["data"]] == ["finished", "cancelled"]
