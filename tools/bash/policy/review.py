"""One command line reviewed: what would run, what it touches, and why it is not simply allowed."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace

from tools.bash.policy import inline, places, refuse
from tools.bash.policy.evidence import FOUND, Evidence
from tools.bash.policy.options import options_problem
from tools.bash.policy.parts import add, targets, variants
from tools.bash.policy.syntax import Script, parse
from tools.bash.policy.table import Arguments, Row, rows, sort_words
from tools.bash.policy.words import Piece, Word, literal

BIN = frozenset(("/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"))
SHELLS = frozenset("sh bash dash zsh ksh ash rbash mksh".split())
DELETING = frozenset("rm unlink shred rmdir".split())
EXEC = frozenset(("-exec", "-execdir", "-ok", "-okdir"))
MOST_NESTING = 6
MOST_VARIANTS = 400


class Review(Evidence):
    """Walks through a command line."""

    def script(self, script: Script) -> None:
        """Review everything that a parsed script would run."""
        for problem in script.problems:
            add(self.doubts, f"it {problem}")
        if refuse.bomb(script.functions):
            add(self.refusals, "it is a fork bomb, which starts processes without end")
        self.surroundings(script)
        for redirect in script.redirects:
            self.redirect(redirect)
        self._fed(script)
        for word in script.listed:
            self.secret(word, named=True)
        for command in script.commands:
            self.piped = command.piped
            first = command.words[0].text if command.words else None
            for name, value in command.assignments:
                self.assignment(name, value, first)
            every = variants(command.words, script)
            self.variants += len(every)
            for words in every if self.variants <= MOST_VARIANTS else [command.words]:
                self.command(words, script)

    def _fed(self, script: Script) -> None:
        """Look into texts that are written into a shell, where there is one that reads them."""
        names = {posixpath.basename(c.words[0].text or "") for c in script.commands if c.words}
        for redirect in script.redirects:
            if redirect.operator == "<<<" and redirect.target is not None:
                self._widen([redirect.target])
                script.bodies.append(redirect.target.shown)
        if names & SHELLS:
            for command in script.commands:
                if command.words and command.words[0].text in ("echo", "printf"):
                    script.bodies.append(" ".join(word.shown for word in command.words[1:]))
            for body in script.bodies[:20]:
                self._code(body)

    def _widen(self, words: list[Word]) -> None:
        """Note a system folder whose names may go to another program."""
        found = (refuse.system_folder(word, cwd) for word in words for cwd in self.stands)
        self.wide = self.wide or next((folder for folder in found if folder), "")

    def command(self, words: list[Word], script: Script) -> None:
        """Review one simple command."""
        if not words:
            return
        name = words[0].text
        if any(word.opaque for word in words):
            add(self.doubts, "it holds a word that cannot be read with certainty")
        if not name or words[0].pieces[0].kind == "tilde":
            add(self.programs, words[0].shown)
            add(self.reasons, "the program's name is computed, so what runs is not known")
            return
        folder, base = posixpath.split(name)
        if folder in BIN:
            name = base
        add(self.programs, name)
        row = rows().get(name)
        if row is None:
            add(self.reasons, f"{name} is not a program that the policy knows")
            self.actions.append((f"Runs a program that the policy does not know: {name}", ()))
            if base.startswith(("ld-linux", "ld-musl")):
                self._nested(words[1:], script)
            for word in words[1:]:
                if "/" in word.prefix and not word.prefix.startswith("-"):
                    add(self.reads, word.shown)
            return
        self._known(row, words[1:], script)

    def _known(self, row: Row, words: list[Word], script: Script) -> None:
        if len(words) == 1 and words[0].text in row.version:
            return None
        self.privilege |= row.privilege
        self.network |= row.network
        if row.name in SHELLS or row.name in ("eval", "su", "sg", "trap"):
            self._shell(row, words, script)
        if row.kind != "wrapper" and (self.travels or not row.lists):
            for word in self._mentions(row, words):
                self.secret(word, named=False)
        if row.name == "find":
            return self._find(row, words, script)
        if row.kind == "wrapper":
            return self._wrapper(row, words, script)
        arguments = sort_words(row, words)
        arguments.piped = self.piped
        if row.kind == "read":
            if row.name in ("ls", "echo", "printf"):
                self._widen(arguments.operands)
            self._reads(row, words, arguments)
        else:
            self._changes(row, words, arguments)
        self._inside(row, words, arguments)
        for file in inline.files(row, words):
            add(self.writes, file)
        return None

    def _mentions(self, row: Row, words: list[Word]) -> list[Word]:
        """Return the words that may name a file: all but the pattern of a search."""
        if not row.pattern:
            return words
        arguments = sort_words(row, words)
        found = [value for name, value in arguments.options if value and name not in row.pattern]
        found += [value for name, value in arguments.options if value and name in row.paths]
        skip = 0 if arguments.has(*row.pattern) else row.skip
        return [*found, *arguments.operands[skip:]]

    def _inside(self, row: Row, words: list[Word], arguments: Arguments) -> None:
        """Review commands that stand inside of arguments."""
        for reason in inline.runs(row, arguments):
            add(self.reasons, reason)
        for code in inline.commands(row, words, arguments):
            self._code(code)

    def _reads(self, row: Row, words: list[Word], arguments: Arguments) -> None:
        changed = False
        for change in row.changes:
            if arguments.has(*change.when) and not arguments.has(*change.unless):
                changed = True
                add(self.reasons, f"{row.name} {change.does}")
                self.action(change.phrase, targets(change.writes, row, arguments, change.when))
        problem = options_problem(row, arguments)
        if problem and not changed:
            if row.name in SHELLS and (given := inline.code_option(words)):
                problem = f"{row.name} runs code given with {given}"
            add(self.reasons, problem)
            self.actions.append((f"Runs {_shown(row, words)}, which may do more than read", ()))
            if row.name in SHELLS:
                return
        if not changed:
            skip = 0 if arguments.has(*row.pattern) else row.skip
            values = [value for name, value in arguments.options if name in row.paths]
            if row.absolute:
                values += [word for word in arguments.operands if word.prefix.startswith("/")]
                for word in arguments.operands:
                    self.secret(word, named=True)
            for path in (*arguments.operands[skip:], *values):
                if path is not None and path.text != "-":
                    self._look(row, path)

    def _look(self, row: Row, word: Word) -> None:
        if row.lists and not self.travels:
            add(self.reads, word.shown)
            if top := places.unknown(word):
                self.strange(word, top)
        else:
            self.path(word)

    def _changes(self, row: Row, words: list[Word], arguments: Arguments) -> None:
        known = replace(arguments, operands=[self._filled(w) for w in arguments.operands])
        refusal = refuse.program_refusal(row.name, known, self.stands)
        if refusal:
            add(self.refusals, refusal)
        given = inline.inline_code(row, words)
        does = f"runs code given with {given}, which is not inspected" if given else row.does
        add(self.reasons, f"{row.name} {does}")
        touched = targets(row.writes, row, arguments, frozenset(("-t", "--target-directory")))
        phrase = row.phrase
        if row.writes == "none":
            self.actions.append((f"{phrase}: {_shown(row, words)}", ()))
            return
        if not touched:
            phrase += " (which ones is not said here)"
        if any(re.match(r"[\w.@-]+:", word.shown) for word in arguments.operands):
            self.network |= row.name in ("scp", "rsync", "sftp", "rclone")
        self.action(phrase, touched)
        if row.writes == "last":
            for word in arguments.operands[:-1]:
                add(self.reads, word.shown)

    def _filled(self, word: Word) -> Word:
        for name in word.variables() & set(self.static):
            word = word.with_value(name, self.static[name])
        return word

    def _wrapper(self, row: Row, words: list[Word], script: Script) -> None:
        arguments = sort_words(row, words, stop=True)
        if row.does:
            add(self.reasons, f"{row.name} {row.does}")
            self.actions.append((f"{row.phrase}: {_shown(row, words)}", ()))
        elif arguments.unknown:
            add(self.reasons, f"{row.name} {arguments.unknown[0]} is not known to only read")
        self._inside(row, words, arguments)
        inner = [*arguments.operands, *arguments.rest]
        if row.name in ("watch", "parallel") and all(word.text for word in inner):
            return self._code(" ".join(word.shown for word in inner).replace(" ::: ", " "))
        if row.name in ("su", "sg"):
            return None
        if arguments.free and not (
            inner and arguments.free[0] is inner[0] and row.name != "timeout"
        ):
            add(self.reasons, f"an argument of {row.name} is computed: {arguments.free[0].shown}")
        if row.subcommands:
            return self._subcommand(row, inner, script, arguments)
        if row.name in ("env", "sudo", "doas"):
            inner = self._environment(inner)
        if any(word.splits for word in inner[: row.skip]):
            add(self.reasons, f"an argument of {row.name} is computed")
        inner = inner[row.skip :]
        if row.name == "command" and arguments.has("-v", "-V"):
            return None
        if row.name == "xargs":
            return self._xargs(arguments, inner, script)
        if inner and inner[0].text == "--":
            inner = inner[1:]
        self._nested(inner, script)
        return None

    def _nested(self, inner: list[Word], script: Script) -> None:
        self.nesting += 1
        if self.nesting > MOST_NESTING:
            add(self.reasons, "programs run one another too deeply to be checked")
        else:
            self.command(inner, script)
        self.nesting -= 1

    def _environment(self, inner: list[Word]) -> list[Word]:
        while inner and re.match(r"[A-Za-z_]\w*=", inner[0].prefix):
            name = inner[0].prefix.partition("=")[0]
            self.assignment(name, inner[0].after(len(name) + 1), "")
            inner = inner[1:]
        return inner

    def _xargs(self, arguments: Arguments, inner: list[Word], script: Script) -> None:
        """Operands come from the input, so no option of the program may do harm."""
        mark = arguments.value("-I", "--replace")
        if mark is not None and mark.text is None:
            add(self.reasons, "the arguments of xargs are computed")
        if not inner:
            return
        name = inner[0].text or ""
        row = rows().get(posixpath.basename(name))
        mark_text = mark.text if mark is not None and mark.text else "\0"
        if mark_text in inner[0].shown:
            add(self.reasons, "xargs runs programs that its input names")
        if self.wide and name in DELETING:
            add(self.refusals, f"it deletes {self.wide} and everything under it")
        self._nested(inner, script)
        if row is not None and row.kind == "read" and not row.harmless:
            add(self.reasons, f"xargs could hand options to {row.name}")
        if row is not None and row.kind == "wrapper":
            add(self.reasons, f"xargs runs {row.name}, which runs what the input names")

    def _subcommand(
        self, row: Row, inner: list[Word], script: Script, arguments: Arguments
    ) -> None:
        if not inner:
            if not arguments.has("--version", "--help"):
                add(self.reasons, f"{row.name} has no subcommand")
            return
        name = f"{row.name} {inner[0].shown}"
        below = rows().get(name)
        if inner[0].text is None or below is None:
            add(self.reasons, f"{name} is not known to only read")
            self.action(f"Runs {name}", ())
            return
        self._known(below, inner[1:], script)

    def _find(self, row: Row, words: list[Word], script: Script) -> None:
        """`-exec` runs a program on what is found."""
        rest: list[Word] = []
        queue = list(words)
        deletes = False
        while queue:
            word = queue.pop(0)
            if word.text not in EXEC:
                rest.append(word)
                continue
            inner: list[Word] = []
            while (
                queue
                and queue[0].text != ";"
                and not (queue[0].text == "+" and inner and inner[-1].shown == "{}")
            ):
                inner.append(queue.pop(0))
            if not queue:
                add(self.reasons, "find -exec has no end")
            queue = queue[1:]
            deletes |= bool(inner) and inner[0].text in DELETING
            self._exec(word, inner, script)
        arguments = sort_words(row, rest)
        starts = [word for word in arguments.operands if word.text not in ("(", ")", "!", ",")]
        arguments.operands = starts
        deletes |= arguments.has("-delete")
        tests = refuse.narrows(rest)
        if not tests:
            self._widen(starts)
        starting = ", ".join(word.shown for word in starts) or "."
        self.found(f"what find finds under {starting}")
        if refusal := refuse.find_refusal(starts, deletes, tests, self.stands):
            add(self.refusals, refusal)
        self._reads(row, words, arguments)
        if self.travels:
            self._found(arguments, [word.text for word in starts if word.text])
        for name in ("-fprintf", "-fprint", "-fprint0", "-fls"):
            if arguments.has(name) and starts:
                add(self.writes, starts[-1].shown)

    def _found(self, arguments: Arguments, starts: list[str]) -> None:
        """What `find` picks by name goes to other programs, so the name must not be a secret's."""
        for name, value in arguments.options:
            if name in ("-name", "-iname", "-path", "-wholename", "-ipath") and value is not None:
                globs = tuple(
                    Piece("glob", part) if part in ("*", "?") else Piece("text", part)
                    for part in re.split(r"([*?])", value.shown)
                )
                self.secret(replace(value, pieces=globs), named=True, below=starts)

    def _exec(self, word: Word, inner: list[Word], script: Script) -> None:
        if word.text in ("-ok", "-okdir"):
            add(self.reasons, "find asks a question that nobody would answer")
        if inner and "{}" in inner[0].shown:
            add(self.reasons, "find runs the files that it finds")
            inner = []
        filled = [
            literal((part.text or "").replace("{}", FOUND))
            if part.text and "{}" in part.text
            else part
            for part in inner
        ]
        shells = bool(inner) and posixpath.basename(inner[0].text or "") in (
            *SHELLS,
            "awk",
            "sed",
            "env",
        )
        if shells and any("{}" in part.shown for part in inner[1:-1]):
            add(self.reasons, "find puts file names into code")
        self._nested(filled, script)

    def _shell(self, row: Row, words: list[Word], script: Script) -> None:
        """Look into code that is given as a word."""
        code = None
        if row.name in ("eval",):
            code = " ".join(word.shown for word in words)
        elif row.name == "trap":
            code = words[0].shown if words else None
        else:
            for position, word in enumerate(words[:-1]):
                if re.fullmatch(r"-[a-z]*c", word.text or "") or word.text == "--command":
                    code = words[position + 1].shown
                    break
        if code is not None:
            self._code(code)

    def _code(self, code: str) -> None:
        """Review a text that a shell would run."""
        self.nesting += 1
        if self.nesting <= MOST_NESTING:
            if problem := refuse.bad_text(code):
                add(self.refusals, problem)
            else:
                self.script(parse(code))
        else:
            add(self.reasons, "programs run one another too deeply to be checked")
        self.nesting -= 1


def _shown(row: Row, words: list[Word]) -> str:
    return " ".join([row.name, *(word.raw for word in words)])[:200]
