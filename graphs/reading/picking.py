"""Which of the lines that were printed a follow-up means: "only the failed ones", "without tmpfs".

A word tells lines apart only where what was printed shows that it does: some of the lines hold it,
and not all. "Only the hidden ones" behind a list without them is no such wish.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from graphs.reading.about import Said
from graphs.reading.printed import Step, lines_of, piped
from runtime.values import shell

SHOW = (
    r"(?:(?:show|give|list|tell|print|display|see|i (?:want|need)(?: to see)?|i'd "
    r"like)\s+(?:me\s+)?)?"
)
_ONLY = re.compile(
    rf"(?:{SHOW}(?:only|just)(?: {SHOW.strip()})?|{SHOW}(?=those|the ones"
    r"|ones))\s*(?P<what>.+)",
    re.I,
)
_WITHOUT = re.compile(
    rf"{SHOW}(?:(?:but|all|them|it|those|the same|everything|all of them)\s+)*"
    r"(?:without|leave (?:out|away)|leaving out|skip(?:ping)?|hide|exclud(?:e|ing)"
    r"|except(?: for)?|ignor(?:e|ing)|drop|minus"
    r"|filter(?:ing)? out|omit(?:ting)?|but not|not|no|remove from that)\s+(?P<what>.+)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:the|those|these|any|all|its|with|from|in|of|for|that|which|who|where|contain(?:s|ing)?"
    r"|mention(?:s|ing)?|match(?:es|ing)?|have|has|having|say(?:s|ing)?|are|is|was"
    r"|were|called|named"
    r"|under|below|inside|about|by|on|ones?|lines?|entries|rows|files?|it|them|to|starting|and"
    r"|there|status|name)\b\s*)+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:\s+(?:ones?|lines?|entries|entry|rows?|files?|folders?|director(?:y|ies)"
    r"|processes|requests"
    r"|messages?|results|commits|in (?:it|them|there|the name|their names?|that)|part))+$",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"(?:the )?(?:comments?|commented|comment lines|commented lines)(?: out)?(?: "
    r"lines| ones)?",
    re.I,
)
_BLANK = re.compile(r"(?:the )?(?:empty|blank)(?: lines?| ones?| rows?)?", re.I)
_HEADER = re.compile(
    r"(?:the |its )?(?:header|heading|head|title|first)(?: line| row)?|(?:the "
    r")?(?:first line|headings?|column names)",
    re.I,
)
_USER = re.compile(
    r"(?:(?:the|those|these|ones|processes|that|which|are|started|run(?:ning)?|owned)\s+)*"
    r"(?:of|from|by|belonging to|as)\s+(?:the\s+)?(?:user\s+)?(?P<name>[a-z_][\w-]*)",
    re.IGNORECASE,
)
_PROCESSES = re.compile(r"ps (?:aux|-ef|-eo)\b")
_SETTING = re.compile(
    rf"(?:{SHOW}|what(?:'s| is| are| was)\s+|which\s+)(?:only |just )?(?:the\s+)?"
    r"(?:(?:value|setting) (?:of|for)\s+(?:the\s+)?(?P<that>[\w.-]+)"
    r"|(?P<key>[\w.-]+(?: (?!set\b|value\b|setting\b|there\b|in\b|is\b)\w+)?)"
    r"(?:\s+(?:set to|value|setting|there|in (?:it|there)|is (?:it|that|set)))?)"
    r"(?:\s+(?:there|in (?:it|there)))?",
    re.IGNORECASE,
)
_FAMILY = {
    "python": "py", "shell": "sh", "bash": "sh", "text": "txt", "markdown": "md", "perl": "pl",
    "javascript": "js", "ruby": "rb", "yaml": "ya?ml", "jpeg": "jpe?g", "jpg": "jpe?g",
}  # fmt: skip


def only(wish: str, said: Said) -> Step | None:
    """Read "only the failed ones", "just those from north"."""
    found = _ONLY.fullmatch(wish)
    lines = lines_of(said)
    if found is None or len(lines) < 2:
        return None
    if owned := _owned(found["what"], said):
        return owned
    test = _test(found["what"], lines)
    if test is None or re.search(
        r"\b(?:bigger|larger|smaller|older|newer|more|less|over|under) than\b", wish
    ):
        return None
    kept = piped(said.command, f"grep {test}")
    return Step(kept, f"of what was printed, {found['what']}")


def _owned(what: str, said: Said) -> Step | None:
    """Read "only those of root" behind a list of processes, also where none is printed."""
    user = _USER.fullmatch(what)
    if user is None or not _PROCESSES.match(said.command):
        return None
    titles = lines_of(said)[0].split()
    if "USER" not in titles or " | " in said.command:
        return None
    test = f"awk 'NR == 1 || ${titles.index('USER') + 1} == \"{user['name']}\"'"
    return Step(piped(said.command, test), f"the processes of {user['name']}")


def value_of(wish: str, said: Said) -> Step | None:
    """Read "what is the port set to?" behind settings that were shown."""
    found = _SETTING.fullmatch(wish)
    if found is None:
        return None
    key = found["key"] or found["that"]
    plain = key.replace(".", r"\.").replace(" ", "[_. -]?")
    setting = re.compile(rf"\s*{plain}\s*[=:]", re.IGNORECASE)
    held = [bool(setting.match(line)) for line in lines_of(said)]
    if not any(held) or all(held):
        return None
    return Step(
        piped(said.command, f"grep -iE '^[[:space:]]*{plain}[[:space:]]*[=:]'"), f"the {key}"
    )


def without(wish: str, said: Said) -> Step | None:
    """Read "without the comments", "leave out the tests folder"."""
    found = _WITHOUT.fullmatch(wish)
    lines = lines_of(said)
    if found is None or not lines:
        return None
    what = found["what"]
    shows = f"what was printed before, without {what}"
    if _HEADER.fullmatch(what):
        return Step(piped(said.command, "tail -n +2"), shows) if len(lines) > 1 else None
    if _COMMENTS.fullmatch(what) and any(re.match(r"\s*(?:#|;|//)", line) for line in lines):
        return Step(piped(said.command, r"grep -vE '^[[:space:]]*(#|;|//)'"), shows)
    if _BLANK.fullmatch(what) and "\n\n" in said.output:
        return Step(piped(said.command, "grep -v '^[[:space:]]*$'"), shows)
    test = _test(what, lines) if len(lines) > 1 else None
    return Step(piped(said.command, f"grep -v {test}"), shows) if test else None


def _test(what: str, lines: Sequence[str]) -> str | None:
    """Return grep's arguments that tell the lines that are meant; None where none or all are."""
    folder = re.search(r"\b(?:folders?|director(?:y|ies))\b", what, re.IGNORECASE)
    quoted = [value.text for value in shell.find(what) if value.kind == "s"]
    bare = _TAIL.sub("", _LEAD.sub("", what)).strip("\"' ")
    bare = quoted[0] if len(quoted) == 1 else bare
    column, _, value = bare.partition(" ")
    if value and " " not in value and column.lower() in re.split(r"[\s,;|]+", lines[0].lower()):
        bare = value  # "only team red" behind a table with a column "team"
    for test, pattern in _tests(bare, bool(folder)):
        held = sum(bool(re.search(pattern, line, re.IGNORECASE)) for line in lines)
        if 0 < held < len(lines):
            return test
    return None


_DAY_OF_MONTH = re.compile(r"0?(?P<day>[1-9]|[12]\d|3[01])(?:st|nd|rd|th)", re.IGNORECASE)


def _tests(word: str, folder: bool) -> list[tuple[str, str]]:
    """Return ways to tell lines by a word, the surest first: for grep, and for `re`."""
    if not word:
        return []
    day = _DAY_OF_MONTH.fullmatch(word)
    if day:
        number = int(day["day"])
        dated = rf"[0-9]-{number:02}([T ]|$)|\b[A-Z][a-z]{{2}} +0?{number} |\b{number:02}/[A-Z0-9]"
        return [(f"-E -- {shlex.quote(dated)}", dated)]
    quoted = shlex.quote(word)
    ending = _FAMILY.get(word.lower(), re.escape(word.lstrip("*.").lower()))
    ways = []
    if re.fullmatch(r"[\w*.?+\\]+", ending) and (
        word.startswith((".", "*")) or word.lower() == word
    ):
        ways.append((f"-iE '[.]{ending}([^[:alnum:]]|$)'", rf"\.(?:{ending})(?:\W|$)"))
    if word.startswith("/"):
        ways.append(
            (f"-F -- {shlex.quote(word.rstrip('/') + '/')}", re.escape(word.rstrip("/") + "/"))
        )
    if folder and " " not in word:
        ways.append(
            (f"-E -- {shlex.quote(f'(^|/){word}(/|$)')}", rf"(?:^|/){re.escape(word)}(?:/|$)")
        )
    several = re.split(r",?\s+(?:and|or|nor)\s+(?:the\s+)?|,\s+", word)
    if len(several) > 1 and all(re.fullmatch(r"[\w./-]+", each) for each in several):
        any_of = "|".join(re.escape(each) for each in several)
        ways.append((f"-iwE -- {shlex.quote(any_of)}", rf"\b(?:{any_of})\b"))
    ways.append((f"-iF -- {quoted}", re.escape(word)))
    stem = re.sub(r"(?:ings?|ed|ies|es|s|ure|ures)$", "", word)
    if len(stem) > 3 and stem != word and " " not in word:
        ways.append((f"-iF -- {shlex.quote(stem)}", re.escape(stem)))
    return ways


_AMONG = re.compile(
    r"(?:is|are)(?: there)? (?:(?:a|an|any|some) )?"
    r"(?:(?:file|folder|line|entry|package|user|host)s? )?"
    r"(?:called |named |with |like )?(?P<what>[\w.@*/-]+)"
    r"(?: (?:in (?:it|there|them|that list|the list)|among (?:them|those|these)|listed|there"
    r"|one of (?:them|those|these)|included|also|inside))+"
    r"|is there (?:a|an|any) (?:file|folder|line|entry|package|user|host)"
    r" (?:called|named|with|like) (?P<named>[\w.@*/-]+)"
    r"|does it (?:also )?(?:contain|have|include|list)(?: an?| the| a file| a file called)?"
    r" (?P<held>[\w.@*/-]+\.\w+)",
    re.IGNORECASE,
)


def among(wish: str, said: Said) -> Step | None:
    """Read "is there a file called c.txt" behind what lists several."""
    found = _AMONG.fullmatch(wish)
    if found is None or len(lines_of(said)) < 2:
        return None
    what = found["what"] or found["named"] or found["held"]
    test = f"grep -iF -- {shlex.quote(what)} || echo 'no, it is not there'"
    return Step(piped(said.command, test), f"whether {what} is there")


_HOW_MANY = re.compile(
    r"how many(?: of (?:them|those|these))?(?: (?:are|were|is|have|contain|mention"
    r"|say))? (?P<what>.+)",
    re.I,
)


def count_some(wish: str, said: Said) -> Step | None:
    """Read "how many of them failed"."""
    found = _HOW_MANY.fullmatch(wish)
    lines = lines_of(said)
    test = _test(found["what"], lines) if found and len(lines) > 1 else None
    if not found or test is None:
        return None
    return Step(piped(said.command, f"grep -c {test}"), f"how many of them are {found['what']}")
