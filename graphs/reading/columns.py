"""Reads "only pid and command", "just the names": some columns of what was printed before."""

from __future__ import annotations

import re

from graphs.reading.about import Said
from graphs.reading.printed import Step, headed, lines_of, piped, totalled

_WISH = re.compile(
    r"(?:show|give|list|print|tell|see|i (?:want|need))?\s*(?:me\s+)?(?:only|just)\s+"
    r"(?:show|give|list|print)?\s*(?:me\s+)?(?P<what>.+)|without the (?P<less>paths?|folders?)",
    re.IGNORECASE,
)
_FILLER = re.compile(r"\b(?:the|its|their|columns?|fields?|values?|of (?:them|each|it))\b", re.I)
_NAMES = re.compile(
    r"(?:the |their )?(?:file ?|folder ?|base ?)?names?(?: of (?:the files|them))?", re.I
)
_PATHS = re.compile(
    r"(?:the |their )?(?:full )?paths?|(?:the )?files|(?:the |their )?file ?names?", re.I
)
_SIZES = re.compile(r"(?:the |their )?(?:sizes?|numbers?)", re.I)
_NTH = re.compile(
    r"(?:the )?(?:(?P<word>first|second|third|fourth|fifth|last)"
    r"|(?P<digit>\d+)(?:st|nd|rd|th)?)"
    r" (?:column|field|word)|(?:column|field) (?P<number>\d+)",
    re.I,
)
_ORDER = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "last": "NF"}
_SAME = {
    "command": ("command", "cmd", "comm", "args"), "commands": ("command", "cmd", "comm"),
    "program": ("command", "cmd", "comm"), "programs": ("command", "cmd", "comm"),
    "name": ("command", "cmd", "comm", "name"), "names": ("command", "cmd", "comm", "name"),
    "owner": ("user",), "owners": ("user",), "memory": ("%mem", "rss", "mem"), "mem": ("%mem",),
    "cpu": ("%cpu", "cpu"), "available": ("avail", "available"), "free": ("avail", "free"),
    "mount": ("mounted",), "mountpoint": ("mounted",), "mountpoints": ("mounted",),
    "percent": ("use%",), "percentage": ("use%",), "usage": ("use%",), "status": ("stat", "status"),
    "state": ("stat", "state"), "time": ("time",), "started": ("start", "stime"),
}  # fmt: skip


def columns(wish: str, said: Said) -> Step | None:
    """Return the command before, with the columns alone that a wish names.

    >>> said = Said("ps", {}, "ps aux", "USER PID TIME\\nroot 1 0:00")
    >>> print(columns("only the pid", said).command)
    ps aux | awk '{printf "%s ", $2; print ""}'
    """
    found = _WISH.fullmatch(wish)
    lines = lines_of(said)
    if found is None or not lines:
        return None
    what = " ".join((found["what"] or f"the {found['less']}").split())
    shows = f"of what was printed before, {what}"
    nth = _NTH.fullmatch(what)
    if nth:
        place = _ORDER.get((nth["word"] or "").lower()) or nth["digit"] or nth["number"]
        comma = all("," in line for line in lines) and " " not in lines[0].strip()
        return Step(
            piped(said.command, f"awk {'-F, ' if comma else ''}'{{print ${place}}}'"), shows
        )
    if headed(said.command):
        return _headed(what, said, lines[0])
    return _part(what, said, lines, shows, bare=bool(found["less"]))


def _headed(what: str, said: Said, header: str) -> Step | None:
    titles = [title.lower() for title in header.split()]
    words = [
        w for w in re.split(r"\s*(?:,|\band\b|\bwith\b|\s)\s*", _FILLER.sub(" ", what.lower())) if w
    ]
    places = []
    for word in words:
        names = (word, f"%{word}", word.rstrip("s"), *_SAME.get(word, ()))
        place = next((titles.index(name) for name in names if name in titles), None)
        if place is None:
            return None
        places.append(place + 1)
    if not places:
        return None
    # The last column may hold blanks.
    rest = len(titles) if "on" not in titles else titles.index("mounted") + 1
    said_each = "; ".join(
        f'for (i = {place}; i <= NF; i++) printf "%s ", $i'
        if place == rest
        else f'printf "%s ", ${place}'
        for place in places
    )
    return Step(piped(said.command, f"awk '{{{said_each}; print \"\"}}'"), f"only {what}")


def _part(what: str, said: Said, lines: list[str], shows: str, *, bare: bool) -> Step | None:
    matches = all(
        re.match(r"[^\s:]+:(?:\d+:)?", line) and "/" in line.split(":")[0] for line in lines
    )
    sized = all(re.match(r"[\d.,]+[KMGT]?\t", line) for line in lines)
    listed = totalled(said.command)
    paths = all("/" in line for line in lines)
    if sized and _SIZES.fullmatch(what):
        return Step(piped(said.command, "cut -f1"), shows)
    if not (_NAMES.fullmatch(what) or _PATHS.fullmatch(what) or bare):
        return None
    names = bare or bool(_NAMES.fullmatch(what))
    if said.command.startswith("grep ") and matches:
        return Step(piped(said.command, "cut -d: -f1 | sort -u"), shows)
    if listed:
        return Step(piped(said.command, "awk 'NR > 1 {print $NF}'"), shows)
    if sized:
        last = " | sed 's|.*/||'" if names and paths else ""
        return Step(piped(said.command, f"cut -f2{last}"), shows)
    if paths and names:
        return Step(piped(said.command, "sed 's|.*/||'"), shows)
    return None
