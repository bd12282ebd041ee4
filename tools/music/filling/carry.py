"""What a request takes over from the call before it: "and in A?", "a bass for it"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from runtime.values import music
from tools.music.chart import is_progression
from tools.music.filling import changing
from tools.music.filling.asked import Asked
from tools.music.filling.cues import term_spans
from tools.music.filling.keys import key_behind, named_key
from tools.music.filling.making import PLACE
from tools.music.filling.table import PLANS, Filled, fill
from tools.music.filling.written import written_format
from tools.music.music_text import read_music
from tools.music.pitch import MusicError
from tools.music.transposition import by_request

MUSIC = (
    "music",
    "chords",
    "chord",
    "notes",
    "melody",
    "theme",
    "cantus",
    "numerals",
    "scale",
    "voices",
)
_FAMILIES = (
    MUSIC,
    ("key", "start", "scale"),
    ("source", "format"),
)
_MAKE = frozenset(
    "transpose progression bass_line melody_over edit_melody realize_numerals variations "
    "compose_counterpoint modulation_path continue_melody song_form".split()
)
"""Tools whose result is music to go on with, rather than what they were asked about."""
_NAME = frozenset("name_chord chord_from_frets invert_chord".split())
"""Tools whose result is a name, to go on with where a chord is wanted."""
_ROOTED = frozenset("scale chord".split())
_COUNTED = frozenset("fret bars bpm steps".split())
_ROOT = r"[A-G](?:#|b|♯|♭|[\s-](?:flat|sharp))?"
_NUMBER = re.compile(r"(?<![\w/.])\d{1,3}(?![\w/.])")
_MADE = re.compile(r"\b(?:tune|melody|line|theme|phrase|song)\b", re.IGNORECASE)
_PLACED = re.compile(PLACE, re.IGNORECASE)
_NOTES_ONLY = frozenset("notes melody theme cantus".split())
_CHORDS_ONLY = frozenset("chords chord".split())
POINTING = re.compile(
    r"\b(?:it|its|it's|them|their|there|that|this|these|those|here|both|same|above|"
    r"result|also|too|again)\b",
    re.IGNORECASE,
)
_SMALL = frozenset(
    "a about add again also an and another as at bars but by can do does for from get give go have "
    "hear how i if in instead is it its just key let like make me mean meant need no not now of "
    "ok okay on one only or over please pls range rather same show sound sounds style tempo "
    "that the them then "
    "these they thing this those to too try tuned tuning use version want was what what's whats "
    "with would write you".split()
)
_ANOTHER = re.compile(
    r"\b(?:another|different|new\sone|other\sone|once\smore|one\smore|something\selse|"
    r"again|next\sone|variation\sof\sit)\b",
    re.IGNORECASE,
)
_STEP = re.compile(
    r"\b(?:steps?|(?:semi)?tones?|octaves?|seconds?|thirds?|fourths?|fifths?|sixths?|sevenths?)\b",
    re.IGNORECASE,
)
"""What has a direction in an edit: "up a step", then "a third"; "staccato" has none."""
_WAY = re.compile(r"\b(up|down|above|below|higher|lower|over|under)\b", re.IGNORECASE)
_TURNED = {"up": "down", "above": "below", "higher": "lower", "over": "under"}
_MODE = re.compile(
    r"\b(?:natural|harmonic|melodic)(?:\sminor)?|(?:major|minor)\s(?:pentatonic|"
    r"blues)|pentatonic(?:\s(?:major|minor))?"
    r"|ionian|dorian|phrygian(?:\sdominant)?|lydian(?:\sdominant)?|mixolydian|aeolian|"
    r"locrian|blues|whole[\s-]tone"
    r"|altered|diminished|bebop|chromatic|major|minor",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Before:
    """The call before: its tool, its arguments, its result."""

    tool: str
    arguments: Mapping[str, str]
    result: str = ""

    @property
    def made(self) -> str:
        """The music that came out of it; empty where none did that can be gone on with."""
        if self.tool not in _MAKE | _NAME:
            return ""
        line = self.result.split("\n", 1)[0]
        for text in (line, re.sub(r"\s\([^()]*\)$", "", line.rpartition(": ")[2])):
            found = list(music.find(text[:4000]))
            if len(found) == 1 and found[0].text == text.strip() and found[0].kind in "lhcm":
                return text.strip()
        return ""

    @property
    def grid(self) -> str:
        """The grid of drums that came out of it; empty where none did."""
        found = re.search(r"```\n(.+?)\n```", self.result, re.DOTALL)
        return found[1] if found and self.tool in ("drum_pattern", "show_drums") else ""


_LINE_MAKERS = frozenset(
    "melody_over bass_line edit_melody variations compose_counterpoint continue_melody".split()
)
"""Tools that make a line: an interval or a key alone changes it, rather than being transposed."""


def changer(before: Before) -> str:
    """Return the tool that changes what a tool made or showed; empty where none does."""
    if before.tool in ("drum_pattern", "show_drums"):
        return "show_drums"
    return "edit_melody" if before.tool == "edit_melody" or _music_of(before) else ""


def changes(text: str, before: Before) -> bool:
    """Whether a request says a change of what the tool before made, rather than another call."""
    read = filled(changer(before), text, before)
    if read is None or read.missing or not {"change", "edit"} & read.arguments.keys():
        return False
    if "change" in read.arguments or before.tool in _LINE_MAKERS:
        return True
    return is_progression(read.arguments["melody"]) or _PLACED.search(text) is not None


def _music_of(before: Before) -> str:
    """Return the melody or progression that a tool made, or else was asked about."""
    if before.made and before.tool in _MAKE:
        return before.made
    values = (str(before.arguments.get(name, "")) for name in MUSIC)
    return next((v for v in values if v and (is_progression(v) or _fits("melody", v))), "")


def filled(tool: str, text: str, before: Before | None) -> Filled | None:
    """Read the arguments of a tool from a request that may lean on the call before.

    >>> filled("key_signature", "and in A?", Before("key_signature", {"key": "E major"})).arguments
    {'key': 'A'}
    >>> filled("bass_line", "a boogie bass for it", Before("transpose", {}, "C F: F Bb")).arguments
    {'style': 'boogie', 'chords': 'F Bb'}
    """
    fresh = fill(tool, text)
    if fresh is None or before is None:
        return fresh
    if tool == "edit_melody" and "melody" not in fresh.arguments:
        return _edited(text, before)
    if before.tool == tool:
        return _same_tool(tool, text, fresh, before)
    given = {**fresh.arguments, **_gone_on(tool, text, fresh, before)}
    for name in fresh.missing:
        value = given.get(name) or _carried(name, text, before)
        if value:
            given[name] = value
    if POINTING.search(text):
        given |= {
            name: before.arguments[name]
            for name in ("key", "meter", "bpm", "tuning")
            if name in PLANS[tool].may and name in before.arguments and name not in given
        }
    some = PLANS[tool].some if given.keys() & set(PLANS[tool].some) else ()
    missing = tuple(name for name in fresh.missing if name not in given and name not in some)
    return replace(fresh, arguments=given, missing=missing)


def _edited(text: str, before: Before) -> Filled:
    """Read how the music of the call before is to change: chords are changed otherwise."""
    asked, music_before = Asked.of(text), _music_of(before)
    edit = changing.of_chords(asked) if is_progression(music_before) else changing.of_line(asked)
    if edit and before.tool == "edit_melody" and _STEP.search(_PLACED.sub("", edit)):
        edit = _directed(edit, str(before.arguments.get("edit", "")))
    read = {"melody": music_before, "edit": edit or ""}
    given = {name: value for name, value in read.items() if value}
    return Filled(given, tuple(n for n in read if n not in given), len(asked.left))


def renews(tool: str, text: str, before: Before) -> bool:
    """Whether a request names something new for the tool that was called before."""
    found = fill(tool, text)
    if found is None or before.tool != tool:
        return False
    merged = _same_tool(tool, text, found, before)
    return merged.whole and dict(merged.arguments) != {
        k: str(v) for k, v in before.arguments.items()
    }


def elliptical(tool: str, text: str, *, besides: bool = True) -> bool:
    """Whether a request says nothing but values of a tool, and small words: "and in A?".

    Terms that name the tool, and what it made, may stand `besides`: "carry on with that tune".
    """
    asked = Asked.of(text)
    plan = PLANS.get(tool)
    if plan is None:
        return False
    needs, may = [*plan.needs.values()], [*plan.may.values()]
    for reader in [*may, *needs] if plan.may_first else [*needs, *may]:
        reader(asked)
    for pair in plan.pairs.values():
        pair(asked)
    asked.taken += [(f.start, f.end) for f in asked.found if asked.free(f.start, f.end)]
    asked.taken += [m.span() for p in (_ANOTHER, _WAY, _MODE) for m in p.finditer(text)]
    if besides:
        asked.taken += [*term_spans(tool, text), *(m.span() for m in _MADE.finditer(text))]
    words = [m for m in re.finditer(r"[^\W\d_][\w']*", text) if asked.free(*m.span())]
    return all(match[0].lower() in _SMALL for match in words)


def _same_tool(tool: str, text: str, fresh: Filled, before: Before) -> Filled:
    """Put what is new in place of what was there."""
    kept = {name: str(value) for name, value in before.arguments.items()}
    fresh = replace(fresh, arguments=_in_key(text, dict(fresh.arguments), kept))
    given = {**fresh.arguments, **_gone_on(tool, text, fresh, before)}
    for name in kept.keys() & _ROOTED & given.keys():
        given[name] = _as_before(text, given[name], kept[name])
    if not given and (number := _NUMBER.search(text)):
        given |= dict.fromkeys(sorted(kept.keys() & _COUNTED)[:1], number[0])
    if "interval" in kept and "interval" in given:
        given["interval"] = _directed(given["interval"], kept["interval"])
    if "interval" in kept and "interval" not in given and (way := _WAY.search(text)):
        given["interval"] = _WAY.sub(way[1].lower(), kept["interval"])
    if (
        tool == "spell_scale"
        and (mode := _MODE.search(text))
        and _only_mode(given.get("scale", ""), mode[0])
    ):
        given["scale"] = _in_mode(kept.get("scale", ""), mode[0])
    if before.grid and "grid" in kept:
        kept = {"grid": before.grid}
    if tool == "continue_melody" and before.made and not _ANOTHER.search(text):
        kept["melody"] = before.made
    if "seed" in PLANS[tool].may and "seed" not in given and _ANOTHER.search(text):
        seed = kept.get("seed", "1")
        given["seed"] = str(int(seed) + 1) if seed.isdigit() else "2"
    merged = kept | given
    plan = PLANS[tool]
    needed = [*plan.needs, *(name for pair in plan.pairs for name in pair)]
    return Filled(merged, tuple(n for n in needed if n not in merged), fresh.left)


def _in_key(text: str, given: dict[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    """Move the chords of the call before where a request names only a key for them: "now in F"."""
    key, chords = given.get("chords", ""), kept.get("chords", "")
    lean = (
        re.search(rf"\bin(?:to)?\s(?:the\skey\sof\s)?{re.escape(key)}\W*$", text) if key else None
    )
    if lean is None or len(chords.split()) < 2:
        return given
    try:
        moved = by_request(read_music(chords), f"to {key}").music
    except MusicError:
        return given
    return given | {"chords": " ".join(chord.symbol for chord in moved.chords)}


def _as_before(text: str, new: str, old: str) -> str:
    """Put a bare note in place of the root of the scale or chord before: "the same on D"."""
    root = re.match(_ROOT, old)
    bare = re.fullmatch(_ROOT, new) is not None and root is not None and root[0] != old
    same = re.search(rf"\bsame\b.*\b(?:on|in|for)\s{re.escape(new)}", text, re.IGNORECASE)
    lean = re.search(rf"\bin\s{re.escape(new)}", text, re.IGNORECASE)
    return new + old[root.end() :] if bare and root and (same or lean) else new


def _converted(text: str, before: Before) -> dict[str, str]:
    """Return the target that is named alone, and the code that was converted or checked before."""
    target = written_format(Asked.of(text))
    source = str(before.arguments.get("source") or before.arguments.get("format") or "")
    code = str(before.arguments.get("code") or "")
    return {"code": code, "source": source, "target": target} if target and source and code else {}


def _carried(name: str, text: str, before: Before) -> str:
    """Return a value of the call before for an argument that the request leaves open."""
    if name == "grid":
        return before.grid
    family = next((f for f in _FAMILIES if name in f), ())
    made = before.made if name in MUSIC and _fits(name, before.made) else ""
    if made and before.tool in _MAKE and not re.search(r"\balso\b", text, re.IGNORECASE):
        return made
    for other in (name, *family):
        value = str(before.arguments.get(other, ""))
        if value and (name not in MUSIC or _fits(name, value)):
            return value
    return made


def _fits(name: str, text: str) -> bool:
    """Whether music is of the kind that an argument takes."""
    kinds = {found.kind for found in music.find(text)}
    if name in _NOTES_ONLY:
        return bool(kinds & set("lm"))
    if name == "chord":
        return kinds <= set("ckm") and bool(kinds)
    if name == "numerals":
        return kinds == {"v"}
    if name == "scale":
        return bool(kinds) and kinds <= set("xk")
    if name in _CHORDS_ONLY:
        return bool(kinds & set("hckmv")) or (
            kinds == {"l"} and not re.search(r"[A-G][#b♯♭]?\d", text)
        )
    return True


def _gone_on(tool: str, text: str, fresh: Filled, before: Before) -> dict[str, str]:
    """Return what only a follow-up says: where a modulation goes on to, what a code becomes."""
    if tool == "modulation_path" and "goal" not in fresh.arguments:
        return _way_on(text)
    if tool == "convert_code" and "target" not in fresh.arguments:
        return _converted(text, before)
    return {}


def _way_on(text: str) -> dict[str, str]:
    """Return the goal of a modulation, where only that is said, or its start behind "from"."""
    asked = Asked.of(text)
    key = named_key(asked) or key_behind(asked)
    if key is None:
        return {}
    return {"start" if re.search(rf"\bfrom\s{re.escape(key)}", text) else "goal": key}


def _directed(new: str, old: str) -> str:
    """Give an interval the direction of the one before, where it names none."""
    way = _WAY.search(old)
    if _WAY.search(new) or way is None or new.startswith(("to ", "from ")):
        return new
    return f"{way[1]} {new}" if re.match(r"(?:up|down)\b", old, re.I) else f"{new} {way[1]}"


def _only_mode(scale: str, mode: str) -> bool:
    return (
        not scale
        or scale.lower() == mode.lower()
        or not re.match(r"[A-Ga-g](?![a-z])|[A-G][b#]", scale)
    )


def _in_mode(scale: str, mode: str) -> str:
    tonic = re.match(r"\s*[A-Ga-g](?:#|b(?![a-z])|♯|♭|[\s-](?:flat|sharp))?", scale)
    minor = " minor" if mode.lower() in ("natural", "harmonic", "melodic") else ""
    return f"{tonic[0].strip()} {mode}{minor}" if tonic else scale


def is_change(text: str) -> bool:
    """Whether a request names a bar, a note or a chord and what to make of it."""
    if changing.of_chords(Asked.of(text)) is not None:
        return True
    edit = changing.of_line(Asked.of(text))
    return edit is not None and _PLACED.search(edit) is not None


def changes_beat(tool: str, text: str) -> bool:
    """Whether a request says a change of the beat that a tool made: "busier hats"."""
    beat = tool in ("drum_pattern", "show_drums")
    return beat and changing.drums(Asked.of(text)) is not None
