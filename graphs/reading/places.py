"""Which words of a request are folders that are there: "in repo", "zip photos", "the docs folder".

A folder is often called like a usual word, and then nothing in the request tells that it is a
value. What lies in the working folder does: a word that stands where a folder may, and is the name
of one, is looked up as a path. The words stay as they were typed everywhere else.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from runtime.types import Document

_NOUN = r"(?:folder|directory|dir|subfolder)"
_NAME = (
    r"(?!(?:the|an?|all|any|every|each|it|its|them|my|that|this|those|these)\b)"
    r"(?P<name>[A-Za-z0-9_][\w.+-]*)(?![\w/.*+-]*[/*]|[.+-]\w)"
)
_WHERE = r"(?:in|into|inside|under|within|below|from|through|across)"
_THE = r"(?:(?:the|my|our|that|this)\s+)?"
_DO = (
    r"(?:zip|pack|tar|compress|archive|bundle|copy|cp|move|mv|delete|remove|rm|back\s?up|list|ls"
    r"|rename|duplicate)(?:\s+up)?"
)
_PLACES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?P<before>{_WHERE}\s+){_THE}(?:{_NOUN}\s+)?(?:(?:called|named)\s+)?{_NAME}"
        rf"(?:\s+{_NOUN})?\b",
        rf"\b(?P<before>(?:of|to|and|does|has)\s+)(?:{_THE}{_NOUN}\s+)?{_NAME}\b(?!\s+{_NOUN})",
        rf"\b(?P<before>how (?:big|large|heavy) (?:is|are)\s+){_THE}{_NAME}(?=\W*$)",
        rf"\b(?P<before>){_THE}{_NOUN}\s+(?:(?:called|named)\s+)?{_NAME}\b",
        rf"\b(?P<before>)(?:the|my|our|that|this)\s+{_NAME}\s+{_NOUN}\b",
        rf"(?P<before>(?:^|\b(?:and|then|please|,)\s+){_DO}\s+){_NAME}\b(?!\s+{_NOUN})",
    )
)
"""Where a folder is named; behind "of", "to" and "and" without an article only."""
_GIT = re.compile(r"git (?:-C (?P<repo>'[^']*'|\S+) )")
_MADE = re.compile(r"\b(?:make|create|mkdir|new|add)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)


_LOG_OF = re.compile(
    r"\b(?P<the>the )(?P<noun>log|history|status|changes)(?P<of> (?:of|in|for) )(?P<name>[\w.-]+)/",
    re.IGNORECASE,
)
"""What a repository has, and a plain folder may have as a file."""


_UNPACKED_TO = re.compile(
    r"\b(?:extract|unpack|unzip|untar|decompress|clone|restore)\b"
    r"(?:(?!\b(?:and|then)\b)[^;])*?\s(?:into|to)\s+"
    r"(?:(?:a|the)\s+)?(?:new\s+)?(?:(?:folder|directory)\s+)?(?:(?:called|named)\s+)?"
    r"(?!(?:it|them|that|the|a|my|disk|here|there|me|see|get|check|find|be|do)\b)"
    r"(?P<name>[A-Za-z]\w+)(?=\W*$|\s*[,;.]|\s+(?:and|then|folder|directory)\b)",
    re.IGNORECASE,
)


_NEW_FOLDER = re.compile(
    r"\b(?P<make>(?:make|create|mkdir|add|need|want)\s+(?:me\s+)?(?:(?:an?|another|one)\s+)?"
    r"(?:new\s+|empty\s+)*(?:folder|directory|dir|subfolder)\s+)"
    r"(?:(?:called|named|with (?:the )?name)\s+"
    r"|(?!listing\b|list\b|tree\b|structure\b|per\b|for\b))"
    r"(?!(?:in|with|and|then|to|of|on|where|which|that|inside|under|there|here|if|is|it|first)\b)"
    r"(?P<name>\w[\w-]*)(?![\w/.*-])(?=\W*$|\s*[,;.:]|\s+(?:and|then|in|inside|under|with|to)\b)"
    r"(?:\s+(?:in|inside|under)\s+(?:the\s+)?(?:folder\s+|directory\s+)?"
    r"(?!(?:it|there|here|that|this|my|the|a|which|order)\b)(?P<place>[\w.~/-]*[\w/])"
    r"(?:\s+(?:folder|directory))?(?=\W*$|\s*[,;]|\s+(?:and|then)\b))?",
    re.IGNORECASE,
)
"""A folder to be made, which may be called like a usual word: "make a folder backup"."""


def _new_folder(match: re.Match[str]) -> str:
    return f"{match['make']}{_path_of(match)}/"


def _path_of(match: re.Match[str]) -> str:
    return f"{match['place'].rstrip('/')}/{match['name']}" if match["place"] else match["name"]


def destinations(text: str) -> frozenset[str]:
    """Return the folders that are to be made, or where something is unpacked, by plain words.

    >>> sorted(destinations("unpack a.zip into photos, then clone /srv/a to site"))
    ['photos', 'site']
    >>> sorted(destinations("unpack a.zip to see it, move a.txt to b"))
    []
    """
    unpacked = {found["name"] for found in _UNPACKED_TO.finditer(text)}
    return frozenset(unpacked | {_path_of(found) for found in _NEW_FOLDER.finditer(text)})


def may_name(text: str) -> bool:
    """Whether a word of a text stands where a folder may."""
    return any(pattern.search(text) for pattern in _PLACES)


def placed(text: str, folders: Collection[str]) -> str:
    """Return a text with the folders in it written as paths.

    >>> placed("list the branches in repo", {"repo"})
    'list the branches in repo/'
    >>> placed("zip the photos folder and copy it to backup", {"photos", "backup"})
    'zip photos/ and copy it to backup/'
    >>> placed("make a branch x in repo, how many files does docs have", {"repo", "docs"})
    'make a branch x in repo/, how many files does docs/ have'
    >>> placed("sort a.txt in reverse, list docs/old", {"docs"})
    'sort a.txt in reverse, list docs/old'
    >>> placed("show the log of site", {"site", "site/.git"}), placed("the log of a", {"a"})
    ('show the git log of site/', 'the log of a')
    >>> placed("make a folder backup and move a.txt there", ())
    'make a folder backup/ and move a.txt there'
    >>> placed("create a directory named 2025 in photos", ()), placed("make a folder listing", ())
    ('create a directory photos/2025/', 'make a folder listing')
    """
    text = _NEW_FOLDER.sub(_new_folder, text)
    for pattern in _PLACES if folders else ():
        text = pattern.sub(lambda match: _written(match, folders), text)
    return _LOG_OF.sub(lambda match: _git(match, folders), text)


def typed(values: Mapping[str, str], folders: Collection[str]) -> dict[str, str]:
    """Return what was bound to slots with the folders written as they are called."""
    return {
        slot: value[:-1] if value.endswith("/") and value[:-1] in folders else value
        for slot, value in values.items()
    }


def repository(commands: Sequence[str]) -> str:
    """Return the repository that the last git command of a conversation was for.

    Who asks something of git next, and names no repository, means the same one.

    >>> repository(["git -C repo log -1", "ls"]), repository(["git -C . status"])
    ('repo', '')
    """
    for command in reversed(commands):
        found = _GIT.match(command)
        if found:
            return "" if found["repo"] == "." else "".join(shlex.split(found["repo"]))
    return ""


def in_repository(document: Document, repo: str) -> Document:
    """Return a recipe with a repository in those of its bindings that name none."""
    if not repo or not document.slots.get("repo"):
        return document
    ways = document.bindings or (({},) if len(document.slots) == 1 else ())
    return replace(document, bindings=tuple({"repo": repo} | dict(way) for way in ways))


def _git(match: re.Match[str], folders: Collection[str]) -> str:
    """Say that the log is git's where the folder is a repository."""
    if f"{match['name']}/.git" not in folders:
        return match[0]
    return f"{match['the']}git {match['noun']}{match['of']}{match['name']}/"


def _written(match: re.Match[str], folders: Collection[str]) -> str:
    made = not match["before"] and _MADE.search(match.string[: match.start()])
    if match["name"] not in folders or made:
        return match[0]
    return f"{match['before']}{match['name']}/"
