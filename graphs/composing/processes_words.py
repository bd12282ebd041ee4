"""The words for processes: whose, which, how big, how old; in what order; as phrases."""

from __future__ import annotations

from graphs.composing.reading import POLITE, Language, Phrase

_N = r"(<n\d+>)"
_UNIT = r"(seconds?|minutes?|hours?|days?|weeks?)"
_MANY = r"(?:process(?:es)?|programs?|tasks?)"
_MEMORY = r"(?:memory|ram|mem|rss)(?: usage| use| consumption| size)?"
_CPU = r"(?:cpu|processor)(?: usage| use| consumption| load| time)?"
_KEY = (
    rf"(?:the |their |its )?(?:(?P<memory>{_MEMORY})|(?P<cpu>{_CPU})"
    r"|(age|running time|run time|runtime|start time|start|pid|name|user|owner))"
)
_MORE = r"(?:over|above|more than|at least|greater than|higher than|exceeding|>)"
_LESS = r"(?:under|below|less than|at most|smaller than|lower than|<)"
_TAKES = (
    r"(?:(?:that|which) )?(?:using|with|use|uses|taking|take|takes|eating|eat|having|have|need"
    r"|needing)(?: up)?"
)
_WHO = r"(<[ws]\d+>|root|me)"
_KNOWN = (
    r"python\d?|java|bash|sh|ssh|node|sleep|cron|perl|ruby|php|apache|docker|vim|git|screen|make"
)
_WHOEVER = r"(<[ws]\d+>|(?!(?:the|a|my|me|user|which|that|more|and)\b)[a-z][\w-]*)"
_PROGRAM = rf"(<[wsf]\d+>|{_KNOWN})"
_FACT = "(pids?|memory|cpu|users?|owners?|age)"
_PERCENT = r" ?(?:%|percent)"
_RUN = (
    r"(?:(?:that|which) )?(?:(?:have|has) been |are |is )?(?:running|alive|run|up)(?: for| since)?"
)

_PHRASES = (
    Phrase("here", r"(?:on|in) (?:this|my|the|our) (?:machine|computer|system|server|box|host)"),
    Phrase("group", r"(?:and )?(?:(?:per|for each|for every|of each|by each)"
           r"|(?:grouped|group) by) (user|owner|program|name|command)"),
    Phrase("most", rf"(?:the )?{_N} {_MANY} (?:that |which )?(?:with|using|taking|eating|use|take"
           rf"|eat|need)(?: up)? the (?:most|highest|biggest|largest)(?: of the)? {_KEY}"),
    Phrase("most", r"(?:that |which )?(?:with|using|taking|eating|use|take|eat|need)(?: up)? the"
           rf" (?:most|highest|biggest|largest)(?: of the)? {_KEY}"),
    Phrase("most", rf"(?:the )?(?:(?:top )?{_N} )?(?:biggest |largest |worst |top )?{_KEY}"
           r" (?:hogs?|eaters|users)(?: processes)?"),
    Phrase("order", r"(?:and )?(?:sort|sorted|order|ordered|ranked|rank)(?: them| it)? by"
           rf" {_KEY}"),
    Phrase("order", rf"by {_KEY}"),
    Phrase("most", rf"(?:the )?(?:most|highest|biggest|largest) {_KEY} (?:first|on top)"),
    Phrase("oldest", rf"(?:the )?(?:{_N} )?(?:oldest|longest running) (?:ones )?first"),
    Phrase("newest", r"(?:the )?(?:newest|youngest|latest) (?:ones )?first"),
    Phrase("oldest", rf"(?:the )?{_N} (?:oldest|longest running)(?=[\s|]+)"),
    Phrase("oldest", r"(?:the )?(?:oldest|longest running) (process|program|task)"),
    Phrase("newest", rf"(?:the )?{_N} (?:newest|youngest|latest)(?=[\s|]+)"),
    Phrase("newest", r"(?:the )?(?:newest|youngest|latest) (process|program|task)"),
    Phrase("down", r"(?:the )?(?:biggest|largest|heaviest|highest|most) (?:ones )?(?:first|on top)"
           rf"|(?:in )?descending(?: order)?|(?:largest|biggest|heaviest)(?= {_MANY})"),
    Phrase("up", r"(?:the )?(?:smallest|lowest|least|lightest) (?:ones )?(?:first|on top)"
           r"|(?:in )?ascending(?: order)?"),
    Phrase("older", rf"{_RUN} (?:longer than|more than|over|at least) {_N} {_UNIT}"
           rf"|(?:that are )?older than {_N} {_UNIT}"
           rf"|(?:that )?(?:were )?started (?:more than|over) {_N} {_UNIT} ago", ">"),
    Phrase("older", rf"{_RUN} (?:less than|under) {_N} {_UNIT}|(?:that are )?younger than {_N}"
           rf" {_UNIT}|(?:that )?(?:were )?started (?:(?:in|within|during) the (?:last|past)"
           rf"|less than) {_N} {_UNIT}(?: ago)?", "<"),
    Phrase("older", r"(?:that )?(?:were )?started (?:in|within|during) the (?:last|past) "
           r"(second|minute|hour|day|week)", "<"),
    Phrase("memory", rf"(?:{_TAKES} )?{_MORE} (<z\d+>)(?: of)?(?: {_MEMORY})?", ">"),
    Phrase("memory", rf"(?:{_TAKES} )?{_LESS} (<z\d+>)(?: of)?(?: {_MEMORY})?", "<"),
    Phrase("memory", rf"(?:with |whose )?{_MEMORY} (?:is |of )?{_MORE} (<z\d+>)", ">"),
    Phrase("memory", rf"(?:with |whose )?{_MEMORY} (?:is |of )?{_LESS} (<z\d+>)", "<"),
    Phrase("percent", rf"(?:{_TAKES} )?{_MORE} {_N}{_PERCENT}(?: of)?(?: the)? {_MEMORY}", ">"),
    Phrase("percent", rf"(?:{_TAKES} )?{_LESS} {_N}{_PERCENT}(?: of)?(?: the)? {_MEMORY}", "<"),
    Phrase("cpu", rf"(?:{_TAKES} )?{_MORE} {_N}(?:{_PERCENT})?(?: of)?(?: the)? {_CPU}", ">"),
    Phrase("cpu", rf"(?:{_TAKES} )?{_LESS} {_N}(?:{_PERCENT})?(?: of)?(?: the)? {_CPU}", "<"),
    Phrase("cpu", rf"(?:with |whose )?{_CPU} (?:is |of )?{_MORE} {_N}(?:{_PERCENT})?", ">"),
    Phrase("cpu", rf"(?:with |whose )?{_CPU} (?:is |of )?{_LESS} {_N}(?:{_PERCENT})?", "<"),
    Phrase("count", r"(?:how many|(?:the )?number of|count(?: of)?)(?: the| all)*(?= )"
           r"|(?:and )?(?:count|how many)(?: (?:them|are there|there are))?"),
    Phrase("total", r"(?:the )?(?:total|combined)(?: amount of)?"
           rf" (?:(?P<memory>{_MEMORY})|(?P<cpu>{_CPU}))(?: (?:used|taken|usage))?"),
    Phrase("total", rf"how much (?:(?P<memory>{_MEMORY})|(?P<cpu>{_CPU}))(?: is used| is taken)?"),
    Phrase("together", "(?:use |take |need )?(?:in total|together|altogether|in all)"),
    Phrase("other", r"(?:(?:and |but )?not|except(?: for)?|excluding|without)(?: those| the ones)?"
           rf" (?:owned by|of|by|from|run by|belonging to) (?:the )?(?:user )?{_WHO}"),
    Phrase("user", r"(?:that |which )?(?:are )?(?:owned by|belonging to|belongs? to|run by"
           r"|running as|started by|of user|of the user|by user|by the user|as user|for user)"
           rf"(?: the)?(?: user| account)? {_WHOEVER}"),
    Phrase("user", r"(?:that |which )?(?:are )?(?:of|by|from|for|owned by|belonging to|belong to"
           r"|belongs to|run by|running as|started by|run as|under)(?: the)?(?: user| account)?"
           rf" {_WHO}(?:['’]s)?"),
    Phrase("user", rf"(?:the )?user {_WHO}(?: is running| runs| has| owns)?"
           rf"|that {_WHO} (?:runs|owns)"),
    Phrase("user", rf"{_WHO}['’]s?(?= {_MANY})|(root)(?= {_MANY})"),
    Phrase("mine", r"(?:that |which )?(?:are )?(?:owned by|run by|started by|of|by) me"),
    Phrase("mine", r"my(?: own)?|(?:of )?mine|(?<!can )(?:that )?i (?:run|own|started)"),
    Phrase("called", rf"(?:that are )?(?:named|called|whose name is|with the name) {_PROGRAM}"),
    Phrase("called", rf"whose (?:name|command) (?:contains|includes|has) {_PROGRAM}"
           rf"|with {_PROGRAM} in (?:the |their )(?:name|command)"),
    Phrase("kind", rf"(?:all )?(?:the )?{_PROGRAM}(?= {_MANY})"),
    Phrase("cut", rf"(?:only |just )?(?:and )?(?:the )?(?:top|first) {_N}(?: of them)?"
           rf"|(?:only|just|at most) {_N}(?: of them)?|(?:the )?{_N}(?=[\s|]+{_MANY})"),
    Phrase("show", r"(?:but |and )?(?:only |just )?(?:the |their )?(pids?|ids|process ids|names?)"
           r" and (?:the |their )?(pids?|names?|memory|cpu|users?)(?: only)?(?: of)?"),
    Phrase("show", r"(?:but |and )?(?:only |just )?(?:the |their )?(pids?|ids|process ids|names?)"
           r"(?: only)?(?: of)?"),
    Phrase("with", rf"(?:together )?(?:and |with )(?:the |their )?{_FACT}(?: usage)?"
           rf"(?: and (?:the |their )?{_FACT}(?: usage)?)?"),
    Phrase("noun", r"(?:running |active )?(?:process(?:es)?|programs?|tasks?)"
        r"|(?:every|any)thing(?= (?:of|run|owned|running|started|belonging))"),
)  # fmt: skip
LANGUAGE = Language(
    _PHRASES,
    POLITE - {"my"}
    | frozenset(
        "running currently right moment at by who use uses using sorted used of now".split()
    ),
)
