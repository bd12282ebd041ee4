"""Terms of the field that name what is wanted, whatever else a request says."""

from __future__ import annotations

import re
from functools import cache

_TERMS = {
    "spell_chord": (
        r"spell|(?:its|the) (?:notes|tones)|tones? (?:of|in)|notes (?:of|in|are in)|"
        r"what is in|what's in"
    ),
    "name_chord": r"name|called|(?:which|what) chord (?:is|has|do|would|are)|what am i playing",
    "interval_between": (
        r"interval (?:between|from)|distance|how (?:far|wide)|semitones? between|"
        r"half[ -]steps? (?:sit|are|is)?"
    ),
    "note_at_interval": (
        r"(?:which|what) (?:note|pitch|tone)\b.*\b(?:above|below|over|under|up|down)|"
        r"(?:note|pitch) (?:a|an|that)"
    ),
    "scales_for_chord": (
        r"(?:solo(?:ing)?|improvis\w*|blow|noodle)\b|scales? .*\b(?:over|on|fits?|"
        r"goes? with|suits?|for)\b"
    ),
    "key_signature": (
        r"(?:key signature|how many (?:sharps|flats|accidentals)|(?:sharps|flats|"
        r"accidentals)\b)"
    ),
    "diatonic_chords": (
        r"diatonic|harmoni[sz]ed scale|chords? (?:of|in|that (?:live|belong)|do i have)|"
        r"triads (?:of|in)"
    ),
    "find_key": (
        r"(?:what|which) (?:key|tonality)|key (?:is|of|are)\b.*\bin\b|tonal cent(?:er|re)|"
        r"in which (?:key|tonality)"
    ),
    "pitch_info": r"hz|hertz|midi (?:note|number|\d)|frequency|note number",
    "transpose": (
        r"transpos\w*|(?:up|down) (?:a|an|one|two|by)|move|shift|"
        r"from [A-G][b#]?m? to [A-G][b#]?m?\b|but in"
    ),
    "roman_numerals": r"roman|numerals?|degrees|analy[sz]e",
    "invert_chord": r"\w*inversion|invert|1st inv|2nd inv|3rd inv",
    "transpose_for_instrument": (
        r"concert(?:[ -]pitch)?|transposing|(?:reads?|rewrite|part|write \w+) (?:for|it)\b"
    ),
    "capo_chords": r"capo|clamp",
    "tempo_delay": r"delay|echo|reverb|milliseconds?|(?:how many )?ms\b",
    "show_music": r"engrave|staff|stave|sheet|notat\w+|on paper|score|hear|listen|play",
    "chord_from_frets": r"frets?|tab",
    "chord_shapes": (
        r"finger(?:s|ed|ing|ings)?|grips?|grab|shapes?|voicings? on|chord (?:box|diagram)s?|"
        r"hold|how (?:do (?:i|you)|to) play"
    ),
    "show_on": (
        r"(?:on (?:the|a) )?(?:tabs?|tablature|keyboard|neck|fret ?board|piano[ -]?roll)|"
        r"(?:draw|picture|diagram|show|where)\b.*\bon\b.*\b(?:guitar|piano|bass|ukulele|keys|banjo|mandolin)"
    ),
    "borrowed_chords": (
        r"borrow\w*|modal interchange|modal mixture|mixture|parallel (?:minor|major)|steal"
    ),
    "secondary_dominants": (
        r"sec[uo]ndar\w+ dom\w*|applied dom\w*|v of (?:something|v|each)\w*|dominants of"
    ),
    "substitutions": r"substitut\w+|(?:tritone )?subs?\b|replace|alternatives?|instead of",
    "circle_of_fifths": r"circle of (?:fifths|5ths|fourths)|steps? (?:counter|anti)?[ -]?clockwise",
    "related_keys": (
        r"(?:related|neighbou?r\w*|close(?:st)?|near(?:by|est)?) (?:keys?|tonalit\w+)|"
        r"keys? (?:are )?(?:close|near|related)|related"
    ),
    "cadences": r"cadences?|cadential",
    "modulation_path": (
        r"modulat\w+|pivot|(?:get|go|way|move|lead)\w* (?:in|on)?to .* from"
        r"|(?:get|go|way|path|move) (?:\w+ )?from .* (?:to|into)"
    ),
    "tone_row": r"(?:tone[ -]?)?rows?|matrix|twelve[ -]tone|12[ -]tone|dodecaphon\w+|serial",
    "set_class": r"prime form|forte|interval vector|set[ -]class|pitch[ -]class|normal form",
    "meter": r"meters?|time signature|count|grouped|how .*\bbeats?\b|explain \d+/\d+",
    "tuplet": r"(?:du|tri|quadru|quintu|sextu|septu|octu|nonu)plets?|tuplets?|\d+:\d+",
    "metric_modulation": (
        r"metric mod\w*|new tempo|(?:dotted |triplet )?(?:quarter|eighth|half|"
        r"sixteenth)(?: note| triplet)? (?:=|becomes|equals)"
    ),
    "music_time": (
        r"how long|how many (?:bars|seconds|minutes|samples)|in (?:seconds|minutes|samples)|"
        r"lasts?"
    ),
    "check_code": (
        r"check|valid(?:ate)?|correct|right|ok|mistakes?|wrong|errors?|bugs?|lint|parse|"
        r"compile"
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
    "instrument_range": r"range|compass|(?:how|as) (?:high|low)|(?:low|high)est notes?|tessitura",
    "fits_range": r"can (?:an?|the|my)|too (?:high|low)|manage|playable|fits?|reach|within",
    "edit_melody": (
        r"backwards?|reversed?|retrograde|double|halve|note lengths?|around [A-G]|(?:bar|"
        r"measure|note) (?:\d+|one|two|three|four|five)|slower|faster|bar of rests"
        r"|(?:change|replace|swap|turn|make|put|add|insert|drop)\b.*\b"
        r"(?:chords?|bars?|tritone|ii[ -]v)"
    ),
    "continue_melody": (
        r"continu\w*|(?:carry|go|keep)(?:ing)? (?:it |that |this )?(?:on|going)|extend|"
        r"(?:more|longer) of (?:it|that|this)|what (?:comes|follows|could follow)"
    ),
    "chord_voicings": (r"voicings?|voiced?|shells?|rootless|drop[ -]?[23]|quartal|guide tones"),
    "comping": r"comp(?:ing|ed|s)?|accompan\w+",
    "song_form": (
        r"(?:song |aaba )?form|rondo|binary|ternary|verse|chorus|"
        r"(?-i:A[ -]?A[ -]?B[ -]?A|A[ -]?B[ -]?A[ -]?C)"
    ),
    "canon": r"canons?|rounds?|imitat\w+",
    "variations": (
        r"var(?:y|ies|iations?|iate)|"
        r"(?:same|it|that|this|but|now) in (?:the )?(?:minor|major)(?! \w)"
    ),
    "progression": (
        r"progressions?|changes|(?:some|jazz|pop|rock|lofi|bossa|nova|gospel|folk|blues|"
        r"flamenco) chords|\d+[ -]bar blues|bar blues"
    ),
    "bass_line": r"bass ?lines?|walking|low end|bass (?:player|part|for|over|under)|bassist",
    "drum_pattern": r"drums?|drummer|drumming|beat|groove",
    "show_drums": r"grid|beat|groove|pattern",
    "melody_over": (
        r"melod(?:y|ies) (?:over|on|for|to)|top ?line|tunes? (?:over|on|for)|lead line|"
        r"write .*\b(?:tune|melody)"
    ),
    "check_voice_leading": r"part[ -]?writing|voice[ -]?leading|parallels?|hidden fifths",
    "realize_parts": (
        r"satb|choir|(?:four|4)[ -](?:parts?|voices?)|four[ -]part|chorale style|voices of"
    ),
    "realize_figured_bass": r"figured|figures|continuo|thorough ?bass",
    "harmonize_melody": (
        r"harmoni[sz]\w*|harmony (?:for|to|under)|chords? (?:under|for (?:this|my|"
        r"the) (?:melody|tune))"
    ),
    "check_counterpoint": r"counterpoint",
    "compose_counterpoint": r"counterpoint|cantus|species|second voice",
    "find_in_corpus": (
        r"(?:bach|mozart|haydn|beethoven|palestrina) (?:in|with|uses?|using|pieces)"
        r"|find(?! (?:out |me )?(?:the |an? )?(?:key|chord|scale|cadence|note|parallel|mode|tonal))"
        r"|corpus|chorales|pieces?|scores?|literature|examples?|where does|who (?:uses|wrote)"
    ),
    "show_excerpt": r"bwv|excerpt|bars? \d+|measures? \d+",
}


@cache
def _terms(tool: str) -> re.Pattern[str] | None:
    pattern = _TERMS.get(tool)
    return None if pattern is None else re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)


def named(tool: str, text: str) -> bool:
    """Whether a request has a term that stands for what a tool does.

    >>> named("cadences", "is G C an authentic cadence?"), named("cadences", "spell G")
    (True, False)
    """
    pattern = _terms(tool)
    return pattern is not None and pattern.search(text) is not None


def term_spans(tool: str, text: str) -> list[tuple[int, int]]:
    """Return where a tool's terms stand in a request."""
    pattern = _terms(tool)
    return [match.span() for match in pattern.finditer(text)] if pattern else []
