"""Terms of the field that name what is wanted, whatever else a request says."""

from __future__ import annotations

import re
from functools import cache

_TERMS = {
    "spell_chord": (
        r"spell|(?:töne|noten) (?:von|in|des|im)|dreiklang|vierklang|(?:its|the) (?:notes|"
        r"tones|pitches)|"
        r"tones? (?:of|in)|notes (?:of|in|are in)|"
        r"what is in|what's in|consists? of|components?|constituents?|ingredients?|"
        r"contain(?:s|ed)?|"
        r"made (?:of|up)|what goes into|its (?:notes|tones|pitches)|chord tones|"
        r"(?:notes|tones|pitches) (?:are )?(?:in|inside|of)\b|"
        r"(?:which|what) (?:notes|tones|pitches)|break (?:it|this|that) down|"
        r"(?:which|what) inversion|with [A-G][b#]? in the bass,? what"
    ),
    "spell_scale": (
        r"(?:melod|harmon|dor|phryg|lyd|mixolyd|lokr)isch|(?:arm[oó]nic|mel[oó]dic)[ao]|"
        r"(?:welche (?:töne|noten)|quelles? notes?|qué notas)(?: hat| a| tiene)?|"
        r"(?:notes|tones|pitches|spell|write(?: out)?) .*\bscale|(?:scale|mode)\b.* (?:notes|"
        r"tones|pitches)|ionian|dorian|phrygian(?! (?:half )?cadence)|lydian|mixolydian|"
        r"aeolian|locrian|pentatonic|"
        r"whole[ -]tone|bebop|octatonic|(?:harmonic|melodic|natural) minor|super locrian"
    ),
    "name_chord": (
        r"name|called|identify|(?:which|what|the) (?:symbol|sonority)|symbol|"
        r"(?:which|what) (?:chord|harmony) (?:is|has|do|would|are|did)|what am i playing|"
        r"(?:name|symbol) (?:of|for) (?:this|that|it)|call (?:it|this|that)|chord ?\?|"
        r"(?<=[A-Ga-g#b] )(?:together|at once)\b.*what(?:'?s| is) (?:that|this|it)|"
        r"(?:which|what) inversion|label|sonority|what (?:do|would|will) (?:you|i|we) (?:get|have)|"
        r"what (?:does|do) (?:that|this|these|those|they) make"
    ),
    "name_scale": (
        r"(?:which|what|the) (?:kind of )?(?:mode|scale) (?:is|has|could|do|are|that|would|fits)|"
        r"(?:name|identify|label|find) (?:the|this|that|my) (?:mode|scale)|tonic|mode\?|"
        r"(?:this|that|the|my) (?:mode|scale) (?:called|named)|(?:scale|mode) (?:name|is it)|"
        r"(?:what's|whats|what is) (?:this|that|the|my) (?:mode|scale)|"
        r"(?:which|what) (?:mode|scale)\?*$"
    ),
    "interval_between": (
        r"intervals?(?! (?:vector|class))|intervalos?|from (?-i:[A-G])\S* (?:up|"
        r"down) to (?-i:[A-G])|distance|gap|quality|leap|skip|jump|"
        r"(?:diminished|augmented|major|minor|perfect) or (?:diminished|augmented|major|minor|"
        r"perfect)|(?:half|whole)[ -]?tones|"
        r"how (?:far|wide)|semitones? between|"
        r"half[ -]steps? (?:sit|are|is)?"
    ),
    "note_at_interval": (
        r"(?:which|what) (?:note|pitch|tone)\b.*\b(?:above|below|over|under|up|down)|"
        r"(?:minor|major|perfect|augmented|diminished) (?:second|third|fourth|fifth|sixth|seventh|"
        r"octave) (?:above|below|over|under) (?-i:[A-G])|"
        r"(?:note|pitch) (?:a|an|that)|i (?:land|arrive|end)|"
        r"(?:start(?:ing)?|standing) (?:on|at|from)"
    ),
    "scales_for_chord": (
        r"(?:which|what) (?:scales?|modes?) (?:would |will |do |can )?(?:works?|fits?|goes?|"
        r"suits?)|"
        r"solo(?:ing|s)? (?:over|on|with|in)|(?:to|i|we|you) solo|improvis\w*|blow|noodle|"
        r"scales? .*\b(?:over|on|fits?|"
        r"goes? with|suits?|for)\b"
    ),
    "key_signature": (
        r"(?:combien de (?:b[ée]mols|di[èe]ses)|armure|armadura|vorzeichen|wie viele (?:be|"
        r"kreuze|vorzeichen)|"
        r"cu[áa]nt[oa]s (?:sostenidos|bemoles|alteraciones)|key sig(?:nature|s)?s?|"
        r"how many (?:sharps|flats|accidentals)|(?:sharps|flats|"
        r"accidentals)\b)|"
        r"(?<!from the )(?:relative|parallel) (?:major|minor)(?: key)? (?:of|to|for|key)"
    ),
    "diatonic_chords": (
        r"leitereigene\w*|diatoni\w+|harmoni[sz]ed scale|chords? (?:of|in|that (?:live|belong)|"
        r"do i have)|"
        r"triads (?:of|in|and|plus|&)"
    ),
    "find_key": (
        r"(?:what|which) (?:key(?! sig)|tonality)|tonality|key (?:is|of|are)\b.*\bin\b|"
        r"tonal cent(?:er|re)|"
        r"in which (?:key|tonality)"
    ),
    "pitch_info": (
        r"hz|hertz|midi (?:note|number|\d)|freq(?:uency)?|note number|enharmonic\w*|"
        r"(?:other|another) name (?:of|for) (?:the )?(?:note|pitch)"
    ),
    "transpose": (
        r"transpos\w*|(?:up|down) (?:a|an|one|two|by)|move|shift|pitch(?:ed)? (?:up|down)|"
        r"from [A-G][b#]?m? to [A-G][b#]?m?\b|(?:but|now|instead) in|"
        r"(?:need|want|have|make|get|like) (?:it|them|this|that|everything|all) (?:to (?:be|"
        r"sound) )?"
        r"in (?:the key of )?(?-i:[A-G])|"
        r"(?:put|bring|take|lift) .*\bin(?:to)? (?:the key of )?(?-i:[A-G])(?:[b#♭♯]| flat| sharp)?"
        r"(?: major| minor|m)?(?:[\s.?!]*$|,)"
    ),
    "roman_numerals": r"roman|numerals?|degrees?|analy[sz]e|functions?|functional",
    "realize_numerals": (
        r"(?-i:[b#♭♯]?(?:VII|VI|IV|V|III|II|vii|vi|iv|v|iii|ii)(?:°|ø|maj|\+)?[\d/IViv]*|N6?)"
        r"(?: (?:chord|triad|of (?:the )?(?-i:[IViv]+)))?(?= (?:in|of)\b)|"
        r"(?:one|two|three|four|five|six|flat (?:two|three|six|seven))[ -]chord|"
        r"(?:chord|triad) on the (?:\w+ )?degree|(?:two[ -]five|one[ -](?:four|five|six))[ -]\w+|"
        r"the (?:sub)?dominant (?:chord )?(?:of|in)|"
        r"(?:german|italian|french|neapolitan) (?:\w+ )?sixth"
    ),
    "invert_chord": (
        r"\w*umkehrung|renversement|inversi[oó]ne?|\w*inversion|invert|1st inv|2nd inv|3rd inv|"
        r"(?:root|third|fifth|seventh|3rd|5th|7th) (?:is |comes )?(?:in the bass|lowest|"
        r"at the bottom|on the bottom|in bass)"
    ),
    "chord_voicings": (
        r"voicings?|voiced?|rootless|shells?|drop[ -]?[23]|guide[ -]?tones?|quartal|"
        r"(?:open|close) position"
    ),
    "transpose_for_instrument": (
        r"concert(?:[ -]pitch)?|transposing|(?:reads?|rewrite|part|write \w+) (?:for|it)\b"
    ),
    "capo_chords": (
        r"[ck]app?o\w*|clamp|(?:easy|easier|open) (?:chords|shapes)|"
        r"(?:with|in|using|from|like) (?:the )?[A-G][b#]?m? (?:shapes|fingerings|grips)"
    ),
    "tempo_delay": r"delay|echo|reverb|milliseconds?|(?:how many )?ms\b",
    "show_music": r"engrave|staff|stave|sheet|notat\w+|on paper|score|hear|listen|play|"
    r"sound of|(?:treble|bass|alto|tenor) clef|(?:the|five) lines",
    "chord_from_frets": (
        r"(?:guitar|ukulele|uke|mandolin|banjo)\W+(?:[x\d]{1,2}[ -]){3,5}[x\d]{1,2}|"
        r"frets?|tab|[x\d]{4,6} on (?:an? |the |my )?(?:guitar|ukulele|uke|mandolin|banjo|bass)"
    ),
    "chord_shapes": (
        r"finger(?:s|ed|ing|ings)?|grips?|where else|grab|shapes?|voicings? on|"
        r"ways (?:of|to) (?:hold|play|finger)\w*|holding|"
        r"(?:chord )?(?:box|diagram)s?|hold|how (?:do (?:i|you)|to) play|"
        r"(?:open|drop) [A-G] tuning|dadgad|(?:show|give) me an? [A-G]\S* (?:chord )?on"
    ),
    "show_on": (
        r"(?:on (?:the|a) )?(?:tabs?|tablature|keyboard|neck|fret ?board|piano[ -]?roll)|"
        r"(?:draw|picture|diagram|show|where)\b.*\bon\b.*\b(?:guitar|piano|bass|ukulele|keys|banjo|mandolin)"
    ),
    "borrowed_chords": (
        r"chords? out of (?:the )?[A-G]\S*(?: flat| sharp)? (?:minor|major)|"
        r"borrow\w*|modal interchange|modal mixture|mixture|from (?:the |its )?parallel|steal|"
        r"parallel (?:minor|major)(?: key)?(?:'s)? chords?|chords? .*\bparallel (?:minor|major)|"
        r"chords? .*\bfrom (?:the )?[A-G](?:[b#]| flat| sharp)? minor\b.* in"
    ),
    "secondary_dominants": (
        r"zwischendominanten?|nebendominanten?|dominantes? secondaires?|"
        r"dominantes? secundari[ao]s?|"
        r"sec[uo]ndar\w+ dom\w*|applied dom\w*|v of (?:something|each)\w*|dominants of|"
        r"(?:leads?|goes|resolves?) (?:in)?to .*\bas (?:a|its|the) dominant"
    ),
    "substitutions": (
        r"substitut\w+|(?:tritone )?subs?\b|replace|alternatives?|instead of|in place of|"
        r"(?:more interesting|fancier|jazzier|less (?:boring|plain)|richer) than|stands? in for"
    ),
    "circle_of_fifths": (
        r"circle|quintenzirkel|cercle des quintes|c[ií]rculo de quintas|"
        r"steps? (?:counter|anti)?[ -]?clockwise"
    ),
    "related_keys": (
        r"(?:verwandte|benachbarte) tonarten|tonalit[ée]s voisines|tonalidades vecinas|"
        r"(?:related|neighbou?r\w*|close(?:st)?|near(?:by|est)?) (?:keys?|tonalit\w+)|"
        r"neighbou?r\w*|"
        r"keys? (?:are )?(?:close|near|related)|related"
    ),
    "cadences": (
        r"cadences?|kadenz(?:en)?|cadencia|cadenza|cadential|deceptiv\w*|plagal\w*|authentic\w*|"
        r"come to rest|(?:proper|real|fake|final) ending|"
        r"ends? (?:in|on|with) a|(?:kind|sort|type) of (?:ending|close)"
    ),
    "modulation_path": (
        r"modulat\w+|pivot|routes?|(?:get|go|way|move|lead)\w* (?:in|on)?to .* from"
        r"|(?:get|go|way|path|move) (?:\w+ )?from .* (?:to|into)"
    ),
    "tone_row": r"(?:tone[ -]?)?rows?|matrix|twelve[ -]tone|12[ -]tone|dodecaphon\w+|serial|"
    r"series|(?:[A-G][#b♯♭]?[ ,]+){11}[A-G][#b♯♭]?",
    "set_class": (
        r"prime form|forte|(?:interval|ic) vector|set name|set[ -]class|pitch[ -]class|normal form"
    ),
    "meter": (
        r"taktart|comp[aá]s|mesure|meters?|metres?|time signature|count|grouped|"
        r"how .*\bbeats?\b|explain \d+/\d+|"
        r"(?:cut|common) time|alla breve"
    ),
    "tuplet": r"(?:du|tri|quadru|quintu|sextu|septu|octu|nonu)plets?|tuplets?|\d+:\d+|"
    r"in the (?:time|space) of",
    "metric_modulation": (
        r"metric mod\w*|new tempo|(?:dotted |triplet )?(?:quarter|eighth|half|"
        r"sixteenth)(?: note| triplet)?(?: of (?:the )?old)? (?:=|becomes|equals|turns into)"
    ),
    "music_time": (
        r"how long|how many (?:bars|seconds|minutes|samples)|in (?:seconds|minutes|samples)|"
        r"lasts?"
    ),
    "check_code": (
        r"check|valid(?:ate)?|correct|right|ok|mistakes?|wrong|errors?|bugs?|lint|parse|"
        r"compile|(?:wo|does|is|did)n'?t (?:\w+ )*?(?:play|run|work|load|render|start)"
    ),
    "convert_code": (
        r"convert|(?:abc|lilypond|musicxml|midi|csound|pi|strudel|tidal)\b.* (?:to|into)|"
        r"turn (?:this|my|the)|out of (?:this|my)|translate"
    ),
    "write_code": (
        r"as (?:abc|lilypond|musicxml|midi|csound|sonic|strudel|tidal)|in (?:abc|lilypond|"
        r"musicxml|csound|sonic|strudel|tidal)|(?:abc|lilypond|strudel|tidal|csound|"
        r"sonic pi) (?:code|notation|pattern|for)"
    ),
    "instrument_range": (
        r"tonumfang|umfang|tessiture|extensi[oó]ne?|[éa]tendue|range|compass|extent|limits?|"
        r"ambitus|(?:how|as) (?:high|low|deep)|bottom and top|"
        r"(?:low|high)est notes?|tessitura"
    ),
    "fits_range": (
        r"(?:can|could|will|would) (?:an?|the|my|our)|too (?:high|low)|manage|playable|"
        r"would (?:it|that|this|these|they) (?:work|be)|works? (?:on|for) (?:an?|the|my)|"
        r"doable|fits?|reach|within|sits? in|lies? in|"
        r"singable|"
        r"(?:fine|ok|okay|possible|comfortable) (?:with|for|on)"
    ),
    "edit_melody": (
        r"backwards?|reversed?|back to front|upside down|"
        r"(?:raise|lower) (?:bar|measure|note)|retrograde|double|halve|note lengths?|around [A-G]|"
        r"(?:bar|measure|note) (?:\d+|one|two|three|four|five)|slower|faster|bar of rests"
        r"|(?:change|replace|swap|turn|make|put|add|insert|drop)\b.*\b"
        r"(?:chords?|bars?|tritone|ii[ -]v)"
    ),
    "continue_melody": (
        r"continu\w*|(?:carry|go|keep)(?:ing)? (?:it |that |this )?(?:on|going)|extend|"
        r"(?:more|longer) of (?:it|that|this)|what (?:comes|follows|could follow)|prolong|finish|"
        r"what (?:might|could|would|should) come next|next \d+ bars"
    ),
    "canon": (
        r"canons?|kanon|rounds?|imitat\w+|"
        r"(?:second|other) voice (?:to )?(?:follow|enter|answer|come in)\w*"
    ),
    "variations": (
        r"var(?:y|ies|iations?|iate)|"
        r"(?:same|it|that|this|but|now|tune|melody|song|theme) in (?:the )?(?:minor|major)(?! \w)"
    ),
    "progression": (
        r"progressions?|changes|(?:some|jazz|pop|rock|lofi|bossa|nova|gospel|folk|blues|"
        r"flamenco) chords|\d+[ -]bar blues|bar blues"
    ),
    "song_form": (
        r"form|verse|chorus|bridge|intro|outro|rondo|ternary|binary|sections?|"
        r"whole (?:song|tune)|(?-i:A[ -]?A[ -]?B[ -]?A|A[ -]?B[ -]?A[ -]?C)"
    ),
    "comping": (
        r"comp(?:s|ing|ed)?|accompan\w+|back(?:ing|ed)?|skank|stride|alberti|"
        r"left[ -]hand (?:for|on|to)|strum\w*|oom[ -]pah"
    ),
    "mix_parts": (
        r"mix(?:es|ed|ing|down)?|(?:plays? |all |both |them |everything )*together|backing track|"
        r"(?:whole|full|entire|a|the|with) (?:\w+ )?(?:band|combo)|rhythm section|"
        r"(?:combine|layer|stack)\w*|(?:put|lay|play) .*\b(?:over|on top of|under|with) "
        r"(?:the|that|those|my) (?:chords|bass|drums|beat|melody|tune|progression|groove)|"
        r"(?:add|put|give) .*\bdrums?|with \w+ drums|without (?:the )?(?:drums|bass)"
    ),
    "bass_line": r"bass ?lines?|walking|low end|bass (?:player|part|for|over|under)|bassist",
    "drum_pattern": r"drums?|drummer|drumming|beat|groove",
    "rhythm_pattern": (
        r"e ?\(\d+ ?, ?\d+|hex|onsets?|euclid\w*|"
        r"\d+ (?:hits?|pulses|strokes?|onsets?) (?:over|in|out|across|on|against)|pulses|"
        r"\d+ (?:hits?|onsets?|strokes?) (?:evenly|equally)|spread|x[x.-]{3,}|[01]{6,}|"
        r"necklace|clave"
    ),
    "show_drums": r"grid|beat|groove|pattern",
    "melody_over": (
        r"melod(?:y|ies) (?:over|on|for|to)|top ?line|tunes? (?:over|on|for)|"
        r"lead line|themes? (?:over|that|for)|line above|sing over|on top of|"
        r"write .*\b(?:tune|melody)"
    ),
    "check_voice_leading": (
        r"part[ -]?writing|voice[ -]?leading|parallels?(?! (?:major|minor|key))|hidden fifths|"
        r"cross(?:ed|es|ing)? voices|voices cross\w*|S ?: ?[A-G]\S* .*\bB ?: ?[A-G]\S*"
    ),
    "realize_parts": (
        r"satb|choir|(?:four|4)[ -](?:parts?|voices?|singers?)|four[ -]part|chorale style|"
        r"voices of|soprano,? alto,?|among (?:the )?(?:voices|singers)"
    ),
    "realize_figured_bass": r"figured|fig\.? bass|figures|continuo|thorough ?bass",
    "harmonize_melody": (
        r"harmoni[sz]\w*|harmony (?:for|to|under)|chords? (?:under|for (?:this|my|"
        r"the|a) (?:\w+ )?(?:melody|tune|line|song|theme))|chords? (?:to|under|behind) (?:this|my)"
    ),
    "check_counterpoint": r"counterpoint",
    "compose_counterpoint": r"counterpoint|cantus|species|second voice",
    "find_in_corpus": (
        r"(?:bach|mozart|haydn|beethoven|palestrina) (?:in|with|uses?|using|pieces)"
        r"|contour"
        r"|find(?! (?:out |me )?(?:the |an? )?(?:key|chord|scale|cadence|note|parallel|mode|tonal))"
        r"|corpus|chorales|pieces?|scores?|literature|examples?|where does|who (?:uses|wrote)"
    ),
    "show_excerpt": r"bwv|excerpt|bars? \d+|measures? \d+",
}

_OTHERWISE = {
    "spell_chord": re.compile(
        r"\b(?:(?:melod|harmon|dor|phryg|lyd|mixolyd|lokr)isch|(?:arm[oó]nic|mel[oó]dic)[ao]|scales?|modes?|intervals?|(?:ion|aeol)ian|dorian|phrygian|lydian|mixolydian|locrian"
        r"|pentatonic|whole[ -]tone|bebop|octatonic)\b",
        re.I,
    ),
    "show_music": re.compile(
        r"\bwhat (?:do|would|should|could|can|must) (?:i|we|the \w+)(?: \w+ly)? play\b"
        r"|\b(?:chord|symbol)\s?\?|\bwhat(?:'?s|\sis)\s(?:that|this|it)(?:\scalled)?\W*$"
        r"|\b(?:tune|melody|song|theme|it|this|that) in (?:the )?(?:minor|major)\b",
        re.I,
    ),
    "name_chord": re.compile(r"\b(?:scales?|modes?|intervals?|cadences?|keys?)\b", re.I),
}
"""What is named there is something else: "what's that scale called" asks for no chord."""


@cache
def _terms(tool: str) -> re.Pattern[str] | None:
    pattern = _TERMS.get(tool)
    return None if pattern is None else re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)


def named(tool: str, text: str) -> bool:
    """Whether a request has a term that stands for what a tool does.

    >>> named("cadences", "is G C an authentic cadence?"), named("cadences", "spell G")
    (True, False)
    """
    pattern, other = _terms(tool), _OTHERWISE.get(tool)
    if pattern is None or (other is not None and other.search(text)):
        return False
    return pattern.search(text) is not None


def term_spans(tool: str, text: str) -> list[tuple[int, int]]:
    """Return where a tool's terms stand in a request."""
    pattern = _terms(tool)
    return [match.span() for match in pattern.finditer(text)] if pattern else []
