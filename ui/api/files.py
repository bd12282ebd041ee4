"""Images, sounds and files that answers made, kept in memory for as long as there is room."""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from tools import Artifact

URL = "/v1/files"


async def weigh(artifacts: Sequence[Artifact]) -> None:
    """Count the bytes of artifacts beside the event loop: some are made to be counted."""
    await asyncio.to_thread(lambda: [artifact.size for artifact in artifacts])


class Files:
    """The last artifacts, `room` bytes in all. Used from the event loop only, behind `weigh`."""

    def __init__(self, room: int = 64 << 20) -> None:
        self._room = room
        self._kept: OrderedDict[str, Artifact] = OrderedDict()

    def add(self, artifact: Artifact) -> dict[str, Any]:
        """Keep an artifact and return what a client is told of it.

        `url` is relative to the server's; `id` is for OpenAI's `client.files.content`.
        """
        key = uuid.uuid4().hex
        self._kept[key] = artifact
        while len(self._kept) > 1 and self._bytes() > self._room:
            self._kept.popitem(last=False)
        return {
            "id": key,
            "name": artifact.name,
            "kind": artifact.kind,
            "mime": artifact.mime,
            "bytes": artifact.size,
            "url": f"{URL}/{key}/{quote(artifact.name, safe='')}",
        }

    def get(self, key: str) -> Artifact | None:
        """Return an artifact, or None where it was never there or had to make room."""
        return self._kept.get(key)

    def _bytes(self) -> int:
        return sum(artifact.size for artifact in self._kept.values())
