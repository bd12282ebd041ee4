"""The registry: shipped models, pulled ones and trained ones, by name or alias; and who answers."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from records.database import now
from records.paths import home
from records.whole import is_full
from runtime.models import manifest, removal, rows, standing
from runtime.models.entry import ModelEntry, ModelError, Verified, write_json
from runtime.models.removal import Removal
from runtime.models.standing import Champion, Standing

CHAMPION = "champion"
"""The alias of the model that answers."""

CHALLENGER = "challenger"
"""The alias of the model that answers a share of the conversations."""

_LIST = "`mica models list` shows those that exist"


class Registry:
    """Models by name and alias, in `$MICA_HOME/models/registry.json` over the shipped manifest.

    Several processes may use it at once. Every method may raise `ModelError`.
    """

    def __init__(self, folder: Path | None = None, weights: Path = manifest.WEIGHTS) -> None:
        """Use `folder` (default `$MICA_HOME/models`) for pulled models; nothing is read yet.

        Raises:
            ModelError: the folder cannot be made.
        """
        try:
            self.folder = folder or home() / "models"
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ModelError(
                f"the models' folder cannot be made ({error}); set MICA_HOME to one that can"
            ) from error
        self._weights = weights
        self._file = self.folder / "registry.json"
        self._verified = Verified(self.folder / "verified.json")

    def entries(self) -> list[ModelEntry]:
        """Return all models: the shipped ones first, then the others by name."""
        pulled = [rows.entry_of(self.folder, row) for row in self._read()["models"]]
        return [*self._shipped().models, *sorted(pulled, key=lambda entry: entry.name)]

    def aliases(self) -> dict[str, str]:
        """Return the names that aliases stand for."""
        data = self._read()
        found = {**self._shipped().aliases, **data["aliases"]}
        if data["challenge"]:
            found[CHALLENGER] = data["challenge"]["name"]
        return found

    def entry(self, name: str) -> ModelEntry:
        """Return a model by name or alias, without looking at its files.

        Raises:
            ModelError: there is no such model.
        """
        meant = self.aliases().get(name, name)
        for entry in self.entries():
            if entry.name == meant:
                return entry
        alias = f" (what {name} stands for)" if meant != name else ""
        raise ModelError(f"there is no model {meant!r}{alias}; {_LIST}, `mica models use` chooses")

    def resolve(self, name: str) -> ModelEntry:
        """Return a model whose files are there and have the recorded hashes.

        Raises:
            ModelError: there is no such model, or a file is missing or damaged.
        """
        entry = self.entry(name)
        for file in entry.files:
            self._verified.check(file, _advice(entry))
        return entry

    def use(self, name: str, alias: str = CHAMPION) -> ModelEntry:
        """Make `alias` stand for a model, which must be whole, and return it.

        Raises:
            ModelError: it is unknown, missing or damaged.
        """
        entry = self.resolve(name)
        with self._changing() as data:
            if alias == CHAMPION:
                self._crown(data, entry.name, "use")
            else:
                data["aliases"][alias] = entry.name
        return entry

    def add(self, entry: ModelEntry) -> None:
        """Record a pulled model, whose files lie in `folder`; one of the same name is replaced.

        Raises:
            ModelError: the name is a shipped model's or an alias.
        """
        self.check_name(entry.name)
        with self._changing() as data:
            others = [row for row in data["models"] if row["name"] != entry.name]
            data["models"] = [*others, rows.row_of(self.folder, entry)]

    def register(self, entry: ModelEntry) -> ModelEntry:
        """Keep a build that was trained here, with copies of all its files but the base.

        Its version is the next one among the builds of the same first ancestor. A build of the
        same name is replaced, so that registering again after a crash does no harm.

        Raises:
            ModelError: the name is taken or cannot be used, the parent is unknown, or a file is
                missing.
        """
        rows.check_name(entry.name)
        self.check_name(entry.name)
        try:
            made = rows.kept(self.folder, replace(entry, origin="trained", created=now()))
        except OSError as error:
            advice = "; make room" if is_full(error) else ""
            raise ModelError(f"the build {entry.name} cannot be kept: {error}{advice}") from error
        with self._changing() as data:
            known = {known.name: known for known in self._shipped().models}
            known |= {row["name"]: rows.entry_of(self.folder, row) for row in data["models"]}
            before = known.pop(made.name, None)
            data["models"] = [row for row in data["models"] if row["name"] != made.name]
            if made.parent is not None and made.parent not in known:
                raise ModelError(f"{made.name} is said to come from {made.parent!r}; {_LIST}")
            if before is not None:
                serves = (data["aliases"].get(CHAMPION), (data["challenge"] or {}).get("name"))
                if before.fingerprint() != made.fingerprint() and made.name in serves:
                    raise ModelError(f"{made.name} is answering now; give the new build a new name")
            gone = {row["name"]: rows.entry_of(self.folder, row) for row in data["removed"]}
            made = replace(made, version=before.version if before else _next(made, gone | known))
            data["models"].append(rows.row_of(self.folder, made))
        return made

    def removal(self, name: str) -> Removal:
        """Return what removing a pulled or trained model would free; nothing is changed.

        Raises:
            ModelError: it is unknown, comes with Mica, or answers, or may soon: the champion, the
                challenger, the one to roll back to, and what another alias stands for.
        """
        return self._removal(self._read(), name)

    def remove(self, name: str) -> Removal:
        """Forget a model and delete its files that no other model needs; see `removal`.

        Its version is not given to another build. A server that is answering a turn with it goes
        on: it has the files open.

        Raises:
            ModelError: as in `removal`, or a file cannot be deleted; the model is gone even so.
        """
        with self._changing() as data:
            found = self._removal(data, name)
            went = [row for row in data["models"] if row["name"] == found.name]
            data["models"] = [row for row in data["models"] if row not in went]
            data["removed"] = [*data["removed"], *went]
            data["before"] = [before for before in data["before"] if before != found.name]
        try:
            removal.delete(self.folder, found)
        except OSError as error:
            raise ModelError(f"{name} is gone, but a file stays: {error}; delete it") from error
        return found

    def _removal(self, data: dict[str, Any], name: str) -> Removal:
        first = "choose another first: `mica models promote NAME`"
        serves = {
            of: f"is what the alias {alias} stands for" for alias, of in self.aliases().items()
        }
        if data["before"]:
            serves[data["before"][-1]] = "is the one that `mica models rollback` goes back to"
        if data["challenge"]:
            serves[data["challenge"]["name"]] = "challenges; `mica models withdraw` ends that"
        serves[self.standing().champion] = f"is the champion; {first}"
        return removal.planned(self.folder, self.entries(), self.entry(name), serves)

    def check_name(self, name: str) -> None:
        """See that a pulled model may have this name.

        Raises:
            ModelError: the name is a shipped model's or an alias.
        """
        shipped = {entry.name for entry in self._shipped().models}
        if name in shipped or name in self.aliases():
            raise ModelError(f"the name {name!r} is taken; give another one with --name")

    def challenge(self, name: str, share: float = 0.2) -> ModelEntry:
        """Let a build answer a share (0 to 1) of the conversations that begin from now on.

        Raises:
            ModelError: it is unknown, damaged or the champion, or the share is none.
        """
        if not 0 < share <= 1:
            raise ModelError(f"the share is {share}; give a number above 0 and up to 1, like 0.2")
        entry = self.resolve(name)
        if entry.name == self.aliases().get(CHAMPION):
            raise ModelError(f"{entry.name} is the champion; it cannot challenge itself")
        with self._changing() as data:
            self.entry(name)  # as in _crown
            data["challenge"] = {"name": entry.name, "share": share, "since": now()}
        return entry

    def withdraw(self) -> str | None:
        """End the challenge; return the name of the challenger, None where there was none."""
        with self._changing() as data:
            ended = data.pop("challenge", None)
            data["challenge"] = None
        return str(ended["name"]) if ended else None

    def promote(self, name: str = CHALLENGER) -> ModelEntry:
        """Make a build, by default the challenger, the champion; its challenge is over then.

        Raises:
            ModelError: there is no such build, or it is damaged.
        """
        if name == CHALLENGER and not self._read()["challenge"]:
            raise ModelError(
                "there is no challenger; `mica models challenge NAME` makes one, and "
                "`mica models promote NAME` promotes any build"
            )
        entry = self.resolve(name)
        with self._changing() as data:
            self._crown(data, entry.name, "promote")
        return entry

    def rollback(self) -> ModelEntry:
        """Make the champion before the present one the champion again.

        Raises:
            ModelError: there was none before, or it is damaged.
        """
        before = self._read()["before"]
        if not before:
            raise ModelError("there is no champion to go back to: none was promoted here")
        entry = self.resolve(before[-1])
        with self._changing() as data:
            left = data["before"][:-1] if data["before"][-1:] == [entry.name] else data["before"]
            self._crown(data, entry.name, "rollback")
            data["before"] = left
        return entry

    def standing(self) -> Standing:
        """Return who answers at present."""
        data, champion = self._read(), self.aliases().get(CHAMPION)
        if champion is None:
            raise ModelError("no model is the champion; `mica models use NAME` chooses one")
        try:
            return standing.read(champion, data["challenge"])
        except (KeyError, TypeError, ValueError) as error:
            raise self._unreadable(error) from error

    def serving(self, thread: str, held: str | None = None) -> ModelEntry:
        """Return the build that answers a conversation; see `Standing.assign`."""
        return self.entry(self.standing().assign(thread, held))

    def champions(self) -> list[Champion]:
        """Return the history of champions of this machine, the first one first."""
        return [
            Champion(row["name"], row["since"], row["how"]) for row in self._read()["champions"]
        ]

    def stamp(self) -> tuple[tuple[int, int, int], ...]:
        """Return what changes when the registry's file or the manifest does; costs two `stat`s."""
        return tuple(_stamp(path) for path in (self._file, self._weights / manifest.NAME))

    def _crown(self, data: dict[str, Any], name: str, how: str) -> None:
        current = {**self._shipped().aliases, **data["aliases"]}.get(CHAMPION)
        if data["challenge"] and data["challenge"]["name"] == name:
            data["challenge"] = None
        if current == name:
            return
        self.entry(name)  # it may have been removed while it was looked through
        if current is not None:
            data["before"] = [*data["before"], current]
        data["aliases"][CHAMPION] = name
        data["champions"].append({"name": name, "since": now(), "how": how})

    def _shipped(self) -> manifest.Manifest:
        return manifest.read(self._weights)

    def _read(self) -> dict[str, Any]:
        if not self._file.exists():
            return _contents({"models": [], "aliases": {}})
        try:
            return _contents(json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> ModelError:
        return ModelError(
            f"{self._file} cannot be read ({error}); move it away and pull or train your models "
            "again (files that are there are not downloaded twice)"
        )

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        try:
            with (self.folder / ".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                data = self._read()
                yield data
                write_json(self._file, data)
        except OSError as error:
            raise ModelError(f"{self._file} cannot be written ({error}); make room") from error


def resolve(name: str) -> ModelEntry:
    """Return a model of this machine by name or alias, with its files checked.

    Raises:
        ModelError: there is no such model, or a file is missing or damaged.
    """
    return Registry().resolve(name)


def _contents(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "models": list(data["models"]),
        "aliases": dict(data["aliases"]),
        "before": list(data.get("before", ())),
        "champions": list(data.get("champions", ())),
        "challenge": data.get("challenge"),
        "removed": list(data.get("removed", ())),
    }


def _advice(entry: ModelEntry) -> str:
    if entry.origin == "shipped":
        return f"{manifest.RESTORE}, or choose another model: {_LIST}"
    if entry.origin == "trained":
        return f"train {entry.name} again, or choose another model: {_LIST}"
    return f"run `mica models pull {entry.origin} --file {entry.path.name}` again"


def _next(entry: ModelEntry, known: dict[str, ModelEntry]) -> int:
    root = _root(entry, known)
    return 1 + max((e.version for e in known.values() if _root(e, known) == root), default=0)


def _root(entry: ModelEntry, known: dict[str, ModelEntry]) -> str:
    seen = {entry.name}
    while entry.parent in known and entry.parent not in seen:
        entry = known[entry.parent]
        seen.add(entry.name)
    return entry.parent or entry.name


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        stat = path.stat()
    except OSError:
        return (0, 0, 0)
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino)
