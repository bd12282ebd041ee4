"""What a follow-up wants of the command before itself: the same with another flag."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from graphs.reading.about import Said
from graphs.reading.lines import core
from graphs.reading.printed import Step
from runtime.values import shell

_SHOW = r"(?:(?:show|give|list|print|display|use|make|see)\s+(?:me\s+|it\s+|them\s+|that\s+)?)?"
_UNIT = {"bytes": "b", "byte": "b", "kilo": "k", "kb": "k", "kib": "k", "mega": "m", "mb": "m",
         "mib": "m", "giga": "g", "gb": "g", "gib": "g"}  # fmt: skip
_CASE = (
    r"(?:but |make it )?(?:ignor\w+|regardless of|no matter|whatever|never mind"
    r"|without (?:looking at|regard to))?"
    r"(?: the)? ?(?:upper ?(?:case)?(?: or | and |/)lower ?case|case)(?: ?-?insensitive(?:ly)?)?"
    r"(?: doesn'?t matter| is not important| does not matter| either way)?"
    r"|case ?-?insensitive(?:ly)?"
)
_HIDDEN = (
    r"(?:also |and |with |including |include |plus |even )*(?:the )?(?:hidden|dot) ?"
    r"(?:ones?|files?)?(?: too| as well| included| also)?"
)
_ALSO = re.compile(r"\b(?:also|with|including|include|plus|too|as well|included|even)\b", re.I)


class _Flag(NamedTuple):
    """A wish about commands that begin like `program`, the flag for it, what that shows."""

    program: str
    wish: str
    flag: str
    shows: str


_SORTED = r"(?:sort(?:ed)?(?: them| it| those| that)? )?"
_SUBFOLDERS = r"sub ?(?:folders|directories|dirs)(?: too| as well)?"
_REVERSED = r"reversed?(?: order)?|other way a?round|backwards"
_READABLE = r"human(?: |-)?readable"
_WITH = r"(?:with|and|including|show)?"
_GIT_LOG, _PS = r"git (?:-C \S+ )?log", "ps aux|ps -ef|ps -eo"
_FLAGS = (
    _Flag("grep", _CASE, "-i", "upper or lower case"),
    _Flag("grep", r"(?:only |match(?:ing)? )?(?:the )?whole words?(?: only)?", "-w", "whole words"),
    _Flag(
        "grep",
        r"(?:only|just)?(?: the)? ?"
        r"(?:file ?names?|names of the files|files|which files)(?: only)?",
        "-l",
        "only the files",
    ),
    _Flag(
        "grep",
        r"(?:only|just)? ?(?:the )?"
        r"(?:other (?:lines|ones)|lines that (?:do not|don'?t)(?: match| have it)?)"
        r"|(?:the )?opposite|inverted?|everything else|all (?:the )?others?",
        "-v",
        "the other lines",
    ),
    _Flag(
        "grep",
        rf"recursive(?:ly)?|(?:in |including |with )?(?:all )?(?:the )?{_SUBFOLDERS}",
        "-r",
        "subfolders too",
    ),
    _Flag("ls", _HIDDEN, "-A", "hidden ones too"),
    _Flag(
        "ls",
        r"(?:with|in|including|more|plus)? ?(?:the |all )?"
        r"(?:details?|long(?: format| form| list(?:ing)?)?|sizes?|permissions?|dates?|owners?)"
        r"(?: and \w+)?(?: too| as well)?",
        "-lh",
        "with details",
    ),
    _Flag(
        "ls",
        rf"recursive(?:ly)?|(?:with|including|and|in)?(?: the| all)? ?{_SUBFOLDERS}",
        "-R",
        "subfolders too",
    ),
    _Flag(
        "ls",
        rf"{_SORTED}(?:by size|(?:the )?(?:biggest|largest)(?: ones?)? first)",
        "-lhS",
        "largest first",
    ),
    _Flag(
        "ls",
        rf"{_SORTED}(?:by size, )?(?:the )?smallest(?: ones?)? first",
        "-lhSr",
        "smallest first",
    ),
    _Flag(
        "ls",
        rf"{_SORTED}(?:by (?:date|time|age|modification(?: time| date)?|last change)"
        r"|(?:the )?(?:newest|latest|most recent)(?: ones?)? first)",
        "-lht",
        "newest first",
    ),
    _Flag("ls", rf"{_SORTED}(?:the )?oldest(?: ones?)? first", "-lhtr", "oldest first"),
    _Flag("ls", rf"(?:in )?(?:the )?(?:{_REVERSED})", "-r", "the other way round"),
    _Flag("ls", rf"(?:in )?{_READABLE}(?: sizes?| form)?", "-lh", "readable sizes"),
    _Flag(
        "df|du|free",
        rf"(?:in |as )?(?:a )?{_READABLE}(?: sizes?| form| format| numbers)?"
        r"|readable(?: for humans)?",
        "-h",
        "readable sizes",
    ),
    _Flag(
        _GIT_LOG,
        r"(?:in )?(?:reversed?(?: order)?|the other way round|(?:the )?oldest(?: one)? first)",
        "--reverse",
        "the oldest first",
    ),
    _Flag(
        _GIT_LOG,
        r"one line each|one line (?:a|per) commit|short(?:er)?|in one line|one ?-?line",
        "--oneline",
        "a line each",
    ),
    _Flag(
        _GIT_LOG,
        rf"{_WITH}(?: the)? ?(?:changed files|files(?: that changed)?|stats?|file names)",
        "--stat",
        "with the changed files",
    ),
    _Flag(
        _GIT_LOG,
        rf"{_WITH}(?: the)? ?(?:changes|diffs?|patch(?:es)?)",
        "-p",
        "with the changes",
    ),
    _Flag(
        r"git (?:-C \S+ )?diff",
        r"(?:only|just)(?: the)? (?:file ?)?names?(?: of the files)?"
        r"|(?:only|just) (?:the |which )?files(?: changed)?",
        "--name-only",
        "only the names",
    ),
    _Flag(
        "sort",
        rf"(?:in )?(?:the )?(?:{_REVERSED}|descending(?: order)?|opposite order"
        r"|(?:the )?(?:largest|biggest|highest) first|z to a)",
        "-r",
        "the other way round",
    ),
    _Flag("sort", r"by number|numerical(?:ly)?|as numbers|by value|numbers", "-n", "as numbers"),
    _Flag(
        _PS,
        rf"{_SORTED}by (?:memory|mem|ram)(?: use| usage)?|(?:the )?most memory first",
        "--sort=-%mem",
        "by memory",
    ),
    _Flag(
        _PS,
        rf"{_SORTED}by (?:the )?(?:cpu|processor)(?: use| usage| time)?|(?:the )?most cpu first",
        "--sort=-%cpu",
        "by processor time",
    ),
    _Flag(
        "ss",
        rf"{_WITH}(?: the| their)? ?"
        r"(?:programs?|processes|process names?|program names?|pids?)",
        "-p",
        "with programs",
    ),
)
_DATE = re.compile(
    r"(?:in |as |with )?(?:the )?(?:format )?"
    r"(?P<how>(?:[DMYdmy]{1,4}[./ -]){1,2}[DMYdmy]{1,4})(?: format)?"
)
_DATE_PARTS = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "m": "%-m", "dd": "%d", "d": "%-d"}


def of_flags(text: str, said: Said) -> Step | None:
    """Return the command before with the flag that a text asks for; None where it asks for none.

    >>> of_flags("case insensitive please", Said("", {}, "grep -rl draft /srv/docs")).command
    'grep -i -rl draft /srv/docs'
    >>> of_flags("in bytes", Said("", {}, "du -sh /srv")).command
    'du -b -s /srv'
    """
    wish = core(text)
    if not said.command or not wish:
        return None
    for read in _READERS:
        step = read(wish, said)
        if step is not None and step.command != said.command:
            return step
    return None


def _flag(wish: str, said: Said) -> Step | None:
    for each in _FLAGS:
        program = re.match(rf"(?:{each.program})(?= |$)", said.command)
        if not program or not re.fullmatch(rf"{_SHOW}(?:{each.wish})", wish, re.IGNORECASE):
            continue
        if each.shows == "hidden ones too" and not _ALSO.search(wish):
            return None
        command = said.command
        if each.flag == "-h":
            command = _without_units(command)
        end = re.match(rf"(?:{each.program})", command).end()  # type: ignore[union-attr]
        if command.startswith("ps -eo"):  # what is listed stands right behind -eo
            command, end = re.sub(r" --sort[= ]\S+", "", command), len("ps")
        return Step(f"{command[:end]} {each.flag}{command[end:]}", f"the same, {each.shows}")
    return None


def _unit(wish: str, said: Said) -> Step | None:
    found = re.fullmatch(
        rf"{_SHOW}(?:the sizes? )?(?:in|as) "
        r"(?P<unit>bytes?|kilo|kb|kib|mega|mb|mib|giga|gb|gib)(?:bytes?)?",
        wish,
        re.IGNORECASE,
    )
    program = re.match(r"(?:df|du|free)(?= |$)", said.command)
    if not found or not program:
        return None
    unit = _UNIT[found["unit"].lower()]
    flag = f"-B{unit.upper()}" if program[0] == "df" else f"-{unit}"
    if program[0] == "df" and unit == "b":
        flag = "-B1"
    if program[0] == "du" and unit == "g":
        flag = "-BG"
    rest = _without_units(said.command)[program.end() :]
    return Step(f"{program[0]} {flag}{rest}", f"the same, in {found['unit'].lower()}")


def _without_units(command: str) -> str:
    """Take the flags away that say in which unit sizes are."""
    command, bar, rest = command.partition(" | ")
    program, *words = command.split(" ")
    kept = []
    for word in words:
        less = re.sub(r"[hkmgb]", "", word) if re.fullmatch(r"-[A-Za-z]+", word) else word
        kept += [] if less == "-" else [less]
    return " ".join([program, *kept]) + bar + rest


def _date(wish: str, said: Said) -> Step | None:
    found = _DATE.fullmatch(wish)
    if not found or not re.match(r"date\b", said.command):
        return None
    how = re.sub(r"[dmyDMY]+", lambda m: _DATE_PARTS.get(m[0].lower(), m[0]), found["how"])
    return Step(f"date '+{how}'", f"the date as {found['how']}")


_FIND = re.compile(r"(?P<start>find (?:\S+ )(?:-xdev )?)(?P<rest>.*)")
_OF_THEM = r"(?:of (?:those|them|these),? )?(?:show |list )?(?:me )?(?:only|just)"
_ONES = r"(?:ones |files )?"
_SIZE = re.compile(
    rf"{_OF_THEM}? ?(?:the |those |them |these )?{_ONES}(?:that are |which are )?"
    r"(?P<how>bigger|larger|heavier|over|above|more|smaller|under|below|less|lighter)(?: than)? .+",
    re.I,
)
_AGE = re.compile(
    rf"{_OF_THEM}? ?(?:the |those |them |these )?{_ONES}"
    r"(?:that are |which are |that were |changed |modified )*"
    r"(?P<how>older|newer|from|in|within)(?: than)?(?: the)?(?: last)? "
    r"(?P<count>\d+|a|one|two|three) (?P<unit>days?|weeks?|hours?|minutes?)(?: old)?",
    re.I,
)
_TODAY = re.compile(
    rf"{_OF_THEM} (?:the |those |them )?{_ONES}(?:that were |which were )?"
    r"(?:from |of |changed |modified )*today",
    re.I,
)
_KIND = re.compile(
    rf"{_SHOW}(?:only|just) (?:the )?(?P<kind>folders|directories|dirs|files)"
    r"|(?P<no>no|without|not the) (?:the )?(?P<less>folders|directories|dirs|files)",
    re.I,
)
_SHALLOW = re.compile(
    r"(?:not in|without|no)(?: the)? sub ?(?:folders|directories|dirs)"
    r"|(?:only|just) (?:directly )?(?:in )?(?:the top level|there|that folder)(?: itself)?"
    r"|not recursive(?:ly)?",
    re.I,
)


def _find(wish: str, said: Said) -> Step | None:
    """Give `find` one more test: a size, an age, a kind, upper or lower case."""
    parts = _FIND.fullmatch(said.command)
    if parts is None or "|" in said.command or ";" in said.command:
        return None
    test = _find_test(wish)
    if test:
        # Tests stand before what `find` prints or does, wherever its options are.
        depth = re.match(r"(?:-m(?:in|ax)depth \d+ )*", parts["rest"])
        start = parts["start"] + (depth[0] if depth else "")
        rest = parts["rest"][depth.end() :] if depth else parts["rest"]
        return Step(f"{start}{test} {rest}".rstrip(), f"of what was found, {wish}")
    if re.fullmatch(_CASE, wish, re.IGNORECASE) and " -name " in said.command:
        return Step(said.command.replace(" -name ", " -iname "), "the same, upper or lower case")
    if _SHALLOW.fullmatch(wish) and "-maxdepth" not in said.command:
        place = re.match(r"find \S+ ", said.command)
        if place:
            command = f"{place[0]}-maxdepth 1 {said.command[place.end() :]}"
            return Step(command, "the same, without subfolders")
    return None


def _find_test(wish: str) -> str:
    values = [value for value in shell.find(wish) if value.kind in "zn"]
    size = _SIZE.fullmatch(wish)
    if size and len(values) == 1 and values[0].kind == "z":
        more = size["how"].lower() in ("bigger", "larger", "heavier", "over", "above", "more")
        number, unit = re.fullmatch(r"([\d.]+)([a-zA-Z]?)", values[0].text).groups()  # type: ignore[union-attr]
        return f"-size {'+' if more else '-'}{number}{unit or 'c'}"
    age = _AGE.fullmatch(wish)
    if age:
        count = int(
            {"a": "1", "one": "1", "two": "2", "three": "3"}.get(age["count"].lower(), age["count"])
        )
        unit = age["unit"].lower().rstrip("s")
        sign = "+" if age["how"].lower() == "older" else "-"
        if unit in ("hour", "minute"):
            return f"-mmin {sign}{count * (60 if unit == 'hour' else 1)}"
        return f"-mtime {sign}{count * (7 if unit == 'week' else 1)}"
    if _TODAY.fullmatch(wish):
        return "-daystart -mtime 0"
    kind = _KIND.fullmatch(wish)
    if kind:
        files = (kind["kind"] or kind["less"]).lower() == "files"
        return f"-type {'f' if files != bool(kind['no']) else 'd'}"
    return ""


_READERS: tuple[Callable[[str, Said], Step | None], ...] = (_flag, _unit, _date, _find)
