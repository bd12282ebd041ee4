"""Sure signs of what a request is about: code in it, a composer, the form that music is wanted in.

They decide where wordings are near to several tools, or where none is near because most of the
request is code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tools.music.filling.asked import Asked, one_of
from tools.music.filling.rhythm import relation
from tools.music.filling.written import COMPOSERS, begins_code
from tools.music.numbers import ORDINALS

_CODE = re.compile(
    r"<score-(?:part|time)wise\b|<Cs(?:ound\w*|Instruments|Score)\b"
    r"|(?<!\S)X:\s?\d+\s.*?(?<!\S)K:\s?\S"
    r"|\\(?:relative|score|version|new\s+\w+|time\s+\d|key\s+[a-g])"
    r"|\b(?:live_loop\s:|\d+\.times\sdo|use_bpm\s\d|use_synth\s:|play_pattern\w*\s\[|play\s(?::[a-g]|\[:))"
    r"|(?<!\S)d\d+\s\$\s|\b(?:note|sound|s|n)\(\s*[\"'`]",
    re.DOTALL,
)
_CHECKS = re.compile(
    r"\b(?:check\w*|valid\w*|correct\w*|wrong|errors?|mistakes?|problems?|bugs?|debug|lint|parse\w*"
    r"|compile\w*|fix|repair|right|legal|ok(?:ay)?|accepts?|missing|broken|bars? full)\b",
    re.IGNORECASE,
)
_LANGUAGES = re.compile(
    r"(?:\b(?:as|in|into|to|for|using|with|of|an?|some|the|learning|use)\s(?:an?\s|some\s)?)?"
    r"\b(?:sonic\s?pi|tidal(?:\s?cycles)?|strudel|csound|csd|lily\s?pond|music\s?xml"
    r"|abc(?:\s(?:notation|format|code|text))?)\b",
    re.IGNORECASE,
)
_COMPOSER = one_of(COMPOSERS)
_PIECES = re.compile(
    r"\b(?:pieces?|works?|music|songs?|tunes?|chorales?|quartets?|movements?|madrigals?|mass(?:es)?"
    r"|sonatas?|scores?|rags?|corpus|themes?|melod(?:y|ies)|any(?:thing)?|something|uses?|wrote"
    r"|write|compos\w+|written|where|find|examples?|cadences?|sixths?|neapolitans?)\b",
    re.IGNORECASE,
)
_IN_THE_STYLE = re.compile(
    r"\b(?:style|manner|way|spirit) of\b|\blike\s(?=\S*$)|\bà la\b|\bsound like\b", re.IGNORECASE
)
_TUNE = r"(?:tune|melody|song|theme|piece|motif|jingle)"
_GOES = re.compile(
    rf"\b{_TUNE}s?\b.{{0,40}}?\b(?:goes|go|going|starts|begins|runs)\b(?!\s(?:with|well|on|over))"
    rf"|\b(?:what|which|name)(?:'s|\sis|\sthat|\sthe)*\s{_TUNE}\b.*\b(?:has|with|is it|goes|it)\b"
    rf"|stuck in my head|\bname that tune\b",
    re.IGNORECASE,
)
_OLD = re.compile(
    r"\b(?:any|which|what|some|find|are there)\s(?:old\s|folk\s|real\s|classical\s|traditional\s"
    r"|irish\s|well[ -]known\s|famous\s)+(?:songs?|tunes?|pieces?|music)\b|\bfrom the corpus\b",
    re.IGNORECASE,
)
_MAKES = re.compile(
    r"\b(?:continue|carry\son|go\son|harmoni[sz]e|write|compose|make|create|variations?|canon|"
    r"transpose|key|tonal\w*|scale|play|engrave|notate|chords?\s(?:for|under|to))\b",
    re.IGNORECASE,
)
_ROLL = re.compile(r"\b(?:piano[ -]?roll|daw\W*s?\s\w+|sequencer)\b", re.IGNORECASE)
_DRAWN = re.compile(
    r"\b(?:draw|picture|show|diagram|image|look|mark)\w*\b.*"
    r"\b(?:piano|keyboard|keys|neck|fret\s?board)\b"
    r"|\b(?:piano|keyboard|keys|neck|fret\s?board)\b.*\b(?:draw|picture|diagram|image)\b",
    re.IGNORECASE,
)
_FORMAT = (
    r"(?:midi|mid|music\s?xml|mxl|abc|wav|audio|svg|sheet\smusic|score|lily\s?pond|sonic\s?pi"
    r"|tidal(?:cycles)?|strudel|csound)"
)
_PROGRAM = (
    r"(?:musescore|finale|sibelius|dorico|ableton|logic|cubase|reaper|garage\s?band|fl\sstudio"
    r"|(?:my|a|the)\sdaw|bitwig|(?:my|a)\s(?:sequencer|notation\sprogram))"
)
_WISH = re.compile(
    r"\b(?:can|could|may)\s(?:i|you|we)\b|\b(?:i|we)(?:'d|\swould)?\s(?:want|need|like)\b|\bhow\s(?:do|can)"
    r"|\b(?:as|in|to|into|export|save|download|get|give|make|put|have|the|open|load|import|send)\b",
    re.IGNORECASE,
)
_WISH_WORDS = frozenset(
    "a all also an and as be can convert could do download drag export file files for format from "
    "get give have how i i'd im import in into it its just keep let like load make me music my "
    "need notation now of ok on open please pls put save send text that that's the them then this "
    "those to too turn use version want we with would you".split()
)


def holds_code(text: str) -> bool:
    """Whether code of a music format stands in a request, beyond doubt.

    >>> holds_code("is this right? X:1 M:3/4 K:D DFA|"), holds_code("write C E G as ABC")
    (True, False)
    """
    return _CODE.search(text) is not None


def file_wish(text: str) -> str:
    """Return the format or program that is all that a request names: "can I have that as MIDI?".

    >>> file_wish("can I download it as a midi file?"), file_wish("how do I get this into Ableton")
    ('midi', 'Ableton')
    >>> file_wish("what is midi"), file_wish("write C E G as ABC")
    ('', '')
    """
    found = re.search(rf"\b(?:{_FORMAT}|{_PROGRAM})\b", text, re.IGNORECASE)
    if found is None or not _WISH.search(text[: found.start()] + text[found.end() :]):
        return ""
    rest = f"{text[: found.start()]} {text[found.end() :]}".lower().replace("’", "'")
    words = re.findall(r"[a-z']+|\d+", rest)
    return found[0] if all(word in _WISH_WORDS for word in words) else ""


_CODE_FORMATS = re.compile(
    r"music\s?xml|mxl|abc|lily\s?pond|sonic\s?pi|tidal(?:cycles)?|strudel|csound", re.IGNORECASE
)
_AS_FILES = re.compile(r"music\s?xml|mxl|abc", re.IGNORECASE)


def among_files(wish: str, *, one_line: bool) -> bool:
    """Whether what is wished for is a file that each answer with music has, rather than code.

    ABC and MusicXML of `one_line` are written out as code.

    >>> among_files("midi", one_line=True), among_files("abc", one_line=True)
    (True, False)
    """
    code = _CODE_FORMATS.fullmatch(wish) is not None
    return not code or (_AS_FILES.fullmatch(wish) is not None and not one_line)


_ROW = re.compile(r"^(\d+)\. [^\n]*?\[([^\]\n]+)\](?:[^\n;]*; bars? (\d+(?:-\d+)?))?", re.MULTILINE)
_PICK = re.compile(
    rf"\b(?:the\s)?(?P<word>{'|'.join(sorted(ORDINALS, key=len, reverse=True))}|last)\s"
    r"(?:one|piece|hit|result|example|tune|song|chorale|place|excerpt|of (?:them|those|these))\b"
    r"|\b(?:number|no\.?|nr\.?|#)\s?(?P<number>\d{1,2})\b|^\W*(?:(?:show|play|open|hear)\s(?:me\s)?)?"
    rf"(?:the\s)?(?P<bare>{'|'.join(ORDINALS)})\W*$",
    re.IGNORECASE,
)


def picks(text: str) -> bool:
    """Whether a request picks a row of a list, and says little else: "play the second one"."""
    return len(text.split()) <= 8 and _PICK.search(text) is not None


def picked(text: str, rows: str) -> dict[str, str]:
    """Return the piece, and the bars if any, of the row of `find_in_corpus` that a request picks.

    >>> picked("play the second one", "2 of 9\\n1. A, [a/b], C\\n2. B, [c/d], D; bars 3-4: N6")
    {'piece': 'c/d', 'bars': '3-4'}
    """
    match = _PICK.search(text) if picks(text) else None
    found = _ROW.findall(rows)
    if match is None or not found:
        return {}
    word = (match["word"] or match["bare"] or "").lower()
    number = int(match["number"] or 0) or ORDINALS.get(word, len(found))
    row = next((row for row in found if int(row[0]) == number), None)
    return (
        {name: value for name, value in zip(("piece", "bars"), row[1:], strict=True) if value}
        if row
        else {}
    )


def _to_write(text: str) -> bool:
    return bool(_LANGUAGES.search(text)) and not (begins_code(text) or _CHECKS.search(text))


def _to_find(text: str) -> bool:
    composed = _COMPOSER.search(text) and _PIECES.search(text) and not _IN_THE_STYLE.search(text)
    asks = _GOES.search(text) or _OLD.search(text)
    return not holds_code(text) and bool(composed or (asks and not _MAKES.search(text)))


def _to_draw(text: str) -> bool:
    return bool(_ROLL.search(text) or _DRAWN.search(text))


_EXCERPT = re.compile(r"\b(?:bars?|measures?|mm?\.?)\s?\d|\b(?:excerpt|first\s\w+\sbars)\b", re.I)
_OF_CORPUS = re.compile(
    rf"(?<![\w/])(?:{'|'.join(name for name in COMPOSERS if name.isalpha())})\w*/\w[\w./-]*", re.I
)


def _to_show(text: str) -> bool:
    return bool(_EXCERPT.search(text) and _OF_CORPUS.search(text))


def _equates(text: str) -> bool:
    """Whether two note values are said to be as long as each other."""
    return relation(Asked(text)) is not None and re.search(r"\d{2}", text) is not None


_SIGNS: Mapping[str, Callable[[str], bool]] = {
    "check_code": holds_code, "convert_code": holds_code, "write_code": _to_write,
    "find_in_corpus": _to_find, "show_on": _to_draw, "show_excerpt": _to_show,
    "metric_modulation": _equates,
}  # fmt: skip


def signed(tool: str, text: str) -> bool:
    """Whether a request has a sure sign of a tool.

    >>> signed("find_in_corpus", "which Haydn movements are in G minor")
    True
    >>> signed("find_in_corpus", "harmonise C D E in the style of Bach")
    False
    """
    sign = _SIGNS.get(tool)
    return sign is not None and sign(text)


def tool_signed(text: str) -> str:
    """Return the tool that a request has a sign of, to say who answers; "" for none.

    >>> tool_signed("list the Monteverdi pieces you have"), tool_signed("list the files")
    ('find_in_corpus', '')
    """
    sure = ("check_code", "show_excerpt", "find_in_corpus", "metric_modulation")
    return next((tool for tool in sure if signed(tool, text)), "")
