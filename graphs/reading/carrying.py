"""What a later part of a request takes over from the part before, in words.

Some words point at what was just done and not at what was typed: "the copy", "that branch", "them"
behind "pack the logs of /srv as x.zip". They are replaced here, before `referring` reads the rest;
a part that is about the same repository is given it.
"""

from __future__ import annotations

import re

from graphs.reading.about import Said, folder_named
from graphs.reading.running import about_process
from runtime.values import shell

_THEM = re.compile(
    r"\b(?P<verb>delete|remove|erase|rm|move|copy|compress|gzip|zip|pack|list|show|print|count|kill)"
    r"(?P<me> me)?\s+(?:all of (?:them|these|those)|them all|them|those(?: files)?|these(?: files)?"
    r"|the originals?(?: files)?)\b(?:\s+from (?:the|that) (?:folder|directory))?",
    re.IGNORECASE,
)
_THINGS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"how (?:much|many) (?:disk |mem\w* )?(?:space|room|bytes|memory) (?:do|does|is|are)\s+"
        r"(?P<things>.+?)\s+(?:take|use|need|occupy|fill|have)\b",
        r"(?:how (?:big|large) are|what(?:'s| is) the (?:total )?size of)\s+(?P<things>.+?)"
        r"(?:\s+(?:together|in total|altogether))?\W*$",
        r"how many (?P<things>(?:\S+ )?\S+) (?:are|is)(?: there)?"
        r" (?P<where>(?:in|below|under) \S+)",
        r"(?:pack|back up|backup|archive|compress|zip|tar|put|copy|move|save|collect|count)"
        r"(?: up)?\s+(?P<things>(?:the|all|every|each|\S*[*.]\S*)\b.*?)"
        r"(?:\s+(?:into|to|as)\s+\S+)?\W*$",
    )
)
_OF_THEM = re.compile(
    r"^\W*(?:and\s+)?how many of (?:them|those|these)\s+(?:are|is|were)\s+(?P<what>[a-z]+)\W*$",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"\b(?P<in>in |of |from )?(?:the|that|its) (?:new )?(?:copy|backup)\b(?! (?:of|in|folder)\b)",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"\b(?P<in>in |of |from )?(?:the|that) original(?: (?:file|folder|one))?\b(?!s)", re.IGNORECASE
)
_PACKS = re.compile(r"\b(?:zip -|tar (?:\S+ )*-?c)")
_COPIED = re.compile(r"^(?:cp|rsync|install) ")
_BRANCH = re.compile(
    r"\b(?:that|the|this)(?: (?:new|merged|old))? branch\b(?! (?:called|named)\b)", re.IGNORECASE
)
_SWITCH = re.compile(
    r"^(?P<to>(?:then )?(?:switch|change|go|move)(?: over)? to|check ?out|push|merge)"
    r"\s+(?:it|that|the new one)\b",
    re.IGNORECASE,
)
_GIT = re.compile(
    r"\b(?:branch(?:es)?|commits?|committed|uncommitted|push|pull|merge|tags?|stash|staged?"
    r"|switch to|check ?out|diff|git|remotes?|authors?)\b",
    re.IGNORECASE,
)
GIT_NOUN = re.compile(
    r"\b(?:the|its|that) (?P<noun>log|history|status)\b(?! (?:of|file|in|for)\b)", re.IGNORECASE
)
_DISCARD = re.compile(
    r"\W*(?:(?:and|now|then|ok|please)\b\W*)*(?:discard|throw(?: away)?|undo|revert|drop"
    r"|reset|forget)"
    r" (?:it|that|this|them|those|these|all of (?:it|them)|everything|all"
    r"|(?:all )?(?:the|my|these|those) changes)(?: all| away| again| please)*\W*$",
    re.IGNORECASE,
)
_SHOW_THEM = re.compile(
    r"\W*(?:(?:and|then|please|if so|if yes)\b\W*)*(?:show|print|list|display)(?: me)?"
    r" (?:them|these|those|the changes)\W*$",
    re.IGNORECASE,
)
_HASH = re.compile(r"(?:commit )?(?P<hash>[0-9a-f]{7,40})\b")
_THE_COMMIT = re.compile(r"\b(?:it|(?:that|this|the) commit|that one)\b(?!')", re.IGNORECASE)
_COMMIT = re.compile(
    r"^(?P<commit>commit) (?:it|that|this|them|those|these|everything|the changes?|my changes?)\b",
    re.IGNORECASE,
)
_UNPACKS = re.compile(r"\b(?:tar (?:\S+ )*-?x|unzip|gunzip|unxz|bunzip2|7z x)")
_IN_IT = re.compile(r"\b(?:in|inside|out of|from) (?:it|there|that|the archive)\b", re.IGNORECASE)
_INNER = re.compile(
    r"\bthe (?P<name>[\w.-]+) (?:sub)?(?:folder|directory) (?:in|of|inside|from) (?P<path>/\S*\w)",
    re.IGNORECASE,
)
_ALL_ITS = re.compile(r"\b(?P<all>all|every)(?: of)? its (?P<what>\w+)", re.IGNORECASE)
_OWNER = re.compile(r"(?P<package>[a-z0-9][a-z0-9+.-]+)(?::\w+)?: /")
_DPKG = re.compile(r"\bdpkg(?:-query)? -S\b")
_ITS_OWN = re.compile(r"\b(?:its|(?:that|the) package's) (?P<what>\w+)", re.IGNORECASE)
_CHECK_OUT = re.compile(
    r"^(?:(?:and|then)\s+)*(?:check ?out|go to|switch to|use) (?:its|the|that) "
    r"(?:branch (?P<name>[\w./-]+)|(?P<other>[\w./-]+) branch)(?: there| in (?:it|there))?\W*$",
    re.IGNORECASE,
)
_CLONED = re.compile(r"git clone (?:\S+ )*?(?P<dir>[^\s;&|]+)$")
_IT = re.compile(r"\b(?:it|that|this)(?: package| one)?\b(?!')|\bthat package\b", re.IGNORECASE)


def carried(text: str, said: Said) -> str:
    """Return a part of a request with what it takes over from the one before in words.

    >>> said = Said("copy a.txt to b.txt", {"source": "a.txt", "target": "b.txt"}, "cp a.txt b.txt")
    >>> carried("sort the copy", said)
    'sort b.txt'
    >>> carried("delete them", Said("pack the *.log files in /srv as x.zip", {}, "zip x.zip"))
    'delete the *.log files in /srv'
    """
    plain = " ".join(text.split())
    for read in (
        _copied, _cloned, _branch, _commit, _package,
        about_process, _unpacked, _of_them, _them, _all_its,
    ):  # fmt: skip
        plain = read(plain, said)
    return _in_repository(_INNER.sub(r"the folder \g<path>/\g<name>", plain), said)


def _copied(text: str, said: Said) -> str:
    """Put the paths of a copy and its original into their places."""
    packed = said.values.get("source") or said.values.get("dir") or said.values.get("path") or ""
    if _PACKS.search(said.command) and packed not in ("", "."):
        return _ORIGINAL.sub(lambda m: f"{m['in'] or ''}{folder_named(packed)}", text)
    paths = [path for path in said.values.values() if path]
    if not _COPIED.match(said.command) or len(paths) < 2:
        return text
    text = _COPY.sub(lambda m: f"{m['in'] or ''}{_target(said, paths)}", text)
    return _ORIGINAL.sub(lambda m: f"{m['in'] or ''}{paths[0]}", text)


def _target(said: Said, paths: list[str]) -> str:
    """Return where a copy is: in the folder that it went to where a file was copied there."""
    source, target = paths[0].rstrip("/"), paths[1]
    name = source.rpartition("/")[2]
    into = target in (".", "./", "..") or target.endswith("/")
    return f"{target.rstrip('/')}/{name}".removeprefix("./") if into else target


def _cloned(text: str, said: Said) -> str:
    """Look for a branch in the repository that was cloned."""
    cloned, wanted = _CLONED.match(said.command), _CHECK_OUT.match(text)
    if cloned is None or wanted is None:
        return text
    repo = cloned["dir"].rstrip("/").rpartition("/")[2].removesuffix(".git")
    repo = cloned["dir"].rstrip("/") if said.values.get("dir") else repo
    return f"switch to the branch {wanted['name'] or wanted['other']} in {repo}/"


def _branch(text: str, said: Said) -> str:
    """Name the branch that was made or merged."""
    name = said.values.get("branch", "")
    if not name:
        return text
    text = _BRANCH.sub(lambda _: f"the branch {name}", text)
    return _SWITCH.sub(lambda m: f"{m['to']} the branch {name}", text)


def _commit(text: str, said: Said) -> str:
    """Name the one commit that was shown, and say that "the log" is git's."""
    if not said.command.startswith("git "):
        return text
    if _DISCARD.match(text) and re.search(r" (?:diff|status)\b", said.command):
        return "discard all uncommitted changes"
    if _SHOW_THEM.match(text) and re.search(r" (?:diff|status)\b", said.command):
        return "show all uncommitted changes"
    shown = re.search(r" (?:log|show) ", f"{said.command} ")
    line = _HASH.match(said.output) if shown else None
    one = line and len(re.findall(r"^commit ", said.output, re.MULTILINE)) < 2
    if line and one and ("commit " in line[0] or said.output.count("\n") < 2):
        text = _THE_COMMIT.sub(lambda _: f"the commit {line['hash'][:10]}", text, count=1)
    return GIT_NOUN.sub(lambda found: f"the git {found['noun']}", text)


def _package(text: str, said: Said) -> str:
    """Name the package that owns a file, once it was looked for."""
    owner = _OWNER.match(said.output) if _DPKG.search(said.command) else None
    asked = "package" in said.text and not any(found.kind in "pfg" for found in shell.find(text))
    if owner is None or not asked:
        return text
    named = f"the package {owner['package']}"
    text = _ITS_OWN.sub(lambda m: f"the {m['what']} of {named}", text, count=1)
    return _IT.sub(lambda _: named, text, count=1)


def _unpacked(text: str, said: Said) -> str:
    """Look where an archive was unpacked for what was in it."""
    if not _UNPACKS.search(said.command):
        return text
    folder = said.values.get("dir", "").rstrip(".")
    return _IN_IT.sub(f"in {folder}" if folder else "there", text)


def _of_them(text: str, said: Said) -> str:
    """Read "how many of them are empty" behind a count of files as a count of the empty ones."""
    what = _OF_THEM.match(text)
    counted = re.match(r"\W*how many (?=\S*[*.]\w)", said.text, re.IGNORECASE)
    if what is None or counted is None:
        return text
    return f"how many {what['what']} {said.text[counted.end() :].rstrip('?.! ')}"


def _them(text: str, said: Said) -> str:
    """Put what the part before was about into the place of "them"."""
    found = _THEM.search(text)
    for pattern in _THINGS if found else ():
        about = pattern.match(said.text.strip())
        if found and about:
            where = about.groupdict().get("where")
            things = f"{about['things']} {where}" if where else about["things"]
            things = re.sub(r"\s*\([^)]*\)", "", things)
            said_so = f"{found['verb']}{found['me'] or ''} {things}"
            return text[: found.start()] + said_so + text[found.end() :]
    return text


def _all_its(text: str, said: Said) -> str:
    """Read "all of its files" as all files in the folder before."""
    place = next((said.values[n] for n in ("repo", "dir", "path") if said.values.get(n)), "")
    if not place or not _ALL_ITS.search(text):
        return text
    everything = _ALL_ITS.sub(lambda m: f"{m['all']} {m['what']}", text)
    return f"{everything} in {place}"


def _in_repository(text: str, said: Said) -> str:
    """Add the repository that the part before named, where a part is about it too."""
    named = any(found.kind == "p" for found in shell.find(text))
    about = said.command.startswith("git ") or "repo" in said.text or ".git" in said.text
    if named or not about or not _GIT.search(text):
        return text
    text = _COMMIT.sub(lambda m: f"{m['commit']} all changes", text)
    typed = [found.text for found in shell.find(said.text) if found.kind == "p"]
    repo = said.values.get("repo", "").rstrip(".") or (typed[-1] if typed else "")
    # A name alone might be taken for a file in git; it is filled in where a recipe has the slot.
    return f"{text} in {repo}" if "/" in repo else text
