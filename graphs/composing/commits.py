"""Commits of a git repository: whose, since when, of which files; how many, in what order."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from graphs.composing.commits_words import LANGUAGE
from graphs.composing.reading import Composed, Said, basic, by_part, read
from runtime.recipes import shell_word

_ABOUT = re.compile(r"\b(?:git|commit)", re.IGNORECASE)
_REPEATED = frozenset(("noun", "here"))
_NO_WISH = frozenset(("noun", "here", "repository", "newest"))
_SHOWN = {"authors": "for each author", "count": "counted", "oldest": "oldest first",
          "files": "with their files", "stat": "with what changed in each file",
          "changed": "the files that they changed", "merges": "merges only",
          "no_merges": "without merges", "mine": "by me"}  # fmt: skip


def compose(text: str) -> Composed | None:
    """Return the command for a request about commits; None where a word is not understood.

    >>> made = compose("how many commits by Alice since 2026-01-01 in /srv/app")
    >>> made.command
    'git -C /srv/app log --author=Alice --since=2026-01-01T00:00 --format=%h | wc -l'
    >>> made.shows
    'commits in /srv/app, by Alice, since 2026-01-01, counted'
    >>> compose("how many good commits by Alice")
    """
    if not _ABOUT.search(text):
        return None
    pieces = read(text, LANGUAGE) or ()
    of = by_part((it.part, (it.gives,) if it.gives else it.values) for it in pieces)
    if "changed by" in of:
        of["changed"] = [()]
    for part, meant in (("did", "author"), ("changed by", "author"), ("i did", "mine")):
        if part in of:
            of[meant] = [*of.get(meant, []), *of.pop(part)]
            of["noun"] = []
    once = all(len(found) == 1 for part, found in of.items() if part not in _REPEATED)
    wishes = sum(part not in _NO_WISH for part in of)
    if not {"noun", "count", "authors", "changed"} & of.keys() or not once or wishes < 2:
        return None
    if not _possible(of):
        return None
    try:
        return Composed(_command(of), _shows(of), here="repository" not in of)
    except ValueError:
        return None


def _possible(of: Said) -> bool:
    """Whether the wishes go together, and the numbers are numbers."""
    results = {"count", "authors", "daily", "changed"} & of.keys()
    # "How many commits per author" counts once.
    results -= {"count"} if len(results) > 1 and "changed" not in of else set()
    listed = {"files", "stat", "short", "dated"} & of.keys()
    times = {"between", "since", "past", "day", "calendar", "year"} & of.keys()
    numbers = [values[0] for part in ("last", "first", "authors") for values in of.get(part, ())
               if values]  # fmt: skip
    return not (
        len(results) > 1
        or (results and listed)
        or (results and {"last", "first", "oldest"} & of.keys() and "authors" not in of)
        or ("authors" in of and {"first", "oldest"} & of.keys())
        or len(listed - {"short"}) > 1
        or len(times) > 1
        or ("until" in of and times - {"since"})
        or {"merges", "no_merges"} <= of.keys()
        or {"first", "last"} <= of.keys()
        or {"newest", "oldest"} <= of.keys()
        or {"author", "mine"} <= of.keys()
        or not all(number.isdecimal() and number != "0" for number in numbers)
    )


def _command(of: Said) -> str:
    """Return the command."""
    git = f"git -C {_place(of['repository'][0][0])}" if "repository" in of else "git"
    chosen = _chosen(of, git)
    files = "".join(f" -- {_place(values[0])}" for values in of.get("file", ()))
    top = [f"head -n {values[0]}" for part in ("authors", "last") for values in of.get(part, ())
           if values]  # fmt: skip
    if "authors" in of:
        return " | ".join((f"{git} shortlog -sn{chosen} HEAD{files}", *top))
    if "daily" in of:
        month = " | cut -c 1-7" if of["daily"][0][0].lower() == "month" else ""
        return f"{git} log{chosen} --format=%as{files}{month} | sort | uniq -c"
    if "changed" in of:
        return f"{git} log{chosen} --format= --name-only{files} | sort -u"
    if "count" in of:
        return f"{git} log{chosen} --format=%h{files} | wc -l"
    return _listed(of, f"{git} log", chosen, files)


def _listed(of: Said, log: str, chosen: str, files: str) -> str:
    """Return the command that lists commits."""
    shown = " --oneline"
    if "dated" in of:
        shown = " --format='%h %as %an %s'"
    shown += " --name-only" * ("files" in of) + " --stat" * ("stat" in of)
    newest = [f" -n {values[0]}" for values in of.get("last", ())]
    first = [values[0] for values in of.get("first", ())]
    back = " --reverse" * bool("oldest" in of or first)
    command = f"{log}{chosen}{''.join(newest)}{back}{shown}{files}"
    return f"{command} | head -n {first[0]}" if first else command


def _chosen(of: Said, git: str) -> str:
    """Return the options that choose commits.

    Raises:
        ValueError: a date is none that git knows.
    """
    options: list[str] = []
    for (author,) in of.get("author", ()):
        options += ["-i"] * (author.islower() and "says" not in of) + [
            f"--author={shlex.quote(author)}"
        ]
    options += [f'--author="$({git} config --get user.email)"'] * ("mine" in of)
    options += _times(of)
    for (text,) in of.get("says", ()):
        options += ["-i", f"--grep={shlex.quote(basic(text))}"]
    options += ["--merges"] * ("merges" in of) + ["--no-merges"] * ("no_merges" in of)
    return "".join(f" {option}" for option in options)


def _times(of: Said) -> Iterator[str]:
    """Yield the options for when.

    Raises:
        ValueError: a date is none that git knows.
    """
    for start, end in of.get("between", ()):
        yield f"--since={_at(start, '00:00')}"
        yield f"--until={_at(end, '23:59:59')}"
    for (start,) in of.get("since", ()):
        yield f"--since={_at(start, '00:00')}"
    for (end,) in of.get("until", ()):
        yield f"--until={_at(end, '00:00')}"
    for number, *_, unit in (" ".join(values).split() for values in of.get("past", ())):
        yield f"--since={int(number)}.{unit.lower().rstrip('s')}s"
    for (day,) in of.get("day", ()):
        yield from {
            "yesterday": ("--since=yesterday.midnight", "--until=midnight"),
            "since yesterday": ("--since=yesterday.midnight",),
        }.get(day, ("--since=midnight",))
    for (year,) in of.get("year", ()):
        if not re.fullmatch(r"(?:19|20)\d\d", year):
            raise ValueError(f"{year} is no year")
        yield f"--since={year}-01-01T00:00"
        yield f"--until={year}-12-31T23:59:59"
    for (span,) in of.get("calendar", ()):
        form = "%Y-%m-01" if span.lower() == "month" else "%Y-01-01"
        yield f'--since="$(date +{form})T00:00"'


def _at(date: str, time: str) -> str:
    """Return a date for git, which takes a day alone for this very hour of it.

    >>> _at("2026-11-02", "00:00"), _at("2 May 2026", "00:00")
    ('2026-11-02T00:00', "'2 May 2026 00:00'")

    Raises:
        ValueError: it is a month, or a time alone.
    """
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", date):
        return f"{date}T{time}"
    if not re.search(r"\d{4}-\d{2}-\d{2}|[a-z]{3}", date, re.IGNORECASE):
        raise ValueError(f"{date} is no day")
    return shlex.quote(date if ":" in date else f"{date} {time}")


def _place(path: str) -> str:
    return shell_word("path", path)


def _shows(of: Said) -> str:
    """Return what was understood, in words."""
    parts = [f"commits in {values[0]}" for values in of.get("repository", ())] or ["commits"]
    parts += [f"by {author}" for (author,) in of.get("author", ())]
    parts += [f"from {start} to {end}" for start, end in of.get("between", ())]
    parts += [f"since {start}" for (start,) in of.get("since", ())]
    parts += [f"before {end}" for (end,) in of.get("until", ())]
    past = (" ".join(values).split() for values in of.get("past", ()))
    parts += [f"of the last {number} {unit}" for number, *_, unit in past]
    parts += [f"of {day}".replace("of since", "since") for (day,) in of.get("day", ())]
    parts += [f"of {year}" for (year,) in of.get("year", ())]
    parts += [f"of this {span}" for (span,) in of.get("calendar", ())]
    parts += [f"that changed {file}" for (file,) in of.get("file", ())]
    parts += [f"whose message has {text}" for (text,) in of.get("says", ())]
    parts += [words for part, words in _SHOWN.items() if part in of]
    parts += [f"for each {span}" for (span,) in of.get("daily", ())]
    ends = {"last": "newest", "first": "oldest", "authors": "first"}
    parts += [
        f"the {ends[part]} {values[0]}" for part in ends for values in of.get(part, ()) if values
    ]
    return ", ".join(parts)
