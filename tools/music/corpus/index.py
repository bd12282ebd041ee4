"""The index: one SQLite file with a row for every score and for every file that was to be read."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tools.music.corpus.catalogue import Catalogue, Row
from tools.music.corpus.entry import Entry, melody_text, rhythm_text
from tools.music.corpus.packing import Stored, pack
from tools.music.corpus.place import CorpusError

VERSION = 1
"""Goes up where older indexes must be built again."""
_WAIT_SECONDS = 20.0
_TABLES = """
CREATE TABLE IF NOT EXISTS files (
    source TEXT PRIMARY KEY, state TEXT NOT NULL DEFAULT 'waiting', error TEXT NOT NULL DEFAULT '',
    seconds REAL NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS scores (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, file TEXT NOT NULL,
    collection TEXT NOT NULL, composer TEXT NOT NULL, title TEXT NOT NULL,
    key TEXT NOT NULL, meter TEXT NOT NULL, bars INTEGER NOT NULL, parts INTEGER NOT NULL,
    notes INTEGER NOT NULL, analyst TEXT NOT NULL, harmony TEXT NOT NULL,
    melody TEXT NOT NULL, rhythm TEXT NOT NULL, data BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS scores_file ON scores (file);
"""


@dataclass(frozen=True)
class Status:
    """How far a build is: files by state, scores, and the size of the index in bytes."""

    waiting: int
    done: int
    failed: int
    scores: int
    size: int
    seconds: float = 0.0
    errors: tuple[tuple[str, str], ...] = ()

    @property
    def files(self) -> int:
        """All files that are to be read."""
        return self.waiting + self.done + self.failed


_T = TypeVar("_T")
_KEPT: dict[Path, tuple[object, dict[str, Any]]] = {}
_LOCK = threading.Lock()


class Index:
    """The index at a path. A second process may read while one writes."""

    def __init__(self, path: Path, *, make: bool = False) -> None:
        """Open the index; with `make`, make it where it is missing or of an older version.

        Raises:
            CorpusError: there is none, or it is damaged or of another version.
        """
        self.path = path
        if not make and not path.exists():
            raise CorpusError(
                "there is no index of the corpus yet: run `mica corpus build` (some minutes, "
                "in the background with --background), then ask again"
            )
        try:
            self._db = self._open(make)
        except sqlite3.Error as error:
            raise CorpusError(f"{path}: {error}; run `mica corpus build --again`") from error

    def _open(self, make: bool) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=_WAIT_SECONDS, isolation_level=None)
        db.row_factory = sqlite3.Row
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version != VERSION and not make:
            db.close()
            raise CorpusError("the index is of another version: run `mica corpus build --again`")
        if make:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            if version not in (0, VERSION):
                db.executescript("DROP TABLE IF EXISTS files; DROP TABLE IF EXISTS scores;")
            db.executescript(_TABLES)
            db.execute(f"PRAGMA user_version={VERSION}")
        return db

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def plan(self, sources: Iterable[str], *, again: bool = False) -> None:
        """Note the files that are to be read; with `again`, forget all that was read."""
        with self._write() as db:
            if again:
                db.execute("DELETE FROM scores")
                db.execute("DELETE FROM files")
            rows = [(source,) for source in sources]
            db.executemany("INSERT OR IGNORE INTO files (source) VALUES (?)", rows)

    def waiting(self, most: int = -1) -> list[str]:
        """Return files that are to be read."""
        found = self._db.execute(
            "SELECT source FROM files WHERE state = 'waiting' LIMIT ?", (most,)
        )
        return [row["source"] for row in found]

    def retry(self) -> None:
        """Let files that failed be read again."""
        with self._write() as db:
            db.execute("UPDATE files SET state = 'waiting', error = '' WHERE state = 'failed'")

    def keep(self, file: str, entries: Sequence[Entry], seconds: float) -> None:
        """Keep the scores of a file, whole or not at all."""
        with self._write() as db:
            db.execute("DELETE FROM scores WHERE file = ?", (file,))
            db.executemany(
                f"INSERT INTO scores VALUES (NULL{', ?' * 15})",
                [_row(file, entry) for entry in entries],
            )
            db.execute(
                "UPDATE files SET state = 'done', seconds = ? WHERE source = ?", (seconds, file)
            )

    def failed(self, file: str, error: str) -> None:
        """Note that a file cannot be read, and why."""
        with self._write() as db:
            db.execute(
                "UPDATE files SET state = 'failed', error = ? WHERE source = ?", (error[:500], file)
            )

    def tidy(self) -> None:
        """Give back the room of rows that were replaced."""
        self._db.execute("VACUUM")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def status(self) -> Status:
        """Return how far the build is."""
        counts = dict(
            self._db.execute("SELECT state, count(*) FROM files GROUP BY state").fetchall()
        )
        (scores,) = self._db.execute("SELECT count(*) FROM scores").fetchone()
        (seconds,) = self._db.execute("SELECT total(seconds) FROM files").fetchone()
        errors = self._db.execute(
            "SELECT source, error FROM files WHERE state = 'failed' ORDER BY source"
        )
        size = sum(_stamp(path)[1] for path in (self.path, _beside(self.path)))
        return Status(
            counts.get("waiting", 0), counts.get("done", 0), counts.get("failed", 0), scores,
            size, seconds, tuple((row["source"], row["error"]) for row in errors),
        )  # fmt: skip

    def left(self) -> int:
        """Return how many files are still to be read."""
        found = self._db.execute("SELECT count(*) FROM files WHERE state = 'waiting'").fetchone()
        return int(found[0])

    def collections(self) -> dict[str, tuple[int, int]]:
        """Return how many files of each collection are to be read, and how many have been.

        Kept in memory until the file changes.
        """
        return self._kept("collections", self._collections)

    def _collections(self) -> dict[str, tuple[int, int]]:
        found = self._db.execute(
            "SELECT substr(source, 1, instr(source || '/', '/') - 1) AS name,"
            " sum(state = 'waiting') AS due, sum(state != 'waiting') AS known"
            " FROM files GROUP BY name ORDER BY name"
        )
        return {row["name"]: (row["due"], row["known"]) for row in found}

    def rows(self) -> tuple[Row, ...]:
        """Return all scores by source."""
        return self.catalogue().rows

    def catalogue(self) -> Catalogue:
        """Return all scores to search; kept in memory until the file changes."""
        return self._kept("catalogue", self._catalogue)

    def _catalogue(self) -> Catalogue:
        found = self._db.execute(f"SELECT {', '.join(Row._fields)} FROM scores")
        return Catalogue(sorted((Row._make(row) for row in found), key=lambda row: row.source))

    def _kept(self, name: str, read: Callable[[], _T]) -> _T:
        """Return what was read since the file changed last, or read it."""
        stamp = tuple(_stamp(path) for path in (self.path, _beside(self.path)))
        with _LOCK:
            known = _KEPT.get(self.path)
            if known is None or known[0] != stamp:
                _KEPT.clear()
                known = _KEPT[self.path] = (stamp, {})
            if name not in known[1]:
                known[1][name] = read()
            found: _T = known[1][name]
        return found

    def stored(self, score: int) -> Stored:
        """Return a score, its notes to be read as far as they are needed.

        Raises:
            CorpusError: there is no such score.
        """
        row = self._db.execute("SELECT * FROM scores WHERE id = ?", (score,)).fetchone()
        if row is None:
            raise CorpusError(f"there is no score {score} in the index")
        frame = Entry(
            row["source"], row["collection"], row["composer"], row["title"], (), (), row["key"],
            analyst=row["analyst"],
        )  # fmt: skip
        return Stored.of(frame, row["harmony"], row["data"])


def _beside(path: Path) -> Path:
    """Return the file in which SQLite keeps what is not in the index's own file yet."""
    return path.with_name(path.name + "-wal")


def _stamp(path: Path) -> tuple[int, int]:
    """Return when a file was changed and its size in bytes; zeros where it is empty or missing.

    SQLite makes an empty file beside the index whenever somebody opens it, and removes it again.
    """
    try:
        about = path.stat()
    except FileNotFoundError:
        return 0, 0
    return (about.st_mtime_ns, about.st_size) if about.st_size else (0, 0)


def _row(file: str, entry: Entry) -> tuple[str | int | bytes, ...]:
    meters = dict.fromkeys(f"{beats}/{unit}" for beats, unit in (m.meter for m in entry.bars))
    return (
        entry.source, file, entry.collection, entry.composer, entry.title, entry.key,
        " ".join(meters), len(entry.bars), len(entry.lines), entry.note_count, entry.analyst,
        entry.numerals, melody_text(entry.lines), rhythm_text(entry.lines), pack(entry),
    )  # fmt: skip
