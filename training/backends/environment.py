"""The Python environments that trainers run in, and whether they are there."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Environment:
    """An environment: the folder `.venv-<name>` of the checkout, or what `variable` names.

    `modules` are what must be importable in it; `make` is the command that sets it up.
    """

    name: str
    variable: str
    modules: tuple[str, ...]
    make: str

    @property
    def python(self) -> Path:
        """Its interpreter, there or not."""
        named = os.environ.get(self.variable)
        return Path(named) if named else ROOT / f".venv-{self.name}" / "bin" / "python"

    def problem(self) -> str:
        """Return why it cannot be used and what to do, or an empty text."""
        python = self.python
        if not os.access(python, os.X_OK):
            return (
                f"there is no training environment at {python}: run `{self.make}`, "
                f"or name another python with {self.variable}"
            )
        missing = self.missing()
        if missing:
            return f"{python} lacks {', '.join(missing)}: run `{self.make}` again"
        return ""

    def missing(self) -> list[str]:
        """Return which of its modules cannot be found; nothing is imported."""
        code = (
            "import importlib.util, sys\n"
            "print('found', *(m for m in sys.argv[1:] if importlib.util.find_spec(m) is None))"
        )
        command = [str(self.python), "-I", "-c", code, *self.modules]
        try:
            found = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
        except (OSError, subprocess.SubprocessError):
            return ["a working Python"]
        words = found.stdout.split()
        return words[1:] if words[:1] == ["found"] else ["a working Python"]


SHIPPED = Environment(
    "train", "MICA_TRAIN_PYTHON",
    ("torch", "transformers", "peft", "gguf", "tokenizers", "yaml"), "make train-setup",
)  # fmt: skip
TRL = Environment(
    "trl", "MICA_TRL_PYTHON",
    ("torch", "transformers", "peft", "trl", "datasets", "gguf"), "deploy/setup trl",
)  # fmt: skip
UNSLOTH = Environment(
    "unsloth", "MICA_UNSLOTH_PYTHON",
    ("torch", "unsloth", "trl", "datasets", "gguf"), "deploy/setup unsloth",
)  # fmt: skip
MLX = Environment(
    "mlx", "MICA_MLX_PYTHON", ("mlx", "mlx_lm", "gguf"), "deploy/setup mlx"
)  # fmt: skip
