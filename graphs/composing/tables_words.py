"""The words for tables: columns, conditions on them, orders, totals; as phrases of a language.

A column that is a plain word is none of the words of this language; what is said with "column"
beside it may be any. The file itself says at last which columns there are.
"""

from __future__ import annotations

from graphs.composing.reading import POLITE, Language, Phrase

_STOP = (
    "the|a|an|of|in|on|by|to|for|from|is|are|was|be|isn't|not|no|and|or|but|with|without|where"
    "|whose|which|who|what|that|this|these|those|it|its|their|there|have|has|having|had|do|does"
    "|how|many|much|all|any|each|every|per|only|just|show|me|list|print|give|get|find|rows?|lines?"
    "|columns?|fields?|cols?|file|table|csv|tsv|headers?|top|first|last|bottom|sort|sorted|order"
    "|ordered|rank|ranked|group|grouped|highest|lowest|largest|biggest|smallest|greatest|most"
    "|least|newest|oldest|latest|earliest|over|above|under|below|more|less|fewer|greater|bigger"
    "|higher|lower|larger|smaller|than|at|between|after|before|since|until|contains?|containing"
    "|includes?|mentions?|starts?|starting|begins?|ends?|ending|empty|blank|missing|equals?|exactly"
    "|different|distinct|unique|values?|average|mean|avg|sum|max|min|maximum|minimum|count|number"
    "|i|we|you|want|need|then|also|them|ones?|if|when|as|up|equal|descending|ascending|both"
    "|alphabetically|numerically|reverse|reversed|names?(?= of the col)|average|separated|so"
)
_PLAIN = rf"(?!(?:{_STOP})\b)(<[ws]\d+>|[a-z_][\w-]*)"
_WORD = r"(?:column|col|field)s?"
_COLUMN = (
    rf"(?:(?:the )?{_WORD} (?:called |named |number |no |nr )?"
    r"(?!(?:is|are|in|of|where|and|with|by|to)\b)(<[nws]\d+>|[a-z_][\w-]*)"
    rf"|(?:the )?(<n\d+>|first|second|third|fourth|fifth|last) {_WORD}"
    rf"|(?:the |their |its |a |an )?{_PLAIN}(?: {_WORD})?)"
)
_ONE = r"(?!(?:is|are|in|of|where|with|by|to|the)\b)(<[nws]\d+>|[a-z_][\w-]*)"
_JOIN = r"(?:, and|,| and|, then) (?:the )?"
_NUMBERED = rf"columns? {_ONE}" + rf"(?:{_JOIN}{_ONE})?" * 4
_SEVERAL = rf"{_PLAIN}{_JOIN}{_PLAIN}" + rf"(?:{_JOIN}{_PLAIN})?" * 3
_LIST = rf"{_PLAIN}" + rf"(?:{_JOIN}{_PLAIN})?" * 3
_VALUE = rf"(?:the )?(?!(?:{_STOP})\b)(<[a-z]\d+>|[a-z][\w-]*)"
_SIGN = r"(<[a-z]\d+>(?!\.\s)|[a-z][\w-]*)"
_ENDING = r"(?=\s*(?:\||$|[,.:;?!]))"
_IF = (
    r"(?:(?:only |just )?(?:where|whose|with|having|when|which have|that have|who have|for which"
    r"|in which|if|have"
    r"|has|had|and|but|also|both) )*"
)
_IS = r"(?:is |are |was |of |is of )?"
_HIGH = "highest|largest|biggest|greatest|maximum|max|most|top"
_LOW = "lowest|smallest|least|minimum|min|fewest"
_NEW, _OLD = "newest|latest|most recent", "oldest|earliest"
_N = r"(<n\d+>)"
_FIRST = r"(?: (?:ones? )?(?:first|on top|at the top))"
_ROW = (
    "(?:row|line|entry|record|one|person|product|customer|employee|student|item|user"
    r"|city|country|<w\d+>)"
)
_COUNTED = r"(?:how many|(?:the )?(?:number|count) of|count(?: up)?)(?: the)?(?: all)?"
_LESS = "under|below|less than|smaller than|lower than|fewer than|younger than|<"
_MORE = "over|above|more than|greater than|bigger than|higher than|larger than|exceeding|>"

_PHRASES = (
    Phrase(
        "file",
        r"(?:(?:in|from|of|for|to|on|inside|within|through) )?(?:(?:the|my|this|our) )?"
        r"(?:(?:csv|tsv|table|spreadsheet|data) )?(?:file )?{fp}(?: file)?",
    ),
    Phrase("separator", r"(?:which is |it is |it's |that is )?(tab|semicolon)s?[- ]?separated"),
    Phrase("separator", r"separated (?:by|with) (tab|semicolon)s?"),
    Phrase(
        "bare",
        r"(?:but |and )?(?:without|no|skip|skipping|leave out|minus|except|not)"
        r" (?:showing |printing )?(?:the |any )?"
        r"(?:headers?|heading|headings|header (?:row|line)|title row|column names)",
    ),
    Phrase(
        "headed",
        r"(?:but |and )?(?:keep|keeping|with|including|include|below) (?:the |its )?"
        r"(?:headers?|heading|headings|header (?:row|line)|column names)"
        r"(?: (?:on top|at the top|where it is|in place|first))?",
    ),
    Phrase(
        "best",
        rf"(?:(?:the|which|what) )?(?:{_N} rows|{_ROW})[\s|]+(?:with|that has|which has|has|having)"
        rf" the (?P<how>{_HIGH}|{_LOW}|{_NEW}|{_OLD}) {_COLUMN}",
    ),
    Phrase(
        "leading",
        rf"(?:the )?top {_N} {_PLAIN} by (?:their |the )?(average|mean|total|sum of|sum)"
        rf" (?:of )?{_COLUMN}",
    ),
    Phrase(
        "leading",
        rf"(?:which|the|what) {_N} {_PLAIN}[\s|]+(?:have|has|with|having) the"
        rf" (?:highest|largest|biggest) (average|mean|total|sum of) (?:of )?{_COLUMN}",
    ),
    Phrase(
        "order",
        r"(?:and )?(?:sort|sorted|order|ordered|rank|ranked|arrange|arranged)"
        r"(?: (?:it|them|these|rows|the rows|that|alphabetically|numerically))? (?:by|on)"
        rf" {_COLUMN}(?! {_FIRST})",
    ),
    Phrase("high_first", rf"(?:the )?(?:{_HIGH}|{_NEW}) {_COLUMN}{_FIRST}"),
    Phrase("low_first", rf"(?:the )?(?:{_LOW}|{_OLD}) {_COLUMN}{_FIRST}"),
    Phrase(
        "down",
        rf"(?:the )?(?:{_HIGH}|{_NEW}|high|big|large){_FIRST}|(?:in )?(?:descending|reversed?)"
        r"(?: order)?|from (?:the )?(?:high|highest|large|largest|big|biggest|most|newest)"
        r" (?:one )?to (?:the )?(?:low|lowest|small|smallest|least|oldest)|desc",
    ),
    Phrase(
        "up",
        rf"(?:the )?(?:{_LOW}|{_OLD}|low|small){_FIRST}|(?:in )?ascending(?: order)?"
        r"|from (?:the )?(?:low|lowest|small|smallest|least|oldest)"
        r" (?:one )?to (?:the )?(?:high|highest|large|largest|big|biggest|most|newest)",
    ),
    Phrase("by_name", r"(?:sorted |sort them )?(?:alphabetically|in alphabetical order)"),
    Phrase("last", rf"(?:only |just )?(?:the )?last {_N} (?:rows|of them|of those)"),
    Phrase(
        "limit",
        rf"(?:only |just )?(?:the )?(?P<top>top|first) {_N}(?: (?:rows|of (?:them|those)))?"
        rf"|(?:only|just|at most|no more than|limited to|limit to) {_N} (?:rows|of (?:them|those))",
    ),
    Phrase("distinct_count", rf"{_COUNTED} (?:different|distinct|unique) (?:values (?:of|in|for) )?"
           rf"{_COLUMN}(?: values)?"),
    Phrase("distinct", r"(?:the )?(?:different|distinct|unique) (?:values (?:of|in|for) )?"
           rf"{_COLUMN}(?: values)?"),
    Phrase("group", r"(?:and )?(?:(?:per|for each|for every|in each|of each|by each|each)"
           rf"|(?:grouped|group|broken down) by) {_COLUMN}"),
    Phrase("average", rf"(?:average|mean|avg)(?: value)?(?: (?:of|for|in))?(?: all)? {_COLUMN}"),
    Phrase("sum", rf"(?:sum up|add up|sum|total up|total)(?: of| for)?(?: all)? {_COLUMN}"
           r"(?: values)?"),
    Phrase("max", rf"(?:highest|largest|biggest|greatest|maximum|max)(?: value)?(?: (?:of|in))?"
           rf" {_COLUMN}"),
    Phrase("min", rf"(?:lowest|smallest|minimum|min)(?: value)?(?: (?:of|in))? {_COLUMN}"),
    Phrase("count", rf"{_COUNTED} rows(?: (?:are|is) there)?(?: in total)?"),
    # Conditions.
    Phrase("filled", rf"{_IF}{_COLUMN} (?:is|are|was)(?: not|n't) (?:empty|blank|missing)"),
    Phrase("empty", rf"{_IF}{_COLUMN} (?:is|are|was) (?:empty|blank|missing)"),
    Phrase("empty", rf"(?:with|that have|which have|having|have) (?:no|an empty|a missing|empty)"
           rf" {_COLUMN}|without an? {_COLUMN}"),
    Phrase("between", rf"{_IF}{_COLUMN} {_IS}(?:between|from) {_N} (?:and|to) {_N}"),
    Phrase("since", rf"{_IF}{_COLUMN} {_IS}(?:after|later than|newer than) (<t\d+>)", ">"),
    Phrase("since", rf"{_IF}{_COLUMN} {_IS}(?:since|from|on or after) (<t\d+>)", ">="),
    Phrase("since", rf"{_IF}{_COLUMN} {_IS}(?:before|earlier than|older than) (<t\d+>)", "<"),
    Phrase("number", rf"{_IF}{_COLUMN} {_IS}(?:{_MORE}) ?{_N}", ">"),
    Phrase("number", rf"{_IF}{_COLUMN} {_IS}(?:at least|no less than|not under|>=) ?{_N}", ">="),
    Phrase("number", rf"{_IF}{_COLUMN} {_IS}(?:{_LESS}) ?{_N}", "<"),
    Phrase("number", rf"{_IF}{_COLUMN} {_IS}(?:at most|no more than|up to|<=) ?{_N}", "<="),
    Phrase("many", rf"(?:with|having|have|has) (?:{_MORE}) {_N} {_PLAIN}{_ENDING}", ">"),
    Phrase("many", rf"(?:with|having|have|has) at least {_N} {_PLAIN}{_ENDING}", ">="),
    Phrase("many", rf"(?:with|having|have|has) (?:{_LESS}) {_N} {_PLAIN}{_ENDING}", "<"),
    Phrase("older", rf"{_IF}(?:(?:who|that) )?(?:is |are )?older than {_N}", ">"),
    Phrase("older", rf"{_IF}(?:(?:who|that) )?(?:is |are )?younger than {_N}", "<"),
    Phrase("starts", rf"{_IF}{_COLUMN} (?:starts?|starting|begins?|beginning) with"
           rf" {_SIGN}"),
    Phrase("ends", rf"{_IF}{_COLUMN} (?:ends?|ending) (?:with|in) {_SIGN}"),
    Phrase("contains", rf"{_IF}{_COLUMN} (?:contains?|containing|includes?|mentions?|including)"
           rf" {_VALUE}"),
    Phrase("contains", rf"(?:with|that have|containing|having) {_VALUE} in (?:the |their )"
           rf"{_COLUMN}"),
    Phrase("isn't", rf"{_IF}{_COLUMN} (?:(?:is|are|was)(?: not|n't)|not|differs from|!=|<>)"
           rf"(?: equal to)? {_VALUE}"),
    Phrase("is", rf"{_IF}{_COLUMN} (?:equals|equal to|is exactly|is equal to|is|are|was|says|reads"
           rf"|==?) {_VALUE}(?:,? or {_VALUE})?"),
    Phrase("is", rf"(?:with|having|have|has|where|and) (?:an? |the )?{_PLAIN} {_VALUE}{_ENDING}"),
    Phrase("is", rf"(?:with|having|have|has|where) (?:an? |the )?{_PLAIN} {_VALUE}(?= and\b)"),
    # What is shown, and what stands alone.
    Phrase("shown", rf"(?:(?:but|and|with|show|print|list|give me|get) )*(?:only |just )?(?:the )?"
           rf"{_NUMBERED}"),
    Phrase("shown", rf"(?:(?:but|and|with|showing) )*(?:only|just) (?:the |their )?{_SEVERAL}"
           rf"(?: columns)?{_ENDING}"),
    Phrase("shown", rf"(?:only |just )?(?:the |their )?{_LIST} (?:of|for|from)"
           " (?:all |the |those )*rows"),
    Phrase("shown", rf"(?:show|list|print|give|get|show me|give me)(?: only| just)?(?: the)? "
           rf"{_SEVERAL}(?: columns)?{_ENDING}"),
    Phrase("by", rf"by {_COLUMN}"),
    Phrase("count", "(?:and )?(?:count|how many|counted)(?: (?:them|those|rows|there are))?"),
)  # fmt: skip
LANGUAGE = Language(
    _PHRASES, POLITE | frozenset("rows row of out where for have has who whose sorted sort".split())
)
