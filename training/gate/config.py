"""The gate's configuration: sets, margins and limits, from `gate.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from runtime.types import BackendError

DEFAULT = Path(__file__).with_name("gate.yaml")
SETS = ("sysadmin", "everyday", "composer", "music", "limits")
"""The frozen sets whose answers depend on the build."""


class GateError(BackendError):
    """The gate cannot be held. The text says what to do next."""


@dataclass(frozen=True)
class Pool:
    """Sets that are judged together, and how much worse the challenger may be (a share)."""

    sets: tuple[str, ...]
    margin: float


@dataclass(frozen=True)
class Learned:
    """The share of the corrections that must be right now, and how many more than before."""

    share: float
    more: int


@dataclass(frozen=True)
class Latency:
    """Ratios of median and p95 to the champion's, and a difference in seconds that is forgiven."""

    median: float
    p95: float
    slack_seconds: float


@dataclass(frozen=True)
class Memory:
    """The ratio of peak memory to the champion's, and a difference in MB that is forgiven."""

    ratio: float
    slack_mb: float


@dataclass(frozen=True)
class Config:
    """What `gate.yaml` says. `sets` gives for each set the step from row to row that is asked."""

    sets: dict[str, int]
    pools: dict[str, Pool]
    significance: float
    learned: Learned
    latency: Latency
    memory: Memory


def load(path: Path | None = None, *, full: bool = False) -> Config:
    """Read a configuration over the default one; `full` asks all rows of all sets.

    Raises:
        GateError: a file cannot be read, or a field is unknown or out of range.
    """
    data = _read(DEFAULT)
    for key, value in (_read(path) if path else {}).items():
        if key not in data:
            raise GateError(f"{path}: there is no field {key!r}; there are {', '.join(data)}")
        merged = isinstance(value, dict) and key not in ("sets", "pools")
        data[key] = {**data[key], **value} if merged else value
    try:
        config = _config(data)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise GateError(f"{path or DEFAULT}: {error}") from error
    return _full(config) if full else config


def _config(data: dict[str, Any]) -> Config:
    config = Config(
        sets={str(name): int(step) for name, step in data["sets"].items()},
        pools={
            str(name): Pool(tuple(pool["sets"]), _between(pool["margin"], 0, 1, "margin"))
            for name, pool in data["pools"].items()
        },
        significance=_between(data["significance"], 0, 1, "significance"),
        learned=_made(Learned, data["learned"]),
        latency=_made(Latency, data["latency"]),
        memory=_made(Memory, data["memory"]),
    )
    _between(config.learned.share, 0, 1, "learned.share")
    if unknown := set(config.sets) - set(SETS):
        raise ValueError(f"no set {', '.join(sorted(unknown))}; there are {', '.join(SETS)}")
    if any(step < 1 for step in config.sets.values()):
        raise ValueError("sets: every step is at least 1")
    for name, pool in config.pools.items():
        if lost := set(pool.sets) - set(config.sets):
            raise ValueError(f"pools.{name}: {', '.join(sorted(lost))} is not among the sets")
    return config


def _made(kind: Any, data: dict[str, Any]) -> Any:
    types = {"int": int, "float": float}
    known = {field.name: types[str(field.type)] for field in fields(kind)}
    if unknown := set(data) - set(known):
        raise ValueError(f"{kind.__name__.lower()} has no {', '.join(sorted(unknown))}")
    return kind(**{name: convert(data[name]) for name, convert in known.items()})


def _between(value: Any, low: float, high: float, name: str) -> float:
    number = float(value)
    if not low <= number <= high:
        raise ValueError(f"{name} is {number}; it lies between {low} and {high}")
    return number


def _full(config: Config) -> Config:
    return Config(**{**vars(config), "sets": dict.fromkeys(config.sets, 1)})


def _read(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise GateError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict):
        raise GateError(f"{path} is not a mapping; {DEFAULT} is an example")
    return data
