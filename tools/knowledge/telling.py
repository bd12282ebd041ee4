"""What a request tells and what it asks: "my disk is full. how big is each folder in /srv"."""

from __future__ import annotations

import re
from typing import NamedTuple

from runtime.values import shell
from tools.knowledge.asking import BEGINNINGS

_HELLO = re.compile(
    r"^(?:(?:hi|hello|hey|hallo|hiya|good (?:morning|evening|afternoon|day)|so|ok|okay|well|um+|ugh"
    r"|oh|yo|sorry|there|all|everyone|folks|guys|mate|again|quick question|basically|actually"
    r"|and|but|also|because|since|as|right)\b[\s,:!.-]*)+(?=\S)",
    re.IGNORECASE,
)
_INTERJECTION = re.compile(
    r"^(?:(?:hi|hello|hey|hiya|uh+|um+|ugh|oh|yo|well|ok|okay|hmm+)\b(?: there| all| guys| folks)?"
    r"[\s,:!.-]+)+(?=\w)",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r",?\s+(?:thanks?|thank you|thx|cheers)(?: a lot| so much| in advance)?\W*$", re.IGNORECASE
)
_PURPOSE = re.compile(
    r"^(?:for|as part of) (?:my|our|the|an?) [a-z]+(?: [a-z]+)?,? "
    r"(?=(?:i|we) (?:need|want|have)|(?:can|could) you|please)",
    re.IGNORECASE,
)
"""What stands in front of a request and says nothing of it."""
_COURTESY = re.compile(
    r"\W*(?:(?:hi|hello|hey|good (?:morning|evening|day)|please|pls|plz|help"
    r"|any (?:help|ideas?|hints?))(?:\s+\w+){0,2}\W*$"
    r"|(?:thanks?|thank you|thx|ty|cheers|sorry (?:for|about|if|to|i|that)|no rush|much appreciated"
    r"|hope (?:you|that|this)|i hope|i appreciate)\b[^?]{0,60}$)",
    re.IGNORECASE,
)
_QUESTION = r"how|what|what's|whats|which|wich|who|who's|whose|when|where|where's|why|whether"
_ORDER = (
    "|".join(sorted(BEGINNINGS - {"like", "leave"}))
    + "|pls|help|i only want|i just|i want|i need|we need|we want"
)
_IS = (
    r"(?:is|are|was|were|isn'?t|aren'?t|wasn'?t|weren'?t|has|have|had|hasn'?t|haven'?t|hadn'?t"
    r"|won'?t|will not|doesn'?t|don'?t|didn'?t|does not|did not|can'?t|cannot|got|gets|keeps|keep"
    r"|went|goes|says|said|wants|contains|holds|seems|seem|looks|crashed|crashes|hangs|hung|died"
    r"|fails|failed|broke|stopped|asked|told|sent|gave|made|left|edited|changed|wrote|thinks"
    r"|complains|complained|takes|took|grew|grows|eats|became|came|lists|runs|filled|fills)"
)
_WISHES = (
    r"(?:(?:only|just|really|also|still|now|currently|do)\s+)*(?:want|need|wanna|would|wish|must"
    r"|should|have to|gotta|got to|wonder|forgot|forget|can|could|may|shall|will|like|hope|require"
    r"|expect|lost track|(?:can'?t|cannot|can not|couldn'?t) (?:tell|remember|recall|figure|find"
    r"|see)|(?:do not|don'?t) (?:know|remember|recall|want|need)|(?:am|'m|are|'re) "
    r"(?:looking|trying|wondering|curious|interested|not sure|unsure|supposed|after|searching))\b"
)
_PERSON = r"(?:i|we|he|she|they|you|somebody|someone|nobody|everybody|everyone|people|some people)"
_NOUN = r"(?:(?!(?:that|which|who|whose|where|must|should|and|or|with)\b)[\w./~*@'+-]+)"
_SOMEHOW = rf"(?!\s+(?:{_QUESTION})\b|\s*(?:in|on|at|of|to|from|with|for|using)?\W*$)"
_TELLS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_PERSON}(?:'m|'ve|'re|'s|m|ve)?\s+(?!{_WISHES})(?:\w+\s+)?\w",
        rf"{_PERSON}'(?:m|ve|re|s)\s+(?!{_WISHES[:-2]})\w",
        rf"(?:my|our|his|her|their|the|this|that|these|those|an?|some|one of \w+)\s+"
        rf"(?:{_NOUN}\s+){{1,5}}?{_IS}\b{_SOMEHOW}",
        rf"(?!(?:{_QUESTION}|{_ORDER}|{_IS})\b)[\w./~@+-]+\s+{_IS}\b{_SOMEHOW}",
        r"(?:i|we) need (?:it|this|that|them) (?:for|by|because)\b",
        r"(?:i|we) (?:no longer need|(?:do not|don'?t) need .*\b(?:any ?more|any longer))\b",
        r"(?:currently |just |still )?(?:working|learning|trying|playing|cleaning|writing|building"
        r"|preparing|debugging|moving|setting up) (?:on|to|with|my|an?|the|out|up)\b",
        r"[\w/~-]*[\w/]\.\w+\s+(?:is|are|has) (?:what|how|where|from)\b",
    )
)
"""How a sentence begins that tells something: a person did it, or a thing is so."""
_OWN = re.compile(r"(?:i|we|it'?s|they'?re|it is|they are)\b", re.IGNORECASE)
_GOAL = re.compile(r"(?:i|we)(?:'d| would)? (?:want|need|have|like|must|should)\b(?: to)?", re.I)
_ASKED = re.compile(rf"(?:{_QUESTION}|i want to know|tell me)\b", re.IGNORECASE)
_LOOK = re.compile(
    r"(?:(?:can|could|would|will) (?:you|u) |please |pls )*(?:(?:have|take) a )?"
    r"(?:look|check|peek)(?: quickly)? (?:at|into|in|through|inside) "
    r"(?:my |the |our )?(?:file |log )?"
    r"[\w~/-]*[./][\w./-]*\w(?: for me| please)*\W*$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)|\s*\n+\s*|;\s+")
_CLAUSE = re.compile(
    rf"\s*,\s+(?:so\s+|but\s+|now\s+|therefore\s+)*(?=(?:{_QUESTION}|{_ORDER})\b)"
    rf"|\s+(?:so|but)\s+(?=(?:{_QUESTION}|can you|could you|please|pls|i want|i need)\b)"
    r"|(?<=\w):\s+(?=[a-z])|\s+[-–—]+\s+|\s*\.\.\.\s*"
    r"|,?\s+and\s+(?=(?:can you|could you|please|i want to|i need to|i'd like)\b)",
    re.IGNORECASE,
)
_INQUIRES = re.compile(
    rf"\b(?:know|wonder|tell|remember|forgot|sure|idea|figure out|see|find out|need|want)\s+"
    rf"(?:me\s+)?(?:{_QUESTION}|if)\b|\?",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"\W*(?:why|help|what now|(?:what|how) (?:should|can|could|do|would) (?:i|we|you) (?:do|fix)\b"
    r".*|any ideas?|what(?:'s| is) (?:wrong|the problem|going on|up)\b.*|is (?:that|this|it) \w+"
    r"|can you (?:help|fix (?:it|that|this))\b.*|fix (?:it|that|this)|please help\b.*)\W*$",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"(?:please\s+|but\s+|also\s+)*(?:(?:don'?t|do not|never|no need to)\b"
    r"|(?:keep|preserve|retain|leave|maintain)\s+(?:the\s+|all\s+|its\s+|their\s+|my\s+|every\s+)?"
    r"(?:\w+\s+)?(?:times?|dates?|timestamps?|permissions?|modes?|owners?|order|names?|case|originals?"
    r"|structure|headers?|attributes?|rest|others?|extensions?|comments?|formatting|sources?"
    r"|indentation|modification|links?)\b"
    r"|(?:only|just)\s+(?:the\s+)?(?!(?:count|show|list|print|give|tell)\b)\w+s\b"
    r"|(?:each|every)(?: one)? (?:only |just )?once\b"
    r"|no\s+(?:\w+\s+)?\w+s?\W*$|how (?:many times|often)\s+(?:each|every)\b(?:\s+\w+)?(?:,.*)?$"
    r"|(?:sorted|ordered|ranked|grouped|separated|numbered|recursive(?:ly)?|including|excluding"
    r"|except|ignoring|one per line|regardless)\b"
    rf"|(?!(?:{_QUESTION}|{_ORDER}|i|we|you|they)\b)(?:{_NOUN}\s+|upper and lower\s+){{1,6}}?"
    r"(?:must|should|shall|has to|have to|needs? to|may|mustn'?t|shouldn'?t)\b"
    r"|(?:the\s+)?(?!(?:show|list|print|take|do|give)\b)\w+(?:\s+\w+)?"
    r"\s+(?:first|on top"
    r"|at the top)(?: please)?\W*$)",
    re.IGNORECASE,
)


class Told(NamedTuple):
    """A request in what it tells and what it asks."""

    tells: str
    asks: str


def only_tells(text: str) -> bool:
    """Whether a text says how things are, and neither asks nor orders anything.

    >>> only_tells("i saved ps aux into top.txt"), only_tells("the server was slow, a.log has it")
    (True, True)
    >>> only_tells("i want the jpgs of a.zip"), only_tells("the lines in a.txt that are empty")
    (False, False)
    >>> only_tells("list is empty, show it"), only_tells("my disk is full, how big is /srv")
    (False, False)
    """
    sentences = [part for part in _SENTENCE.split(text.strip()) if part.strip(" .!?,")]
    return bool(sentences) and all(_is_told(sentence) for sentence in sentences)


def remarks(text: str) -> bool:
    """Whether a text only says how something else is to be done.

    >>> remarks("The modification times must stay the same!"), remarks("don't overwrite anything")
    (True, True)
    >>> remarks("only the names, no sizes"), remarks("worst one first"), remarks("show the first")
    (True, True, False)
    """
    return _REMARK.match(text.strip()) is not None


def told(text: str) -> Told | None:
    """Return what a request tells in front of what it asks or behind it; None where it just asks.

    >>> told("hi, my disk is full. how big is /srv?")
    Told(tells='my disk is full.', asks='how big is /srv?')
    >>> told("the log is a.log, which ip is in there most")
    Told(tells='the log is a.log', asks='which ip is in there most')
    >>> told("my disk is full. what should i do?"), told("delete a.txt. thanks!")
    (None, Told(tells='', asks='delete a.txt.'))
    >>> told("uh, for my thesis i need the words of a.txt")
    Told(tells='', asks='i need the words of a.txt')
    >>> told("which program uses most memory, i put the list in ps.txt")
    Told(tells='i put the list in ps.txt', asks='which program uses most memory')
    """
    plain = _THANKS.sub("", _PURPOSE.sub("", _INTERJECTION.sub("", text.strip())))
    sentences = [part for part in _SENTENCE.split(plain) if part.strip(" .!?,")]
    kept = [s for s in sentences if not _COURTESY.match(s)] or sentences
    front = 0
    while front < len(kept) and (_is_told(kept[front]) or _leads_to(kept[front:])):
        front += 1
    if front == len(kept):
        return None
    tells, asks = [_bare(s) for s in kept[:front]], kept[front:]
    clause = _told_clause(asks[0])
    if clause is not None:
        tells, asks = [*tells, clause[0]], [clause[1], *asks[1:]]
    behind = _told_behind(asks)
    if behind is not None:
        tells, asks = [*tells, behind[0]], [behind[1]]
    found = Told(" ".join(tells), " ".join(asks))
    whole = not tells and len(kept) == len(sentences) and plain == text.strip()
    return None if whole or _VAGUE.match(found.asks) or " " not in found.asks else found


def _leads_to(sentences: list[str]) -> bool:
    """Whether a sentence only says what another asks for, or where to look for the answer."""
    first, rest = _bare(sentences[0]), sentences[1:]
    if not rest or _COURTESY.match(rest[0]):
        return False
    goal = _GOAL.match(first) and not any(shell.find(first)) and _ASKED.match(rest[0])
    return bool(goal) or _LOOK.match(first) is not None


def _told_behind(sentences: list[str]) -> tuple[str, str] | None:
    """Return what the last sentence or clause tells, and what is asked in front of it."""
    if len(sentences) > 1 and _is_told(sentences[-1]):
        return sentences[-1], " ".join(sentences[:-1])
    asks, comma, tells = " ".join(sentences).rpartition(", ")
    if comma and _OWN.match(tells) and _is_told(tells) and " " in asks:
        return tells, asks
    return None


def _told_clause(sentence: str) -> tuple[str, str] | None:
    """Return what a sentence tells in front of the clause that asks."""
    for joint in reversed(list(_CLAUSE.finditer(sentence))):
        tells, asks = sentence[: joint.start()], sentence[joint.end() :]
        if _is_told(tells) and asks.count(" "):
            return _bare(tells), asks
    return None


def _is_told(sentence: str) -> bool:
    said = _bare(sentence)
    if _COURTESY.match(said):
        return True
    if _INQUIRES.search(said) or not any(pattern.match(said) for pattern in _TELLS):
        return False
    return _CLAUSE.search(said) is None or _told_throughout(said)


def _told_throughout(said: str) -> bool:
    """Whether each clause tells: "the server was slow, it is in a.log"."""
    first, *others = _CLAUSE.split(said)
    return any(p.match(first) for p in _TELLS) and all(
        any(pattern.match(_bare(other)) for pattern in _TELLS) for other in others
    )


def _bare(sentence: str) -> str:
    return _HELLO.sub("", sentence.strip())
