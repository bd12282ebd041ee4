"""Images, sounds and files that answers made, kept in memory for as long as there is room."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from urllib.parse import quote

from tools import Artifact

URL = "/v1/files"


class Files:
    """The last artifacts, `room` bytes of them in all. Used from the event loop only."""

    def __init__(self, room: int = 64 << 20) -> None:
        self._room = room
        self._kept: OrderedDict[str, Artifact] = OrderedDict()

    def add(self, artifact: Artifact) -> str:
        """Keep an artifact and return its URL, relative to the server's."""
        key = uuid.uuid4().hex
        self._kept[key] = artifact
        while len(self._kept) > 1 and self._bytes() > self._room:
            self._kept.popitem(last=False)
        return f"{URL}/{key}/{quote(artifact.name, safe='')}"

    def get(self, key: str) -> Artifact | None:
        """Return an artifact, or None where it was never there or had to make room."""
        return self._kept.get(key)

    def _bytes(self) -> int:
        return sum(artifact.size for artifact in self._kept.values())
