"""What the review page's list is narrowed to, as it stands in the page's address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import urlencode

from fastapi import Request

from records.failures import KINDS
from records.feedback import FeedbackItem, Source
from records.gathering import selected

URL = "/review"


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; empty texts leave nothing out."""

    specialist: str = ""
    rating: str = ""
    kind: str = ""
    source: str = ""
    below: str = ""
    excluded: str = ""
    tag: str = ""

    @classmethod
    def of(cls, request: Request) -> Filter:
        """Read a page's address; what makes no sense in it is passed over."""
        known = {name: request.query_params.get(name, "").strip() for name in cls.__annotations__}
        choices = {
            "rating": ("up", "down"),
            "kind": (*KINDS, "none"),
            "source": get_args(Source),
            "excluded": ("yes", "no"),
        }
        for name, allowed in choices.items():
            known[name] = known[name] if known[name] in allowed else ""
        try:
            known["below"] = f"{float(known['below']):g}"
        except ValueError:
            known["below"] = ""
        return cls(**known)

    def address(self, id: str = "", **more: object) -> str:
        """Return the address of the list with this filter, or of one piece of feedback in it."""
        told = {name: value for name, value in {**vars(self), **more}.items() if value}
        return f"{URL}{f'/{id}' if id else ''}{f'?{urlencode(told)}' if told else ''}"

    def found(self, items: Sequence[FeedbackItem]) -> list[FeedbackItem]:
        """Return what passes, the last first."""
        given: dict[str, Any] = {name: value or None for name, value in vars(self).items()}
        given["kind"] = "" if self.kind == "none" else given["kind"]
        given["below"] = float(self.below) if self.below else None
        given["excluded"] = {"yes": True, "no": False}.get(self.excluded)
        return selected(items, **given)[::-1]
