"""Reads "who made the last one?", "when was that?" behind commits that were listed."""

from __future__ import annotations

import re
import shlex

from graphs.reading.about import Said
from graphs.reading.lines import core
from graphs.reading.printed import Step

_LAST = (
    r"(?P<one>(?:the )?(?:last|latest|newest|most recent|first|top)(?: one| commit)?(?: of them)?"
    r"|it|that|that one|this)"
)
_ALL = r"(?:them|they|those|these|each(?: of them| one)?|which(?: one)?|all of them)"
_WHO = re.compile(
    rf"(?:(?:and )?(?:who|by whom)(?: has| have| was| is)?(?: (?:made|make|wrote|did|committed"
    rf"|written|done|pushed|the author of|behind))?(?: (?:{_LAST}|{_ALL}))?(?: by| from)?"
    rf"|(?:with|show(?: me)?|and|list)(?: also)? (?:the |their )?(?:authors?|names?)(?: too)?"
    rf"|(?:the )?authors?(?: of (?:{_LAST.replace('?P<one>', '?:')}|{_ALL}))?)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    rf"(?:(?:and )?when (?:was|were|did) (?:{_LAST}|{_ALL})(?: made| done| committed| happen)?"
    rf"|(?:with|show(?: me)?|and)(?: also)? (?:the |their )?(?:dates?|times?)(?: too)?"
    rf"|(?:and )?(?:when|from when))",
    re.IGNORECASE,
)
_WHAT = re.compile(
    r"(?:what|which files?)(?: was| were)?(?: did (?:it|that|the (?:last|latest) one)(?: commit)?)?"
    rf" (?:changed?|touch(?:ed)?|modif(?:y|ied))(?: (?:in|by) {_LAST})?",
    re.IGNORECASE,
)
_BY = re.compile(
    r"(?:only|just)(?: (?:those|the ones|commits|these))?(?: (?:made|written))? (?:by|of|from) "
    r"(?P<name>[A-Z][\w.-]*(?: [A-Z][\w.-]*)?|\S+@\S+)",
)
_MERGES = re.compile(r"(?:without|no|skip)(?: the)? merges?(?: commits?)?", re.IGNORECASE)
_LOG = re.compile(r"(?P<start>git (?:-C \S+ )?log) (?P<rest>[^|;&<>]*)")
_SHOWN = re.compile(r"--(?:oneline|stat|format=\S+|pretty=\S+)\s*|-p\s")


def of_commits(text: str, said: Said) -> Step | None:
    """Return the command that tells of the commits before what a text asks.

    >>> said = Said("commits", {}, "git log --oneline -n 2", "1a fix\\n2b add")
    >>> of_commits("who made the last one?", said).command
    "git log --format='%h %an: %s' -n 2 -n 1"
    """
    log = _LOG.fullmatch(said.command)
    if log is None:
        return None
    wish = core(text)
    if by := _BY.fullmatch(wish):
        command = f"{log['start']} --author={shlex.quote(by['name'])} {log['rest']}".rstrip()
        return Step(command, f"the commits by {by['name']}")
    if _MERGES.fullmatch(wish):
        return Step(f"{log['start']} --no-merges {log['rest']}".rstrip(), "the same, no merges")
    start, rest = log["start"], _SHOWN.sub("", log["rest"]).strip()
    for asked, how, shows in (
        (_WHO, "--format='%h %an: %s'", "who made these commits"),
        (_WHEN, "--date=iso --format='%h %ad: %s'", "when these commits were made"),
        (_WHAT, "--stat --oneline", "what these commits changed"),
    ):
        found = asked.fullmatch(wish)
        if found:
            one = " -n 1" if found["one"] else ""
            return Step(f"{start} {how} {rest}".rstrip() + one, shows)
    return None
