"""The words for lines of a text: what they hold, when they were written, their order."""

from __future__ import annotations

from graphs.composing.reading import POLITE, Language, Phrase

_STOP = (
    "the|a|an|of|in|on|by|to|for|from|is|are|was|be|not|no|and|or|but|with|without|where|whose"
    "|which|that|this|these|those|it|its|their|there|them|have|has|do|does|how|many|much|all|any"
    "|each|every|per|only|just|show|me|list|print|give|get|find|count|counted|number|numbered"
    "|numbers?|digits?|letters?|words?|fields?|columns?|characters?|chars|lines?|rows?|entries"
    "|file|top|first|last|bottom|sort|sorted|order|ordered|reverse|reversed|unique|distinct"
    "|different|duplicates?|over|above|under|below|more|less|fewer|longer|shorter|than|at|between"
    "|after|before|since|until|both|either|contain|contains|containing|mention|starts?|starting"
    "|ends?|ending|empty|blank|comments?|commented|headers?|errors|warnings|exactly|something"
    "|anything|nothing|spaces?|tabs?|upper|lower|case|save|write|store|put|copy|delete|remove"
    "|replace|append|also|then|please|once|twice|newest|oldest|latest|times?|today|yesterday"
)
_VALUE = rf"(?:the (?:word|text|string|phrase) )?(<[a-z]\d+>|(?!(?:{_STOP})\b)[a-z][\w-]*)"
_SIGN = r"(<[a-z]\d+>(?!\.\s)|(?!(?:the|an|lower|upper|capital)\b)[a-z][\w-]*|[#;>*-](?!\w))"
_ENDING = r"(?=\s*(?:\||$|[,.:;?!]))"
_N = r"(<n\d+>)"
_T = r"(<t\d+>)"
_THAT = r"(?:(?:lines|rows|entries|those|ones) )?(?:(?:that|which) )?"
_HAS = (
    rf"{_THAT}(?:contain(?:s|ing)?|mention(?:s|ing)?|includ(?:e|es|ing)|sa(?:y|ys|ying)"
    r"|match(?:es|ing)?)"
)
_WITH = rf"{_THAT}(?:with|ha(?:ve|s|ving))"
# "Lines with umlauts" are not those with this word.
_GIVEN = (
    r"(?:the (?:word|text|string|phrase) )?(<[stnu]\d+>|<w\d+>(?! (?:characters|letters|words))"
    r"|error|warning|info|debug|fatal|critical)"
)
_NOT = (
    rf"(?:(?:but|and) )?(?:{_THAT}(?:do not|don't|does not|doesn't|not)"
    r" (?:contain(?:ing)?|mention(?:ing)?|includ(?:e|ing)|have|having|say|match(?:ing)?)"
    r"|(?:but|and) (?:not|no)(?: with)?)"
)
_OUT = (
    r"(?:without|no|skip|skipping|excluding|ignoring|leaving out|leave out|minus|not counting"
    r"|except)(?: the| any)?"
)
_EMPTY = r"(?:(?:empty|blank)(?: (?:ones|lines))?)"
_NOTED = r"(?:comments|comment lines|commented lines|commented ones)"
_NTH = r"(<n\d+>|first|second|third|fourth|fifth|last)"
_OF_LINES = (
    r"(?: (?:of|in|from|on)(?: (?:each|every|all|the|these|those|all the|each of the))?"
    r"(?: lines?))?"
)
_BIG = "biggest|highest|largest|greatest"

_PHRASES = (
    Phrase("anycase", r"(?:(?:with )?(?:ignoring|ignore|regardless of|no matter the)(?: the)? case"
           r"|in (?:upper or lower|any) case"
           r"|(?:the )?case (?:does not|doesn't) matter)"),
    Phrase("numbered", r"(?:and |plus )?(?:with|including|show)? ?(?:the |their )?line numbers"
           r"|(?:and )?(?:numbered|number (?:them|the lines))"),
    Phrase("filled", rf"(?:and |but )?{_OUT} {_EMPTY}(?= (?:and|or) {_NOTED})"),
    Phrase("uncommented", rf"(?:and |but )?(?:{_OUT}|and|or)(?: the)? {_NOTED}"),
    Phrase("filled", rf"(?:and |but )?{_OUT} {_EMPTY}|\|\s+(?:and|or) {_EMPTY}"),
    Phrase("filled", r"(?:non-empty|nonempty|not empty)(?: lines)?|that are not (?:empty|blank)"),
    Phrase("frequency", r"(?:and )?(?:show |count |with )?how (?:often|many times)(?: does)?"
           r" (?:each|every)(?: (?:one|line|word|of them))? (?:occurs?|appears?|comes up|is there)"
           r"|(?:and )?count (?:each|every)(?: (?:one|of them|different line|distinct line|line))?"
           r"|(?:with|by) (?:their |the )?(?:frequency|counts)|each with (?:its|the) count"),
    Phrase("twice", r"(?:the )?(?:duplicate|duplicated|repeated) lines"
           rf"|{_THAT}(?:occur|appear|are there|come up) (?:twice|more than once|several times)"),
    Phrase("unique", r"(?:and |but )?(?:without|no|remove|drop|removing|minus)(?: the| any)?"
           r" (?:duplicates|repeats|duplicate lines|dupes)|deduplicated|(?:each|every)(?: (?:one"
           r"|line|of them))?(?: only| just)? once|(?:only )?once each"
           r"|(?:the )?(?:unique|distinct|different)(?= (?:lines|ones|words|values|of|in|entries))"
           r"|(?:only )?(?:unique|distinct)(?: ones)?"),
    Phrase("length_sort", r"(?:and )?(?:sort|sorted|order|ordered)(?: them| it)? by"
           r" (?:their )?length(?:, (longest) first)?|(?:the )?(longest|shortest) (?:ones )?first"),
    Phrase("field_sort", r"(?:and )?(?:sort|sorted|order|ordered)(?: them| it)?"
           rf"(?: (?P<how>numerically))? by (?:the )?{_NTH} (?:word|field|column)"),
    Phrase("field_sort", rf"by (?:the )?{_NTH} (?:word|field|column)"),
    Phrase("number_sort", r"(?:and )?(?:sort|sorted|order|ordered)(?: them| it)?"
           r" (?:numerically|by number|as numbers|by value)|in numerical order|numerically"),
    Phrase("sort", r"(?:and )?(?:sort|sorted|ordered|order(?= them| it))(?: them| it)?"
           r"(?: (?:alphabetically|by name|from a to z|a to z|in alphabetical order))?"
           r"(?= |$|[,.?])|(?:and )?(?:alphabetically|in alphabetical order)"),
    Phrase("big", rf"(?:the )?(?:{_BIG})(?: (?:ones?|number))? (?:first|on top)"
           r"|from (?:the )?(?:high|big|highest|biggest|largest) to (?:the )?(?:low|small|lowest"
           r"|smallest)"),
    Phrase("small", r"(?:the )?(?:smallest|lowest)(?: (?:ones?|number))? (?:first|on top)"
           r"|from (?:the )?(?:low|small|lowest|smallest) to (?:the )?(?:high|big|highest|biggest"
           r"|largest)"),
    Phrase("falling", r"(?:in )?descending(?: order)?"),
    Phrase("down", r"(?:from )?z to a|most (?:frequent )?first"),
    Phrase("back", r"(?:and )?(?:in )?(?:the )?reverse(?:d)?(?: order)?|backwards"
           r"|(?:the )?(?:newest|latest|last|most recent)(?: ones?)? (?:first|on top|at the top)"),
    Phrase("field", r"(?:only |just )?(?:(?:words|values|entries) (?:in|of) )?"
           rf"(?:the )?{_NTH} (?:word|field|column)s?{_OF_LINES}"),
    Phrase("range", rf"(?:from )?lines? (?:number )?{_N}"
           rf"(?: (?:to|through|until|up to|and) | ?[-–] ?)"
           rf"{_N}"
           rf"|(?:the )?{_N} to {_N} lines?|between lines? {_N} and {_N}"),
    Phrase("ends_of", rf"(?:in|among|within|of) (?:only )?(?:the )?(first|last) {_N} lines"),
    Phrase("cut", rf"(?:only |just )?(?:and )?(?:the )?(first|last|top|bottom) {_N}"
           r"(?: (?:lines?|entries|of them|of those|ones|results|rows|matches))?"
           rf"|(?:only|just|at most) {_N} (?:lines?|of them|entries|results)"),
    Phrase("cut_one", r"(?:only |just )?(?:and )?(?:the )?(first|last) (?:line|one|entry|match)"),
    Phrase("count", r"(?:how many|(?:the )?number of|count(?: up)?)(?: the| all)*"
           r" (?:lines|entries|rows|of them|of those)(?: are there| there are)?"
           r"|(?:how many|count)(?: the| all)*"
           r"(?= (?:non-empty|empty|(?:<[ws]\d+>|error|warning) (?:lines|entries)))"
           r"|(?:how many)(?= (?:of|different|distinct|unique)\b| *\|)|(?:and )?counted"
           r"|(?:and )?(?:count|how many)(?: (?:them|those|there are|are there))?"
           r"(?=\s*(?:\||$|,))"),
    # Conditions.
    Phrase("span", rf"(?:logged |written )?(?:between|from) {_T} (?:and|to|until|till) {_T}"),
    Phrase("after", rf"(?:logged |written )?(?:after|since|from) {_T}(?: on| onwards)?"),
    Phrase("before", rf"(?:logged |written )?(before|until|till|up to) {_T}"),
    Phrase("on", rf"(?:logged |written )?(?:on|of|from|for) {_T}"),
    Phrase("longer", rf"{_THAT}(?:are )?(?:longer than|over|more than|with more than|with over)"
           rf" {_N} (?:characters|chars|letters)(?: long)?|{_THAT}(?:are )?longer than {_N}"),
    Phrase("shorter", rf"{_THAT}(?:are )?(?:shorter than|under|less than|fewer than)"
           rf" {_N} (?:characters|chars|letters)(?: long)?|{_THAT}(?:are )?shorter than {_N}"),
    Phrase("unstarted", rf"(?:but |and )?{_THAT}(?:do not|don't|not) (?:start(?:ing)?"
           rf"|begin(?:ning)?) with {_SIGN}"),
    Phrase("starts", rf"(?:and )?{_THAT}(?:start|starts|starting|begin|begins|beginning) with"
           rf" (?:an? )?{_SIGN}"),
    Phrase("ends", rf"(?:and )?{_THAT}(?:end|ends|ending) (?:with|in|on) (?:an? )?{_SIGN}"),
    Phrase("without", r"(?:but |and )?(?:without|excluding|except(?: for)?"
           rf"(?: lines with| those with| with)?) {_GIVEN}(?: (?:or|nor) {_GIVEN})?"),
    Phrase("lacks", rf"{_NOT} (?:(?:either|both) )?{_VALUE}(?: (?:or|nor) {_VALUE})?"),
    Phrase("has", rf"(?:and )?{_HAS} (?:both )?{_VALUE} and (?:also )?(?:with )?{_VALUE}"
           r"(?!\s*(?:them|it|the)\b)"),
    Phrase("any", rf"(?:and )?{_HAS} (?:either )?{_VALUE}(?:, {_VALUE})?,? or {_VALUE}"),
    Phrase("word", rf"(?:and )?(?:{_HAS}|{_WITH}) the (?:whole |exact )word {_VALUE}"),
    Phrase("has", rf"(?:and )?{_HAS} {_VALUE}"),
    Phrase("with", rf"(?:and )?{_WITH} (?:both )?{_GIVEN} and (?:also )?(?:with )?{_GIVEN}"),
    Phrase("with any", rf"(?:and )?{_WITH} (?:either )?{_GIVEN}(?:, {_GIVEN})?,? or {_GIVEN}"),
    Phrase("with", rf"(?:and )?{_WITH} {_GIVEN}"),
    Phrase("lacks", r"(?:that |which )?(?:isn't|is not|aren't|are not) (?:an? )?(<[ws]\d+>)"),
    Phrase("has", r"(?:the |all )*(<[ws]\d+>|error|warning|info|debug) (?:lines|entries)"),
    Phrase("empty", r"(?:empty|blank) lines"),
    Phrase("file", r"(?:(?:in|from|of|for|to|on|inside|within|through) )?(?:(?:the|my|this) )?"
           r"(?:(?:log|text) )?(?:file )?{fp}(?: file)?"),
    Phrase("file", r"(?:in|of|from) (?:the )?(?:file )?(<w\d+>)"),
)  # fmt: skip
REPEATED = frozenset("has with without lacks starts unstarted ends word any file".split())
"""What may be said more than once."""
LANGUAGE = Language(
    _PHRASES,
    POLITE
    | frozenset(
        "what what's whats lines line rows entries out of in for where but have has only".split()
    ),
)
