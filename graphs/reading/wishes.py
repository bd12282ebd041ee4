"""What is wished of the thing before: "call it b.txt", "one inside it", "how big did it get"."""

from __future__ import annotations

import posixpath
import re

from graphs.reading.about import Said, folder_named, slot
from runtime.values import shell

_LEAD = r"^\W*(?:(?:and|then|now|ok|please)\b\W*)*"
_HOW_BIG = re.compile(
    r"^\W*(?:(?:and|then|tell me|show me|check|see|so)\b\W*)*how (?:big|large|heavy) "
    r"(?:(?:did|has|is|was) (?:it|that|this|that one|the (?:file|archive|zip|result))"
    r"|(?:it|that|this|the (?:file|archive|zip|result)) (?:is|got|has become|became|was))"
    r"(?: get| got| become| now| in the end)*\W*$",
    re.IGNORECASE,
)
_ALSO_SET = re.compile(
    r"^\W*(?:and|also|then|now)\b\W*(?:also )?(?:the )?"
    r"(?P<key>[\w.-]+) (?:to|=|as) (?P<value>\S+)$",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    rf"{_LEAD}(?:compare|diff) "
    r"(?:the two|them|both|these|those|the two files|both files|it with the original)\W*$",
    re.IGNORECASE,
)
_RENAMED = re.compile(
    rf"{_LEAD}(?:rename|call) (?:it|that|that one|the file|this)"
    r"(?: to| as| into)? (?P<name>[\w-]+\.[\w.-]*\w)(?: (?:in )?there| then)?\W*$",
    re.IGNORECASE,
)
_REPLACED = re.compile(
    rf"{_LEAD}(?:replace|change|substitute|swap) "
    r"(?:it|that|this|them|that word|the word|all of them|those)(?: there)? "
    r"(?P<with>with|by|to|for) (?P<new>\S+|\"[^\"]+\"|'[^']+')(?: there| everywhere)?\W*$",
    re.IGNORECASE,
)
_MADE_IT = re.compile(
    rf"{_LEAD}(?:make|turn) (?:it|that|the word|that word)(?: to| into)? "
    r"(?P<new>\"[^\"]+\"|'[^']+'|\S+) in (?:them|there|it|those|all of them|those files)\W*$",
    re.IGNORECASE,
)
_SOUGHT = re.compile(
    r"\b(?:with|containing|contains?|says?|saying|mentions?|mentioning|about|have|has|for)\s+"
    r"(?:the\s+(?:word|text|string)\s+)?(?P<quote>[\"'])?(?P<text>(?(quote)[^\"']+|[\w.@-]*\w))",
    re.IGNORECASE,
)
_DELETED = re.compile(
    rf"{_LEAD}(?:delete|remove|erase|rm|trash)\s+(?:it|that(?: one)?|(?:the|that)(?: old)?"
    r" (?:archive|zip|tarball|tar|file|original|copy)(?: file)?)"
    r"(?:\s+(?:afterwards?|after(?: that)?|then|too|as well|please|when done))*\W*$",
    re.IGNORECASE,
)
_ONE_INSIDE = re.compile(
    r"^\W*(?:(?:and|then|now|ok|please|make|create|also)\b\W*)*(?:another |an?other )?one "
    r"(?:in|inside|under|below|within)(?: of)? (?:it|that|there|that one)"
    r" (?:called|named) (?P<name>[\w.-]*\w)\W*$",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    rf"{_LEAD}(?P<verb>write|put|add|append)\s+"
    r"(?!(?:it|that|them|those|these|this|the|all|a|an|my|every|each|some|one|another)\b)"
    r"(?P<words>[^\"'`/*]+?)\s+(?P<to>in|into|to)\s+(?:it|there|that file|the file)\W*$",
    re.IGNORECASE,
)
"""What is written into a thing; more than a word is no value by its shape."""


_LINES = re.compile(
    rf"{_LEAD}(?:(?:show|print|give|see)(?: me)? |what(?:'s| is| are| about)(?: in)? |only )?"
    r"(?:the )?(?P<lines>lines? \d+(?:\s*(?:-|to|through|until|and)\s*\d+)?)\W*$",
    re.IGNORECASE,
)
_END = re.compile(
    rf"{_LEAD}(?:(?:show|print|give|see)(?: me)? |what(?:'s| is| does)? |which is |with )?"
    r"(?:only |just )?the (?P<end>first|last) (?:one|of them|line)(?: (?:say|is|says))?\W*$",
    re.IGNORECASE,
)
_COUNTED_LINES = re.compile(r"\bhow many (?:lines|rows|entries)\b", re.IGNORECASE)


_SETTING = re.compile(r"\^\[\[:space:\]\]\*(?P<key>\S+?)\[\[:space:\]\]\*\[=:\]")
"""What a setting was looked for by (`graphs.reading.picking`)."""
_SET_IT = re.compile(
    rf"{_LEAD}(?:set|change|switch|put|turn|raise|lower|increase|reduce) (?:it|that|this) "
    r"(?:up |down )?to (?P<value>\S+?)[.!]?$",
    re.IGNORECASE,
)
_TURNED = re.compile(
    rf"{_LEAD}(?:(?:turn|switch|put|set) (?:it|that|this) (?:to )?(?P<way>on|off)"
    r"|(?:turn|switch) (?P<how>on|off) (?:it|that|this)"
    r"|(?P<verb>enable|activate|disable|deactivate) (?:it|that|this))(?: please| again)*\W*$",
    re.IGNORECASE,
)
_PRINTED_SETTING = re.compile(
    r"(?:\d+:|yes: |no: )*\s*(?P<key>[A-Za-z][\w.-]*)\s*(?:=|: ?)\s*(?P<value>\S.*)"
)
_SWITCHED = (
    ("false", "true"), ("off", "on"), ("no", "yes"), ("0", "1"), ("disabled", "enabled"),
)  # fmt: skip
"""What a setting is set to that is off, and that is on."""
_MODE = re.compile(r"(?<![\w./-])0?(?P<mode>[0-7]{3,4})(?![\w./-])")
_RIGHTS = re.compile(
    r"\b(?:permissions?|rights?|modes?|chmod|writ(?:e|able)|readable|executable|access|allowed"
    r"|who (?:can|may))\b",
    re.IGNORECASE,
)
_ONLY_ME = re.compile(
    rf"{_LEAD}(?:(?:make|let) (?:it|that) )?(?:only|just|nobody but|for) (?:for )?"
    r"(?:me|myself|the owner)\b"
    r"|\W*nobody else\b",
    re.IGNORECASE,
)
_TO_MODE = re.compile(
    r"\b(?:open|make|set|change|give|put|chmod|restrict|lock|close|should be|to)\b", re.IGNORECASE
)
_SET = re.compile(
    rf"{_LEAD}(?:set|change|switch|turn) (?:the )?(?P<key>(?!it\b|that\b|this\b)[\w.-]+) to "
    r"(?P<value>\S+?)[.!]?$",
    re.IGNORECASE,
)
_SETTINGS = re.compile(r"\.(?:conf|cfg|ini|ya?ml|toml|env|properties)$|^\.env$")
_MORE = re.compile(
    rf"{_LEAD}(?:add|append)(?: also| then)? (?P<what>\"[^\"]+\"|'[^']+')"
    r"(?: too| as well| to it)?\W*$",
    re.IGNORECASE,
)


def _one_more(text: str, said: Said, thing: str) -> str:
    """Read "add 'x'" by the file before, "set it to y" by the setting that was shown."""
    more = _MORE.match(text) if posixpath.splitext(thing)[1] else None
    if more:
        return f"append {more['what']} to {thing}"
    setting = _SET.match(text) if _SETTINGS.search(thing) else None
    if setting:
        return f"set {setting['key']} to {setting['value']} in {thing}"
    if shown := _printed_setting(text, said, thing):
        return shown
    key, value = _SETTING.search(said.command), _SET_IT.match(text)
    files = [found.text for found in shell.find(said.text) if found.kind in "fp"]
    if key is None or value is None or len(files) != 1:
        return ""
    name = next((line for line in said.output.splitlines() if line.strip()), "")
    named = re.split(r"\s*[=:]", name.strip())[0]
    return f"set {named} to {value['value']} in {files[0]}"


def _printed_setting(text: str, said: Said, thing: str) -> str:
    """Read "change it to 9000", "turn it on" behind the one setting of a file that was printed."""
    lines = [line for line in said.output.splitlines() if line.strip()]
    setting = _PRINTED_SETTING.fullmatch(lines[0].strip()) if len(lines) == 1 else None
    if setting is None or not posixpath.splitext(thing)[1]:
        return ""
    if value := _SET_IT.match(text):
        return f"set {setting['key']} to {value['value']} in {thing}"
    turned = _TURNED.match(text)
    if turned is None:
        return ""
    way = (turned["way"] or turned["how"] or "").lower()
    on = way == "on" or (turned["verb"] or "").lower() in ("enable", "activate")
    pair = next(
        (p for p in _SWITCHED if setting["value"].strip("\"';, ").lower() in p), _SWITCHED[0]
    )
    return f"set {setting['key']} to {pair[on]} in {thing}"


def moded(text: str, said: Said, thing: str) -> str:
    """Read "open it for all, 777" behind a question about rights as that very mode."""
    if _ONLY_ME.match(text) and thing and _RIGHTS.search(said.text):
        return f"chmod go-rwx {thing}"
    mode = _MODE.search(text)
    about = _RIGHTS.search(said.text) or _RIGHTS.search(text)
    if mode is None or not thing or not about or not _TO_MODE.search(text):
        return ""
    named = any(found.kind in "pfg" for found in shell.find(text))
    return "" if named else f"chmod {mode['mode']} {thing}"


def _of_the_counted(text: str, said: Said, thing: str) -> str:
    """Read "lines 6 to 8", and "the last one" behind a count of lines, by their file."""
    lines = _LINES.match(text)
    end = _END.match(text) if _COUNTED_LINES.search(said.text) else None
    if not posixpath.splitext(thing)[1] or not (lines or end):
        return ""
    which = lines["lines"] if lines else f"the {end['end'] if end else ''} line"
    return f"show {which} of {thing}"


def replaced_text(text: str, said: Said) -> str:
    """Read "replace it with y" and "make it y in them" by what the part before looked for."""
    if not said.command.startswith("grep "):
        return ""
    found = _SOUGHT.search(said.text)
    sought = said.values.get("text", "") or (found["text"] if found else "")
    wanted = (_REPLACED.match(text) or _MADE_IT.match(text)) if sought else None
    typed = [value.text for value in shell.find(said.text) if value.kind in "pf"]
    place = slot(said, ("file", "path")) or (typed[-1] if typed else "")
    if wanted is None:
        return ""
    if not posixpath.splitext(place)[1]:
        place = f"all files in {folder_named(place) if place else '.'}"
    how = wanted.groupdict().get("with") or "with"
    return f'replace "{sought}" {how} {wanted["new"].rstrip(".!")} in {place}'


def wished(text: str, said: Said, thing: str) -> str:
    """Read what is wished of the thing before: "one inside it called X", "how big did it get"."""
    inner = _ONE_INSIDE.match(text)
    made = slot(said, ("dir", "folder")) if inner else ""
    if inner and said.text.count(made) == 1:
        return said.text.replace(made, f"{made.rstrip('/')}/{inner['name']}")
    also = _ALSO_SET.match(text) if said.values.keys() & {"value", "port", "key"} else None
    if also and thing and re.match(r"\W*(?:set|change|switch|update|make|put)\b", said.text, re.I):
        return f"set {also['key']} to {also['value'].rstrip('.!')} in {thing}"
    if again := _one_more(text, said, thing):
        return again
    if counted := _of_the_counted(text, said, thing):
        return counted
    source = said.values.get("source", "")
    if source and thing and thing != source and _COMPARED.match(text):
        return f"compare {source} and {thing}"
    renamed = _RENAMED.match(text) if "/" in thing else None
    if renamed and posixpath.splitext(thing)[1]:
        return f"rename {thing} to {posixpath.join(posixpath.dirname(thing), renamed['name'])}"
    if _DELETED.match(text) and posixpath.splitext(thing)[1]:
        return f"delete the file {thing}"
    if thing and _HOW_BIG.match(text):
        return f"how big is {folder_named(thing)}"
    written = _WRITTEN.match(text) if posixpath.splitext(thing)[1] else None
    if written and not any(shell.find(written["words"])):
        return f'{written["verb"]} "{written["words"]}" {written["to"]} {thing}'
    return ""
