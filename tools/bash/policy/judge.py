"""The command policy's one question: may this command run?"""

from __future__ import annotations

from collections.abc import Callable

from tools.bash.policy import checker, refuse, second
from tools.bash.policy.decision import Decision, Verdict
from tools.bash.policy.review import Review
from tools.bash.policy.syntax import Script, parse

SyntaxCheck = Callable[[str], bool]


def judge(
    command: str, *, cwd: str = "/workspace", syntax_check: SyntaxCheck = checker.bash_accepts
) -> Decision:
    """Return whether `command` may run in bash, with the evidence. Never raises, runs nothing.

    `allow` needs all of: both parsers know every construct and agree on every word, every
    program is in the tables with only known options, nothing is written, and bash itself
    accepts the text. `syntax_check` is asked last; it is the only part that uses a process
    (a bash that only parses).
    """
    problem = refuse.bad_text(command)
    if problem:
        return Decision("refuse", f"Refused: {problem}.", (problem,))
    if not command.strip():
        return Decision("ask", "There is no command.", ("there is no command",))
    try:
        return _judged(command, cwd, syntax_check)
    except Exception as error:  # fail closed: a fault in the policy must never let a command run
        reason = f"the policy could not judge it ({type(error).__name__})"
        return Decision("ask", "The policy could not judge this command.", (reason,))


def _judged(command: str, cwd: str, syntax_check: SyntaxCheck) -> Decision:
    script = parse(command)
    review = Review(cwd)
    review.script(script)
    if not (review.refusals or review.reasons or review.doubts):
        review.doubts += _second_opinions(script, syntax_check)
    reasons = (*review.refusals, *review.reasons, *review.doubts)
    verdict: Verdict = "refuse" if review.refusals else "ask" if reasons else "allow"
    return Decision(
        verdict,
        _summary(verdict, review),
        reasons,
        tuple(review.programs),
        tuple(review.reads),
        tuple(review.writes),
        review.network,
        review.privilege,
    )


def _second_opinions(script: Script, syntax_check: SyntaxCheck) -> list[str]:
    for inner in script.inner:
        below = parse(inner)
        if below.problems or (problem := second.disagreement(below)):
            return ["it holds a command inside arithmetic that cannot be checked"]
    if problem := second.disagreement(script):
        return [f"it {problem}"]
    return [] if syntax_check(script.source) else ["bash -n does not accept it"]


def _summary(verdict: Verdict, review: Review) -> str:
    if review.refusals:
        return f"Refused: {review.refusals[0]}."
    if verdict == "allow":
        names = list(dict.fromkeys(review.programs))
        return f"Only reads, with {_listed(names)}." if names else "Only reads."
    parts = [_sentence(phrase, targets) for phrase, targets in _merged(review.actions)]
    parts += [f"Reads {path}, {why}" for path, why in review.looks.items()]
    if parts:
        return "; then ".join(parts[:3]) + ("; and more" if len(parts) > 3 else "")
    reason = (*review.reasons, *review.doubts)[0]
    names = [name for name in review.programs if len(name) < 60]
    return f"Runs {_listed(names)}: {reason}" if names else reason[:1].upper() + reason[1:]


def _merged(actions: list[tuple[str, tuple[str, ...]]]) -> list[tuple[str, tuple[str, ...]]]:
    merged: dict[str, tuple[str, ...]] = {}
    for phrase, targets in actions:
        merged[phrase] = tuple(dict.fromkeys((*merged.get(phrase, ()), *targets)))
    return list(merged.items())


def _sentence(phrase: str, targets: tuple[str, ...]) -> str:
    if not targets:
        return phrase
    shown = [f"every path that matches {t}" if set("*?[") & set(t) else t for t in targets[:5]]
    more = f" and {len(targets) - 5} more" if len(targets) > 5 else ""
    return f"{phrase}: {', '.join(shown)}{more}"


def _listed(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
