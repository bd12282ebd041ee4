"""What is refused even with a person's approval: commands that can only destroy the machine."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from tools.bash.policy.table import Arguments
from tools.bash.policy.words import Word

MOST_BYTES = 16 * 1024
SYSTEM = frozenset(
    """/ /bin /boot /dev /etc /home /lib /lib32 /lib64 /libx32 /proc /root /run /sbin /sys /usr
    /usr/bin /usr/lib /usr/local /usr/sbin /usr/share /var /var/lib ~""".split()
)
_DEVICE = re.compile(
    r"/dev/(?:sd|hd|vd|xvd|nvme|mmcblk|md|dm-|mapper/|disk/|sr|loop|ram|nbd|zd|mem|kmem|port)\w*.*"
)
_BOMB = re.compile(  # bounded, so that long text cannot make it slow
    r"(?<![^\s(){};|&])([^\s(){};|&]{1,60})\s{0,9}\(\s{0,9}\)\s{0,9}\{"
    r"[^}]{0,200}(?<![\w.-])\1\s{0,9}(?:\|&?|&)\s{0,9}\1?(?![\w.-])"
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def bad_text(command: str) -> str | None:
    """Return why a command's text alone is refused: hidden characters, or too long."""
    if _CONTROL.search(command):
        return "it holds control characters, which could hide what it does"
    if len(command.encode("utf-8", "replace")) > MOST_BYTES:
        return f"it is longer than {MOST_BYTES} bytes; put long input into a file"
    if _BOMB.search(command):
        return "it is a fork bomb, which starts processes without end"
    return None


def bomb(functions: dict[str, str]) -> bool:
    """Return whether a function starts itself twice, or in the background."""
    for name, body in functions.items():
        calls = len(re.findall(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", body))
        if (
            calls
            and ("|" in body or "&" in body)
            and (calls > 1 or re.search(r"(?<!&)&(?![&>\d])", body))
        ):
            return True
    return False


def is_device(path: str) -> bool:
    """Return whether a path is a disk or the machine's memory."""
    return _DEVICE.fullmatch(posixpath.normpath(path)) is not None


def system_folder(word: Word, cwd: str) -> str | None:
    """Return the system folder that a word names as a whole, None where it names none.

    `/etc`, `/etc/`, `/etc/*`, `/../etc`, `~`, `$HOME/*` and `../..` from two levels down do.
    """
    shown = word.shown
    for home in ("$HOME", "${HOME}"):
        if shown == home or shown.startswith(home + "/"):
            shown = "~" + shown[len(home) :]
    unknown = re.sub(r"^\$\{?\w+(?::-)?\}?(?=/)", "", shown)
    if unknown != shown and unknown.strip("/*.") == "":
        return "/"
    path = re.sub(r"(?:/(?:\*+|\.\*|\.\[!\.\]\*|\{,\.\}\*|\.\?\?\*))+/?$", "", shown) or "/"
    if re.fullmatch(r"\*|\.\*", shown):
        path = cwd
    if path.startswith("~"):
        normal = "~" + posixpath.normpath("/" + path[1:]).rstrip("/")
    else:
        normal = posixpath.normpath(posixpath.join(cwd, path))
        normal = "/" + normal.lstrip("/")
    return normal if normal in SYSTEM else None


def program_refusal(name: str, arguments: Arguments, cwd: str) -> str | None:
    """Return why a call of a changing program is refused, None where it may be approved."""
    words = arguments.operands
    if arguments.has("--no-preserve-root"):
        return f"{name} --no-preserve-root is meant for the root directory"
    recursive = arguments.has("-r", "-R", "--recursive")
    if name in ("rm", "chmod", "chown", "chgrp", "setfacl") and recursive:
        found = _first(words, cwd)
        verb = "deletes" if name == "rm" else "changes the rights of"
        if found:
            return f"it {verb} {found} and everything under it"
    if name in ("mv", "rmdir") and (found := _first(words[:-1] if name == "mv" else words, cwd)):
        return f"it takes {found} away"
    if name.startswith(("mkfs", "mke2fs", "mkswap", "shred", "wipefs", "blkdiscard")):
        return _device(words)
    if name == "dd":
        outputs = [word.after(3) for word in words if word.prefix.startswith("of=")]
        return _device(outputs)
    if name in ("tee", "cp", "install", "truncate"):
        return _device(words if name != "cp" else words[-1:])
    return None


def find_refusal(words: list[Word], deletes: bool, tests: bool, cwd: str) -> str | None:
    """Return why a `find` that deletes is refused: it starts at the root and picks nothing."""
    found = _first(words, cwd) if deletes and not tests else None
    return f"it deletes {found} and everything under it" if found else None


def _first(words: Iterable[Word], cwd: str) -> str | None:
    return next((found for word in words if (found := system_folder(word, cwd))), None)


def _device(words: Iterable[Word]) -> str | None:
    for word in words:
        if is_device(word.shown):
            return f"it overwrites the device {word.shown}"
    return None
