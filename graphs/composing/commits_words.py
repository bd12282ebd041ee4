"""The words for commits: whose, since when, of which files, saying what; as phrases."""

from __future__ import annotations

from graphs.composing.reading import POLITE, Language, Phrase

_N = r"(<n\d+>)"
_T = r"(<t\d+>)"
_UNIT = r"(days?|weeks?|months?|years?|hours?)"
_COMMITS = "commits?"
_DID = r"(?:(?:that|which|who) )?"
_WHO = r"(<[ws]\d+>)"
_NOBODY = (
    "the|a|an|which|that|user|me|my|each|every|date|everybody|everyone|anyone|anybody|all|others"
    "|people|day|week|month|year|hour|weekday|author|authors|file|files|branch|hand|hash|size"
)
_PERSON = rf"(<[ws]\d+>|(?!(?:{_NOBODY})\b)[a-z][\w-]*)"
_FILE = r"(?:the )?(?:(?:file|folder|directory) )?(<[pf]\d+>)"
_FOLDER = (
    r"(?:the )?(?:(?:file|folder|directory) (<[pfws]\d+>|[a-z][\w-]*)"
    r"|(<w\d+>|[a-z][\w-]*) (?:folder|directory))"
)
_CHANGED = (
    r"(?:touch|touched|touching|change|changes|changed|changing|affect|affects|affected"
    r"|affecting|modified)"
)
_TEXT = (
    r"(?:the (?:word|text|string) )?"
    r"(<[a-z]\d+>|(?!(?:the|a|an|both|which|that|it|them)\b)[a-z][\w-]*)"
)
_MESSAGE = r"(?:(?:commit )?(?:messages?|subjects?|titles?))"
_MONTHS = (
    "(january|february|march|april|may|june|july|august|september|october|november|december)"
    r"(?: (<n\d+>))?"
)

_PHRASES = (
    Phrase("authors", rf"(?:the )?(?:top {_N} )?authors by (?:number of )?{_COMMITS}"),
    Phrase("authors", rf"who (?:has )?(?:committed|made|did)(?: the)? most(?: {_COMMITS})?"),
    Phrase("authors", r"(?:and )?(?:grouped |counted )?(?:per|by|for each|for every|of each)"
           r" (?:author|person|committer|developer|contributor)"),
    Phrase("daily", r"(?:and )?(?:grouped |counted )?(?:per|for each|for every|each|on each|by)"
           r" (day|month)"),
    Phrase("count", r"(?:how many|(?:the )?number of|count(?: of)?)(?: the| all| merge)*"
           rf" {_COMMITS}"
           r"(?: (?:are|were) there|(?: have| has)? been made)?"),
    Phrase("oldest", r"(?:the )?(?:oldest|earliest|first) (?:ones )?(?:first|on top)"
           r"|(?:in )?(?:reverse|reversed|chronological)(?: order)?"),
    Phrase("newest", r"(?:the )?(?:newest|latest|most recent) (?:ones )?(?:first|on top)"),
    Phrase("first", rf"(?:only |just )?(?:the )?(?:first|oldest|earliest) {_N}"
           rf"(?= {_COMMITS}|\s*[|,]|\s*$)|(?:the )?{_N} (?:oldest|earliest|first)"),
    Phrase("last", r"(?:only |just )?(?:the )?(?:last|latest|newest|most recent|top)"
           rf" {_N}(?= {_COMMITS}| of them|\s*[|,]|\s*$)"
           rf"|(?:the )?{_N} (?:latest|newest|last|most recent)"
           rf"|(?:only|just|at most) {_N}(?: of them| {_COMMITS})?|{_N}(?= {_COMMITS})"),
    Phrase("files", r"(?:and |together )?(?:with|including|show|and)(?: also)?"
           r"(?: the| their| which)?(?: changed)? files"
           r"(?: (?:that |which )?(?:they|were|are|each|it)?(?: each)?"
           r" ?(?:changed|touched|modified|in them))?|(?:and )?(?:what|which files) they changed"),
    Phrase("stat", r"(?:and )?with (?:the |their )?(?:number of )?"
           r"(?:changed lines|line counts|stats|statistics)"),
    Phrase("changed", r"(?:which|what|the|all)? ?files (?:that )?(?:were )?"
           rf"(?:changed|touched|modified)(?: in| by)?(?: the)? {_COMMITS}"),
    Phrase("changed by", rf"(?:which|what) files did {_WHO} (?:change|touch|modify)"),
    Phrase("short", r"(?:and )?(?:in )?(?:one|a single) line (?:each|per commit|for each)"
           r"|one per line|(?:only|just) (?:the )?(?:messages|subjects|titles)"),
    Phrase("dated", r"(?:and )?(?:with|including) (?:the |their )?(?:dates?|dates? and authors?"
           r"|authors? and dates?|authors?)"),
    Phrase("no_merges", r"(?:without|no|excluding|not counting|except|ignoring)(?: the| any)?"
           rf" (?:merges|merge {_COMMITS})|non-merge"),
    Phrase("merges", rf"merge(?= {_COMMITS})|(?:only )?merges"),
    Phrase("between", rf"(?:made |dated )?(?:between|from) {_T} (?:and|to|until|till) {_T}"),
    Phrase("since", rf"(?:made |dated )?(?:since|after|from) {_T}(?: on| onwards)?"),
    Phrase("until", rf"(?:made |dated )?(?:before|until|till|up to) {_T}"),
    Phrase("past", r"(?:made )?(?:(?:in|of|from|within|during|over) )?(?:the )?(?:last|past)"
           rf" {_N} {_UNIT}"),
    Phrase("day", r"(?:made )?since yesterday", "since yesterday"),
    Phrase("day", r"(?:(?:made|from|of|on) )*yesterday(?:'s)?", "yesterday"),
    Phrase("day", r"(?:(?:made|from|of|since) )*today(?:'s)?", "today"),
    Phrase("past", r"(?:made )?(?:(?:in|of|from|within|during|since) )?(?:the )?(?:last|past)"
           r" (day|week|month|year)", "1 {0}"),
    Phrase("year", r"(?:made )?(?:in|of|during|from) (?:the year )?(<n\d+>)(?! commits)"),
    Phrase("calendar", r"(?:(?:made|in|of|from|during) )?this (month|year)"),
    Phrase("says", rf"(?:whose|where the|with an?) {_MESSAGE} (?:that )?"
           rf"(?:contains?|mentions?|says?|has|have|includes?|containing|with) {_TEXT}"),
    Phrase("says", rf"with {_TEXT} in (?:the|their|its) {_MESSAGE}"
           rf"|{_MESSAGE} (?:contains?|mentions?) {_TEXT}"),
    Phrase("says", rf"{_DID}(?:mention|mentions|mentioning|say|saying) {_TEXT}(?: in (?:the|their)"
           rf" {_MESSAGE})?"),
    Phrase("file", rf"{_DID}{_CHANGED} {_FILE}"),
    Phrase("file", rf"{_DID}{_CHANGED} {_FOLDER}"),
    Phrase("repository", r"(?:in|of|from|on|for|inside)(?: the| my| our)? "
           r"(?:repo|repository|project|checkout)(?: in| at| of| under)? (<[pwfs]\d+>)"),
    Phrase("repository", r"(?:in|of|for|inside|under)(?: the| my)? (<p\d+>)"),
    Phrase("repository", r"(?:in|of|for)(?: the| my)? (<w\d+>) (?:repo|repository|project)"),
    Phrase("file", r"(?:to|on|in|of|for) (?:the )?(?:file )?(<[fp]\d+>)"),
    Phrase("i did", r"did i (?:commit|do|make|push)|i (?:did|committed|made|pushed)"),
    Phrase("did", rf"(?:did|has) {_WHO} (?:commit|do|make|push|made|done|committed)"),
    Phrase("mine", r"(?:by|from|of) me|(?:that )?i made|my(?: own)?(?=[\s|]+commits?\b)"),
    Phrase("author", rf"(?:made |done |written )?by (?:the )?(?:author |user )?{_PERSON}"),
    Phrase("author", rf"(?:of|from) {_WHO}(?:['’]s)?"),
    Phrase("author", rf"(?:that |which )?{_WHO} (?:made|did|committed)"
           rf"|{_WHO}['’]s?(?= {_COMMITS})"),
    Phrase("count", r"(?:and )?(?:count|how many|counted)"
           r"(?: (?:them|are there|there are|are they))?"),
    Phrase("noun", _COMMITS),
    Phrase("here", r"(?:in|of|on) (?:this|the|my|our) (?:git )?(?:repo|repository|project)"),
)  # fmt: skip
LANGUAGE = Language(
    _PHRASES,
    POLITE - {"my"}
    | frozenset("what git were made have has been each in of ones log history".split()),
)
