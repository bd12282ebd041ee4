"""Drum patterns by style: one or two bars of steps for each drum.

`X` is an accent, `x` a stroke, `g` a ghost note, `?` a stroke that the seed may leave out, `-` a
rest. The patterns are ours, after what drummers of each style usually play.
"""

from __future__ import annotations

from dataclasses import dataclass

# Name in a grid, General MIDI note, other names.
DRUMS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("crash", 49, ("crash cymbal", "cc")),
    ("ride", 51, ("ride cymbal", "rd")),
    ("bell", 53, ("ride bell",)),
    ("openhat", 46, ("open hat", "open hihat", "oh")),
    ("hihat", 42, ("hh", "hat", "closed hat", "hi-hat", "ch")),
    ("pedal", 44, ("pedal hat", "foot hat", "hihat foot")),
    ("shaker", 70, ("maracas", "shakers", "cabasa")),
    ("tambourine", 54, ("tamb",)),
    ("cowbell", 56, ("cb", "bell cow")),
    ("clave", 75, ("claves",)),
    ("agogo", 67, ()),
    ("conga", 63, ("high conga", "open conga")),
    ("tumba", 64, ("low conga",)),
    ("clap", 39, ("hand clap", "claps", "cp")),
    ("rim", 37, ("rimshot", "side stick", "cross stick", "sidestick")),
    ("snare", 38, ("sd", "sn")),
    ("hightom", 50, ("high tom", "tom 1", "ht")),
    ("midtom", 47, ("mid tom", "tom 2", "mt", "tom")),
    ("lowtom", 43, ("low tom", "floor tom", "tom 3", "lt")),
    ("surdo", 41, ()),
    ("kick", 36, ("bd", "bass drum", "bass")),
)


@dataclass(frozen=True)
class DrumStyle:
    """Steps of one or two bars by drum; `steps` of them fill a bar of `meter`."""

    meter: str
    steps: int
    tempo: int
    rows: tuple[tuple[str, str], ...]
    fills: tuple[tuple[tuple[str, str], ...], ...] = ()


def _rows(text: str) -> tuple[tuple[str, str], ...]:
    """Read `hihat x-x-|x-x-; kick x---` as rows; bars are kept apart by `|`."""
    return tuple(
        (name, "".join(steps.split()))
        for name, _, steps in (row.strip().partition(" ") for row in text.split(";") if row.strip())
    )


# Fills replace the end of a bar: as many steps as they have.
_ROCK_FILLS = (
    _rows("snare x-xx; hightom ----; kick x---"),
    _rows("snare xxxx----; hightom ----xx--; lowtom ------xx; kick x---x---"),
    _rows("snare x--xx-x-; kick x-----x-"),
)
_TRIPLET_FILLS = (
    _rows("snare x-xxxx; kick x-----"),
    _rows("snare xxx---; lowtom ---xxx; kick x--x--"),
)
_WALTZ_FILLS = (_rows("snare x-xx; kick ----"), _rows("snare xxx-; lowtom ---x"))
_FILLS = {(4, 16): _ROCK_FILLS[1], (4, 12): _TRIPLET_FILLS[1], (12, 12): _TRIPLET_FILLS[1],
          (3, 12): _WALTZ_FILLS[1]}  # fmt: skip


def fill_for(beats: int, steps: int) -> tuple[tuple[str, str], ...]:
    """Return a fill for the end of a bar of so many beats and steps, half of it at most."""
    known = _FILLS.get((beats, steps))
    if known is not None:
        return known
    half = max(1, steps // 2)
    return ("snare", "x" * (half - half // 2) + "-" * (half // 2)), (
        "lowtom", "-" * (half - half // 2) + "x" * (half // 2)
    )  # fmt: skip


STYLES: dict[str, DrumStyle] = {
    "rock": DrumStyle("4/4", 16, 116, _rows(
        "hihat x-x-x-x-x-x-x-x-; snare ----X-------X---; kick x-----?-x-x-----"), _ROCK_FILLS),
    "pop": DrumStyle("4/4", 16, 108, _rows(
        "hihat x-x-x-x-x-x-x-x-; snare ----X-------X---; kick x-----x-x-----?-"
        "; clap ----?-------?---"), _ROCK_FILLS),
    "ballad": DrumStyle("4/4", 16, 72, _rows(
        "hihat x-x-x-x-x-x-x-x-; rim --------X-------; kick x-----?-----?---"), _ROCK_FILLS[:1]),
    "metal": DrumStyle("4/4", 16, 160, _rows(
        "crash x---x---x---x---; snare ----X-------X---; kick xxxxxxxxxxxxxxxx"), _ROCK_FILLS),
    "punk": DrumStyle("4/4", 16, 180, _rows(
        "hihat x-x-x-x-x-x-x-x-; snare --X---X---X---X-; kick x---x---x---x---"), _ROCK_FILLS),
    "house": DrumStyle("4/4", 16, 124, _rows(
        "openhat --x---x---x---x-; hihat ?-?-?-?-?-?-?-?-; clap ----X-------X---"
        "; kick X---X---X---X---")),
    "techno": DrumStyle("4/4", 16, 132, _rows(
        "hihat --x---x---x---x-; shaker xgxgxgxgxgxgxgxg; rim ---?------?-----"
        "; clap ----?-------X---; kick X---X---X---X---")),
    "disco": DrumStyle("4/4", 16, 118, _rows(
        "openhat --x---x---x---x-; hihat x---x---x---x---; snare ----X-------X---"
        "; tambourine ?-?-?-?-?-?-?-?-; kick X---X---X---X---"), _ROCK_FILLS),
    "funk": DrumStyle("4/4", 16, 100, _rows(
        "hihat xxxxxxxxxxxxxxxx; snare -g--X--g-g--X--g; kick X-x---?---x--?--"), _ROCK_FILLS),
    "hip hop": DrumStyle("4/4", 16, 90, _rows(
        "hihat x-x-x-x-x-x-x-x?; snare ----X-------X---|----X-------X--g"
        "; kick x-?---?-x-x-----|x-----?x--x-----")),
    "trap": DrumStyle("4/4", 16, 140, _rows(
        "hihat x-x-x-x-x-x-xxxx|x-x-x-xxx-x-x-x-; openhat --------------?-; clap --------X-------"
        "; kick X-----?---x-----|X--?------x---x-")),
    "drum and bass": DrumStyle("4/4", 16, 172, _rows(
        "hihat x-x-x-x-x-x-x-x-; snare ----X--g-g--X---; kick X---------x-----")),
    "breakbeat": DrumStyle("4/4", 16, 136, _rows(
        "ride x-x-x-x-x-x-x-x-; snare ----X--x-x--X--x|----X--x-x----X-"
        "; kick x-x-------xx----|x-x-------x-----")),
    "reggae": DrumStyle("4/4", 16, 76, _rows(
        "hihat x-x-x-x-x-x-x-x-; rim --------X-----?-; kick --------X-------"), _ROCK_FILLS[:1]),
    "bossa nova": DrumStyle("4/4", 16, 132, _rows(
        "hihat x-x-x-x-x-x-x-x-; pedal ----x-------x---; rim x-----x-----x---|----x-----x-----"
        "; kick x-----x-x-----x-")),
    "samba": DrumStyle("4/4", 16, 104, _rows(
        "shaker XxxXXxxXXxxXXxxX; snare x-?x-x-x?-x-x-?x; agogo x-x--x-x-x-x--x-"
        "; surdo ----X-------X---; kick x--xx--xx--xx--x")),
    "salsa": DrumStyle("4/4", 16, 96, _rows(
        "clave ----x---x-------|x-----x-----x---; cowbell x---x-x-x---x-x-"
        "; conga ----x-----x-x-xx; tumba --------------??; kick ------x---------")),
    "afrobeat": DrumStyle("4/4", 16, 108, _rows(
        "hihat x-xxx-xxx-xxx-xx; shaker x-x-x-x-x-x-x-x-; snare ----g--X--g--X--"
        "; kick X--x--x---x--?--")),
    "country": DrumStyle("4/4", 16, 112, _rows(
        "snare gxgxXxgxgxgxXxgx; kick x-------x-------"), _ROCK_FILLS[:1]),
    "march": DrumStyle("2/4", 8, 112, _rows(
        "snare x-xxx-x-|x-xxxxx-; crash ?-------|--------; kick x---x---")),
    "waltz": DrumStyle("3/4", 12, 130, _rows(
        "hihat ----x---x---; snare ----g---g---; kick X-----------"), _WALTZ_FILLS),
    "jazz": DrumStyle("4/4", 12, 132, _rows(
        "ride x--x-xx--x-x; pedal ---x-----x--; snare --?-----?---; kick g--g--g--g--")),
    "shuffle": DrumStyle("4/4", 12, 108, _rows(
        "hihat x-xx-xx-xx-x; snare ---X-----X--; kick x-----x-?---"), _TRIPLET_FILLS),
    "slow blues": DrumStyle("12/8", 12, 60, _rows(
        "ride xxxxxxxxxxxx; snare ---X-----X--; kick x-----x-x---"), _TRIPLET_FILLS),
    "jazz waltz": DrumStyle("3/4", 9, 144, _rows(
        "ride x--x-xx--; pedal ---x-----; snare --?-----?; kick x--------")),
    "six eight": DrumStyle("6/8", 12, 72, _rows(
        "hihat x-x-x-x-x-x-; snare ------X-----; kick X---?-----?-"), _ROCK_FILLS[:1]),
    "five four": DrumStyle("5/4", 20, 140, _rows(
        "ride x---x-x---x-x---x---; pedal ----x-------x-------; snare ------g-----x-------"
        "; kick x-------------?-x---")),
    "seven eight": DrumStyle("7/8", 14, 124, _rows(
        "hihat x-x-x-x-x-x-x-; snare ----X-----X---; kick x-------x---?-")),
}  # fmt: skip
NAMES: dict[str, tuple[str, ...]] = {
    "rock": ("rock beat", "basic", "hard rock", "standard", "straight eight"),
    "pop": ("pop beat", "indie"), "ballad": ("slow rock", "slow"),
    "metal": ("double bass", "thrash"), "punk": ("d beat", "skank"),
    "house": ("four on the floor", "four to the floor", "4 on the floor", "edm", "dance",
              "deep house"),
    "techno": ("trance",), "disco": ("nu disco", "seventies"),
    "funk": ("funky", "soul", "r&b", "rnb", "motown"),
    "hip hop": ("boom bap", "hiphop", "rap", "lofi", "lo fi", "old school"),
    "trap": ("drill",), "drum and bass": ("dnb", "d&b", "jungle", "drum n bass"),
    "breakbeat": ("amen", "break", "big beat"), "reggae": ("one drop", "dub", "ska"),
    "bossa nova": ("bossa",), "samba": ("brazilian", "batucada"),
    "salsa": ("son", "clave", "latin", "son clave", "mambo", "cha cha"),
    "afrobeat": ("afro", "highlife"), "country": ("train beat", "bluegrass", "train"),
    "march": ("military", "marching", "parade"), "waltz": ("3/4", "viennese"),
    "jazz": ("swing", "bebop", "big band", "ride pattern"),
    "shuffle": ("blues", "blues shuffle", "texas", "half time shuffle"),
    "slow blues": ("12/8", "doo wop"), "jazz waltz": ("waltz swing",),
    "six eight": ("6/8",), "five four": ("5/4", "take five"), "seven eight": ("7/8", "balkan"),
}  # fmt: skip
