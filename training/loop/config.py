"""What a loop is told: one YAML file, `training/configs/loop.yaml` by default."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

import yaml

from training.loop.errors import LoopError

DEFAULT = Path(__file__).parents[1] / "configs" / "loop.yaml"
Then = Literal["challenge", "promote", "nothing"]


@dataclass(frozen=True)
class Config:
    """How a loop runs; the file explains each field.

    `recipe` is a name or file of a training recipe (empty: the adapter stays as it is), `gate` the
    file of a gate (empty: the default one), `share` a share of the conversations, 0 to 1.
    """

    least: int = 5
    recipe: str = "shipped"
    minutes: float = 3.0
    copies: int = 60
    replay: float = 4.0
    gate: str = ""
    then: Then = "challenge"
    share: float = 0.2
    seed: int = 1

    @classmethod
    def load(cls, path: Path | None = None, **overrides: Any) -> Config:
        """Read a file; `overrides` replace fields, those that are None do not.

        Raises:
            LoopError: it cannot be read, or a field is unknown or wrong; the text says which.
        """
        path = path or DEFAULT
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise LoopError(f"{path} cannot be read: {error}") from error
        if not isinstance(data, dict):
            raise LoopError(f"{path} must be fields such as `least: 5`")
        data |= {name: value for name, value in overrides.items() if value is not None}
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(map(str, data)) - known):
            raise LoopError(f"no field {', '.join(unknown)}; a loop has {', '.join(sorted(known))}")
        made = cls(**{name: _checked(name, value) for name, value in data.items()})
        if made.least < 1 or made.copies < 1 or made.minutes <= 0 or made.replay < 0:
            raise LoopError("least and copies are at least 1, minutes more than 0, replay from 0")
        if not 0 < made.share <= 1:
            raise LoopError(f"share is a share of the conversations, 0 to 1, not {made.share}")
        return made


def _checked(name: str, value: Any) -> Any:
    kind = get_type_hints(Config)[name]
    if choices := get_args(kind):
        if value not in choices:
            raise LoopError(f"{name} is one of {', '.join(choices)}, not {value!r}")
        return value
    wanted = (int, float) if kind is float else (kind,)
    if isinstance(value, bool) or not isinstance(value, wanted):
        raise LoopError(f"{name} is a {kind.__name__}, not {value!r}")
    return kind(value)
