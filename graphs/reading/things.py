"""What a follow-up does with the files that were found: "delete them", "the second one".

The paths that were printed are written into the command, so that who approves it sees each, and
nothing else is touched. Where there are many, or not all were printed, they come from the command
that found them.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Sequence
from typing import NamedTuple

from graphs.reading.about import Said
from graphs.reading.kinds import of_its_kind
from graphs.reading.lines import core
from graphs.reading.printed import MANY, Step, paths_of, piped, whole
from runtime.values import shell

_ALL = (
    r"(?:all of (?:them|these|those)|them all|them both|both of them|both|them"
    r"|(?:those|these)(?: files| folders)?|all (?:those|these)(?: files)?|all the files|the files"
    r"|everything|every one of them|each of them|the lot|all)"
)
_TO = (
    r"(?:to|into|in|inside|over to|under)\s+(?:the\s+|a\s+)?(?:new\s+)?"
    r"(?:folder\s+|directory\s+)?(?:called\s+|named\s+)?"
    r"(?P<to>[^\s,;]*[\w/.~])(?:\s+(?:folder|directory))?"
)
_ORDINAL = re.compile(
    r"\b(?:the\s+)(?P<word>first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th)"
    r"(?:\s+(?:one|file|folder|of them|of those|entry|result))?\b(?!\s+(?:\d|line"
    r"|column|row|word|commit|two|three|field))",
    re.IGNORECASE,
)
_OTHER = re.compile(r"\bthe other(?:\s+(?:one|file|folder))?\b", re.IGNORECASE)
_PLACES = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3,
           "fifth": 4, "5th": 4, "last": -1}  # fmt: skip


_MOST_OF = re.compile(
    r"\bthe (?:biggest|largest|smallest|newest|oldest|latest|longest)"
    r" (?:one|file|of them|of those|of these)\b",
    re.IGNORECASE,
)
_ORDERS = ("biggest|largest", "newest|latest", "smallest", "oldest", "longest")
_MAKES = re.compile(r"(?:mkdir|touch)\s")
_FOUND = "what was found before: "
_WHICH = r"which (?:one )?(?:of (?:them|those|these) )?is (?:the )?"
_JUST = r"(?:show (?:me )?)?(?:only |just )?the "
_SORTED = rf"(?:sort|order)?(?:ed)?(?: {_ALL}| it)? ?"
_PACK = (
    rf"(?:(?:zip|pack|bundle|archive|tar|compress|put)(?: up)? {_ALL}(?: up)?"
    rf"|make an archive of {_ALL}) (?:in|into|to|as)\s+(?:an?\s+)?"
    r"(?:zip\s+|archive\s+|file\s+|tarball\s+)?(?:called\s+|named\s+)?"
)


class _Deed(NamedTuple):
    """How something is asked to be done with all of them, its command, what it shows.

    `first`: only the first line of what the command prints answers.
    """

    asked: str
    command: str
    shows: str
    first: bool = False


def _most(words: str, command: str, shows: str) -> _Deed:
    """Return how the first of them by some order is asked for: "which is the newest?"."""
    asked = rf"{_WHICH}(?:{words})(?: one)?|{_JUST}(?:{words})(?: one| of them| of those)?"
    return _Deed(asked, command, shows, first=True)


_BY_SIZE = {"ls -lhSd --": "-rh", "ls -lhSrd --": "-h"}
"""How folders are ordered, whose own size says nothing of what is in them."""
_DEEDS = (
    _Deed(
        r"(?:delete|remove|erase|rm|trash|wipe|clean up|get rid of|throw away|throw) "
        rf"{_ALL}(?: away| again| from there)?",
        "rm --",
        f"{_FOUND}deleted",
    ),
    _Deed(rf"(?:move|mv|put|shift) {_ALL} {_TO}", "mv -t {to} --", f"{_FOUND}moved to {{to}}"),
    _Deed(
        rf"(?:copy|cp|duplicate|back up) {_ALL} {_TO}",
        "cp -a -t {to} --",
        f"{_FOUND}copied to {{to}}",
    ),
    _Deed(rf"{_PACK}(?P<to>\S+\.zip)", "zip -r {to}", f"{_FOUND}packed into {{to}}"),
    _Deed(
        rf"{_PACK}(?P<to>\S+\.(?:tar\.gz|tgz))",
        "tar -czf {to} --",
        f"{_FOUND}packed into {{to}}",
    ),
    _Deed(rf"(?:gzip|compress|gz) {_ALL}(?: with gzip| all)?", "gzip --", f"{_FOUND}compressed"),
    _Deed(rf"(?:gunzip|unpack|decompress|unzip|extract) {_ALL}", "gunzip --", f"{_FOUND}unpacked"),
    _Deed(
        rf"(?:make|set|mark) {_ALL} (?:as )?executable",
        "chmod +x --",
        f"{_FOUND}made executable",
    ),
    _Deed(
        rf"(?:make|set|mark) {_ALL} (?:as )?read[- ]?only",
        "chmod a-w --",
        f"{_FOUND}made read-only",
    ),
    _Deed(
        rf"(?:make|set) {_ALL} "
        r"(?:private|readable only (?:by|for|to) (?:me|the owner|their owner))",
        "chmod go-rwx --",
        f"{_FOUND}made private",
    ),
    _Deed(
        rf"(?:chmod|set|change)(?: the permissions of)? {_ALL}(?: to)?(?: mode)? "
        rf"(?P<to>[0-7]{{3,4}})|chmod (?P<mode>[0-7]{{3,4}}) {_ALL}",
        "chmod {to} --",
        f"{_FOUND}set to {{to}}",
    ),
    _Deed(
        r"(?:show|print|cat|display|read|open|see)(?: me)?"
        rf"(?: what(?:'s| is)? in| the contents? of)? {_ALL}"
        rf"|(?:show (?:me )?)?what(?:'s| is) in {_ALL}|what do they (?:say|contain)"
        r"|(?:show|print)(?: me)? their contents?",
        "tail -n +1 --",
        "what is in them",
    ),
    _Deed(
        rf"(?:and )?how (?:big|large|heavy) are {_ALL}|how (?:big|large) are they"
        rf"|(?:show(?: me)? |print |with |and )?(?:the |their )sizes?(?: of {_ALL})?",
        "du -h --apparent-size --",
        "their sizes",
    ),
    _Deed(
        rf"how (?:big|large|much) (?:are|is) (?:they|{_ALL}|that)"
        r" (?:together|in total|all ?together|combined)"
        r"|how much (?:space|room) do they (?:take|use|need)(?: up)?(?: together| in total)?"
        rf"|(?:what is )?(?:the |their )?(?:total|combined) size(?: of {_ALL})?",
        "du -ch --apparent-size --",
        "their sizes, and the total",
    ),
    _Deed(
        rf"how many lines (?:do they|does each|do {_ALL}) have|how many lines are in {_ALL}"
        rf"|count (?:their|the) lines(?: (?:of|in) {_ALL})?",
        "wc -l --",
        "their lines",
    ),
    _Deed(
        rf"how many words (?:do they|does each|do {_ALL}) have|how many words are in {_ALL}"
        rf"|count (?:their|the) words(?: (?:of|in) {_ALL})?",
        "wc -w --",
        "their words",
    ),
    _Deed(
        rf"who owns {_ALL}|(?:show(?: me)? |print |list |with |and |what are )?(?:the |their )?"
        rf"(?:permissions?|details|owners?|rights)(?: of {_ALL})?"
        r"|what (?:permissions|rights) do they have",
        "ls -ld --",
        "their details",
    ),
    _Deed(
        r"when were they (?:last )?(?:changed|modified)"
        r"|(?:show |with )?(?:the |their )(?:dates|modification times?)",
        "ls -ldt --",
        "their dates",
    ),
    _most("newest|newer|latest|most recent", "ls -1td --", "the newest of them"),
    _most("oldest|older", "ls -1trd --", "the oldest of them"),
    _most("biggest|largest|bigger|larger", "ls -lhSd --", "the largest of them"),
    _most("smallest|smaller", "ls -lhSrd --", "the smallest of them"),
    _Deed(
        rf"{_SORTED}(?:by size|(?:the )?(?:biggest|largest)(?: ones?)? first)",
        "ls -lhSd --",
        f"{_FOUND}largest first",
    ),
    _Deed(
        rf"{_SORTED}(?:by (?:date|time|age|last change)|(?:the )?newest(?: ones?)? first)",
        "ls -lhtd --",
        f"{_FOUND}newest first",
    ),
    _Deed(rf"{_SORTED}(?:the )?oldest(?: ones?)? first", "ls -lhtrd --", f"{_FOUND}oldest first"),
    _Deed(
        rf"(?:grep|search|look)(?: for)? (?P<text>\S+) in {_ALL}|search {_ALL} for (?P<word>\S+)",
        "grep -nF -- {text}",
        "the lines with {text}",
    ),
    _Deed(
        r"which of (?:them|those|these)(?: files)? (?:contain|mention|have|has)s?"
        r"(?: the word| the text)? (?P<text>\S+?)(?: in (?:it|them))?",
        "grep -lF -- {text}",
        f"{_FOUND}those with {{text}}",
    ),
)


def of_things(text: str, said: Said) -> Step | None:
    """Return the command that does with the paths that were printed what a text asks.

    >>> said = Said("empty files", {}, "find /srv -empty", "/srv/a\\n/srv/b")
    >>> of_things("delete them", said).command
    'rm -- /srv/a /srv/b'
    >>> of_things("move those to /tmp/old", said).command
    'mkdir -p /tmp/old && mv -t /tmp/old -- /srv/a /srv/b'
    """
    wish, paths = core(text), paths_of(said)
    if not paths:
        return None
    for deed in _DEEDS:
        found = re.fullmatch(deed.asked, wish, re.IGNORECASE)
        # The smallest of the three largest is not what "and the smallest?" means.
        fewer = len(paths) < 2 or re.search(r"\| (?:head|tail)\b", said.command)
        if found and not (deed.first and fewer):
            return _step(deed, found, paths, said)
    return None


def _step(deed: _Deed, found: re.Match[str], paths: Sequence[str], said: Said) -> Step:
    groups = found.groupdict()
    given = {
        "to": shlex.quote(groups.get("to") or groups.get("mode") or ""),
        "text": shlex.quote((groups.get("text") or groups.get("word") or "").strip("\"'")),
    }
    action = deed.command.format(**given)
    if action == "rm --" and _folders(said):
        action = "rm -r --"
    if action in _BY_SIZE and _folders(said):
        listed = " ".join(shlex.quote(path) for path in paths)
        end = " | head -n 1" if deed.first else ""
        return Step(f"du -sh -- {listed} | sort {_BY_SIZE[action]}{end}", deed.shows)
    if len(paths) <= MANY and whole(said):
        command = f"{action} {' '.join(shlex.quote(path) for path in paths)}"
    else:
        command = piped(_finding(said), f"xargs -r -d '\\n' {action}")
    if deed.first:
        command = f"{command} | head -n 1"
    if action.startswith(("mv", "cp")):
        command = f"mkdir -p {given['to']} && {command}"
    return Step(command, deed.shows.format(**given))


def _folders(said: Said) -> bool:
    return "-type d" in said.command or bool(re.search(r"\b(?:folders|directories)\b", said.text))


def _finding(said: Said) -> str:
    """Return the command that found the paths so that it prints nothing but these."""
    if said.command.startswith("grep ") and not re.match(r"grep (?:\S+ )*-\w*[lL]", said.command):
        return said.command.replace("grep ", "grep -l ", 1)
    if said.command.startswith("ls "):
        folder = posixpath.dirname(paths_of(said)[0])
        return f"find {shlex.quote(folder or '.')} -mindepth 1 -maxdepth 1 ! -name '.*'"
    if said.command.startswith("find ") and " -exec ls " in said.command:
        return re.sub(r" -exec ls [^;+]*(?:\+|\\?;)", "", said.command.partition(" | ")[0])
    if "\t" in said.output:
        return piped(said.command, "sed 's/.*\\t//'")
    return said.command


def _given(said: Said) -> list[str]:
    """Return the files that a command was given, where it printed none: "delete the second"."""
    pairs = (("first", "second"), ("source", "target"), ("file", "file2"))
    given = [[said.values.get(name, "") for name in pair] for pair in pairs]
    return next((pair for pair in given if all(pair)), [])


def _located(text: str, paths: Sequence[str]) -> str:
    """Return a text with a name alone as the one path that was printed with it."""
    for value in sorted(shell.find(text), key=lambda each: -each.start):
        ends = [path for path in paths if posixpath.basename(path) == value.text]
        if value.kind == "f" and len(ends) == 1 and ends[0].removeprefix("./") != value.text:
            text = f"{text[: value.start]}{ends[0]}{text[value.end :]}"
    return text


def _made(said: Said) -> list[str]:
    """Return the files or folders that were made together: "put it in the first one"."""
    if not _MAKES.match(said.command):
        return []
    words = shlex.split(said.command)[1:]
    made = [word for word in words if not word.startswith("-")]
    return made if len(made) > 1 and not re.search(r"[;&|<>]", said.command) else []


def located(text: str, said: Said) -> str:
    """Return a text that names a file alone, or what kind it is, with the path that was printed.

    That is sure enough where nothing else tells that a request leans on the one before.
    """
    paths = paths_of(said)
    return of_its_kind(_located(text, paths), paths)


def named(text: str, said: Said) -> str:
    """Return a text with the path that was printed in the place of "the second one".

    >>> said = Said("list /srv", {"path": "/srv"}, "ls /srv", "a\\nb")
    >>> named("what is in the second?", said)
    'what is in /srv/b?'
    >>> named("show b.md", Said("list docs", {"path": "docs"}, "ls docs", "a.txt\\nb.md"))
    'show docs/b.md'
    >>> named("unpack the zip", Said("archives", {}, "find .", "./a.tar.gz\\n./b.zip"))
    'unpack ./b.zip'
    """
    paths = paths_of(said) or _made(said) or _given(said)
    text = _located(text, paths)
    most = _MOST_OF.search(text)
    if (
        most
        and len(paths) > 1
        and any(
            re.search(rf"\b(?:{words})\b", most[0], re.IGNORECASE)
            and re.search(rf"\b(?:{words})\b", said.text, re.IGNORECASE)
            for words in _ORDERS
        )
    ):
        return f"{text[: most.start()]}{paths[0]}{text[most.end() :]}"
    if text != (text := of_its_kind(text, paths)):
        return text
    place = _ORDINAL.search(text)
    if place and len(paths) > 1:
        number = _PLACES[place["word"].lower()]
        if number < len(paths):
            return f"{text[: place.start()]}{paths[number]}{text[place.end() :]}"
    other = _OTHER.search(text)
    if other and len(paths) == 2:
        used = next((path for path in paths if path in said.text), None)
        left = [path for path in paths if path != used]
        if used and left:
            return f"{text[: other.start()]}{left[0]}{text[other.end() :]}"
    return text
