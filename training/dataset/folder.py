"""A dataset on the disk: written whole or not at all, read back with its hashes checked."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from records.paths import home
from records.whole import is_full
from training.dataset.row import Rejected, Row

MANIFEST = "manifest.json"
_MAKING = ".making-"


class DatasetError(Exception):
    """A dataset cannot be made or read. The text says what to do next."""


@dataclass(frozen=True)
class Dataset:
    """Rows with what was kept out. `folder` holds the files that `manifest` lists with sha256."""

    specialist: str
    version: str
    rows: tuple[Row, ...]
    rejected: tuple[Rejected, ...]
    manifest: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None

    @property
    def name(self) -> str:
        """The name of the folder: `SPECIALIST-VERSION`."""
        return f"{self.specialist}-{self.version}"

    @classmethod
    def load(cls, path: Path) -> Dataset:
        """Read the dataset in the folder `path` and check every file's hash.

        Raises:
            DatasetError: there is none, or a file is missing or was changed.
        """
        manifest = _manifest(path)
        for name, sha256 in manifest["files"].items():
            if _sha256(path / name) != sha256:
                raise DatasetError(
                    f"dataset {path.name}: {name} is missing or was changed; remove the folder "
                    f"{path} and run `mica dataset build` again"
                )
        try:
            rows = tuple(Row.from_json(each) for each in _lines(path / "rows.jsonl"))
            rejected = tuple(Rejected(**each) for each in _lines(path / "rejected.jsonl"))
        except (TypeError, KeyError, ValueError) as error:
            raise DatasetError(
                f"dataset {path.name} was written by another version of Mica ({error}); "
                "run `mica dataset build` again"
            ) from error
        return cls(manifest["specialist"], manifest["version"], rows, rejected, manifest, path)


def default_folder() -> Path:
    """Return where datasets are kept: `$MICA_HOME/datasets`."""
    return home() / "datasets"


def datasets(folder: Path | None = None) -> list[Mapping[str, Any]]:
    """Return the manifests of all datasets, those with the latest feedback last."""
    folder = folder or default_folder()
    found = []
    for path in sorted(folder.glob(f"*/{MANIFEST}")) if folder.is_dir() else ():
        if not path.parent.name.startswith(_MAKING):
            with suppress(DatasetError):
                found.append(_manifest(path.parent))
    return sorted(found, key=lambda each: (each["until"], each["specialist"], each["version"]))


def find(name: str, folder: Path | None = None) -> Path:
    """Return the folder of the dataset with this name, version or beginning of a version.

    Raises:
        DatasetError: there is none, or there are several.
    """
    folder = folder or default_folder()
    known = [f"{each['specialist']}-{each['version']}" for each in datasets(folder)]
    fitting = [each for each in known if each == name]
    fitting = fitting or [each for each in known if each.rpartition("-")[2].startswith(name)]
    if len(fitting) == 1:
        return folder / fitting[0]
    there = ", ".join(fitting or known) or "none yet; `mica dataset build` makes one"
    problem = f"several datasets are named {name}" if fitting else f"there is no dataset {name}"
    raise DatasetError(f"{problem}. There are: {there}")


def save(
    specialist: str, version: str, files: Mapping[str, str], facts: Mapping[str, Any], folder: Path
) -> Path:
    """Write `files` (path in the dataset to text) and the manifest; return the dataset's folder.

    All is written beside, and appears under its name at once. A dataset that is there already
    and whole stays as it is.

    Raises:
        DatasetError: the disk is full or the folder cannot be written; nothing is left.
    """
    target = folder / f"{specialist}-{version}"
    if _whole(target):
        return target
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    manifest = {"specialist": specialist, "version": version, **facts, "files": hashes}
    with _explained(folder), _making(folder, target.name) as place:
        for name, text in {**files, MANIFEST: _pretty(manifest)}.items():
            _write(place / "new" / name, text)
        if target.exists():  # what is there is not whole
            target.rename(place / "replaced")
        (place / "new").rename(target)
        _sync(folder)
    return target


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder of datasets: one build at a time.

    Raises:
        DatasetError: another process builds, or the folder cannot be written.
    """
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise DatasetError("another dataset is being built; wait until it is done") from error
    try:
        yield
    finally:
        os.close(handle)  # which gives the lock back, as does a kill


@contextmanager
def _making(folder: Path, name: str) -> Iterator[Path]:
    """Give a folder to write in that is gone afterwards; remove those of builds that died."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{_MAKING}*"):
        if not _alive(left.name.removeprefix(_MAKING).partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    place = folder / f"{_MAKING}{os.getpid()}-{name}"
    place.mkdir()
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        advice = "free some space" if is_full(error) else "check the folder and its permissions"
        raise DatasetError(
            f"the dataset cannot be written to {folder}: {error.strerror or error}; {advice} and "
            "build again (nothing is half made, and the feedback is as it was)"
        ) from error


def _alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _whole(path: Path) -> bool:
    try:
        Dataset.load(path)
    except DatasetError:
        return False
    return True


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        missing = {"specialist", "version", "files", "until"} - set(manifest)
    except (OSError, ValueError, TypeError) as error:
        raise DatasetError(f"there is no dataset in {path}: {error}") from error
    if missing:
        raise DatasetError(f"{path / MANIFEST} lacks {', '.join(sorted(missing))}")
    return dict(manifest)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def as_lines(values: Iterable[Mapping[str, Any]]) -> str:
    """Return JSON objects as JSON Lines."""
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
