"""A recipe: all that a training run is told. One YAML file, one field a line."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

import yaml

from training.runs.errors import RecipeError

CONFIGS = Path(__file__).parents[1] / "configs"
Backend = Literal["shipped", "trl", "unsloth", "mlx"]
Method = Literal["sft", "dpo", "kto"]
Device = Literal["auto", "cpu", "cuda", "mps"]
Loading = Literal["full", "4bit"]
Start = Literal["adapter", "fresh"]
Precision = Literal["auto", "float32", "bfloat16"]
Tracking = Literal["none", "mlflow"]


@dataclass(frozen=True)
class Recipe:
    """What to train, on what, how long. The files in `training/configs` explain each field.

    `data` is a folder: for `shipped` one with `rows.jsonl` (`specialist`, `kind`, `text`), for
    the others a dataset with `views/`. `base` is a model of the registry for `shipped`, for the
    others a folder or a hub's name of a Granite checkpoint, and `format` how that will be served (a
    name of `runtime.formats`). Sizes are in tokens unless said
    otherwise; the run ends at `steps` or `minutes`, whichever comes first.
    """

    backend: Backend
    specialist: str
    data: str
    base: str = "champion"
    format: str = "granite4"
    method: Method = "sft"
    start: Start = "adapter"
    device: Device = "auto"
    loading: Loading = "full"
    precision: Precision = "auto"
    rank: int = 16
    alpha: int = 32
    steps: int = 400
    minutes: float = 5.0
    learning_rate: float = 5e-4
    warmup: int = 20
    weight_decay: float = 0.0
    batch_tokens: int = 2200
    batch_rows: int = 1
    accumulate: int = 1
    context: int = 1024
    beta: float = 0.1
    held_out: float = 0.1
    checkpoint_minutes: float = 0.5
    report_steps: int = 5
    threads: int = 0
    seed: int = 1
    track: Tracking = "none"

    @classmethod
    def load(cls, path: Path | str, **overrides: Any) -> Recipe:
        """Read a YAML file, or the shipped recipe of that name; `overrides` replace fields.

        Raises:
            RecipeError: there is no such file, or a field is unknown, missing or wrong.
        """
        file = find(path)
        try:
            data = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            why = " ".join(str(error).split())
            raise RecipeError(f"the recipe {file} cannot be read: {why}") from error
        if not isinstance(data, Mapping):
            raise RecipeError(f"the recipe {file} must be a list of fields, such as `rank: 16`")
        return cls.of({**data, **{k: v for k, v in overrides.items() if v is not None}})

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Recipe:
        """Check fields and make a recipe of them.

        Raises:
            RecipeError: a field is unknown, missing or wrong; the text says which.
        """
        known = get_type_hints(cls)
        unknown = sorted(set(map(str, data)) - set(known))
        if unknown:
            raise RecipeError(f"no field {', '.join(unknown)}; a recipe has {', '.join(known)}")
        missing = [f.name for f in fields(cls) if f.default is dataclasses.MISSING]
        missing = [name for name in missing if data.get(name) in (None, "")]
        if missing:
            raise RecipeError(f"the recipe does not say {', '.join(missing)}; give it")
        made = cls(**{name: _checked(name, known[name], value) for name, value in data.items()})
        made._check_ranges()
        return made

    def as_dict(self) -> dict[str, Any]:
        """Return all fields."""
        return dataclasses.asdict(self)

    def absolute(self) -> Recipe:
        """Return the recipe with whole paths: a run goes on from any folder."""
        data, base = Path(self.data).expanduser(), Path(self.base).expanduser()
        local = self.backend != "shipped" and base.is_dir()
        return dataclasses.replace(
            self,
            data=str(data.resolve()) if data.is_dir() else self.data,
            base=str(base.resolve()) if local else self.base,
        )

    def dump(self) -> str:
        """Return the recipe as YAML."""
        return yaml.safe_dump(self.as_dict(), sort_keys=False, allow_unicode=True)

    def _check_ranges(self) -> None:
        for name in ("rank", "alpha", "steps", "batch_tokens", "batch_rows", "accumulate",
                     "context", "report_steps"):  # fmt: skip
            if getattr(self, name) < 1:
                raise RecipeError(f"{name} must be at least 1, not {getattr(self, name)}")
        for name in ("minutes", "learning_rate", "beta", "checkpoint_minutes"):
            if not 0 < getattr(self, name) < float("inf"):
                raise RecipeError(f"{name} must be more than 0, not {getattr(self, name)}")
        if not 0 <= self.held_out <= 0.5:
            raise RecipeError(f"held_out is a share from 0 to 0.5, not {self.held_out}")
        if self.warmup < 0 or self.threads < 0 or self.weight_decay < 0:
            raise RecipeError("warmup, threads and weight_decay must not be negative")
        if not self.specialist.isidentifier():
            raise RecipeError(f"specialist {self.specialist!r} is no name of a folder in agents/")
        if self.method == "kto" and self.batch_rows < 2:
            raise RecipeError("kto compares the rows of a batch: batch_rows must be at least 2")
        if self.backend == "shipped" and self.method != "sft":
            raise RecipeError("the shipped backend trains sft only; take trl for dpo and kto")


def find(path: Path | str) -> Path:
    """Return the file of a recipe: a path, or the name of one in `training/configs`.

    Raises:
        RecipeError: there is none.
    """
    for file in (Path(path), CONFIGS / f"run-{path}.yaml"):
        if file.is_file():
            return file
    raise RecipeError(f"there is no recipe {path}; give a file, or one of {', '.join(shipped())}")


def shipped() -> list[str]:
    """Return the names of the recipes in `training/configs`."""
    return sorted(file.stem.removeprefix("run-") for file in CONFIGS.glob("run-*.yaml"))


def _checked(name: str, kind: Any, value: Any) -> Any:
    choices = get_args(kind)
    if choices:
        if value not in choices:
            raise RecipeError(f"{name} is one of {', '.join(choices)}, not {value!r}")
        return value
    wanted: tuple[type, ...] = (int, float) if kind is float else (kind,)
    if isinstance(value, bool) and kind is not bool:
        raise RecipeError(f"{name} is a {kind.__name__}, not {value!r}")
    if kind is float and isinstance(value, str):  # YAML reads 5e-4 as a text
        try:
            value = float(value)
        except ValueError:
            raise RecipeError(f"{name} is a number, not {value!r}") from None
    if not isinstance(value, wanted):
        raise RecipeError(f"{name} is a {kind.__name__}, not {value!r}")
    return kind(value)
