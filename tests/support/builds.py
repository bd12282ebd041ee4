"""A registry over tiny real models: a shipped one and builds with other adapters."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import yaml

from runtime.models import manifest
from runtime.models.entry import ModelEntry, ModelFile
from runtime.models.registry import Registry


def tiny_registry(folder: Path, models: Path) -> Registry:
    """Return a registry whose champion `tiny` has the first adapter as sysadmin and composer."""
    weights = folder / "weights"
    weights.mkdir()
    shutil.copyfile(models / "tiny.gguf", weights / "tiny.gguf")
    shutil.copyfile(models / "adapter-1.gguf", weights / "one.gguf")
    row = {"name": "tiny", "format": "granite4", "file": "tiny.gguf",
           "adapters": {"sysadmin": "one.gguf", "composer": "one.gguf"}}  # fmt: skip
    data = {"models": [row], "aliases": {"champion": "tiny"}}
    (weights / "manifest.yaml").write_text(yaml.safe_dump(data))
    manifest.update(weights)
    return Registry(folder / "models", weights)


def two_builds(folder: Path, models: Path) -> Registry:
    """Return `tiny_registry` with a build `second`, which has another adapter as sysadmin."""
    registry = tiny_registry(folder, models)
    register(registry, "second", models / "adapter-2.gguf")
    return registry


def register(
    registry: Registry, name: str, adapter: Path, specialist: str = "sysadmin"
) -> ModelEntry:
    """Register a build of the champion with another adapter for one specialist."""
    parent = registry.entry("champion")
    adapters = {**parent.adapter_files, specialist: ModelFile(adapter)}
    return registry.register(
        replace(parent, name=name, parent=parent.name, adapter_files=adapters, learned={})
    )
