"""Reads specialists from their folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from runtime.yaml_files import read_yaml

AGENTS = Path(__file__).parent
_TEXTS = ("name", "title", "description", "system")
_OPTIONAL = ("adapter", "shelf")
_LISTS = ("tools", "examples")


class SpecialistError(Exception):
    """A specialist's file cannot be used. The text names the file and the field."""


@dataclass(frozen=True)
class Specialist:
    """One narrow expert: how it is told to work, what it may call, where it looks things up.

    `adapter` names the model's adapter (None: the base alone), `shelf` the part of the
    knowledge base it searches (None: it looks nothing up), `examples` are requests that a
    surface may offer a newcomer.
    """

    name: str
    title: str
    description: str
    system: str
    tools: tuple[str, ...]
    adapter: str | None = None
    shelf: str | None = None
    examples: tuple[str, ...] = ()


def load_all(folder: Path | None = None) -> dict[str, Specialist]:
    """Read every `*/specialist.yaml` under `folder` (default: the shipped ones), by name.

    Raises:
        SpecialistError: a file is not as it should be, or two have the same name.
    """
    found: dict[str, Specialist] = {}
    for path in sorted((folder or AGENTS).glob("*/specialist.yaml")):
        specialist = load(path)
        if specialist.name in found:
            raise SpecialistError(f"{path}: there already is a specialist {specialist.name!r}")
        found[specialist.name] = specialist
    return found


def load(path: Path) -> Specialist:
    """Read one specialist.

    Raises:
        SpecialistError: the file cannot be read, or a field is missing, unknown or of the
            wrong type.
    """
    try:
        data = read_yaml(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SpecialistError(f"{path}: cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise SpecialistError(f"{path}: expected a mapping with {', '.join(_TEXTS)}, tools")
    unknown = sorted(set(data) - {*_TEXTS, *_OPTIONAL, *_LISTS})
    if unknown:
        raise SpecialistError(f"{path}: unknown field {', '.join(unknown)}")
    texts = {field: _text(path, data, field) for field in _TEXTS}
    lists = {field: _list(path, data, field) for field in _LISTS}
    optional = {field: _optional(path, data, field) for field in _OPTIONAL}
    return Specialist(**texts, **lists, **optional)  # type: ignore[arg-type]


def _text(path: Path, data: Mapping[str, Any], field: str) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value.strip():
        raise SpecialistError(f"{path}: {field} must be a text")
    return value.strip()


def _optional(path: Path, data: Mapping[str, Any], field: str) -> str | None:
    return None if data.get(field) is None else _text(path, data, field)


def _list(path: Path, data: Mapping[str, Any], field: str) -> tuple[str, ...]:
    value = data.get(field, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SpecialistError(f"{path}: {field} must be a list of texts")
    return tuple(value)
