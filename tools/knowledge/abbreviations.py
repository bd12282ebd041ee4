"""Abbreviations that people type in requests, in full: the book's wordings say "processes"."""

from __future__ import annotations

import re
from collections.abc import Collection

from runtime.values import shell

_SHORT = {
    **{"procs": "processes", "proc": "process", "mem": "memory", "perms": "permissions"},
    **{"perm": "permission", "pkg": "package", "pkgs": "packages", "svc": "service"},
    **{"svcs": "services", "conns": "connections", "reqs": "requests", "errs": "errors"},
    **{"msgs": "messages", "msg": "message", "cmds": "commands", "cmd": "command"},
    **{"dir": "folder", "dirs": "folders", "iface": "interface", "ifaces": "interfaces"},
    **{"subdir": "subfolder", "subdirs": "subfolders", "vars": "variables"},
    **{"ver": "version", "deps": "dependencies", "grp": "group", "usr": "user"},
    **{"usrs": "users", "addrs": "addresses", "addr": "address", "qty": "number"},
    **{"nr": "number", "dups": "duplicates", "dup": "duplicate", "wk": "week"},
    **{"vids": "videos", "imgs": "images", "avg": "average", "mk": "make"},
    **{"hrs": "hours", "mins": "minutes", "secs": "seconds", "cols": "columns"},
    **{"attrs": "attributes", "repos": "repositories"},
}
_PHRASES = tuple(
    (re.compile(pattern, re.IGNORECASE), full)
    for pattern, full in (
        (r"\bno\.?(?= of\b)", "number"),
        (r"\bcol(?= \d)", "column"),
        (r"\bdesc(?= of\b)", "description"),
        (r"\bstd\.? dev\b", "standard deviation"),
        (r"\bbtwn?(?= \S+ and\b)", "between"),
        (r"(?<!\S)w/o(?!\S)", "without"),
        (r"(?<!\S)w/(?=\s)", "with"),
    )
)
_WORD = re.compile(r"(?<![\w./*~$-])[A-Z]?[a-z]+(?![\w/*=]|[.-]\w)")
_NAMED = re.compile(
    r"\b(?:with|without|contain(?:s|ing)?|for|named|called|columns?|fields?|keys?|words?|texts?"
    r"|strings?|variables?|says?|saying|mention(?:s|ing)?|replace|grep|alias)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
"""Words behind which any word may be a name or a text."""
_NOUN = re.compile(r"\s+(?:column|field|key|variable|folder|directory|file|branch|table)\b", re.I)


def spelled_out(request: str, names: Collection[str] = ()) -> str:
    """Return a request with its abbreviations in full; values and `names` stay as they are.

    >>> spelled_out("procs of usr ann"), spelled_out("no. of subdirs in /srv/procs")
    ('processes of user ann', 'number of subfolders in /srv/procs')
    >>> spelled_out('lines with "perms" in perms.txt'), spelled_out("size of msgs", {"msgs"})
    ('lines with "perms" in perms.txt', 'size of msgs')
    >>> spelled_out("lines with msg"), spelled_out("sum of the msg column"), spelled_out("col 2")
    ('lines with msg', 'sum of the msg column', 'column 2')
    """
    for pattern, full in _PHRASES:
        request = pattern.sub(full, request)
    values = [f for f in shell.find(request) if f.kind != "w" or f.text.lower() not in _SHORT]
    taken = [(found.start, found.end) for found in values]

    def in_full(match: re.Match[str]) -> str:
        word, start = match[0].lower(), match.start()
        is_name = _NAMED.search(request[:start]) or _NOUN.match(request, match.end())
        if is_name or word in names or any(first <= start < end for first, end in taken):
            return match[0]
        return _SHORT.get(word, match[0])

    return _WORD.sub(in_full, request)
