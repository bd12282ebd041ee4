"""Whether a request leans on the turn before it, now that the right call is known.

When a request comes in, the router can go by its words only, and takes some that stand by
themselves for follow-ups ("what does table 7 owe"). A correction tells more: a request that leans
takes something over from the turn before, and what it takes is in its call.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from agents.router import Route
from graphs import routing
from records.failures import programs
from runtime.values import music, shell
from training.dataset.candidate import Call, Turn

LEANS = 0.5
"""How likely the router must find it that a request leans, where there is no call to look at."""
SURE = 0.9
"""How likely, for anything that its calls share with the turn before to count."""
_TOKEN = re.compile(r"[^\s'\"`|;&<>()\[\]{}=,]{2,}")


def leans(turn: Turn, before: Turn, route: Route) -> bool:
    """Tell whether the request of `turn` leans on the turn `before`; `route` is the request's.

    Only where the router or a word such as "same" says so at all, and then: where its calls hold a
    value that the request before names and the request itself does not; or, where the router is
    sure, where they use a program, a tool or a word of what was done before.
    """
    if not routing.leans(route, turn.request):
        return False
    if not turn.calls:
        return route.follows >= LEANS
    called = _text(turn.calls)
    values = _values(before) - _values(turn)
    if any(_holds(called, value) for value in values if not _holds(turn.request, value)):
        return True
    return route.follows >= SURE and _goes_on(turn, before)


def _values(turn: Turn) -> set[str]:
    """Return the values that the request of a turn names."""
    return {found.text for find in (shell.find, music.find) for found in find(turn.request)}


def _holds(text: str, value: str) -> bool:
    """Tell whether a text has a value by itself, not as a part of a longer path or name."""
    edge = r"[\w./~-]"
    return re.search(rf"(?<!{edge}){re.escape(value)}(?!{edge})", text, re.I) is not None


def _goes_on(turn: Turn, before: Turn) -> bool:
    """Tell whether calls use what the turn before used, or anything that it showed."""
    if _used(turn.calls) & _used(before.calls):
        return True
    shown = _tokens([_text(before.calls), *before.outputs, before.answer])
    new = _tokens([_text(turn.calls)]) - _tokens([turn.request]) - _used(turn.calls)
    return bool({token for token in new if not token.startswith("-")} & shown)


def _used(calls: Iterable[Call]) -> set[str]:
    """Return the tools of calls; of commands the programs, as nearly all are one tool."""
    used: set[str] = set()
    for call in calls:
        command = call["arguments"].get("command")
        used |= set(programs(command)) if isinstance(command, str) else {str(call["name"])}
    return used


def _text(calls: Iterable[Call]) -> str:
    given = (value for call in calls for value in call["arguments"].values())
    return "\n".join(
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for value in given
    )


def _tokens(texts: Iterable[str]) -> set[str]:
    return {token.lower() for text in texts for token in _TOKEN.findall(text)}
