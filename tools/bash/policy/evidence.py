"""What is gathered while a command line is walked through."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tools.bash.policy import places, refuse
from tools.bash.policy.parts import add, may_be_device
from tools.bash.policy.syntax import Redirect, Script
from tools.bash.policy.words import Word

SAFE_ENVIRONMENT = re.compile(r"LC_[A-Z]+|LANG|TZ|COLUMNS|LINES|NO_COLOR|BLOCKSIZE")
# A name of small letters is no setting of a program or of bash, but for these.
PLAIN_NAME = re.compile(r"(?!histchars$|auto_resume$|\w*_proxy$)[a-z][a-z0-9_]*")
# Where a computed `cd` may lead to, as far as secrets go.
COMPUTED = ("/etc", "/root", "~", "/proc/self")
# Names that people give to variables of their own, and that no program looks at.
OWN_NAMES = frozenset(
    "FILE FILES FILENAME DIR DIRS NAME NAMES OUTPUT RESULT COUNT TOTAL DATE FOLDER FOLDERS SIZE "
    "NUM LINE LINES_ VALUE KEY ITEM LIST LOG LOGFILE SRC DEST START END NOW TODAY".split()
)
FOUND = "./found"
# Words with globs or variables that are compared with the table of secrets.
MOST_UNCERTAIN = 150
# With one of these, a name that a program lists can become one that another program reads.
TRAVELS = re.compile(r"\$\(|`|<\(|\b(?:xargs|read|exec|execdir|mapfile|parallel|while)\b")


@dataclass
class Evidence:
    """Programs, paths and reasons of one command line."""

    cwd: str
    programs: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    actions: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    network: bool = False
    privilege: bool = False
    nesting: int = 0
    looks: dict[str, str] = field(default_factory=dict)
    stands: list[str] = field(default_factory=list)
    static: dict[str, str] = field(default_factory=dict)
    wide: str = ""
    folders: list[str] = field(default_factory=list)
    travels: bool = False
    uncertain: int = 0
    variants: int = 0
    piped: bool = False

    def surroundings(self, script: Script) -> None:
        """Note the folders that a relative path may start from, and whether names travel."""
        self.travels |= TRAVELS.search(script.source) is not None
        add(self.stands, self.cwd)
        for command in script.commands:
            self.static |= {name: v.text for name, v in command.assignments if v and v.text}
            words = [word.text for word in command.words]
            if words[:1] in (["cd"], ["pushd"]) and len(words) > 1:
                self._goes(words[-1])
        for folder in self.stands:
            add(self.folders, folder)

    def _goes(self, to: str | None) -> None:
        for folder in COMPUTED if to is None else ():
            add(self.folders, folder)
        if to is None:
            return
        for folder in tuple(self.stands)[:8]:
            add(self.stands, to if to.startswith("~") else posixpath.join(folder, to))

    def secret(self, word: Word, *, named: bool, below: Sequence[str] = ()) -> None:
        """Note where a word names something secret; see `places.secret` for `named`."""
        if word.text is None:
            self.uncertain += 1
            if self.uncertain > MOST_UNCERTAIN:
                return add(self.doubts, "it holds too many words that are not certain")
        if why := places.secret(word, (*self.folders, *below), named=named):
            add(self.reasons, f"{word.shown[:100]} {why}")
            self.looks[word.shown[:100]] = f"which {why}"

    def path(self, word: Word) -> None:
        """Review a path that is read."""
        add(self.reads, word.shown)
        self.secret(word, named=True)
        if top := places.unknown(word):
            self.strange(word, top)

    def strange(self, word: Word, top: str) -> None:
        """Note that nothing is known of a path's top-level folder."""
        add(self.reasons, f"nothing is known of the folder {top}")
        self.looks[word.shown[:100]] = f"and nothing is known of the folder {top}"

    def action(self, phrase: str, touched: tuple[str, ...]) -> None:
        """Note what is done, in a person's words, and to which paths."""
        self.actions.append((phrase, touched))
        for target in touched:
            add(self.writes, target)

    def found(self, phrase: str) -> None:
        """Put words in place of the stand-in for the files that `find` hands to a program."""
        for items in (self.reads, self.writes):
            items[:] = [phrase if item == FOUND else item for item in items]
        self.actions = [
            (said, tuple(phrase if target == FOUND else target for target in targets))
            for said, targets in self.actions
        ]

    def redirect(self, redirect: Redirect) -> None:
        """Review a redirection."""
        operator, word = redirect.operator, redirect.target
        if operator == "<<<" and word is not None:
            self.secret(word, named=False)
        if operator.startswith("<<") or operator.endswith("&-"):
            return
        if word is None:
            add(self.doubts, "it redirects in an unusual way")
        elif operator in (">&", "<&") and re.fullmatch(r"\d|-|\d-", word.raw):
            return
        elif re.match(r"/+dev/(?:tcp|udp)/", word.shown):
            self.network = True
            add(self.reasons, "it reaches the network through /dev/tcp")
        elif operator in ("<", "<&"):
            computed = word.text is None and may_be_device(word.prefix)
            if operator == "<&" or word.opaque or word.free or computed:
                add(self.reasons, "it reads from a file whose name is computed")
            self.path(word)
        elif word.text not in ("/dev/null", "/dev/stdout", "/dev/stderr"):
            if refuse.is_device(word.shown):
                add(self.refusals, f"it overwrites the device {word.shown}")
            add(self.reasons, f"writes to {word.shown}")
            phrase = "Appends to" if operator in (">>", "&>>") else "Writes to"
            self.action(phrase, (word.shown,))

    def assignment(self, name: str, value: Word | None, program: str | None) -> None:
        """`program` is what the assignment stands before; None where it stands alone."""
        if value is not None:
            self.secret(value, named=False)
        static = value is None or value.text is not None
        safe = SAFE_ENVIRONMENT.fullmatch(name) or (name == "IFS" and program == "read")
        if program is not None and static and safe:
            return
        own = name in OWN_NAMES or PLAIN_NAME.fullmatch(name)
        if program is None and own and not (value and value.opaque):
            return
        add(self.reasons, f"sets {name}, which can change what programs do")
