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
from graphs.reading.picking import SHOW, count_some, only, value_of, without
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
from runtime.values import shell

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
    r"|the (?:total )?count)",
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
    r"(?: ones?| of them| of those| folder| file)?",
    re.IGNORECASE,
)
_SIZED = re.compile(r"(?:du|wc) ")
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
_ENDS = re.compile(
    rf"{SHOW}(?:only|just|no more than|at most|limit (?:it|that|them) to|cut (?:it|that) to|keep"
    r"|more|make (?:it|that))?\s*"
    r"(?:only |just )?(?:the\s+)?(?P<end>first|top|last|bottom|final)?\s*(?P<count>\d+|[a-z]+)?"
    r"(?:\s+(?:ones?|lines?|of (?:them|those|these)|entries|rows|results|files|commits|items"
    r"|processes|hits|matches|folders|is enough|are enough))*",
    re.IGNORECASE,
)
_NEXT = re.compile(
    rf"(?:and )?{SHOW}(?:the\s+)?(?:next|following)(?:\s+(?:\d+|[a-z]+))?(?:\s+(?:ones?|lines?))?"
    rf"|{SHOW}more"
    r"|(?:go on|continue|keep going)"
    rf"|{SHOW}(?P<rest>(?:all )?(?:the )?rest(?: of (?:it|them|the (?:file|lines)))?)",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"head -n ?(?P<first>\d+) (?:-- )?(?P<of>[^\s|;&<>]+)"
    r"|tail -n \+(?P<skipped>\d+) (?P<file>[^\s|;&<>]+) \| head -n ?(?P<count>\d+)"
)
_ONE_END = re.compile(r"\b(?:first|last|top) (?:one|line|entry|row|result|match)?$", re.IGNORECASE)


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
    return value_of(wish, said) or _next(wish, said) if said.command and wish else None


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
    if not _ONCE.fullmatch(wish) or not lines_of(said):
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


def _next(wish: str, said: Said) -> Step | None:
    """Read "the next 3" behind the first lines of something."""
    found = _NEXT.fullmatch(wish)
    shown = _SHOWN.fullmatch(said.command) if found else None
    if found is None or shown is None or not lines_of(said):
        return None
    past = int(shown["skipped"] or 1) - 1 + int(shown["count"] or shown["first"])
    numbers = [value.text for value in shell.find(wish) if value.kind == "n"]
    count = numbers[0] if numbers else shown["count"] or shown["first"]
    file = shown["file"] or shown["of"]
    if found["rest"]:
        return Step(f"tail -n +{past + 1} {file}", f"the rest of {file}")
    command = f"tail -n +{past + 1} {file} | head -n {count}"
    return Step(command, f"the next {count} lines of {file}")


def _ends(wish: str, said: Said) -> Step | None:
    """Read "the first 3", "only the last two", "top 5", "40 lines"."""
    wish = wish.replace(",", " ")
    found = _ENDS.fullmatch(wish)
    lines = lines_of(said)
    values = list(shell.find(wish))
    numbers = [value.text for value in values if value.kind == "n"]
    count = int(numbers[0]) if len(numbers) == 1 and len(values) == 1 else 0
    if not values and _ONE_END.search(wish):
        count = 1
    if (
        not found
        or not count
        or not lines
        or not (found["end"] or re.search(r"lines?|only|just|more|top|make", wish))
    ):
        return None
    last = (found["end"] or "").lower() in ("last", "bottom", "final")
    limited = re.fullmatch(
        r"(?P<before>.*\b(?:(?P<program>head|tail)(?: -n)? ?|git (?:-C \S+ )?log .*?-n ?)-?)"
        r"(?P<count>\d+)(?P<after>(?: .*)?)",
        said.command,
    )
    if limited and (
        not found["end"] or (limited["program"] == "tail") == last or not limited["program"]
    ):
        command = f"{limited['before']}{count}{limited['after']}"
        return Step(command, f"the same, {count} of them")
    # "And the last 2" behind the first lines means the file's; "the last one" is one of them.
    of_these = re.search(r"\b(?:only|just|ones?|of (?:them|those|these))\b", wish, re.IGNORECASE)
    other = limited and limited["program"] and " | " not in said.command
    if limited and other and found["end"] and (count >= len(lines) or not of_these):
        program = "tail" if last else "head"
        command = f"{program} -n {count}{limited['after']}"
        return Step(command, f"the {'last' if last else 'first'} {count} instead")
    if not found["end"] and count > len(lines):
        return None
    which = f"{'last' if last else 'first'} {count if count > 1 else 'one'}"
    if headed(said.command) and not last:
        return Step(piped(said.command, f"head -n {count + 1}"), f"the {which} of what was printed")
    program = "tail" if last else "head"
    return Step(piped(said.command, f"{program} -n {count}"), f"the {which} of what was printed")


_READERS: tuple[Callable[[str, Said], Step | None], ...] = (
    _save, _which, _count, count_some, _once, _cased, _numbered, _most, _reverse, _sort, _next,
    _ends, columns, value_of, without, only,
)  # fmt: skip
