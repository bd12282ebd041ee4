"""Which build of the model answers a conversation, opened when it is needed.

A turn is given its build when it begins and keeps it to its end. The registry is looked at between
turns, so that a running server follows `mica models promote` without a restart.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from graphs.settings import Settings
from runtime.engine import LlamaBackend
from runtime.models.entry import ModelEntry, ModelFile
from runtime.models.registry import CHAMPION, Registry
from runtime.models.standing import Standing
from runtime.types import BackendError, ChatBackend

_log = logging.getLogger("mica.serving")


@dataclass(frozen=True)
class Build:
    """What is known of the build that answers a turn.

    `adapters` gives the backend's name for each specialist's adapter (None: they are the same,
    and any may be named). `hashes` are the names and hashes of the model (under an empty name)
    and of its adapters. `learned` are files of learned documents by specialist. Where what is
    found is less near than `ask_below`, the person is asked instead of guessed at.
    """

    name: str
    model: str
    role: str = ""
    version: int = 0
    adapters: Mapping[str, str] | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)
    learned: Mapping[str, Path] = field(default_factory=dict)
    ask_below: float = 0.0

    def adapter(self, wanted: str | None) -> str | None:
        """Return the backend's name of an adapter; None where this build has none such."""
        if wanted is None or self.adapters is None:
            return wanted
        return self.adapters.get(wanted)


class Serving(Protocol):
    """Something that knows the builds and has them open: `Local`."""

    def assign(self, conversation: str, held: str | None = None) -> str:
        """Return the name of the build for a turn that begins; `held` answered the one before."""
        ...

    def build(self, name: str | None) -> Build:
        """Return what is known of a build; of the champion where the name is None or gone."""
        ...

    @contextmanager
    def opened(self, name: str) -> Iterator[ChatBackend]:
        """Yield the backend of a build, with its adapters loaded until the block ends."""
        ...

    def close(self) -> None:
        """Release the models."""
        ...


@dataclass
class _Open:
    """A build whose engine is open and whose adapters are loaded; `users` are at work with it."""

    entry: ModelEntry
    engine: LlamaBackend
    users: int = 0


_Base = tuple[Path, str | None, str]


class Local:
    """The builds of this machine's registry, over one engine for each base model.

    With the settings' model at `champion` it follows the registry; any other name is served as it
    is. Safe from many threads.
    """

    def __init__(self, settings: Settings, registry: Registry | None = None) -> None:
        """Open the model that the settings name.

        Raises:
            BackendError: it cannot be loaded.
        """
        self._settings = settings
        self._registry = registry or Registry()
        self._lock = threading.RLock()
        self._open: dict[str, _Open] = {}
        self._engines: dict[_Base, LlamaBackend] = {}
        self._stamp = self._registry.stamp()
        self._standing = self._read()
        self._ensure(self._standing.champion)

    @property
    def engine(self) -> LlamaBackend:
        """The engine of the champion."""
        with self._lock:
            return self._ensure(self._standing.champion).engine

    def assign(self, conversation: str, held: str | None = None) -> str:
        """Return the name of the build for a turn that begins.

        A build that cannot be opened is passed over: the champion answers then.
        """
        with self._lock:
            self._look()
            wanted = self._standing.assign(conversation, held)
            for name in (wanted, self._standing.champion):
                try:
                    self._ensure(name)
                except BackendError as error:
                    _log.error("the build %s cannot be served: %s", name, error)
                else:
                    return name
            raise BackendError(
                f"the champion {self._standing.champion} cannot be opened; `mica models rollback` "
                "goes back to the one before, `mica models use` chooses another"
            )

    def build(self, name: str | None) -> Build:
        """Return what is known of a build; of the champion where the name is None or gone."""
        with self._lock:
            entry = self._entry(name)
            champion = self._standing.role(entry.name) or ""
        return Build(
            name=entry.name,
            model=entry.path.stem,
            role=champion,
            version=entry.version,
            adapters={name: _handle(name, file) for name, file in entry.adapter_files.items()},
            hashes=hashes_of(entry),
            learned={name: file.path for name, file in entry.learned.items()},
            ask_below=self._settings.ask_below if entry.format == "mica" else 0.0,
        )

    @contextmanager
    def opened(self, name: str) -> Iterator[ChatBackend]:
        """Yield the backend of a build, with its adapters loaded until the block ends.

        Raises:
            BackendError: it cannot be opened.
        """
        with self._lock:
            used = self._ensure(name)
            used.users += 1
        try:
            yield used.engine
        finally:
            with self._lock:
                used.users -= 1
                self._sweep()

    def close(self) -> None:
        """Close all engines; may be called twice."""
        with self._lock:
            for engine in self._engines.values():
                engine.close()
            self._engines, self._open = {}, {}

    def _read(self) -> Standing:
        if self._settings.model == CHAMPION:
            return self._registry.standing()
        return Standing(self._registry.entry(self._settings.model).name)

    def _look(self) -> None:
        """Read the registry again where it has changed; what answers now goes on if it cannot."""
        stamp = self._registry.stamp()
        if stamp == self._stamp:
            return
        try:
            standing = self._read()
            self._ensure(standing.champion)
        except BackendError as error:
            _log.error("the registry's change is not followed: %s", error)
            return
        self._stamp, self._standing = stamp, standing
        self._sweep()

    def _entry(self, name: str | None) -> ModelEntry:
        name = name or self._standing.champion
        if name in self._open:
            return self._open[name].entry
        try:
            return self._registry.entry(name)
        except BackendError:
            return self._open[self._standing.champion].entry

    def _ensure(self, name: str) -> _Open:
        """Open a build that is not open yet."""
        if name not in self._open:
            entry = self._registry.resolve(name)
            engine = self._engine(entry)
            for adapter, file in entry.adapter_files.items():
                engine.load_adapter(_handle(adapter, file), file.path)
            self._open[entry.name] = _Open(entry, engine)
            return self._open[entry.name]
        return self._open[name]

    def _engine(self, entry: ModelEntry) -> LlamaBackend:
        base = _base(entry)
        if base not in self._engines:
            self._engines[base] = LlamaBackend(
                entry.path, format=entry.format, threads=self._settings.threads
            )
        return self._engines[base]

    def _sweep(self) -> None:
        """Let go of builds that no turn uses and no new one will be given."""
        for name, build in list(self._open.items()):
            if not build.users and self._standing.role(name) is None:
                del self._open[name]
        needed = {
            (_base(build.entry), _handle(adapter, file))
            for build in self._open.values()
            for adapter, file in build.entry.adapter_files.items()
        }
        in_use = {_base(build.entry) for build in self._open.values()}
        for base, engine in list(self._engines.items()):
            if base not in in_use:
                self._engines.pop(base).close()
                continue
            for name in engine.adapters:
                if (base, name) not in needed:
                    engine.unload_adapter(name)


def hashes_of(entry: ModelEntry) -> dict[str, str]:
    """Return the name and the first 16 hex digits of the sha256 of a model and its adapters."""
    named = {"": (entry.name, entry.file)}
    named |= {name: (name, file) for name, file in entry.adapter_files.items()}
    return {
        key: f"{name} {file.sha256[:16]}" if file.sha256 else name
        for key, (name, file) in named.items()
    }


def _handle(adapter: str, file: ModelFile) -> str:
    """Return an adapter's name in the engine: one for each content, so that builds can share."""
    return f"{adapter} {file.sha256[:16] if file.sha256 else file.path}"


def _base(entry: ModelEntry) -> _Base:
    return entry.path, entry.file.sha256, entry.format
