"""Reads "and without the folder saves", "if I leave out tests": the command before, less a part."""

from __future__ import annotations

import re
import shlex

from graphs.reading.about import Said
from graphs.reading.lines import core
from graphs.reading.printed import Step

_LESS = re.compile(
    r"(?:(?:the same|it|that|all|everything|how (?:big|much)(?: is it)?|if i|when i|if you|if we)"
    r"\s+)*"
    r"(?:without|excluding|except(?: for)?|ignoring|ignore|skip(?:ping)?|leav(?:e|ing) out"
    r"|(?:if )?(?:i |you |we )?(?:don'?t|do not|not) count(?:ing)?|not counting|exclude|minus)\s+"
    r"(?:the |that |its |what(?:'s| is) in )?(?:(?:sub)?(?:folder|directory|dir|files?) )?"
    r"(?:called |named |in )?"
    r"(?P<what>[\w.*+-]+)/?(?: (?:sub)?(?:folder|directory|dir|files?))?",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"(?:duplicates?|subfolders?|subdirectories|hidden|headers?|comments?|paths?|folders?"
    r"|directories|files?|it|that|them|case|empty|blank|numbers?)",
    re.IGNORECASE,
)
_FIND = re.compile(r"find (?P<place>[^\s|;&]+)(?P<rest> .*)?")


def of_excluding(text: str, said: Said) -> Step | None:
    """Return the command before without the folder or the kind of file that a text leaves out.

    >>> of_excluding("and without cache?", Said("", {}, "du -sh /srv/a")).command
    'du -sh --exclude=cache /srv/a'
    >>> of_excluding("not counting tests", Said("", {}, "find src -name '*.py' | wc -l")).command
    "find src ! -path '*/tests/*' ! -name tests -name '*.py' | wc -l"
    """
    found = _LESS.fullmatch(core(text))
    if found is None or _NO_NAME.fullmatch(found["what"]):
        return None
    what, command = found["what"], said.command
    shows = f"the same, without {what}"
    first, bar, rest = command.partition(" | ")
    sized = re.match(r"du (?:-\S+ )*", first)
    if sized:
        flag = f"--exclude={shlex.quote(what)} "
        return Step(f"{sized[0]}{flag}{first[sized.end() :]}{bar}{rest}", shows)
    searched = re.match(r"grep (?=(?:-\S+ )*-\w*[rR])", first)
    if searched:
        quoted = shlex.quote(what)
        flags = f"--exclude-dir={quoted} --exclude={quoted} "
        return Step(f"{searched[0]}{flags}{first[searched.end() :]}{bar}{rest}", shows)
    listed = _FIND.match(command)
    if listed and not listed["place"].startswith("-") and command.count("find ") == 1:
        start = listed.end("place")
        depth = re.match(r"(?: -xdev| -m(?:in|ax)depth \d+)*", command[start:])
        start += depth.end() if depth else 0
        tests = f" ! -path {shlex.quote(f'*/{what}/*')} ! -name {shlex.quote(what)}"
        return Step(f"{command[:start]}{tests}{command[start:]}", shows)
    return None
