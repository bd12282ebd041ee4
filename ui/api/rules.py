"""The rules over the API: what was allowed for a conversation or for always."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from graphs.rules import Rules
from records.rules import Rule
from records.store import RecordsError
from ui.api.errors import ApiError

BY = "api"
"""Who decides, as rules and the audit name it: any client that the server trusts."""


def add_routes(router: APIRouter, rules: Rules, owner: str) -> None:
    """Add `GET /v1/rules` and `DELETE /v1/rules/NUMBER`; `owner` is whose unless one is named."""

    async def listed(owner: str = owner, revoked: bool = False) -> dict[str, Any]:
        found = await asyncio.to_thread(rules.store.rules, owner, revoked=revoked)
        return {"object": "list", "data": [_described(rule) for rule in found]}

    async def revoke(number: int, owner: str = owner) -> dict[str, Any]:
        def end() -> Rule:
            return rules.revoke(number, owner=owner, by=BY)

        return _described(await asyncio.to_thread(_or_404, end))

    router.add_api_route("/v1/rules", listed, methods=["GET"])
    router.add_api_route("/v1/rules/{number}", revoke, methods=["DELETE"])


def _or_404(work: Callable[[], Rule]) -> Rule:
    try:
        return work()
    except RecordsError as error:
        if "there is no rule" in str(error):
            raise ApiError(404, str(error), code="not_found") from error
        raise


def _described(rule: Rule) -> dict[str, Any]:
    return {"object": "rule", **asdict(rule)}
