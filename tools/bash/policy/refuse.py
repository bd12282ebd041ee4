"""What is refused even with a person's approval: commands that can only destroy the machine."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence

from tools.bash.policy.places import may_name
from tools.bash.policy.table import Arguments
from tools.bash.policy.words import Word

MOST_BYTES = 16 * 1024
SYSTEM = frozenset(
    """/ /bin /boot /dev /etc /home /lib /lib32 /lib64 /libx32 /proc /root /run /sbin /sys /usr
    /usr/bin /usr/lib /usr/local /usr/sbin /usr/share /var /var/lib ~ ~root""".split()
)
PARTITIONERS = frozenset("sgdisk sfdisk parted hdparm cryptsetup nvme badblocks".split())
ERASING = frozenset(
    "--zap-all -Z --zap -o --clear --delete -w mklabel rm --security-erase luksFormat format "
    "--security-erase-enhanced --trim-sector-ranges erase sanitize".split()
)
WIDE = frozenset("-maxdepth -mindepth -type -xdev -mount -depth -delete -o -a -print".split())
WIDE_VALUES = frozenset("* / ** .* /*".split())
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
    normal = posixpath.normpath(path)
    return normal == "/proc/sysrq-trigger" or _DEVICE.fullmatch(normal) is not None


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
    if path.startswith("~") and not path.startswith("~/"):
        normal = path.rstrip("/")
    elif path.startswith("~"):
        normal = "~" + posixpath.normpath("/" + path[1:]).rstrip("/")
    else:
        normal = posixpath.normpath(posixpath.join(cwd, path))
        normal = "/" + normal.lstrip("/")
    if normal in SYSTEM:
        return normal
    matched = sorted(folder for folder in SYSTEM if folder != "/" and may_name(word, folder))
    return matched[0] if matched else None


def program_refusal(name: str, arguments: Arguments, cwds: Sequence[str]) -> str | None:
    """Return why a call of a changing program is refused, None where it may be approved.

    `cwds` are the folders in which it may run.
    """
    words = arguments.operands
    if _given(arguments, "--no-preserve-root"):
        return f"{name} --no-preserve-root is meant for the root directory"
    recursive = arguments.has("-r", "-R") or _given(arguments, "--recursive")
    if name in ("rm", "chmod", "chown", "chgrp", "setfacl", "chattr") and recursive:
        found = _first(words, cwds)
        verb = "deletes" if name == "rm" else "changes the rights of"
        if found:
            return f"it {verb} {found} and everything under it"
    if name in ("mv", "rmdir") and (found := _first(words[:-1] if name == "mv" else words, cwds)):
        return f"it takes {found} away"
    if name == "rsync" and _given(arguments, "--delete") and (found := _first(words[-1:], cwds)):
        return f"it deletes what is in {found}"
    return _disk(name, arguments)


def _given(arguments: Arguments, option: str) -> bool:
    """Whether a long option was given, in full or cut short as GNU programs take it."""
    short = [text for text in arguments.unknown if len(text) > 3 and option.startswith(text)]
    return arguments.has(option) or bool(short)


def _disk(name: str, arguments: Arguments) -> str | None:
    """Return why a call is refused that overwrites a disk."""
    words = arguments.operands
    if name.startswith(("mkfs", "mke2fs", "mkswap", "shred", "wipefs", "blkdiscard")):
        return _device(words)
    if name == "dd":
        return _device([word.after(3) for word in words if word.prefix.startswith("of=")])
    if name in ("tee", "install", "truncate"):
        return _device(words)
    if name in ("cp", "mv", "ln"):
        return _device(words[-1:])
    if name in PARTITIONERS:
        shown = {word.shown for word in words} | {option for option, _ in arguments.options}
        return _device(words) if shown & ERASING else None
    return None


def find_refusal(words: list[Word], deletes: bool, tests: bool, cwds: Sequence[str]) -> str | None:
    """Return why a `find` that deletes is refused: it starts at the root and picks nothing."""
    found = _first(words, cwds) if deletes and not tests else None
    return f"it deletes {found} and everything under it" if found else None


def narrows(words: Sequence[Word]) -> bool:
    """Whether the tests of a `find` pick something: a test that is not negated, nor `*`."""
    for before, word, value in zip([None, *words], words, words[1:], strict=False):
        negated = before is not None and before.text in ("!", "-not")
        text = word.text or ""
        picks = text.startswith("-") and text not in WIDE and value.text not in WIDE_VALUES
        if picks and not negated and not value.prefix.startswith("-"):
            return True
    return False


def _first(words: Iterable[Word], cwds: Sequence[str]) -> str | None:
    found = (system_folder(word, cwd) for word in words for cwd in cwds)
    return next((folder for folder in found if folder), None)


def _device(words: Iterable[Word]) -> str | None:
    for word in words:
        if is_device(word.shown):
            return f"it overwrites the device {word.shown}"
    return None
