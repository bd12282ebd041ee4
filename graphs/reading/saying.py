"""Ways of saying that mean a plain order: "the zip can go now", "show them" behind a count."""

from __future__ import annotations

import re

from graphs.reading.about import Said
from graphs.reading.kinds import of_its_kind
from graphs.reading.lines import core

_CAN_GO = re.compile(
    r"(?P<what>.+?) (?:itself )?(?:can|may|should|could)(?: now| then)?"
    r" (?:go|be (?:deleted|removed)|leave)(?: now| then| away)*"
    r"|(?:i|we) (?:do not|don'?t) need (?P<needed>.+?) (?:any ?more|any longer)(?: now)?"
    r"|(?P<unneeded>.+?) (?:is|are) (?:not|no longer) needed(?: any ?more| now)?",
    re.IGNORECASE,
)
_MAY = re.compile(
    r"(?:you (?:can|may|could|should)|we can|let'?s|go ahead and|i want you to)"
    r"(?: now| also| then)? (?P<order>[a-z]+ .+?)(?: now| then)?",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"(?:(?:show|list|name|print|give|see)(?: me)? (?:them|those|these|which(?: ones)?)(?: all)?"
    r"|which(?: ones?| are (?:they|those|these)| of them)?|(?:and )?what are they)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\W*(?:how many|count (?:the|all|all the)?|(?:the )?number of) (?P<what>.+)", re.IGNORECASE
)


def said_plainly(text: str, said: Said) -> str:
    """Return a request as a plain order, with the file that it calls by its kind alone.

    >>> said = Said("unpack b.zip into c", {}, "unzip b.zip -d c")
    >>> said_plainly("thx, the zip itself can go now", said)
    'delete b.zip'
    >>> said_plainly("show them", Said("how many rows of a.csv have x over 5?", {}, "awk", "3"))
    'which rows of a.csv have x over 5'
    """
    plain = core(text)
    if gone := _CAN_GO.fullmatch(plain):
        what = gone["what"] or gone["needed"] or gone["unneeded"]
        text = f"delete {re.sub(r'^(?:now|that|so) ', '', what)}"
    elif may := _MAY.fullmatch(plain):
        text = may["order"]
    counted = _COUNTED.match(said.text)
    if counted and _LISTED.fullmatch(plain):
        return f"which {counted['what'].rstrip('?.! ')}"
    files = re.findall(r"(?<![\w/$])[\w./+-]+\.\w+", f"{said.text}\n{said.command}\n{said.output}")
    return of_its_kind(text, list(dict.fromkeys(files)))
