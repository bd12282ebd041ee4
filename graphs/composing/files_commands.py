"""The command for what is asked of files, and the same in a plain sentence."""

from __future__ import annotations

import re
import shlex

from graphs.composing.files_query import Query
from graphs.composing.files_tests import NAMED
from graphs.composing.reading import UnclearError
from runtime.recipes import shell_word

TYPES = {
    "files": ("-type f", "files"),
    "folders": ("-mindepth 1 -type d", "folders"),
    "both": ("-mindepth 1", "files and folders"),
    "any": ("-mindepth 1", "files and folders"),
    "links": ("-type l", "symbolic links"),
    "broken": ("-xtype l", "broken links"),
    "hidden": ("-type f -name '.*'", "hidden files"),
}
_GREP = re.compile(r"(! )?-exec grep -q(i)?I?F -- ((?:(?! -exec ).)+) \{\} \\;", re.DOTALL)
_GLOB = re.compile(r"-name ('[^']*'|[^\s()']+)")
_NAMES = re.compile(rf"{_GLOB.pattern}|\\\( {_GLOB.pattern}(?: -o {_GLOB.pattern})+ \\\)")
_QUIET = "2>/dev/null"
_DATE = "%TY-%Tm-%Td %TH:%TM"
_COLUMNS = {"size": "%s", "date": _DATE, "owner": "%u", "mode": "%m"}
_KEYS = {"size": "%s", "date": "%T@", "name": "%f"}
_PER = {"folder": "%h", "owner": "%u", "day": "%TY-%Tm-%Td", "month": "%TY-%Tm", "year": "%TY"}
_SORTS = {"size": "sort -rn", "-size": "sort -n", "date": "sort -rn", "-date": "sort -n",
          "name": "sort", "-name": "sort -r"}  # fmt: skip
_TOTAL = "awk '{s += $1} END {printf \"%d bytes\\n\", s}'"
_TOTAL_BARE = "awk '{s += $1} END {print s + 0}' | numfmt --to=iec"
_BOTH = "awk '{s += $1} END {printf \"%d files, %d bytes\\n\", NR, s}'"
_AVERAGE = "awk '{s += $1} END {if (NR) printf \"%.0f bytes on average\\n\", s / NR}'"
_AVERAGE_BARE = "awk '{s += $1} END {if (NR) printf \"%.0f\\n\", s / NR}' | numfmt --to=iec"
_SUMS = "awk -F '\\t' '{s[$2] += $1} END {for (k in s) print s[k] \"\\t\" k}' | sort -rn"
_MEANS = (
    "awk -F '\\t' '{s[$2] += $1; n[$2]++}"
    ' END {for (k in s) printf "%.0f\\t%s\\n", s[k] / n[k], k}\' | sort -rn'
)
_COUNTED = "awk '{print} END {print NR \" files\"}'"
_DOES = {"contents": "cat --", "lines": "wc -l --", "delete": "rm --", "gzip": "gzip --"}
_ORDERS = {
    "size": "largest first", "-size": "smallest first", "date": "newest first",
    "-date": "oldest first", "name": "sorted by name", "-name": "sorted by name backwards",
}  # fmt: skip
_DONE = {"contents": "their contents", "lines": "their lines counted", "delete": "deleted",
         "gzip": "each compressed"}  # fmt: skip


def command_of(query: Query) -> str:
    """Return the command for a query.

    Raises:
        UnclearError: no command is known that does all of it.
    """
    if query.does:
        return _action(query)
    if query.per:
        return _grouped(query)
    if query.fold in ("total", "average", "both"):
        return _summed(query)
    if query.fold == "count" and not (query.order or query.listed):
        return f"{_plain(query)} | wc -l"
    if query.fold == "count":
        return f"{_listed(query)} | {_COUNTED}"
    return _listed(query)


def _find(query: Query) -> str:
    """Return the `find` that picks what is asked for, without what it does with that."""
    starts = " ".join(shell_word("path", start) for start in query.starts)
    options = [test.find for test in query.tests if test.order < 0]
    tests = [test.find for test in query.tests if test.order >= 0]
    same = "-xdev" if "/" in query.starts else ""
    return " ".join(filter(None, ("find", starts, *options, same, TYPES[query.kind][0], *tests)))


def _plain(query: Query) -> str:
    """Return the command that prints the paths; one `grep` where a text in them is all.

    It looks into all of them at once, and a name such as `*.yaml` need not be approved for it.
    """
    text = [found for test in query.tests if (found := _GREP.fullmatch(test.find))]
    names = [test.find for test in query.tests if test.order == NAMED]
    globs = [glob for name in names if _NAMES.fullmatch(name) for glob in _GLOB.findall(name)]
    others = len(query.tests) - len(text) - bool(globs)
    if query.kind != "files" or len(text) != 1 or len(names) > 1 or others:
        find = _find(query)
        return f"{find} -print {_QUIET}" if " -exec " in find else f"{find} {_QUIET}"
    no, case, wanted = text[0].groups(default="")
    included = "".join(f" --include={glob}" for glob in globs)
    starts = " ".join(shell_word("path", start) for start in query.starts)
    flags = f"-r{'L' if no else 'l'}{case}{'' if no else 'I'}F"
    return f"grep {flags}{included} -- {wanted} {starts} {_QUIET}"


def _listed(query: Query) -> str:
    """Return the command that lists what is asked for, in its order, with what is to be shown."""
    if "details" in query.shown:
        return _detailed(query)
    key = query.order.removeprefix("-")
    path = "%f" if "name" in query.shown else "%p"
    columns = [_COLUMNS[shown] for shown in query.shown if shown in _COLUMNS]
    if key in _COLUMNS and "name" not in query.shown and _COLUMNS[key] not in columns:
        columns.insert(0, _COLUMNS[key])
    if query.readable and "%s" not in columns:
        columns.insert(0, "%s")
    keyed = bool(key) and (not columns or columns[0] != _KEYS[key] or key == "date")
    if not (columns or keyed or path == "%f"):
        return " | ".join(filter(None, (_plain(query), _head(query))))
    shown = "\\t".join([*([_KEYS[key]] if keyed else []), *columns, path])
    steps = [f"{_find(query)} -printf '{shown}\\n' {_QUIET}"]
    steps += [_SORTS[query.order]] if key else []
    steps += [_head(query), "cut -f 2-" if keyed else ""]
    steps += [f"numfmt --to=iec --field={columns.index('%s') + 1}"] if query.readable else []
    return " | ".join(filter(None, steps))


def _head(query: Query, flags: str = "") -> str:
    return f"head -{flags}n {query.limit}" if query.limit else ""


def _detailed(query: Query) -> str:
    """Return the command that lists files as `ls -l` does."""
    ls = "ls -ldh{} --time-style=long-iso"
    if not (query.order or query.limit):
        return f"{_find(query)} -exec {ls.format('')} {{}} + {_QUIET}"
    return f"{_picked(query)} | xargs -0r {ls.format('U')} --"


def _picked(query: Query) -> str:
    """Return the command that prints the paths of what is asked for in order, NUL behind each."""
    key = query.order.removeprefix("-")
    if not key:
        return f"{_find(query)} -print0 {_QUIET} | {_head(query, 'z')}"
    flags = _SORTS[query.order].partition(" -")[2]
    steps = (
        f"{_find(query)} -printf '{_KEYS[key]}\\t%p\\0' {_QUIET}",
        f"sort -z{flags}",
        _head(query, "z"),
    )
    return " | ".join(filter(None, (*steps, "cut -zf 2-")))


def _grouped(query: Query) -> str:
    """Return the command that counts or sums for each folder, owner, day or ending."""
    if query.order not in ("", "size") or query.shown or query.readable:
        raise UnclearError
    find, key = _find(query), _PER.get(query.per, "")
    last = [_head(query)] if query.limit else []
    if query.per == "extension":
        find, key = f"{find} -name '*.*'", "%f"
    if query.fold == "count":
        print_key = f"{find} -printf '{key}\\n' {_QUIET}"
        ends = ["sed 's/.*\\.//'"] if query.per == "extension" else []
        dated = query.per in ("day", "month", "year")
        ranked = [] if dated and not query.order else ["sort -rn"]
        return " | ".join([print_key, *ends, "sort", "uniq -c", *ranked, *last])
    sums = {"total": _SUMS, "average": _MEANS}.get(query.fold)
    if sums is None:
        raise UnclearError
    ends = ["sed 's/\\t.*\\./\\t/'"] if query.per == "extension" else []
    return " | ".join([f"{find} -printf '%s\\t{key}\\n' {_QUIET}", *ends, sums, *last])


def _summed(query: Query) -> str:
    """Return the command for a total or average size, of all or of the first in order."""
    bare = {"total": _TOTAL_BARE, "average": _AVERAGE_BARE} if query.readable else {}
    fold = (bare or {"total": _TOTAL, "average": _AVERAGE, "both": _BOTH}).get(query.fold)
    if fold is None:
        raise UnclearError
    key = query.order.removeprefix("-")
    if not key:
        return f"{_find(query)} -printf '%s\\n' {_QUIET} | {fold}"
    printed = "%s\\n" if key == "size" else f"{_KEYS[key]}\\t%s\\n"
    steps = [f"{_find(query)} -printf '{printed}' {_QUIET}", _SORTS[query.order], _head(query)]
    steps += [] if key == "size" else ["cut -f 2"]
    return " | ".join(filter(None, (*steps, fold)))


def _action(query: Query) -> str:
    """Return the command that does something with what is asked for."""
    does = query.does
    if query.order and not query.limit and does != "contents":
        raise UnclearError
    target = shell_word("path", query.target) if query.target else ""
    if does == "all lines" and not query.limit:
        return f"{_find(query)} -exec cat {{}} + {_QUIET} | wc -l"
    find = _find(query) + _spared(query)
    if does == "pack":
        return _packed(query, target)
    if does in ("move", "copy"):
        word = {"move": "mv -n -t", "copy": "cp -n -t"}[does]
        program = f"{word} {target} --"
    else:
        program = _DOES.get(does) or f"{does} --"
    if query.order:
        return f"{_picked(query)} | xargs -0r {program}"
    if does == "delete":
        return f"{find} -delete"
    if does == "gzip":
        find += " ! -name '*.gz'"
    end = f" {_QUIET}" if does in ("contents", "lines") else ""
    return f"{find} -exec {program.removesuffix(' --')} {{}} +{end}"


def _spared(query: Query) -> str:
    """Return the test that leaves alone what is in the folder already that files go to."""
    start = query.starts[0].rstrip("/")
    if not query.target or query.does == "pack":
        return ""
    inside = query.target.startswith(f"{start}/")
    if start == "." and not query.target.startswith(("/", "~", "..")):
        return f" ! -path {shlex.quote('./' + query.target.removeprefix('./') + '/*')}"
    return f" ! -path {shlex.quote(query.target + '/*')}" if inside else ""


def _packed(query: Query, target: str) -> str:
    if query.target.endswith(".zip"):
        paths = f"{_find(query)} -print"
        if query.order:
            raise UnclearError
        return f"{paths} | zip -q {target} -@"
    pack = "tar -caf" if not query.target.endswith(".tar") else "tar -cf"
    paths = _picked(query) if query.order else f"{_find(query)} -print0"
    return f"{paths} | {pack} {target} --null -T -"


def says_of(query: Query) -> str:
    """Return what was understood, in words that a person can check."""
    place = " and ".join(query.starts)
    where = "here" if query.starts == (".",) else f"under {place}"
    said = [f"{TYPES[query.kind][1]} {where}", *(test.says for test in query.tests)]
    if query.order and query.limit:
        said.append(f"the {query.limit} {_ORDERS[query.order].removesuffix(' first')}")
    elif query.order or query.limit:
        said.append(_ORDERS.get(query.order) or f"the first {query.limit}")
    columns = [shown for shown in query.shown if shown in _COLUMNS]
    said += [f"with {' and '.join(columns)}"] if columns else []
    said += ["names only"] if "name" in query.shown else []
    said += ["with details"] if "details" in query.shown else []
    fold = {
        "count": "counted",
        "total": "total size",
        "average": "average size",
        "both": "counted, with their total size",
    }.get(query.fold)
    said += [f"{fold} per {query.per}" if query.per else fold] if fold else []
    if query.does:
        done = {"move": "moved to ", "copy": "copied to ", "pack": "packed into "}.get(query.does)
        said.append(f"{done}{query.target}" if done else _DONE.get(query.does, query.does))
    return ", ".join(said)
