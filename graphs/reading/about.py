"""What a command was about: the values that it was given, the path that it printed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

FOLDERS = ("dir", "folder", "target", "path", "repo", "source")
FILES = ("link", "archive", "target", "file", "files", "script", "path", "dir", "folder", "repo")
_MOST = re.compile(
    r"\b(?:largest|biggest|smallest|newest|latest|oldest|longest|shortest|most|last|first)\b",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\W*\b(?:which|what|where|find|locate|look|search|show|list)\b", re.IGNORECASE
)
_FINDS = re.compile(
    r"^$|\b(?:find|ls|du|locate|realpath|readlink|which|whereis|stat|wc|fd|tree|ls-files"
    r"|sha\w+sum|md5sum)\b"
    r"|\bgrep (?:\S+ )*-\w*[lLrcH]|command -v"
)
"""Commands that print paths; a made-up one of a test has none. What others print is no path."""
_BACKED_UP = re.compile(
    r"\W*(?:please |first )*(?:make|create|take)? ?(?:a )?back ?up\b", re.IGNORECASE
)
_CHANGES = re.compile(r"git (?:-C \S+ )?(?:diff|show|log|status|blame|stash)\b")
_MATCHED = re.compile(r"(?P<path>[\w./@+-]+):\d+:")
_PATH = re.compile(r"(?:~|\.{1,2})?/?[\w.@+-]+(?:/[\w.@+ -]+)*/?")


@dataclass(frozen=True)
class Said:
    """What a request may refer to: the one before in full, its command's values, what it printed.

    `values` are by slot, `command` is as it ran.
    """

    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
    output: str = ""


def slot(said: Said, names: tuple[str, ...]) -> str:
    """Return the value of the first slot that there is, where it names a file or folder."""
    for name in names:
        value = said.values.get(name, "")
        if value and value != "." and not re.search(r"[*?\s]", value):
            return _where_it_went(name, value, said) if names is FILES else value
    return ""


def thing_of(said: Said) -> str:
    """Return the file or folder that a command was about: that it printed, or was given."""
    # What is backed up is to be changed next, not its copy.
    source = said.values.get("source", "") if _BACKED_UP.match(said.text) else ""
    return printed(said) or source or slot(said, FILES)


def _where_it_went(name: str, value: str, said: Said) -> str:
    """Return a file that was made in a folder, or moved there, with the folder."""
    folder, source = said.values.get("dir", ""), said.values.get("source", "")
    made = f"{folder.rstrip('/')}/{value}"
    if name == "file" and folder and "/" not in value and made in said.command:
        return made
    inner = f"{value.rstrip('/')}/{said.values.get('name', '')}"
    if name == "dir" and said.values.get("name") and f"touch {inner}" in said.command:
        return inner
    file = posixpath.basename(source)
    into = posixpath.splitext(file)[1] and not posixpath.splitext(value.rstrip("/"))[1]
    if name == "target" and into and re.match(r"(?:mv|cp) ", said.command):
        return f"{value.rstrip('/')}/{file}"
    return value


def printed(said: Said) -> str:
    """Return the path that the command before was to find: its only line, or the first of many."""
    if not _FINDS.search(said.command) or _CHANGES.match(said.command):
        return ""
    lines = [line for line in said.output.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(("exit code", "total "))]
    own = [line for line in lines if "/workspace/" in line]  # not the system's
    lines = own if len(own) == 1 else lines
    if (
        not lines
        or not (_ASKING.match(said.text) or _MOST.match(said.text.strip()))
        or (len(lines) > 1 and not _MOST.search(said.text))
    ):
        return ""
    match = _MATCHED.match(lines[0])
    if match:
        return match["path"].removeprefix("./")
    last = re.split(r"[\t ]+", lines[0].strip())[-1]
    if not _PATH.fullmatch(last) or re.fullmatch(r"[\d.,]+[KMGT]?|[0-9a-f]{7,40}", last):
        return ""
    folder = slot(said, ("path", "dir", "folder"))
    if "/" not in last and folder and f"{folder}/" not in last:
        last = posixpath.join(folder, last)
    return last.removeprefix("./") if said.values else last


def folder_named(name: str) -> str:
    """Say that a plain word is a folder's name."""
    return name if re.search(r"[/.~]", name) else f"the folder {name}"
