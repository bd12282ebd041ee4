"""Keeps the questions of the evaluations out of what is learned.

A text is contaminated where it has the words of an evaluation's request, or its template, or
nearly its characters, or holds it as a part. What is learned from an evaluation can no longer be
measured by it. The report names the set and never quotes it: sets stay unread.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from training.dataset.folder import DatasetError
from training.dataset.near import Near, template, words
from training.evaluate.tables import FOLDER

NEAR = 0.6
"""Nearness from which on two requests count as one. Of 3,000 of our own wordings, written without
sight of the evaluations, it refuses 11; at 0.75 it refuses 6, but misses a changed plural."""
PART = 5
"""Words from which on a request counts as pasted where it stands inside another text."""
TEMPLATE = 4
"""Words, without the values, from which on an equal template counts."""


class Contamination:
    """The requests of all evaluation sets, to compare with."""

    def __init__(self, requests: Iterable[tuple[str, str]]) -> None:
        """Take (name of the set, request)."""
        self._sets: list[str] = []
        self._plain: list[str] = []
        self._templates: dict[tuple[bool, str], str] = {}
        for name, request in requests:
            self._sets.append(name)
            self._plain.append(words(request))
            for music in (False, True):
                shape = template(request, music=music)
                if sum(not word.startswith("<") for word in shape.split()) >= TEMPLATE:
                    self._templates.setdefault((music, shape), name)
        self._near = Near(self._plain)

    @property
    def texts(self) -> frozenset[str]:
        """The words of all requests, as `training.dataset.near.words` gives them."""
        return frozenset(self._plain)

    def __len__(self) -> int:
        return len(self._sets)

    def problem(self, text: str) -> str | None:
        """Return why a text must not be learned, None where it may be."""
        plain = words(text)
        if not plain:
            return None
        for nearness, number in self._near.alike(plain, NEAR):
            how = "has the same words as" if plain == self._plain[number] else (
                f"is nearly the same ({nearness:.0%}) as"
            )  # fmt: skip
            return f"{how} a request of the evaluation set {self._sets[number]}"
        for music in (False, True):
            name = self._templates.get((music, template(text, music=music)))
            if name:
                return f"differs only in its values from a request of the evaluation set {name}"
        return self._pasted(plain)

    def _pasted(self, plain: str) -> str | None:
        for name, request in zip(self._sets, self._plain, strict=True):
            if len(request.split()) >= PART and f" {request} " in f" {plain} ":
                return f"holds a whole request of the evaluation set {name}"
        return None


def load(folder: Path = FOLDER) -> Contamination:
    """Read the requests of every set under `folder`, whatever its shape.

    Raises:
        DatasetError: there are no sets, or one cannot be read: nothing can be told apart then.
    """
    requests = [pair for path in _files(folder) for pair in _requests(path, folder)]
    if not requests:
        raise DatasetError(
            f"there are no evaluation sets in {folder}, so their questions cannot be kept out of "
            "the dataset; build in a checkout of Mica that has tests/evals"
        )
    return Contamination(requests)


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml", ".jsonl"))
    return sorted(found)


def _requests(path: Path, folder: Path) -> Iterator[tuple[str, str]]:
    name = str(path.relative_to(folder).with_suffix(""))
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            data: Any = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise DatasetError(
            f"the evaluation set {path} cannot be read ({type(error).__name__}); restore it"
        ) from error
    found = [(name, request) for request in _named(data)]
    if not found:
        raise DatasetError(f"the evaluation set {path} holds no field `request`; restore it")
    return iter(found)


def _named(data: Any) -> Iterator[str]:
    """Yield every text under a key `request`, however deep."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            if key == "request" and isinstance(value, str):
                yield value
            else:
                yield from _named(value)
    elif isinstance(data, list):
        for item in data:
            yield from _named(item)
