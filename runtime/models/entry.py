"""What is known of a model on this machine, and how its files are checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from records.whole import write_whole
from runtime.types import BackendError

_CHUNK = 1 << 20


class ModelError(BackendError):
    """A model is missing, damaged or unknown. The text says what to do next."""


@dataclass(frozen=True)
class ModelFile:
    """A file with its size in bytes and its SHA-256; both are None until they are recorded."""

    path: Path
    bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class ModelEntry:
    """A model: its GGUF, its LoRA adapters by name, and how to talk to it.

    `format` is a name of `runtime.formats`. `origin` is `shipped`, the repository that it
    was pulled from, or `trained`. A build that was trained here has a `parent`, the name of the
    build it started from, and a `version`, counted from 1 among the builds of the same first
    ancestor. `learned` are files of learned documents (JSON lines) by specialist. `created` is
    ISO 8601 in UTC, empty for models that were not trained here.
    """

    name: str
    format: str
    file: ModelFile
    adapter_files: Mapping[str, ModelFile] = field(default_factory=dict)
    licence: str = "unknown"
    base: str | None = None
    card: Path | None = None
    origin: str = "shipped"
    learned: Mapping[str, ModelFile] = field(default_factory=dict)
    parent: str | None = None
    version: int = 0
    created: str = ""

    @property
    def path(self) -> Path:
        """The model's GGUF."""
        return self.file.path

    @property
    def adapters(self) -> dict[str, Path]:
        """The adapters' GGUF files by name."""
        return {name: file.path for name, file in self.adapter_files.items()}

    @property
    def files(self) -> tuple[ModelFile, ...]:
        """All files of the model."""
        return (self.file, *self.adapter_files.values(), *self.learned.values())

    def fingerprint(self) -> str:
        """Return 16 hex digits that change when a file or the format of the model does.

        Raises:
            OSError: a file without a recorded hash cannot be read.
        """
        parts = [self.format, self.file.sha256 or sha256_of(self.path)]
        for files in (self.adapter_files, self.learned):
            for name in sorted(files):
                parts += [name, files[name].sha256 or sha256_of(files[name].path)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def missing(self) -> list[Path]:
        """Return the files that are not there."""
        return [file.path for file in self.files if not file.path.is_file()]


class Verified:
    """Remembers which files had the right hash, by size and time of change, in a JSON file.

    Hashing gigabytes takes seconds, so that it is done once and again when a file changes.
    """

    def __init__(self, memory: Path) -> None:
        self._memory = memory

    def check(self, file: ModelFile, advice: str) -> None:
        """Hold a file to its recorded size and hash; `advice` ends the error's text.

        Raises:
            ModelError: the file is missing, cannot be read, or is not what was recorded.
        """
        path = file.path
        try:
            stat = path.stat()
            if file.sha256 is None:
                return
            if file.bytes is not None and stat.st_size != file.bytes:
                raise ModelError(
                    f"{path} has {stat.st_size} bytes, but {file.bytes} were recorded; {advice}"
                )
            seen = [stat.st_size, stat.st_mtime_ns, file.sha256]
            known = self._read()
            if known.get(str(path)) == seen:
                return
            if sha256_of(path) != file.sha256:
                raise ModelError(f"{path} is damaged: its sha256 is not the one recorded; {advice}")
        except FileNotFoundError as error:
            raise ModelError(f"the model file {path} is missing; {advice}") from error
        except OSError as error:
            raise ModelError(f"{path} cannot be read ({error.strerror}); {advice}") from error
        self._write({**known, str(path): seen})

    def _read(self) -> dict[str, Any]:
        try:
            known = json.loads(self._memory.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def _write(self, known: dict[str, Any]) -> None:
        # Only a shortcut: where it cannot be written, the next start hashes again.
        try:
            write_json(self._memory, known)
        except OSError:
            return


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def write_json(path: Path, data: Any) -> None:
    """Write JSON so that a reader sees either the old file or the whole new one.

    Raises:
        OSError: it cannot be written.
    """
    write_whole(path, json.dumps(data, indent=2, ensure_ascii=False) + "\n")
