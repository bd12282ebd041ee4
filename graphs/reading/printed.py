"""What a turn ran and printed, for a later turn to go on with: its lines, its paths, its pipe."""

from __future__ import annotations

import posixpath
import re
import shlex
from typing import NamedTuple

from graphs.reading.about import Said
from tools.bash.policy.decision import Decision

MANY = 12
"""How many paths are written out in a command; more are taken from the command that printed them"""
_ENDING = re.compile(r"^(?:exit code \d+|no output\b.*|stopped after .*|the whole output: .*)$")
_HEADED = re.compile(r"^(?:ps|df|free|ss|lsblk|netstat|who -H|docker ps|lscpu -e)\b")
_TOTALLED = re.compile(r"^ls (?:\S+ )*-\w*l")
_PATH = re.compile(r"(?:\./|\.\./|~/|/)?[\w.@+,=%-][\w.@+,=% -]*(?:/[\w.@+,=% -]+)*/?|\.{1,2}/\S+")
_MATCH = re.compile(r"(?P<path>[\w./@+-]+):\d+:")
_LONG = re.compile(
    r"[-dlbcps][-rwxsStT]{9}[.+@]?\s+\d+\s+\S+\s+\S+\s+[\d.,]+[KMGT]?\s+"
    r"\w{3}\s+\d+\s+[\d:]+\s(?P<path>.*?\S)(?: -> .*)?$"
)
"""A line of `ls -l`, which `find` prints too where a recipe shows details."""
_ITSELF = re.compile(r"^ls (?:\S+ )*-\w*d")
_AMOUNT = re.compile(r"[\d.,]+(?: ?[A-Za-z]+)?")
_JOINS = frozenset((";", ";;", "&&", "||", "&"))


class Step(NamedTuple):
    """A command made from the one before, and the words for what it shows or does."""

    command: str
    shows: str


def lines_of(said: Said) -> list[str]:
    """Return the lines that were printed, without what says how the command ended."""
    lines = [line for line in said.output.splitlines() if line.strip()]
    return [line for line in lines if not _ENDING.match(line.strip())]


def whole(said: Said) -> bool:
    """Whether all that was printed is in the output at hand."""
    return "the whole output: " not in said.output and "\n[" not in said.output


def headed(command: str) -> bool:
    """Whether the first line that a command prints says what the columns are."""
    return bool(_HEADED.match(command)) and "--no-headers" not in command and "|" not in command


def totalled(command: str) -> bool:
    """Whether a command is `ls -l`, which prints a total first."""
    return bool(_TOTALLED.match(command))


def stages(command: str) -> list[list[str]]:
    """Return the words of each stage of a pipe; one stage where it is more than a pipe."""
    out: list[list[str]] = [[]]
    for word in _words(command):
        if word == "|":
            out.append([])
        else:
            out[-1].append(word)
    return out


def piped(command: str, more: str) -> str:
    """Return a command with its output going on; commands that were joined stay together."""
    return f"{_together(command)} | {more}"


def uncounted(command: str) -> str:
    """Return a command that counts lines as one that shows them; nothing for another.

    >>> uncounted("grep -ci error a.log || true"), uncounted("find . -empty | wc -l")
    ('grep -i error a.log', 'find . -empty')
    >>> uncounted("grep error a.log")
    ''
    """
    plain = re.sub(r"\s*\|\|\s*true\s*$", "", command)
    lines, bar, last = plain.rpartition(" | ")
    if bar and last.strip() == "wc -l":
        return lines
    grep = re.match(r"grep -(?P<flags>[A-Za-z]*c[A-Za-z]*) ", plain)
    if grep is None or _JOINS & set(_words(plain)) or "|" in _words(plain):
        return ""
    flags = grep["flags"].replace("c", "")
    return f"grep {f'-{flags} ' if flags else ''}{plain[grep.end() :]}"


def saved(command: str, target: str, *, more: bool) -> str:
    """Return a command that writes its output to a file, or adds it there."""
    return f"{_together(command)} {'>>' if more else '>'} {shlex.quote(target)}"


def judged(command: str) -> Decision:
    """Return what the policy says of a command that was made here, so that bash can read it."""
    from tools.bash.policy import judge  # its parsers are slow to load

    return judge(command, syntax_check=lambda _: True)


def _together(command: str) -> str:
    """Return a command as one whose output goes one way, also where it is several."""
    if "\n" in command:
        return f"{{ {command}\n}}"
    return f"{{ {command.rstrip('; ')}; }}" if _JOINS & set(_words(command)) else command


def _words(command: str) -> list[str]:
    lexer = shlex.shlex(command, posix=False, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:
        return [command, ";"]  # an unusual one is kept together


def paths_of(said: Said) -> list[str]:
    """Return the paths that a command was to find and printed, one a line; none where a line is
    something else.

    >>> paths_of(Said("", {}, "find . -name a", "./a\\n./b/a"))
    ['./a', './b/a']
    >>> paths_of(Said("", {"path": "/srv"}, "ls /srv", "a.txt\\nb.txt"))
    ['/srv/a.txt', '/srv/b.txt']
    >>> paths_of(Said("", {}, "find . -exec ls -l {} +", "-rw-r--r-- 1 m m 9 Nov 2 10:01 ./a"))
    ['./a']
    >>> paths_of(Said("", {}, "wc -l a", "12 a"))
    []
    """
    first = said.command.split(" ", 1)[0]
    lines = lines_of(said)
    long = [_LONG.match(line) for line in lines]
    if long and all(long) and (not totalled(said.command) or _ITSELF.match(said.command)):
        return [each["path"] for each in long if each]
    if totalled(said.command):
        folder = _listed(said)
        names = [each["path"] for each in long[1:] if each] if folder is not None else []
        return [posixpath.join(str(folder), name) for name in names] if all(long[1:]) else []
    if first == "ls":
        folder = _listed(said)
        return [posixpath.join(folder, name) for name in lines] if folder is not None else []
    if first == "grep" and lines and all(_MATCH.match(line) for line in lines):
        return list(dict.fromkeys(str(_MATCH.match(line)["path"]) for line in lines))  # type: ignore[index]
    if first not in ("find", "grep", "locate", "du", "fd"):
        return []
    found = [re.split(r"\t+", line.strip())[-1] for line in lines]
    if first == "grep" and not re.match(r"grep (?:\S+ )*-\w*[lL]", said.command):
        return []
    right = all(_PATH.fullmatch(path) and not _AMOUNT.fullmatch(path) for path in found)
    return found if right else []


def _listed(said: Said) -> str | None:
    """Return the folder that `ls` listed; None where it listed more than one thing."""
    words = [word for word in _words(said.command)[1:] if not word.startswith("-")]
    if any(word in ("|", "2>", ">", "*") or "*" in word for word in words) or len(words) > 1:
        return None
    return words[0].strip("'\"") if words else ""
