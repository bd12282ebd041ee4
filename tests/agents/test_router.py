"""The router: what it reads of a request, its threshold, its speed, and the shipped weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agents.router import Router, RouterError, features, normalize, shaped
from runtime.yaml_files import read_yaml

EVALS = Path(__file__).parents[1] / "evals"


def _weights(tmp_path: Path, bias: list[float], threshold: float = 0.5) -> Path:
    path = tmp_path / "router.npz"
    np.savez(
        path, weights=np.zeros((3, 64), np.float16), bias=np.array(bias, np.float16),
        classes=np.array(["sysadmin", "composer", "other"]),
        temperature=np.float32(2), threshold=np.float32(threshold),
    )  # fmt: skip
    return path


def test_values_do_not_matter_but_their_shapes_do():
    assert normalize("Biggest 12 files in /usr/lib") == normalize("biggest 99 files in  /srv")
    assert shaped("list C, D and E") == ["list", "<note>", "<note>", "and", "<note>"]
    assert shaped("is a cat") == ["is", "a", "cat"]
    assert shaped("what is 7*(8+1)?") == ["what", "is", "<sum>"]
    assert shaped("from 2024-05-06 on") == ["from", "2024-05-06", "on"]


def test_features_are_a_unit_vector_of_distinct_buckets():
    index, value = features("show me the largest files under /usr/lib", 2**15)
    assert len(set(index.tolist())) == len(index)
    assert float(np.linalg.norm(value)) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("text", ["", " ", "\0", "🎵", "x" * 1_000_000])
def test_any_text_is_routed(text: str, tmp_path: Path):
    route = Router(_weights(tmp_path, [0, 0, 1])).route(text)
    assert route.specialist == "other"


def test_temperature_and_threshold(tmp_path: Path):
    # exp(1) : 1 : 1 after the temperature of 2: 0.576
    path = _weights(tmp_path, [2, 0, 0])
    sure = Router(path).route("a")
    assert sure.specialist == "sysadmin" and sure.confidence == pytest.approx(0.576, abs=1e-3)
    unsure = Router(path, threshold=0.6).route("a")
    assert unsure.specialist == "other" and unsure.unsure
    assert unsure.chances["sysadmin"] == pytest.approx(0.576, abs=1e-3)


def test_other_needs_no_threshold(tmp_path: Path):
    route = Router(_weights(tmp_path, [0, 0, 0.5]), threshold=0.9).route("a")
    assert route.specialist == "other" and not route.unsure


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"PK\x03\x04broken"])
def test_bad_weights_say_what_to_do(tmp_path: Path, content: bytes | None):
    path = tmp_path / "router.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RouterError, match=r"training\.router"):
        Router(path).route("a")


def _evaluated(name: str) -> list[tuple[str, str]]:
    entries = read_yaml(EVALS / f"{name}.yaml")
    return [(entry["request"], entry.get("specialist", name)) for entry in entries]


@pytest.mark.parametrize(
    ("name", "least"), [("sysadmin", 0.95), ("composer", 0.95), ("other", 0.9)]
)
def test_shipped_weights_on_the_evaluation_requests(name: str, least: float):
    router = Router()
    requests = _evaluated(name)
    right = sum(router.route(text).specialist == expected for text, expected in requests)
    assert right / len(requests) >= least
