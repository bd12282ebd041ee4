"""Processes: whose, which, how big, how old; in what order, how many, how much together."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from graphs.composing.processes_words import LANGUAGE
from graphs.composing.reading import Composed, Said, by_part, read

_REPEATED = frozenset("noun here called together".split())
_CHOICES = frozenset("older memory percent cpu other user mine called kind".split())
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_KILOBYTES = {"c": 1 / 1024, "k": 1, "M": 1024, "G": 1024**2, "T": 1024**3}
_SIGNS = {">": "over", "<": "under"}
_KEYS = (
    (r"mem|ram|rss", "rss"),
    (r"cpu|processor", "pcpu"),
    (r"age|run|start", "start_time"),
    (r"pid|ids?$|process id", "pid"),
    (r"user|owner", "user"),
    (r"name|program|command", "comm"),
)
_PROGRAMS = re.compile(
    r"\w*[\d._-][\w.-]*|\w+(?:sql|ctl|fox)|(?:mysql|ssh|http|system|container|docker|cron|udev)d"
    r"|python|java|bash|sh|zsh|ssh|node|sleep|cron|perl|ruby|php|apache|docker|vim|git|screen|make"
    r"|nginx|postgres|redis|mongo|chrome|chromium|gunicorn|celery|tmux|ffmpeg|gcc|rsync|nano|curl"
    r"|wget|slack|code|emacs|cups|squid|haproxy|traefik|grafana|prometheus|jenkins|tomcat",
    re.IGNORECASE,
)
"""Names of programs; another word before "processes" may say what they are like."""
_SAYS = {"rss": "memory", "pcpu": "cpu", "start_time": "start", "pid": "number", "user": "user",
         "comm": "name", "etimes": "age"}  # fmt: skip
_ORDER = ("pid", "user", "pcpu", "pmem", "rss", "etimes", "comm")


@dataclass
class _Query:
    """What is asked of the processes, in the names of `ps` for what it knows of each.

    `tests` are tests of awk, with `{name}` for a column; `sort` is an order of `ps`.
    """

    whose: str = "-e"
    tests: list[str] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    sort: str = ""
    count: int = 0
    fold: str = ""
    group: str = ""
    shown: list[str] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    wishes: int = 0


def compose(text: str) -> Composed | None:
    """Return the command for a request about processes; None where a word is not understood.

    >>> made = compose("how many processes of www-data use over 100M memory")
    >>> made.command
    "ps -u www-data -o pid,rss,comm --no-headers | awk '$2 > 102400' | wc -l"
    >>> made.shows
    'processes, of www-data, memory over 100M, counted'
    >>> compose("how many angry processes of www-data are there")
    """
    pieces = read(text, LANGUAGE) or ()
    of = by_part(
        (it.part, (it.gives, *it.values) if it.part in _CHOICES else it.values) for it in pieces
    )
    once = all(len(found) == 1 for part, found in of.items() if part not in _REPEATED)
    if not once or not ({"noun", "most", "total", "oldest", "newest"} & of.keys()):
        return None
    query = _query(of)
    if query is None or query.wishes < 2:
        return None
    return Composed(_command(query), ", ".join(["processes", *query.says]))


def _query(of: Said) -> _Query | None:
    """Return what is asked; None where wishes do not go together, or a number is none."""
    query = _Query()
    try:
        _choose(of, query)
        _sort(of, query)
        _fold(of, query)
    except ValueError:
        return None
    return query


def _choose(of: Said, query: _Query) -> None:
    """Take over which processes are meant.

    Raises:
        ValueError: whose they are is said twice, or a value is none.
    """
    owners = [part for part in ("user", "mine") if part in of]
    if len(owners) > 1:
        raise ValueError("two owners")
    for _, user in of.get("user", ()):
        me = user.lower() == "me"
        query.whose = '-u "$(id -un)"' if me else f"-u {shlex.quote(user)}"
        query.says.append(f"of {user}")
    if "mine" in of:
        query.whose = '-u "$(id -un)"'
        query.says.append("of mine")
    for _, user in of.get("other", ()):
        query.tests.append(f'{{user}} != "{_plain(user)}"')
        query.says.append(f"not of {user}")
    for _, name in of.get("called", ()):
        query.tests.append(f'index({{comm}}, "{_plain(name)[:15]}")')
        query.says.append(f"called {name}")
    for _, name in of.get("kind", ()):
        if not _PROGRAMS.fullmatch(name):
            raise ValueError(f"{name} may be no program")
        query.tests.append(f'index({{comm}}, "{_plain(name)[:15]}")')
        query.says.append(f"called {name}")
    for sign, *values in of.get("older", ()):
        number, unit = values if len(values) > 1 else ("1", values[0])
        seconds = _whole(number) * _SECONDS[unit.lower().rstrip("s")]
        query.tests.append(f"{{etimes}} {sign} {seconds}")
        query.says.append(
            f"running {'longer' if sign == '>' else 'less'} than {number.split()[0]} {unit}"
        )
    for sign, size in of.get("memory", ()):
        query.tests.append(f"{{rss}} {sign} {round(float(size[:-1]) * _KILOBYTES[size[-1]])}")
        query.says.append(f"memory {_SIGNS[sign]} {size}")
    for part, column in (("percent", "pmem"), ("cpu", "pcpu")):
        for sign, number in of.get(part, ()):
            query.tests.append(f"{{{column}}} {sign} {_number(number)}")
            query.says.append(f"{column[1:]} {_SIGNS[sign]} {number} %")
    query.wishes += len(query.says)


def _plain(name: str) -> str:
    """Return a name that stands between quotes in awk.

    Raises:
        ValueError: it holds what no name of a process or a user does.
    """
    if not re.fullmatch(r"[\w.@+-]+", name):
        raise ValueError(name)
    return name


def _whole(number: str) -> int:
    """Return a whole number, without a unit that was read with it ("2 hours")."""
    return int(number.partition(" ")[0])


def _number(number: str) -> str:
    float(number)
    return number


def _key(said: str) -> str:
    return next(column for words, column in _KEYS if re.match(words, said, re.IGNORECASE))


def _sort(of: Said, query: _Query) -> None:
    """Take over the order, and how many are wanted.

    Raises:
        ValueError: the order is said twice, or is not known.
    """
    ways = [part for part in ("most", "order", "oldest", "newest") if part in of]
    sides = [part for part in ("down", "up") if part in of]
    counts = [_whole(values[0]) for values in of.get("cut", ())]
    if len(ways) > 1 or len(sides) > 1 or (sides and ways and ways != ["order"]):
        raise ValueError("two orders")
    for way in ways:
        key = "start_time" if way in ("oldest", "newest") else _key(of[way][0][-1])
        down = way in ("most", "newest") or (way == "order" and key in ("rss", "pcpu"))
        query.sort = _sorted(key, sides[0] == "down" if sides else down)
        counts += [_whole(value) for value in of[way][0] if value[:1].isdecimal()]
        counts += [1 for value in of[way][0] if value.lower() in ("process", "program", "task")]
    if sides and not ways:
        query.sort = _sorted(_bigness(of), sides[0] == "down")
    if len(counts) > 1 or 0 in counts:
        raise ValueError("two counts")
    if query.sort:
        key = query.sort.lstrip("-")
        if "group" not in of:
            query.columns.add("etimes" if key == "start_time" else key)
        first = f"{'highest' if query.sort.startswith('-') else 'lowest'} first"
        query.says.append(first if "group" in of else f"by {_SAYS[key]}, {first}")
        query.wishes += 1
    if counts:
        query.count = counts[0]
        query.says.append(f"the first {query.count}")
        # "The top 5 by memory" is one wish.
        query.wishes += not query.sort


def _sorted(key: str, down: bool) -> str:
    return f"-{key}" if down else key


def _bigness(of: Said) -> str:
    """Return by what "the biggest first" orders: what else was said of size.

    Raises:
        ValueError: nothing was, or of both memory and processor.
    """
    said = {
        _key(word) for part in ("show", "with") for values in of.get(part, ()) for word in values
    }
    sizes = {"rss"} & said | {"pcpu"} & said
    sizes |= {"rss"} if "memory" in of or "percent" in of else set()
    sizes |= {"pcpu"} if "cpu" in of else set()
    if "group" in of:
        return "rss"
    if len(sizes) != 1:
        raise ValueError("big in what?")
    return sizes.pop()


def _fold(of: Said, query: _Query) -> None:
    """Take over what is counted, added up or shown.

    Raises:
        ValueError: two of these are wanted, or a total of nothing.
    """
    total = [_key(values[0]) for values in of.get("total", ())]
    if ("count" in of and total) or ("together" in of and not total):
        raise ValueError("a count and a total")
    query.fold = total[0] if total else "count" if "count" in of else ""
    for values in of.get("group", ()):
        query.group = _key(values[0])
    for part in ("show", "with"):
        names = [_key(word) if word.lower() != "age" else "etimes"
                 for values in of.get(part, ()) for word in values]  # fmt: skip
        query.shown += names if part == "show" else []
        query.columns |= set(names)
        query.wishes += part in of
    if (query.group and not query.fold) or (query.fold and (query.shown or "with" in of)):
        raise ValueError("a group of nothing")
    if query.fold and not query.group and (query.sort or query.count):
        raise ValueError("an order of one number")
    if query.fold:
        query.says.append(f"{_SAYS[total[0]]} together" if total else "counted")
    if query.group:
        query.says.append(f"for each {_SAYS[query.group]}")
    if query.shown:
        query.says.append(f"only {' and '.join(_SAYS[name] for name in query.shown)}")
    query.wishes += bool(query.fold) + bool(query.group)


def _command(query: _Query) -> str:
    """Return the command: `ps` in its order, what awk leaves of it, the first of that."""
    used = {name for test in query.tests for name in re.findall(r"\{(\w+)\}", test)}
    columns = {"pid", "comm", *used, *query.columns, *query.shown}
    columns |= {query.group} if query.group else set()
    columns |= {query.fold} if query.fold not in ("", "count") else set()
    if query.whose == "-e" and not query.fold:
        columns.add("user")
    shown = [name for name in _ORDER if name in columns]
    place = {name: f"${number}" for number, name in enumerate(shown, start=1)}
    test = " && ".join(test.format(**place) for test in query.tests)
    sort = f" --sort={query.sort}" if query.sort and not query.group else ""
    names = ",".join("user:32" if name == "user" else name for name in shown)
    deed, pipes = _deed(query, place)
    program = f"{test} {{{deed}}}".strip() if deed else test
    steps = [f"ps {query.whose} -o {names}{sort} --no-headers"]
    steps += [f"awk {shlex.quote(program)}"] * bool(program)
    return " | ".join([*steps, *pipes]).replace("ps -e -o", "ps -eo")


def _deed(query: _Query, place: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return what awk prints of a process, and what that goes through."""
    cut = [f"head -n {query.count}"] * bool(query.count)
    if query.group:
        order = "sort -n" if query.sort and not query.sort.startswith("-") else "sort -rn"
        group = place[query.group]
        if query.fold == "count":
            return f"print {group}", ["sort", "uniq -c", order, *cut]
        unit = (" / 1024", "MB") if query.fold == "rss" else ("", "%%")
        end = f'for (k in s) printf "%.1f {unit[1]}\\t%s\\n", s[k]{unit[0]}, k'
        return f"s[{group}] += {place[query.fold]}}} END {{{end}", [order, *cut]
    if query.fold == "count":
        return "", ["wc -l"]
    if query.fold:
        unit = (" / 1024", "MB") if query.fold == "rss" else ("", "%%")
        return f's += {place[query.fold]}}} END {{printf "%.1f {unit[1]}\\n", s{unit[0]}', []
    shown = ", ".join(place[name] for name in query.shown)
    return f"print {shown}" if shown else "", cut
