"""`POST /v1/scores`: a music file is analysed, and changed where the query says how."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request

from tools.music.pitch import MusicError
from tools.music.upload import analyse_upload, largest
from ui.api.errors import ApiError
from ui.api.files import Files, weigh

URL = "/v1/scores"
LONGEST_NAME = 200


class Scores:
    """The handler; artifacts are kept in `files`."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def add_routes(self, router: APIRouter) -> None:
        """Add the route."""
        router.add_api_route(URL, self.analyse, methods=["POST"], response_model=None)

    async def analyse(self, request: Request, name: str, change: str = "") -> dict[str, Any]:
        """Analyse the body as the file `name`; `change` is done first where it is given."""
        if request.headers.get("content-type", "").split(";")[0] != "application/octet-stream":
            # Also keeps pages of other sites out: browsers ask before they send this elsewhere.
            raise ApiError(
                415,
                "send the file's bytes, with the header `content-type: application/octet-stream`",
                code="not_a_file",
            )
        data, most = b"", largest(name)
        async for piece in request.stream():
            data += piece
            if len(data) > most:
                raise ApiError(413, f"a file may have {most} bytes", code="request_too_large")
        try:
            result = await asyncio.to_thread(analyse_upload, name[:LONGEST_NAME], data, change)
        except MusicError as problem:
            raise ApiError(400, str(problem), code="unreadable_score") from problem
        await weigh(result.artifacts)
        artifacts = [self._files.add(each) for each in result.artifacts]
        return {"object": "score", "text": result.text, "artifacts": artifacts}
