"""`/v1/conversations/{conversation}/undo`: what can be undone, and undoing the last command."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter

from graphs.assistant import Assistant
from graphs.events import Answered, Failed, Undid
from sandboxes import SandboxError
from sandboxes.preview import undone_to_json
from ui.api.errors import ApiError

URL = "/v1/conversations/{conversation}/undo"


class Undo:
    """The handlers over one assistant."""

    def __init__(self, assistant: Assistant) -> None:
        self._mica = assistant

    def add_routes(self, router: APIRouter) -> None:
        """Add the routes."""
        router.add_api_route(URL, self.undo, methods=["POST"], response_model=None)
        router.add_api_route(URL, self.undoable, methods=["GET"], response_model=None)

    async def undoable(self, conversation: str) -> dict[str, Any]:
        """List the commands that can be undone, the last one first."""
        await asyncio.to_thread(self._known, conversation)
        try:
            steps = await asyncio.to_thread(self._mica.undoable, conversation)
        except SandboxError as error:
            raise ApiError(500, str(error), code="failed") from error
        data = [
            {
                "call_id": step.call_id,
                "command": step.command,
                "summary": step.summary,
                "problem": step.problem or None,
            }
            for step in steps
        ]
        return {"object": "list", "data": data}

    async def undo(self, conversation: str) -> dict[str, Any]:
        """Undo the last command that changed files."""
        await asyncio.to_thread(self._known, conversation)
        undone, text = None, ""
        async for event in self._mica.aundo(conversation):
            if isinstance(event, Undid):
                undone = undone_to_json(event.undone)
            elif isinstance(event, Answered):
                text = event.text
            elif isinstance(event, Failed):
                raise ApiError(409, event.error, code="not_undone")
        if undone is None:
            raise ApiError(409, text or "nothing was undone", code="not_undone")
        return {"object": "undo", "conversation": conversation, "text": text, **undone}

    def _known(self, conversation: str) -> None:
        if self._mica.parts.store.conversation(conversation) is None:
            raise ApiError(404, f"there is no conversation {conversation}", code="not_found")
