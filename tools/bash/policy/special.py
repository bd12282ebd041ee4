"""Checks that a table of options cannot express, one function for each program that needs it.

Each takes the sorted arguments and returns why the call is not simply allowed, or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tools.bash.policy.scripts import awk_problem, sed_problem
from tools.bash.policy.table import Arguments
from tools.bash.policy.words import Word

_VARIABLE = re.compile(r"_|[a-z][a-z0-9_]*")
_IP_OBJECTS = frozenset("a addr address l link r route n neigh neighbor rule maddr".split())
_TEST_WORDS = frozenset("-v -R".split())


def sed(arguments: Arguments) -> str | None:
    """The script must be static and only print."""
    scripts = [value for name, value in arguments.options if name in ("-e", "--expression")]
    if not scripts:
        if not arguments.operands:
            return "sed has no script"
        scripts = [arguments.operands.pop(0)]
    if any(script is None or script.text is None for script in scripts):
        return "the sed script is computed, so it cannot be judged"
    return sed_problem("\n".join(script.text for script in scripts if script and script.text))


def awk(arguments: Arguments) -> str | None:
    """The program must be static and only print."""
    if not arguments.operands:
        return "awk has no program"
    program = arguments.operands.pop(0)
    if program.text is None:
        return "the awk program is computed, so it cannot be judged"
    if any("/inet" in word.shown for word in arguments.operands):
        return "awk reaches the network"
    return awk_problem(program.text)


def printf(arguments: Arguments) -> str | None:
    """The format must be static: `%n` assigns a variable."""
    if not arguments.operands or arguments.operands[0].text is None:
        return "the printf format is computed, so it cannot be judged"
    if re.search(r"%[^%A-Za-gikmo-prsuvwxyz]*n", arguments.operands[0].text.replace("%%", "")):
        return "printf assigns a variable"
    return None


def test(arguments: Arguments) -> str | None:
    """`-v` and `-R` evaluate what they are given."""
    words = arguments.operands
    if any(word.text in _TEST_WORDS for word in words):
        return "the test evaluates a variable's name"
    if any(word.text is None and (word.splits or word.prefix.startswith("-")) for word in words):
        return "the test is computed, so it cannot be judged"
    return None


def bracket(arguments: Arguments) -> str | None:
    """`[` must end with `]`."""
    if not arguments.operands or arguments.operands[-1].text != "]":
        return "the test has no closing bracket"
    return test(arguments)


def date(arguments: Arguments) -> str | None:
    """An operand that is not a format sets the clock."""
    if any(not word.prefix.startswith("+") for word in arguments.operands):
        return "date sets the clock"
    return None


def read(arguments: Arguments) -> str | None:
    """Only plain lower-case names may be read into."""
    for word in arguments.operands:
        if word.text is None or not _VARIABLE.fullmatch(word.text) or word.text.endswith("_proxy"):
            return "read sets a variable that other programs look at"
    return None


def tar(arguments: Arguments) -> str | None:
    """Listing, comparing and extracting to the output look; an archive name may name a host."""
    old = arguments.operands[0].text if arguments.operands else None
    letters = ""
    first = next((name for name, _ in arguments.options), None)
    if first is None and old is not None and re.fullmatch(r"[tvfzjJ]+", old):
        letters = old
        arguments.operands.pop(0)
        archive = arguments.operands.pop(0) if "f" in old and arguments.operands else None
    else:
        archive = arguments.value("-f", "--file")
    looks = arguments.has("-t", "--list", "-d", "--diff", "--compare") or "t" in letters
    if not looks and not (arguments.has("-x") and arguments.has("-O")):
        return "tar writes files"
    if archive is not None and not _local(archive):
        return "the archive's name may be that of another machine"
    return None


def _local(word: Word) -> bool:
    if word.text is not None:
        return ":" not in word.text.split("/")[0]
    return "/" in word.prefix and ":" not in word.prefix.split("/")[0]


def getent(arguments: Arguments) -> str | None:
    """A computed host name could carry data to a name server."""
    database = arguments.operands[0].text if arguments.operands else ""
    if database in ("shadow", "gshadow"):
        return f"getent {database} shows password hashes"
    if database is None or any(word.text is None for word in arguments.operands):
        computed = [word for word in arguments.operands if word.text is None]
        if database is None or "host" in database or any(word.splits for word in computed):
            return "getent looks up a computed name"
    return None


def plain_operand(arguments: Arguments) -> str | None:
    """Operands must be plain names, not paths."""
    if any(word.text is None or "/" in word.text for word in arguments.operands):
        return "a path stands where a plain name is expected"
    return None


def man(arguments: Arguments) -> str | None:
    """A page goes through a pager on a terminal, and pagers start shells."""
    if problem := plain_operand(arguments):
        return problem
    if arguments.piped or arguments.has(*"-f -k -w -W --whatis --apropos --where --path".split()):
        return None
    return "man opens a pager on a terminal; `man NAME | cat` does not"


def whole_listing(arguments: Arguments) -> str | None:
    """Without any word, journalctl and systemctl print all there is, through a pager."""
    if arguments.piped or arguments.operands or arguments.options:
        return None
    return "without any option it prints everything through a pager, on a terminal"


def dpkg(arguments: Arguments) -> str | None:
    """`dpkg -l` prints all packages through a pager."""
    narrow = arguments.piped or arguments.operands or arguments.has("--no-pager")
    if arguments.has("-l", "--list") and not narrow:
        return "dpkg -l prints every package through a pager, on a terminal"
    return None


def bash(arguments: Arguments) -> str | None:
    """`bash -n FILE` only checks a script; anything else runs code."""
    return "bash runs code that is not inspected" if len(arguments.operands) > 1 else None


def jq(arguments: Arguments) -> str | None:
    """The program must be static and load nothing."""
    if not arguments.operands:
        return "jq has no program"
    program = arguments.operands.pop(0).text
    if program is None or re.search(r"\b(?:import|include)\b", program):
        return "the jq program is computed or loads code"
    return None


def sysctl(arguments: Arguments) -> str | None:
    """`name=value` sets."""
    if any(word.text is None or "=" in word.text for word in arguments.operands):
        return "sysctl changes the kernel's settings"
    return None


def git_list(arguments: Arguments) -> str | None:
    """Names after `git branch` and `git tag` make one, unless a listing option is there."""
    listing = "-l --list -n --merged --no-merged --contains --no-contains --points-to".split()
    if arguments.operands and not arguments.has(*listing):
        return "git makes or changes a branch or tag"
    return None


def git_kept(arguments: Arguments) -> str | None:
    """Without `list` or `show` the repository changes."""
    return None if arguments.operands else "git changes the repository"


def ip(arguments: Arguments) -> str | None:
    """Only `ip OBJECT [show|list|get …]`."""
    words = [word.text for word in arguments.operands]
    if not words or any(word is None for word in words):
        return "ip may change the network"
    if words[0] not in _IP_OBJECTS or (
        len(words) > 1 and words[1] not in ("show", "list", "get", "ls", "sh", "lst")
    ):
        return "ip may change the network"
    return None


def stty(arguments: Arguments) -> str | None:
    """Only `stty size` and `stty -a`."""
    return (
        None
        if all(word.text == "size" for word in arguments.operands)
        else "stty sets the terminal"
    )


def unpack(arguments: Arguments) -> str | None:
    """The last mode given wins, so unpacking must go to the output."""
    if arguments.has("-d", "--decompress", "--uncompress") and not arguments.has(
        "-c", "--stdout", "--to-stdout"
    ):
        return "the file is unpacked in place"
    return None


CHECKS: dict[str, Callable[[Arguments], str | None]] = {
    "sed": sed,
    "awk": awk,
    "printf": printf,
    "test": test,
    "bracket": bracket,
    "date": date,
    "read": read,
    "tar": tar,
    "getent": getent,
    "plain_operand": plain_operand,
    "man": man,
    "whole_listing": whole_listing,
    "dpkg": dpkg,
    "bash": bash,
    "jq": jq,
    "sysctl": sysctl,
    "git_list": git_list,
    "git_kept": git_kept,
    "ip": ip,
    "unpack": unpack,
    "stty": stty,
}
