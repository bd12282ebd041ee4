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

from graphs.reading.lines import core
from graphs.reading.printed import MANY, Step, paths_of, piped, whole
from graphs.reading.referring import Said

_ALL = (
    r"(?:all of (?:them|these|those)|them all|them both|both of them|both|them"
    r"|those(?: files| folders)?"
    r"|these(?: files| folders)?|all (?:those|these)(?: files)?|all the files|the files|everything"
    r"|every one of them|each of them|the lot|all)"
)
_TO = (
    r"(?:to|into|in|inside|over to|under)\s+(?:the\s+"
    r"|a\s+)?(?:new\s+)?(?:folder\s+|directory\s+)?(?:called\s+"
    r"|named\s+)?(?P<to>[^\s,;]*[\w/.~])(?:\s+(?:folder|directory))?"
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


class _Deed(NamedTuple):
    """How something is asked to be done with all of them, its command, what is said of it."""

    asked: str
    command: str
    shows: str


_DEEDS = tuple(
    _Deed(*row)
    for row in (
        (r"(?:delete|remove|erase|rm|trash|wipe|clean up|get rid of|throw away|throw) "
rf"{_ALL}(?: away| again| from there)?", "rm --", "deleted"),
        (rf"(?:move|mv|put|shift) {_ALL} {_TO}", "mv -t {to} --", "moved to {to}"),
        (rf"(?:copy|cp|duplicate|back up) {_ALL} {_TO}", "cp -a -t {to} --", "copied to {to}"),
        (rf"(?:(?:zip|pack|bundle|archive|tar|compress|put)(?: up)? {_ALL}(?: up)?|make "
rf"an archive of {_ALL}) (?:in|into|to|as)\s+(?:a\s+|an\s+)?(?:zip\s+"
r"|archive\s+|file\s+|tarball\s+)?(?:called\s+"
r"|named\s+)?(?P<to>\S+\.zip)", "zip -r {to}", "packed into {to}"),
        (rf"(?:(?:zip|pack|bundle|archive|tar|compress|put)(?: up)? {_ALL}(?: up)?|make "
rf"an archive of {_ALL}) (?:in|into|to|as)\s+(?:a\s+|an\s+)?(?:archive\s+"
r"|file\s+|tarball\s+)?(?:called\s+"
r"|named\s+)?(?P<to>\S+\.(?:tar\.gz|tgz))", "tar -czf {to} --", "packed into {to}"),
        (rf"(?:gzip|compress|gz) {_ALL}(?: with gzip| all)?", "gzip --", "compressed"),
        (rf"(?:gunzip|unpack|decompress|unzip|extract) {_ALL}", "gunzip --", "unpacked"),
        (rf"(?:make|set|mark) {_ALL} (?:as )?executable", "chmod +x --", "made executable"),
        (rf"(?:make|set|mark) {_ALL} (?:as )?read[- ]?only", "chmod a-w --", "made read-only"),
        (rf"(?:make|set) {_ALL} (?:private|readable only (?:by|for|to) (?:me|the owner"
r"|their owner))", "chmod go-rwx --", "made private"),
        (rf"(?:chmod|set|change)(?: the permissions of)? {_ALL}(?: to)?(?: mode)? "
rf"(?P<to>[0-7]{{3,4}})|chmod (?P<mode>[0-7]{{3,4}}) {_ALL}", "chmod {to} --", "set to {to}"),
        (rf"(?:take|remove) (?:that|the) (?:right|permission) (?:away )?from {_ALL}"
rf"|take (?:it|that) away(?: from {_ALL})?", "", ""),
        (r"(?:(?:show|print|cat|display|read|open|see)(?: me)?(?: what(?:'s| is)? in| "
rf"the contents? of)? {_ALL}|(?:show (?:me )?)?what(?:'s| is) in {_ALL}|what "
r"do they (?:say|contain)|(?:show|print)(?: me)? their "
r"contents?)", "tail -n +1 --", "what is in them"),
        (rf"(?:(?:and )?how (?:big|large|heavy) are {_ALL}|how (?:big|large) are they"
r"|(?:show(?: me)? |print |with |and )?(?:the |their "
rf")sizes?(?: of {_ALL})?)", "du -h --apparent-size --", "their sizes"),
        (rf"(?:how (?:big|large|much) (?:are|is) (?:they|{_ALL}|that) (?:together|in "
r"total|all ?together|combined)|how much (?:space|room) do they (?:take|use"
r"|need)(?: up)?(?: together| in total)?|(?:what is )?(?:the |their )?(?:total"
rf"|combined) size(?: of {_ALL})?)", "du -ch --apparent-size --", "their sizes, and the total"),
        (rf"(?:how many lines (?:do they|does each|do {_ALL}) have|how many lines are "
rf"in {_ALL}|count (?:their|the) lines(?: (?:of|in) {_ALL})?)", "wc -l --", "their lines"),
        (rf"(?:who owns {_ALL}|(?:show(?: me)? |print |list |with |and |what are "
rf")?(?:the |their )?(?:permissions?|details|owners?|rights)(?: of {_ALL})?"
r"|what (?:permissions|rights) do they have)", "ls -ld --", "their details"),
        (r"(?:when were they (?:last )?(?:changed|modified)|(?:show |with )?(?:the "
r"|their )(?:dates|modification times?))", "ls -ldt --", "their dates"),
        (r"(?:which (?:one )?(?:of (?:them|those|these) )?is (?:the )?(?:newest|latest"
r"|most recent)(?: one)?|(?:show (?:me )?)?(?:only |just )?the (?:newest"
r"|latest|most recent)(?: one| of them| of those)?)", "ls -1td --", "the newest of them|1"),
        (r"(?:which (?:one )?(?:of (?:them|those|these) )?is (?:the )?oldest(?: one)?"
r"|(?:show (?:me )?)?(?:only |just )?the oldest(?: one| of "
r"them| of those)?)", "ls -1trd --", "the oldest of them|1"),
        (r"(?:which (?:one )?(?:of (?:them|those|these) )?is (?:the )?(?:biggest"
r"|largest)(?: one)?|(?:show (?:me )?)?(?:only |just )?the (?:biggest"
r"|largest)(?: one| of them| of those)?)", "ls -lhSd --", "the largest of them|1"),
        (r"(?:which (?:one )?(?:of (?:them|those|these) )?is (?:the )?smallest(?: one)?"
r"|(?:show (?:me )?)?(?:only |just )?the smallest(?: one| "
r"of them| of those)?)", "ls -lhSrd --", "the smallest of them|1"),
        (rf"(?:sort|order)?(?:ed)?(?: {_ALL}| it)? ?(?:by size|(?:the )?(?:biggest"
r"|largest)(?: ones?)? first)", "ls -lhSd --", "largest first"),
        (rf"(?:sort|order)?(?:ed)?(?: {_ALL}| it)? ?(?:by (?:date|time|age|last change)"
r"|(?:the )?newest(?: ones?)? first)", "ls -lhtd --", "newest first"),
        (rf"(?:sort|order)?(?:ed)?(?: {_ALL}| it)? ?(?:the "
r")?oldest(?: ones?)? first", "ls -lhtrd --", "oldest first"),
        (rf"(?:grep|search|look)(?: for)? (?P<text>\S+) in {_ALL}|search {_ALL} for "
r"(?P<word>\S+)", "grep -nF -- {text}", "the lines with {text}"),
        (r"which of (?:them|those|these)(?: files)? (?:contain|mention|have|has"
r"|contains|mentions)s?(?: the word| the text)? (?P<text>\S+?)(?: in (?:it"
r"|them))?", "grep -lF -- {text}", "those with {text}"),
    )
)  # fmt: skip


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
        if found and deed.command:
            return _step(deed, found, paths, said)
    return None


def _step(deed: _Deed, found: re.Match[str], paths: Sequence[str], said: Said) -> Step:
    groups = found.groupdict()
    given = {
        "to": shlex.quote(groups.get("to") or groups.get("mode") or ""),
        "text": shlex.quote((groups.get("text") or groups.get("word") or "").strip("\"'")),
    }
    action = deed.command.format(**given)
    shows, _, one = deed.shows.format(**given).partition("|")
    if action == "rm --" and _folders(said):
        action = "rm -r --"
    if len(paths) <= MANY and whole(said):
        command = f"{action} {' '.join(shlex.quote(path) for path in paths)}"
    else:
        command = piped(_finding(said), f"xargs -r -d '\\n' {action}")
    if one:
        command = f"{command} | head -n 1"
    if action.startswith(("mv", "cp")):
        command = f"mkdir -p {given['to']} && {command}"
    return Step(command, shows if "the" in shows else f"what was found before: {shows}")


def _folders(said: Said) -> bool:
    return "-type d" in said.command or bool(re.search(r"\b(?:folders|directories)\b", said.text))


def _finding(said: Said) -> str:
    """Return the command that found the paths so that it prints nothing but these."""
    if said.command.startswith("grep ") and not re.match(r"grep (?:\S+ )*-\w*[lL]", said.command):
        return said.command.replace("grep ", "grep -l ", 1)
    if said.command.startswith("ls "):
        folder = posixpath.dirname(paths_of(said)[0])
        return f"find {shlex.quote(folder or '.')} -mindepth 1 -maxdepth 1 ! -name '.*'"
    if "\t" in said.output:
        return piped(said.command, "sed 's/.*\\t//'")
    return said.command


def named(text: str, said: Said) -> str:
    """Return a text with the path that was printed in the place of "the second one".

    >>> said = Said("list /srv", {"path": "/srv"}, "ls /srv", "a\\nb")
    >>> named("what is in the second?", said)
    'what is in /srv/b?'
    """
    paths = paths_of(said)
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
