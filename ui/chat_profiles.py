"""The page's profiles: the router, or one specialist by itself, with requests to begin with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Start:
    """A request to begin with: a short label and the text that is sent."""

    label: str
    message: str


@dataclass(frozen=True)
class Profile:
    """A profile; `specialist` None means that the router chooses."""

    name: str
    specialist: str | None
    description: str
    icon: str
    starters: tuple[Start, ...]


_LARGEST = Start(
    "The five largest files under /usr/lib", "show me the five largest files under /usr/lib"
)
_DELETE = Start("Delete every .log file in /srv/app", "delete every .log file in /srv/app")
_DISK = Start("How full are the disks?", "how full are the disks")
_PROCESSES = Start("Which processes use the most memory?", "which processes use the most memory")
_CHORD = Start(
    "Spell E flat minor seventh, up a fourth",
    "what notes are in an E flat minor seventh, and transpose it up a fourth",
)
_MODE = Start("The notes of D dorian", "what are the notes of D dorian")
_KEY = Start("Chords of A major", "what are the diatonic chords of A major")
_WHAT = Start("What can you do?", "what can you do")

PROFILES = (
    Profile(
        "Mica",
        None,
        "Ask about this machine or about music. A specialist answers by running real tools.",
        "/public/mica.svg",
        (_LARGEST, _CHORD, _DELETE, _WHAT),
    ),
    Profile(
        "Sysadmin",
        "sysadmin",
        "Runs commands in a sandbox: files, disks, processes, text.",
        "/public/sysadmin.svg",
        (_LARGEST, _DISK, _PROCESSES, _DELETE),
    ),
    Profile(
        "Composer",
        "composer",
        "Music theory with notation and sound: chords, scales, keys, transposition.",
        "/public/composer.svg",
        (_CHORD, _MODE, _KEY),
    ),
)

SPECIALISTS = {profile.name: profile.specialist for profile in PROFILES}
