"""Which of the things that a conversation made play together: "mix the drums and the bass"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.music.band import NONE
from tools.music.chart import is_progression
from tools.music.filling.carry import POINTING, Before, filled
from tools.music.filling.cues import named
from tools.music.filling.table import PLANS, Filled, fill
from tools.music.numbers import ORDINALS

TOOL = "mix_parts"
PLAYERS: Mapping[str, str] = {
    "melody": r"melod(?:y|ies)|tunes?|themes?|top\s?lines?|solo",
    "chords": r"chords?|progressions?|changes|comping|accompaniment|harmon(?:y|ies)",
    "bass": r"bass(?:\s?lines?)?",
    "drums": r"drums?(?:\s?beats?)?|beats?|grooves?|percussion",
}
"""The arguments of the tool that are things to play, and the words for each."""
_MADE_UP = ("bass", "drums")
"""Players that are made in the style where nothing is said of them."""
_NEGATED = r"\b(?:no|without|minus|drop|mute|remove|leave\sout|take\sout)\s(?:the\s|any\s)*"
_NUMBERED = re.compile(
    rf"\b(?P<number>{'|'.join(ORDINALS)}|last|latest)\s(?P<noun>one|"
    + "|".join(PLAYERS.values())
    + r")\b",
    re.IGNORECASE,
)
_ALL = re.compile(r"\b(?:all|everything|together|mix)\b", re.IGNORECASE)
_EVERYTHING = re.compile(r"\b(?:all|everything)\b", re.IGNORECASE)
_TWO = re.compile(r"\b(?:both|the\stwo)\b", re.IGNORECASE)
_BAND = re.compile(r"\b(?:band|combo|trio|quartet|rhythm\ssection|backing)\b", re.IGNORECASE)
_ONLY = re.compile(r"\b(?:only|just|mix|combine|together)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Made:
    """A thing that was made: who plays it, as text; the chords `under` it, where it has some."""

    player: str
    text: str
    under: str = ""


def made(calls: Sequence[Before]) -> list[Made]:
    """Return what the calls of a conversation made that can be played, the oldest first."""
    things: list[Made] = []
    for call in calls:
        things += _made_by(call, things)
    return things


def _made_by(call: Before, earlier: Sequence[Made]) -> list[Made]:
    given = call.arguments
    if call.tool == TOOL:
        return [Made(p, given[p]) for p in PLAYERS if given.get(p) and given[p] not in NONE]
    if call.grid:
        return [Made("drums", call.grid)]
    text = given.get("chords", "") if call.tool == "comping" else call.made
    if len(text.split()) < 2:
        return []
    if is_progression(text):
        return [Made("chords", text)]
    source = next((given[n] for n in ("melody", "music", "theme") if n in given), "")
    same = (thing.player for thing in reversed(earlier) if thing.text == source)
    player = "bass" if call.tool == "bass_line" else next(same, "melody")
    return [Made(player, text, given.get("chords", ""))]


def together(text: str, calls: Sequence[Before]) -> Filled:
    """Read who plays together, out of a request and what the `calls` before it made.

    >>> bass = Before("bass_line", {"chords": "C | G"}, "C3:w | G2:w")
    >>> beat = Before("show_drums", {}, "```\\nkick x---\\n```")
    >>> dict(together("mix the drums and the bass", [bass, beat]).arguments)
    {'drums': 'kick x---', 'bass': 'C3:w | G2:w'}
    """
    fresh = fill(TOOL, text)
    assert fresh is not None
    last = calls[-1] if calls else None
    if last is not None and last.tool == TOOL:
        given = _changed(text, last, made(calls[:-1]))
    else:
        given = _gathered(text, fresh, made(calls) if named(TOOL, text) else [])
    given = {name: given[name] for name in PLANS[TOOL].may if name in given}
    lines = [name for name in ("chords", "melody", "bass") if _is_music(name, given.get(name, ""))]
    several = len(given.keys() & PLAYERS.keys()) > 1  # one by itself is no band
    several |= named(TOOL, text) and bool(_said(text) or _BAND.search(text) or "style" in given)
    return Filled(given, () if lines and several else PLANS[TOOL].some, fresh.left)


def gathers(text: str) -> bool:
    """Whether a request names several players to put together; it is one request then.

    >>> gathers("mix the drums and the bass"), gathers("a bass line and a beat")
    (True, False)
    """
    return named(TOOL, text) and len(_said(text)) > 1


def _gathered(text: str, fresh: Filled, things: Sequence[Made]) -> dict[str, str]:
    """Return the players of a request, those that it leaves unnamed only where a band is meant."""
    picked = _picked(text, fresh, things)
    given = picked | dict(fresh.arguments)
    if not picked:
        return given
    if len(given.keys() & PLAYERS.keys()) == 1 and "chords" not in given:
        given |= _under(things)
    if "chords" in given and not _BAND.search(text):
        silent = (p for p in _MADE_UP if p not in given and p not in _said(text))
        given |= dict.fromkeys(silent, "none")
    return given


def _picked(text: str, fresh: Filled, things: Sequence[Made]) -> dict[str, str]:
    """Return the things of the conversation that a request means."""
    said = [player for player in _said(text) if player not in fresh.arguments]
    picked = _numbered(text, things)
    for player in said:
        latest = _latest(things, player) or (_under(things) if player == "chords" else {})
        picked = latest | picked
    own = fresh.arguments.keys() & PLAYERS.keys()
    if not picked and not said and not own and (_ALL.search(text) or POINTING.search(text)):
        recent = things[-2:] if _TWO.search(text) else things
        return {thing.player: thing.text for thing in recent}
    if not picked.keys() - {"drums"} and (said or own) and not own & {"chords", "melody"}:
        others = [thing for thing in things if thing.player not in {*said, *own}]
        return picked | ({others[-1].player: others[-1].text} if others else {})
    if own and not picked and POINTING.search(text):
        others = [thing for thing in things if thing.player not in own]
        return {others[-1].player: others[-1].text} if others else {}
    return picked


def _numbered(text: str, things: Sequence[Made]) -> dict[str, str]:
    """Return the things that stand by number: "the second one", "the first melody"."""
    picked = {}
    others = _said(_NUMBERED.sub("", text))
    for match in _NUMBERED.finditer(text):
        one = match["noun"].lower() == "one"
        pool = [t for t in things if (t.player not in others if one else _says(match[0], t.player))]
        place = ORDINALS.get(match["number"].lower(), len(pool)) - 1
        if 0 <= place < len(pool):
            picked[pool[place].player] = pool[place].text
    return picked


def _changed(text: str, last: Before, things: Sequence[Made]) -> dict[str, str]:
    """Return the mix before with what a request changes: players, style, tempo, seed."""
    same = filled(TOOL, text, last)
    assert same is not None
    given = dict(same.arguments)
    said = _said(text)
    if said and "seed" in last.arguments:  # "the bass again" is the same bass
        given["seed"] = last.arguments["seed"]
    elif said:
        given.pop("seed", None)
    if not said and _EVERYTHING.search(text):
        said = list(PLAYERS)
    for player in said:
        if given.get(player, "") in NONE:
            given.pop(player, None)
            given |= _latest(things, player)
    if same.arguments.get("style") != last.arguments.get("style"):
        # What a style makes is made anew; where there are no chords a bass cannot be.
        made_up = _MADE_UP if "chords" in given else ("drums",)
        for player in made_up:
            if player not in said and given.get(player) not in NONE:
                given.pop(player, None)
    gone = [player for player in PLAYERS if _says(text, player) and player not in said]
    gone += [p for p in PLAYERS if p not in said] if said and _ONLY.search(text) else []
    for player in gone:
        given.pop(player, None)
        given |= {player: "none"} if player in _MADE_UP else {}
    return given


def _said(text: str) -> list[str]:
    """Return the players that a request names and does not send away."""
    return [
        player
        for player, words in PLAYERS.items()
        if _says(re.sub(rf"{_NEGATED}(?:{words})", "", text, flags=re.IGNORECASE), player)
    ]


def _says(text: str, player: str) -> bool:
    return re.search(rf"\b(?:{PLAYERS[player]})\b", text, re.IGNORECASE) is not None


def _latest(things: Sequence[Made], player: str) -> dict[str, str]:
    return next(({player: t.text} for t in reversed(things) if t.player == player), {})


def _under(things: Sequence[Made]) -> dict[str, str]:
    """Return the chords that the last thing was written over."""
    return next(({"chords": t.under} for t in reversed(things) if t.under), {})


def _is_music(player: str, text: str) -> bool:
    """Whether a value is written music; a bass may be the name of a style instead."""
    return bool(text) and (player != "bass" or re.search(r"[A-G][#b♯♭]?-?\d", text) is not None)
