"""The manifest, the registry, and reading GGUF metadata."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import yaml
from support.local_hub import gguf

from graphs.settings import Settings
from runtime.models import manifest
from runtime.models.entry import ModelEntry, ModelError, ModelFile, sha256_of
from runtime.models.metadata import guess_format, read_metadata
from runtime.models.registry import Registry


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A folder of weights whose manifest was written by `--update`."""
    folder = tmp_path / "weights"
    folder.mkdir()
    for name in ("base.gguf", "a.lora.gguf", "router.npz"):
        (folder / name).write_bytes(gguf(general__name=name))
    row = {"name": "tiny", "format": "mica", "file": "base.gguf", "licence": "Apache-2.0",
           "card": "README.md", "adapters": {"sysadmin": "a.lora.gguf"}}  # fmt: skip
    data = {"models": [row], "aliases": {"champion": "tiny"}}
    (folder / "manifest.yaml").write_text(yaml.safe_dump(data))
    assert manifest.main(["--update", "--folder", str(folder)]) == 0
    return folder


@pytest.fixture
def registry(tmp_path: Path, weights: Path) -> Registry:
    return Registry(tmp_path / "models", weights)


def test_resolving_a_name_and_an_alias(registry: Registry, weights: Path):
    entry = registry.resolve("champion")
    assert entry == registry.resolve("tiny")
    assert entry.path == weights / "base.gguf"
    assert entry.adapters == {"sysadmin": weights / "a.lora.gguf"}
    assert (entry.format, entry.licence, entry.card) == (
        "mica",
        "Apache-2.0",
        weights / "README.md",
    )
    assert entry.file.sha256 == sha256_of(entry.path)


def test_parts_are_the_other_files(weights: Path):
    (part,) = manifest.read(weights).parts
    assert part.path == weights / "router.npz"
    assert part.sha256 == sha256_of(part.path)
    assert manifest.main(["--check", "--folder", str(weights)]) == 0


def test_a_missing_file_is_named_with_what_to_do(registry: Registry, weights: Path):
    (weights / "a.lora.gguf").unlink()
    with pytest.raises(ModelError, match=r"a\.lora\.gguf is missing; restore it with `git"):
        registry.resolve("champion")
    assert registry.entry("tiny").missing() == [weights / "a.lora.gguf"]
    assert manifest.update(weights) == [weights / "a.lora.gguf"]


def test_a_damaged_file_is_found_though_its_size_is_right(registry: Registry, weights: Path):
    registry.resolve("tiny")
    path = weights / "base.gguf"
    before = path.stat()
    path.write_bytes(bytes(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))  # clocks of files are coarse
    with pytest.raises(ModelError, match=r"base\.gguf is damaged"):
        registry.resolve("tiny")
    path.write_bytes(b"short")
    with pytest.raises(ModelError, match="has 5 bytes"):
        registry.resolve("tiny")
    assert manifest.check(weights) == [f"{path} is not the file that was recorded"]


def test_a_file_is_hashed_once(registry: Registry, weights: Path, monkeypatch: pytest.MonkeyPatch):
    hashed: list[Path] = []

    def noting(path: Path) -> str:
        hashed.append(path)
        return sha256_of(path)

    monkeypatch.setattr("runtime.models.entry.sha256_of", noting)
    registry.resolve("tiny")
    assert hashed == [weights / "base.gguf", weights / "a.lora.gguf"]
    registry.resolve("tiny")
    assert len(hashed) == 2


def test_unknown_models_and_aliases(registry: Registry):
    with pytest.raises(ModelError, match="no model 'big'; `mica models list`"):
        registry.resolve("big")
    with pytest.raises(ModelError, match="no model 'big'"):
        registry.use("big")


def test_using_a_pulled_model(registry: Registry, weights: Path):
    path = registry.folder / "a--b" / "pulled.gguf"
    path.parent.mkdir()
    shutil.copy(weights / "base.gguf", path)
    file = ModelFile(path, path.stat().st_size, sha256_of(path))
    registry.add(ModelEntry("pulled", "granite4", file, origin="a/b"))
    assert registry.use("pulled").path == path
    again = Registry(registry.folder, weights)
    assert again.resolve("champion").name == "pulled"
    assert again.use("tiny") == again.resolve("champion")
    path.unlink()
    with pytest.raises(ModelError, match=r"mica models pull a/b --file pulled\.gguf"):
        again.resolve("pulled")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"models": 1}'])
def test_a_damaged_registry_says_what_to_do(registry: Registry, text: str):
    (registry.folder / "registry.json").write_text(text)
    with pytest.raises(ModelError, match=r"registry\.json.*move it away"):
        registry.resolve("champion")


@pytest.mark.parametrize("text", ["models: [", "- 1", "models: [{name: x}]", "models: 3"])
def test_a_damaged_manifest_says_what_to_do(registry: Registry, weights: Path, text: str):
    (weights / "manifest.yaml").write_text(text)
    with pytest.raises(ModelError, match=r"manifest\.yaml.*git checkout"):
        registry.resolve("champion")


def test_no_manifest(tmp_path: Path):
    with pytest.raises(ModelError, match="cannot be read"):
        Registry(tmp_path / "models", tmp_path).resolve("champion")
    assert manifest.main(["--check", "--folder", str(tmp_path)]) == 1


def test_the_shipped_manifest_is_whole():
    shipped = manifest.read()
    assert shipped.aliases["champion"] in {model.name for model in shipped.models}
    assert all(set(model.adapters) == {"sysadmin", "composer"} for model in shipped.models)


FORMATS = [
    ({"mica__format": "mica", "general__architecture": "granite"}, "mica"),
    ({"general__architecture": "granite", "general__name": "Granite 4.1 3b"}, "granite4"),
    ({"general__architecture": "granitehybrid", "general__name": "Granite-4.0-H-Tiny"}, "granite4"),
    ({"general__architecture": "granite", "general__name": "granite 3.3 2b"}, "granite3"),
    ({"general__architecture": "granite", "tokenizer__chat_template": "<tools>"}, "granite4"),
    ({"general__architecture": "granite", "tokenizer__chat_template": "<|tool_call|>"}, "granite3"),
    ({"general__architecture": "granite", "tokenizer__ggml__pre": "refact"}, "granite3"),
]


@pytest.mark.parametrize(("keys", "expected"), FORMATS)
def test_the_format_is_told_from_the_metadata(tmp_path: Path, keys: dict, expected: str):
    path = tmp_path / "m.gguf"
    path.write_bytes(gguf(**keys))
    assert guess_format(path) == expected


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"general__architecture": "llama"}, "MICA_BACKEND=remote"),
        ({"general__architecture": "granite", "general__name": "what"}, "--format"),
        ({"general__architecture": "granite", "mica__format": "klingon"}, "klingon"),
        (
            {
                "general__architecture": "granite",
                "tokenizer__chat_template": "<tool_call><function=",
            },
            "granite42",
        ),
    ],
)
def test_what_cannot_be_told_says_how_to_go_on(tmp_path: Path, keys: dict, said: str):
    path = tmp_path / "m.gguf"
    path.write_bytes(gguf(**keys))
    with pytest.raises(ModelError, match=said):
        guess_format(path)


def test_metadata_of_a_real_export(tiny_models: Path):
    metadata = read_metadata(tiny_models / "tiny.gguf")
    assert metadata["general.architecture"] == "granite"
    assert metadata["granite.block_count"] == 2


def test_cut_and_foreign_files_are_errors(tmp_path: Path):
    whole = gguf(general__architecture="granite")
    path = tmp_path / "m.gguf"
    for data in (b"", b"PK\3\4" * 20, whole[:30], whole[:-5]):
        path.write_bytes(data)
        with pytest.raises(ModelError, match="cannot be read as a model"):
            read_metadata(path)


def test_the_hub_is_a_setting(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MICA_HUB", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert Settings().hub == "http://127.0.0.1:9"
    monkeypatch.setenv("MICA_HUB", "http://127.0.0.1:8")
    assert Settings().hub == "http://127.0.0.1:8"
