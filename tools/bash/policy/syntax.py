"""The first parser: tree-sitter-bash, made into a flat list of commands and redirections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from tools.bash.policy.grammar import (
    ARITHMETIC,
    DOUBLE,
    EXPANSION,
    HOLES,
    MOST_DEPTH,
    NAMED,
    NAMES,
    NUMERIC,
    SKIP,
    TOKENS,
    VARIABLE,
)
from tools.bash.policy.nodes import piped, places, plain_start
from tools.bash.policy.words import Hole, Word, read_word


@dataclass(frozen=True)
class Redirect:
    """A redirection. `target` is None for here-documents."""

    operator: str
    target: Word | None


@dataclass
class Command:
    """A simple command: words, assignments before them, redirections on it."""

    words: list[Word] = field(default_factory=list)
    assignments: list[tuple[str, Word | None]] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    hidden: bool = False
    piped: bool = False


@dataclass
class Script:
    """What tree-sitter saw. `problems` say why the text is outside of what may be allowed."""

    source: str
    commands: list[Command] = field(default_factory=list)
    redirects: list[Redirect] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    functions: dict[str, str] = field(default_factory=dict)
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)
    listed: list[Word] = field(default_factory=list)
    loop_words: set[tuple[int, int]] = field(default_factory=set)
    edits: list[tuple[int, int, str]] = field(default_factory=list)
    inner: list[str] = field(default_factory=list)

    def problem(self, text: str) -> None:
        """Note a reason once."""
        if text not in self.problems:
            self.problems.append(text)


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))


def parse(source: str) -> Script:
    """Parse `source`. Never raises for text without lone surrogates."""
    data = source.encode()
    tree = _parser().parse(data)
    return _Walk(source, data).run(tree.root_node)


class _Walk:
    def __init__(self, source: str, data: bytes) -> None:
        self.script = Script(source)
        self.source = source
        self.places = places(source, data)
        self.data = data
        self.holes: dict[int, Hole] = {}
        self.tame: frozenset[str] = frozenset()
        self.seen: set[int] = set()

    def run(self, root: Node) -> Script:
        script = self.script
        if root.has_error:
            script.problem("is not plain bash to the first parser")
        nodes = list(self._nodes(root))
        self._check_coverage(nodes)
        for node, hidden in nodes:
            self._note(node, hidden)
        self._loops([node for node, _ in nodes if node.type == "for_statement"], nodes)
        for node, hidden in nodes:
            self._read(node, hidden)
        return script

    def _nodes(self, root: Node) -> Iterator[tuple[Node, bool]]:
        """Yield all nodes in order; `hidden` marks those inside arithmetic and conditions."""
        stack = [(root, 0, False)]
        while stack:
            node, depth, hidden = stack.pop()
            if depth > MOST_DEPTH:
                self.script.problem("is nested too deeply to be checked")
                continue
            yield node, hidden
            below = hidden or node.type == "arithmetic_expansion" or self._is_double(node)
            stack.extend((child, depth + 1, below) for child in reversed(node.children))

    def span(self, node: Node) -> tuple[int, int]:
        """Return a node's place in characters."""
        return self.places[node.start_byte], self.places[node.end_byte]

    def _is_double(self, node: Node) -> bool:
        return node.type == "test_command" and self.data[node.start_byte :][:2] == b"[["

    def text(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _check_coverage(self, nodes: list[tuple[Node, bool]]) -> None:
        """Every character but blanks must belong to a leaf, or it was overlooked."""
        covered = bytearray(len(self.data))
        for node, _ in nodes:
            if node.child_count == 0 or node.type in ("string", "expansion"):
                covered[node.start_byte : node.end_byte] = b"\1" * (node.end_byte - node.start_byte)
        left = bytes(byte for byte, seen in zip(self.data, covered, strict=True) if not seen)
        if left.strip():
            self.script.problem("holds text that the first parser overlooked")

    def _note(self, node: Node, hidden: bool) -> None:
        kind = node.type
        if kind in HOLES:
            start, end = self.span(node)
            self.holes[start] = Hole(end, HOLES[kind], self._known(node))
        if node.is_missing:
            self.script.problem("is not plain bash to the first parser")
        if self._inside(node) or kind == "ERROR":
            return
        table = NAMED if node.is_named else TOKENS
        if kind not in table:
            self.script.problem(
                NAMES.get(kind, f"uses a construct ({kind}) that is always asked about")
            )
        if kind == "heredoc_body":
            self.script.bodies.append(self.text(node))
        if kind == "function_definition":
            name = node.child_by_field_name("name")
            body = node.child_by_field_name("body")
            if name is not None and body is not None:
                self.script.functions[self.text(name)] = self.text(body)

    def _inside(self, node: Node) -> bool:
        """Whether a whole-text check covers the node, so that its own type does not matter."""
        parent = node.parent
        while parent is not None:
            if parent.type in SKIP or parent.type == "test_command":
                return node.type not in ("command", "command_substitution")
            if parent.type in ("command", "command_substitution"):
                return False
            parent = parent.parent
        return False

    def _known(self, node: Node) -> bool:
        text = self.text(node)
        if node.type == "expansion":
            if EXPANSION.fullmatch(text):
                return True
            self.script.problem("uses a parameter expansion that is always asked about")
            return False
        if node.type == "arithmetic_expansion":
            return self._arithmetic(node, text)
        if node.type == "process_substitution":
            return text.startswith("<(")
        return True

    def _arithmetic(self, node: Node, text: str) -> bool:
        """Only numbers, operators and a few numeric commands: names are evaluated as code."""
        inner = [match[0] for match in NUMERIC.finditer(text)]
        rest = NUMERIC.sub("1", text)
        if text.startswith("$((") and text.endswith("))") and ARITHMETIC.fullmatch(rest[3:-2]):
            start, end = self.span(node)
            self.script.edits.append((start, end, "1" * (end - start)))
            self.script.inner += [command[2:-1] for command in inner]
            return True
        self.script.problem("uses arithmetic that could run something")
        return False

    def _loops(self, loops: list[Node], nodes: list[tuple[Node, bool]]) -> None:
        assigned = {
            self.text(target)
            for node, _ in nodes
            if node.type == "variable_assignment"
            and (target := node.child_by_field_name("name")) is not None
        }
        read_names = set(re.findall(r"[a-z_]\w*", self.source)) if "read" in self.source else set()
        tame: set[str] = set()
        twice: set[str] = set()
        for node in loops:
            variable = node.child_by_field_name("variable")
            values = node.children_by_field_name("value")
            if variable is None:
                self.script.problem("uses a select menu or an unusual loop")
                continue
            name = self.text(variable)
            self.script.loop_words |= {self.span(part) for part in (variable, *values)}
            if not VARIABLE.fullmatch(name) or name.endswith("_proxy") or not values:
                self.script.problem("uses an unusual loop")
            words = [self.word(value) for value in values]
            self.script.listed += words
            if any(word.opaque for word in words):
                self.script.problem("holds a word that cannot be read with certainty")
            if (
                name in assigned
                or name in read_names
                or name in self.script.values
                or name in twice
            ):
                twice.add(name)
                continue
            self._loop_values(name, words, tame)
        for repeated in twice:
            self.script.values.pop(repeated, None)
        self.tame = frozenset(t for t in tame if t.strip('"') not in twice)

    def _loop_values(self, name: str, words: list[Word], tame: set[str]) -> None:
        texts = [word.text for word in words]
        if all(text is not None for text in texts) and len(texts) <= 20:
            self.script.values[name] = tuple(text for text in texts if text is not None)
        if all(not word.free and plain_start(word.prefix) for word in words):
            tame.add(f'"{name}')
            if all(text and re.fullmatch(r"[\w./:+-]+", text) for text in texts):
                tame.add(name)

    def word(self, node: Node) -> Word:
        start, end = self.span(node)
        return read_word(self.source, start, end, self.holes, self.tame)

    def _read(self, node: Node, hidden: bool) -> None:
        kind = node.type
        if kind in ("command", "declaration_command", "unset_command"):
            self._command(node, hidden)
        elif kind == "test_command":
            self._test(node, hidden)
        elif kind in ("file_redirect", "herestring_redirect", "heredoc_redirect"):
            self._redirect(node)
        elif (
            kind == "variable_assignment"
            and node.parent
            and node.parent.type not in ("command", "declaration_command")
        ):
            self._assignment(node)
        elif kind == "case_statement":
            self._case(node)

    def _command(self, node: Node, hidden: bool) -> None:
        command = Command(hidden=hidden, piped=piped(node))
        for child in node.children:
            if child.type == "variable_assignment" and node.type == "command":
                command.assignments.append(self._name_value(child))
                command.spans.append(self.span(child))
            elif child.type.endswith("_redirect"):
                continue
            else:
                command.words.append(self.word(child))
        command.words += self._late_words(node)
        command.words.sort(key=lambda word: word.start)
        command.spans += [(word.start, word.end) for word in command.words]
        self.script.commands.append(command)
        if command.words and command.words[0].raw == "time":
            count = 2 if len(command.words) > 1 and command.words[1].raw == "-p" else 1
            for word in command.words[:count]:
                self.script.edits.append((word.start, word.end, " " * (word.end - word.start)))

    def _late_words(self, node: Node) -> list[Word]:
        """Arguments after a redirection, which tree-sitter takes for more targets."""
        places = [node]
        parent = node.parent
        if parent is not None and parent.type == "redirected_statement":
            places.append(parent)
        found = []
        for place in places:
            for child in place.children:
                if child.type == "file_redirect":
                    targets = child.children_by_field_name("destination")
                    found += [self.word(target) for target in targets[1:]]
        return found

    def _name_value(self, node: Node) -> tuple[str, Word | None]:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        if (
            name is None
            or name.type != "variable_name"
            or "+=" in self.text(node)[: len(self.text(name)) + 2]
        ):
            self.script.problem("changes an array or a variable in an unusual way")
        if value is not None and value.type == "array":
            return (self.text(name) if name else "?", None)
        return (self.text(name) if name else "?", self.word(value) if value else None)

    def _assignment(self, node: Node) -> None:
        command = Command(assignments=[self._name_value(node)], spans=[self.span(node)])
        self.script.commands.append(command)

    def _test(self, node: Node, hidden: bool) -> None:
        start, end = self.span(node)
        text = self.text(node)
        if text.startswith("[["):
            if DOUBLE.fullmatch(text):
                self.script.edits.append((start, end, "true".ljust(end - start)))
                self.script.commands.append(Command([], [], [(start, start + 4)]))
            else:
                self.script.problem("uses a [[ condition that is always asked about")
            return
        command = Command(hidden=hidden)
        stack = [node]
        while stack:
            part = stack.pop()
            if part is node or part.type.endswith("_expression"):
                stack.extend(part.children)
            else:
                command.words.append(self.word(part))
        command.words.sort(key=lambda word: word.start)
        command.spans = [(word.start, word.end) for word in command.words]
        if not text.startswith("["):
            self.script.problem("uses arithmetic that could run something")
        self.script.commands.append(command)

    def _redirect(self, node: Node) -> None:
        operator = next((child.type for child in node.children if not child.is_named), "")
        target = None
        if node.type == "file_redirect":
            targets = node.children_by_field_name("destination")
            target = self.word(targets[0]) if targets else None
        elif node.type == "herestring_redirect":
            target = self.word(node.children[-1])
        self.script.redirects.append(Redirect(operator, target))

    def _case(self, node: Node) -> None:
        """Note how to write the statement as a plain group, which the second parser knows."""
        value = node.child_by_field_name("value")
        if value is None or self.word(value).opaque:
            self.script.problem("uses a case statement on something unusual")
            return
        first = node.children[0]
        pieces: list[tuple[Node, str]] = [(first, "{"), (value, ":")]
        for child in node.children[2:]:
            if child.type == "in":
                pieces.append((child, ";"))
            elif child.type == "esac":
                pieces.append((child, "\n}"))
            elif child.type == "case_item":
                pieces += self._case_item(child)
        for part, text in pieces:
            start, end = self.span(part)
            self.script.edits.append((start, end, text.ljust(end - start)))

    def _case_item(self, node: Node) -> list[tuple[Node, str]]:
        pieces: list[tuple[Node, str]] = []
        in_pattern = True
        for child in node.children:
            if in_pattern:
                if not re.fullmatch(r"[\w.*?|()\[\] /-]+", self.text(child)):
                    self.script.problem("uses an unusual case pattern")
                pieces.append((child, ""))
                in_pattern = child.type != ")"
            elif child.type in (";;", ";&", ";;&"):
                pieces.append((child, "\n"))
        return pieces
