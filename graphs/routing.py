"""Chooses who answers a turn: the router, the turn before, and what people taught."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

from agents.router import Route
from graphs.approval import COMMANDS
from graphs.filling import names_only_values, tool_said
from graphs.parts import Parts
from graphs.serving import Build
from graphs.state import State
from tools.knowledge import KnowledgeError
from tools.knowledge.binding import likeliest

_log = logging.getLogger("mica.graphs")
SURE = 0.9
"""How likely another field must be for a follow-up to leave the one of the turn before."""
SURE_OF_NONE = 0.95
"""How likely it must be that nobody is asked: a few words that go on look like small talk. On 32
follow-ups for development it keeps 31 in their field instead of 28, at no cost to 270 others."""
TAUGHT = 0.6
"""How near a learned document must be for its specialist to answer, whatever the router says. With
ten learned recipes it took 8 of 9 wordings that the router had called off-topic, and 3 of 1,500
off-topic requests, all about "tomorrow" as one of the ten was."""
TAUGHT_AND_UNSURE = 0.4
"""The same, where the router is not sure that nobody is asked: as near as anything must be to be
acted on. Of 1,200 off-topic texts it takes the one that `TAUGHT` takes too, of 30 wordings of the
ten recipes 29 come to their specialist instead of 22."""
IN_THE_BOOK = 0.8
"""How near a recipe must be to a request that the router gives to nobody, to be tried."""
IN_THE_BOOK_AND_UNSURE = 0.65
"""The same, where the router is not sure of it."""
FITS = 20.0
"""How likely its likeliest filling must be besides, in nats (`tools.knowledge.binding`). Of 90
requests for the sysadmin that the router gave to nobody these three take 50, and of 279 that
nobody should answer 4, three of which a recipe answers ("what year is it"). By nearness alone they
took 62, and 6."""
LIKELY = 6
"""How many recipes are weighed for that."""
_LEANING = re.compile(
    r"^\s*(?:and|or|same|now|what about|how about|no,|again|with the)\b"
    r"|\b(?:same|instead|too|again|as well)\W*$|\bsame (?:thing|again)\b",
    re.IGNORECASE,
)
"""Words by which a request leans on the one before, whatever the router makes of them."""
_POINTING = re.compile(
    r"\b(?:in|into|inside|from|under|to) (?:it|them|those|there)\b|\b(?:them|those)\b"
    r"|^\W*(?:(?:and|now|then|ok|please)\W+)*(?:(?:make|show|delete|remove|move"
    r"|copy|rename|run|open"
    r"|zip|unpack|extract|compress|print|sort|count|stop|kill|install|read|execute|start"
    r"|save|store|write|put|keep|pack|back up|rerun|undo)\s+"
    r"(?:me\s+)?(?:it|that|this)\b)"
    r"|^(?:sorry|oops|no)\b[\s,]|\b(?:create|make|add) (?:another |a new )?one (?:called|named)\b",
    re.IGNORECASE,
)
"""Words that point to something said before."""
ALL_SAID = 0.95
"""How sure the router is at most where terms and values of a music tool are all that is said."""
_OPENING = re.compile(r"^\W*(?:(?:and|now|then|ok|okay|please|so|or)\b\W*)+", re.IGNORECASE)
_OWN = re.compile(
    r"[/,;:]|\b(?:and|then|or|that|which|where|who|with|how|has|by|folder|directory)\b",
    re.IGNORECASE,
)
"""What stands before such a word that points to something of the request itself."""


def choose(parts: Parts, state: State, build: Build) -> Route:
    """Return who answers the turn's request; `other` where nobody does.

    Raises:
        RouterError: the router's weights cannot be read.
    """
    override, previous = state["override"], state.get("previous")
    if override and previous is None:
        return Route(override, 1.0)
    chosen = parts.router.route(state["text"])
    if previous in parts.specialists and names_only_values(state.get("recipe"), state["text"]):
        chosen = replace(chosen, specialist=str(previous), unsure=False, follows=1.0)
    elif chosen.confidence < ALL_SAID and (who := _who_has(parts, tool_said(state["text"]))):
        chosen = replace(chosen, specialist=who, unsure=False)
    if override:
        return Route(override, 1.0, follows=chosen.follows)
    unsure = chosen.specialist == "other" and chosen.confidence < SURE
    taught = _taught(parts, state["text"], build, TAUGHT_AND_UNSURE if unsure else TAUGHT)
    if taught is not None and chosen.specialist != taught.specialist:
        return taught
    # "and only the newest ones" says nothing of its field: whoever spoke before goes on.
    sure = SURE_OF_NONE if chosen.specialist == "other" else SURE
    goes_on = chosen.follows >= 0.5 and chosen.confidence < sure
    if previous and previous in parts.specialists and (chosen.unsure or goes_on):
        chance = chosen.chances.get(previous, 0.0)
        return Route(previous, chance, chances=chosen.chances, follows=chosen.follows)
    if chosen.specialist not in {*parts.specialists, "other"}:
        return Route("other", 1.0 - chosen.confidence, unsure=True, chances=chosen.chances)
    if chosen.specialist == "other":
        return _in_the_book(parts, state["text"], chosen, unsure=unsure) or chosen
    return chosen


def _in_the_book(parts: Parts, text: str, chosen: Route, *, unsure: bool) -> Route | None:
    """Return the specialist that has a recipe for nearly this request, None where none has."""
    least = IN_THE_BOOK_AND_UNSURE if unsure else IN_THE_BOOK
    if parts.knowledge is None:
        return None
    for name, specialist in parts.specialists.items():
        if not specialist.shelf or COMMANDS not in specialist.tools:
            continue  # a few words are near to a tool's wordings, which are mostly values
        try:
            found = parts.knowledge.search(text, shelf=specialist.shelf, k=LIKELY)
        except KnowledgeError as error:
            _log.error("%s", error)
            return None
        near = max((each.score for each in found if each.template is not None), default=0.0)
        if near >= least and likeliest(text, found) >= FITS:
            return replace(chosen, specialist=name, confidence=min(near, 1.0), unsure=False)
    return None


def _who_has(parts: Parts, tool: str) -> str:
    """Return the specialist that has a tool; empty where none has."""
    return next((name for name, who in parts.specialists.items() if tool in who.tools), "")


def leans(chosen: Route, text: str) -> bool:
    """Tell whether a request leans on the turn before it."""
    found = _POINTING.search(text)
    pointing = found is not None and not _OWN.search(_OPENING.sub("", text[: found.start()]))
    return chosen.follows >= 0.5 or pointing or bool(_LEANING.search(text))


def _taught(parts: Parts, text: str, build: Build, least: float) -> Route | None:
    """Return the specialist that was taught a request at least so near, None where none was."""
    if parts.knowledge is None:
        return None
    near: dict[str, float] = {}
    for specialist, learned in build.learned.items():
        try:
            near[specialist] = parts.knowledge.nearness(text, learned)
        except KnowledgeError as error:
            _log.error("%s", error)
    best = max(near, key=lambda name: near[name], default=None)
    if best is None or near[best] < least:
        return None
    return Route(best, min(near[best], 1.0))
