"""What a follow-up wants of the lines that were printed: counted, sorted, fewer, kept in a file.

"Only the failed ones" behind any command is that command with its output filtered; no recipe has
to know of it. A word is taken for a filter only where what was printed shows that it is one: some
of the lines hold it, and not all.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence

from graphs.reading.about import Said
from graphs.reading.columns import columns
from graphs.reading.ends import ends, next_lines
from graphs.reading.picking import SHOW, among, count_some, only, value_of, without
from graphs.reading.printed import (
    Step,
    headed,
    lines_of,
    piped,
    saved,
    stages,
    totalled,
    uncounted,
)
from graphs.reading.referring import PACKED

_OPENING = re.compile(
    r"^(?:(?:and|now|but|ok|okay|no|please|pls|can you|could you|hmm|then|well|great|thanks|thx|so"
    r"|hey|yes|also|alright|good|nice|perfect|cool|actually|again|next)\b[\s,.!:]*)*",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:[\s,]*\b(?:please|pls|thanks|thank you|now|though|instead|for me|if you can))*[\s.?!]*$",
    re.IGNORECASE,
)
SAVE = re.compile(
    r"(?P<verb>save|write|put|store|dump|redirect|export|keep|append|add)\s+"
    r"(?:(?:its output|it|that|this|them|those|these|all (?:of )?(?:it|that|them|this)|everything"
    r"|(?:the|this|that|these)\s+(?:whole\s+)?(?:output|result|list|listing|line"
    r"|answer|name|path)s?"
    r"(?:\s+(?:list|output|result)s?)?)\s+)?"
    r"(?:all\s+)?(?P<to>in|into|to|as|under|at the end of)\s+(?:a\s+|the\s+)?(?:new\s+)?"
    r"(?P<file>(?:text\s*)?file\s+)?(?:called\s+|named\s+)?(?P<name>[^\s,;]*[\w])"
    r"(?:\s+(?:in|into|inside|under)\s+(?:the\s+)?(?P<place>[^\s,;]*[\w~./])(?:\s+folder)?)?",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"{SHOW}(?:only|just)?\s*(?:how many(?: lines| files| entries| rows| results| matches| items"
    r"| hits| folders| processes| packages| ones)?(?:\s+(?:is|are|was|were))?"
    r"(?:\s+(?:there|they|it|that|those|these|this|of them|of those|of these|in total|in all"
    r"|all ?together|altogether|did you find|do we have|were found|in there|now))*"
    r"|(?:only\s+|just\s+)?count(?: (?:of )?(?:them|those|these|it|that|the lines|lines|the files"
    r"|the results|the matches|all of them))?(?: only| up)?"
    r"|(?:as )?(?:a|the|their)? ?(?:total )?number(?: of (?:them|those|lines|files"
    r"|matches|results))?"
    r"|the (?:total )?count"
    r"|how many (?:different|distinct)(?: ones| values)?(?: (?:are|is) (?:that|there|it|they))?)",
    re.IGNORECASE,
)
_WHICH = re.compile(
    r"which(?: (?:ones?|lines|files|are (?:they|those|these)|of them))?|what are (?:they|those)"
    r"|(?:show|list|name|print|give|see)(?: me)? (?:them|those|these|which(?: ones)?)(?: all)?"
    r"|let me see (?:them|those)",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?:as (?:a|one) )?number", re.IGNORECASE)
_SORT = re.compile(
    r"(?:(?:re-?)?(?:sort|order)(?:ed)?(?:\s+(?:them|it|that|those|these|all|the (?:lines|list"
    r"|output|result|results)))?|in order)?\s*(?P<how>alphabetical(?:ly)?|by name|by number"
    r"|numerical(?:ly)?|by value|a to z|a-z|by the number|in alphabetical order|abc)?",
    re.IGNORECASE,
)
_BY_SIZE = re.compile(
    r"(?:(?:sort|order)(?:ed)?(?:\s+(?:them|it|those|that|these))?\s+)?(?:by "
    r"(?:their )?(?:size|amount"
    r"|count|number)|(?:the )?(?:biggest|largest|heaviest|most|highest)(?: ones?)? "
    r"(?:first|on top|at the top)|descending|from (?:big|large) to small|from (?:the )?largest.*)",
    re.IGNORECASE,
)
_SMALL_FIRST = re.compile(
    r"(?:(?:sort|order)(?:ed)?(?:\s+(?:them|it|those|that|these))?\s+)?"
    r"(?:(?:the )?(?:smallest|least|lowest)(?: ones?)? (?:first|on top|at the top)|ascending"
    r"|from small to (?:big|large))",
    re.IGNORECASE,
)
_EXTREME = re.compile(
    rf"{SHOW}(?:which|what)?(?: one| of them| of those| folder| file)?(?: is)?\s*"
    r"(?:only |just )?(?:the )?"
    r"(?P<which>biggest|largest|heaviest|most|(?P<least>smallest|least|lightest))"
    r"(?: (?:common|frequent(?:ly)?|often|used|popular))?"
    r"(?: ones?| of them| of those| folder| file)?",
    re.IGNORECASE,
)
_SIZED = re.compile(r"(?:du|wc) |.*\buniq -c\b", re.DOTALL)
_REVERSE = re.compile(
    r"(?:(?:sort|order|show|put|list|print)?(?:ed)?\s*(?:them|it|that|those|the "
    r"list|the order)?\s*)?"
    r"(?:in\s+)?(?:the\s+)?"
    r"(?:reverse(?:d)?(?: (?:the )?order)?(?: it| them| that)?|opposite order|other way (?:a)?round"
    r"|backwards?|upside down|descending(?: order)?|from (?:the )?(?:bottom|end)(?: up)?"
    r"|(?:the )?last (?:one )?first|z to a|z-a)",
    re.IGNORECASE,
)
_ONCE = re.compile(
    rf"{SHOW}(?:but )?(?:(?:without|no|remove|drop|skip|leave out|get rid of)(?: the| any)?"
    r" (?:duplicates?|repeats|repetitions|doubles|double (?:lines|ones)|dupes)|(?:only )?(?:the )?"
    r"unique(?: ones| lines| values)?|(?:each|every)(?: one| line| name| of "
    r"them)? (?:only |just )?once"
    r"|(?:only )?(?:the )?(?:distinct|different)(?: ones| lines| values)?|no double ones"
    r"|dedup\w*(?: it| them)?)",
    re.IGNORECASE,
)
_CASED = re.compile(
    rf"{SHOW}(?:(?:it|that|them) )?(?:all )?(?:in |to |as )?(?:all )?"
    r"(?:upper ?-?case|capitals?|capital letters|caps"
    r"|(?P<small>lower ?-?case|small letters))(?: letters)?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:with|show(?: me)?|including|add|plus|and)?(?: the)? ?line numbers?(?: too| as well)?"
    r"|numbered|number (?:them|the lines)",
    re.IGNORECASE,
)
_ARCHIVE = re.compile(r"(?:tar -t|unzip -[lZ])")


def of_lines(text: str, said: Said) -> Step | None:
    """Return the command before with its lines as a text wants them; None where it does not say so.

    >>> said = Said("grep a in x", {}, "grep a x", "a 1\\na 2 failed\\na 3")
    >>> of_lines("only count them", said)
    Step(command='grep a x | wc -l', shows='how many lines were printed before')
    >>> of_lines("just the failed ones", said).command
    'grep a x | grep -iF -- failed'
    >>> of_lines("just the hidden ones", said)
    """
    wish = core(text)
    if not said.command or not wish:
        return None
    for read in _READERS:
        step = read(wish, said)
        if step is not None and step.command != said.command:
            return step
    return None


def shown_before(text: str, said: Said) -> Step | None:
    """Return what a text asks of the lines before that nothing else could mean: what is in them."""
    wish = core(text)
    if not said.command or not wish:
        return None
    listed = among(wish, said) if _ARCHIVE.match(said.command) else None
    return value_of(wish, said) or next_lines(wish, said) or listed


def core(text: str) -> str:
    """Return a request without the words that open and close it."""
    plain = _OPENING.sub("", " ".join(text.split()), count=1)
    return _CLOSING.sub("", plain, count=1).strip(" ,")


def _save(wish: str, said: Said) -> Step | None:
    found = SAVE.fullmatch(wish)
    if not found or not lines_of(said):
        return None
    name, named = posixpath.join(found["place"] or "", found["name"]), bool(found["file"])
    is_file = named or re.search(r"\w\.\w{1,5}$", name)
    moving = found["verb"].lower() in ("put", "keep", "add") and not is_file
    if moving or PACKED.search(name) or name.endswith("/") or (not is_file and "/" not in name):
        return None
    more = found["verb"].lower() in ("append", "add") or found["to"].lower() == "at the end of"
    where = f"{'added to' if more else 'saved to'} {name}"
    return Step(saved(said.command, name, more=more), f"what was printed before, {where}")


def _count(wish: str, said: Said) -> Step | None:
    lines = lines_of(said)
    last = stages(said.command)[-1]
    counted = last[:1] == ["wc"] or (
        last[:1] == ["grep"] and any("c" in w for w in last if w[:1] == "-")
    )
    if not _COUNT.fullmatch(wish) or not lines or counted:
        return None
    if last[0] in ("unzip", "tar", "free", "stat") or (_only_number(lines) and len(lines) == 1):
        return None
    if headed(said.command):
        return Step(piped(said.command, "tail -n +2 | wc -l"), "how many there were before")
    if totalled(said.command):
        return Step(piped(said.command, "grep -vc '^total '"), "how many there were before")
    return Step(piped(said.command, "wc -l"), "how many lines were printed before")


def _which(wish: str, said: Said) -> Step | None:
    """Read "which ones?" behind a count as what was counted."""
    if not _WHICH.fullmatch(wish):
        return None
    shown = uncounted(said.command)
    return Step(shown, "what was counted before") if shown else None


def _only_number(lines: Sequence[str]) -> bool:
    return all(re.fullmatch(r"\s*\d+\s*", line) for line in lines)


def _once(wish: str, said: Said) -> Step | None:
    if not _ONCE.fullmatch(wish) or len(lines_of(said)) < 2:
        return None
    ordered = any(stage[:1] == ["sort"] for stage in stages(said.command))
    once = "uniq" if ordered else "awk '!seen[$0]++'"
    return Step(piped(said.command, once), "what was printed before, each line once")


def _sort(wish: str, said: Said) -> Step | None:
    lines = lines_of(said)
    if len(lines) < 2 or headed(said.command) or totalled(said.command):
        return None
    if all(re.match(r"\s*[\d.,]+[KMGT]?i?\s", f"{line} ") for line in lines):
        unit = "-h" if any(re.match(r"\s*[\d.,]+[KMGT]", line) for line in lines) else "-n"
        if _BY_SIZE.fullmatch(wish):
            return Step(piped(said.command, f"sort -r {unit}"), "the same, largest first")
        if _SMALL_FIRST.fullmatch(wish):
            return Step(piped(said.command, f"sort {unit}"), "the same, smallest first")
    found = _SORT.fullmatch(wish)
    if found is None:
        return None
    how = (found["how"] or "").lower()
    number = "numb" in how or "numer" in how or "value" in how or (not how and _only_number(lines))
    return Step(piped(said.command, f"sort{' -n' if number else ''}"), "the same, sorted")


def _most(wish: str, said: Said) -> Step | None:
    """Read "which is the biggest?" behind sizes: of these, not of the files once more."""
    found = _EXTREME.fullmatch(wish)
    sized = [re.match(r"\s*[\d.,]+[KMGT]?i?\s+(?!total$|\.$)", line) for line in lines_of(said)]
    if found is None or sum(map(bool, sized)) < 2 or not _SIZED.match(said.command):
        return None
    unit = "h" if any(re.match(r"\s*[\d.,]+[KMGT]", line) for line in lines_of(said)) else "n"
    order = f"sort -{unit}" if found["least"] else f"sort -r{unit}"
    kept = r"grep -vE '[[:space:]](\.|total)$'"
    return Step(
        piped(said.command, f"{kept} | {order} | head -n 1"), f"the {found['which']} of these"
    )


def _reverse(wish: str, said: Said) -> Step | None:
    programs = [stage[:1] for stage in stages(said.command)]
    cut = len(programs) > 1 and (["head"] in programs or ["tail"] in programs)
    plain = not (headed(said.command) or totalled(said.command) or said.command.startswith("ls "))
    if not _REVERSE.fullmatch(wish) or len(lines_of(said)) < 2 or cut or not plain:
        return None
    return Step(piped(said.command, "tac"), "the same, the other way round")


def _cased(wish: str, said: Said) -> Step | None:
    """Read "in upper case", "all lowercase"."""
    found = _CASED.fullmatch(wish)
    if found is None or not lines_of(said):
        return None
    upper = not found["small"]
    letters = "'[:lower:]' '[:upper:]'" if upper else "'[:upper:]' '[:lower:]'"
    shows = f"the same in {'upper' if upper else 'lower'} case"
    return Step(piped(said.command, f"tr {letters}"), shows)


def _numbered(wish: str, said: Said) -> Step | None:
    if not _NUMBERED.fullmatch(wish) or not lines_of(said):
        return None
    if said.command.startswith("grep "):
        command = said.command.replace("grep ", "grep -n ", 1)
        return Step(command, "the same, with line numbers")
    return Step(piped(said.command, "nl -ba"), "the same, numbered")


_READERS: tuple[Callable[[str, Said], Step | None], ...] = (
    _save, among, _which, _count, count_some, _once, _cased, _numbered, _most, _reverse, _sort,
    next_lines, ends, columns, value_of, without, only,
)  # fmt: skip
