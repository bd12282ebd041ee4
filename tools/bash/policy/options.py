"""Whether a reading program's arguments are inside its row."""

from __future__ import annotations

from tools.bash.policy.special import CHECKS
from tools.bash.policy.table import Arguments, Row
from tools.bash.policy.words import Word


def options_problem(row: Row, arguments: Arguments) -> str | None:
    """Return why a reading program's arguments are outside its row."""
    name = row.name
    if arguments.unknown and not row.any_flags:
        return f"{name} {arguments.unknown[0]} is not known to only read"
    if arguments.unknown and not row.harmless:
        return f"an option of {name} is computed"
    if row.name == "find":
        arguments.free = [word for word in arguments.free if not _no_predicate(word)]
    if arguments.free and not row.harmless:
        return f"an argument of {name} could turn into an option: {arguments.free[0].shown}"
    if row.require and not arguments.has(*row.require):
        return f"{name} without {' or '.join(sorted(row.require)[:4])} is not known to only read"
    if row.check and (problem := CHECKS[row.check](arguments)):
        return problem
    return _operand_problem(row, arguments)


def _operand_problem(row: Row, arguments: Arguments) -> str | None:
    operands = arguments.operands
    if row.operands == "none" and operands:
        return f"{row.name} with {operands[0].shown} may change something"
    known = row.operands.split()[1:]
    if known and operands and operands[0].text not in known:
        return f"{row.name} {operands[0].shown} may change something"
    if row.most is not None and (len(operands) > row.most or any(word.splits for word in operands)):
        return f"{row.name} with more than {row.most} operands may write"
    return None


def _no_predicate(word: Word) -> bool:
    """Whether every name that a glob stands for holds a dot or slash, as no option of find does."""
    certain = "".join(piece.text for piece in word.pieces if piece.kind == "text")
    globs = {piece.text for piece in word.pieces if piece.kind != "text"}
    return globs <= {"*", "?"} and bool(set("./") & set(certain))
