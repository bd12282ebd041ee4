"""Feed the command policy mutated and made-up text: no fault, no hang, no careless yes.

    python benchmarks/fuzz_policy.py --minutes 60 --seed 1

What must hold for every text of up to 10,000 characters: `judge` takes at most `--limit` seconds
of the processor, has no fault that only its fail-closed net caught, and where it allows a text, it
does not allow the same text with a changing command on one more line. Prints a line a minute;
ends with status 1 where something did not hold, with the texts as Python literals.
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.bash.policy import judge
from tools.bash.policy.table import rows

DATA = Path(__file__).resolve().parent.parent / "tests" / "tools" / "policy"
MOST = 10_000
CHARACTERS = "'\"`$(){}[]<>|&;\\ \n\t#!*?~=+-,.:/@%^0aZé\u2192\U0001f642\x00\x1b\u202e\udc80"
PIECES = (
    "ls rm cat echo find sed awk xargs env git sudo bash -c tar grep sort test [ ] [[ ]] (( )) "
    "$( ) ` ' \" \\ { } < > >> << <<- <<< <( >( | || |& & && ; ;; ;& ! # ~ * ? $x ${x} ${x:-a} "
    "${x[0]} ${!x} ${x@P} $(( $[ $'a' $\"a\" EOF for in do done while until if then elif else fi "
    "case esac function f() time coproc select trap eval exec . \n \\\n a=b a+=b a[0]=b a=(b) "
    "2>&1 &>f {1..3} {a,b} @(a|b) -exec {} + \\; -- -n --x=y /etc/passwd /dev/null é 0 1"
).split(" ")


class Hang(BaseException):
    """A judgement took too long. No `Exception`, so that the policy's net does not catch it."""


@dataclass
class Found:
    """What did not hold, and the figures of the run."""

    count: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    worst: float = 0.0
    worst_text: str = ""
    broken: list[tuple[str, str]] = field(default_factory=list)


def corpus() -> list[str]:
    """Return real commands: the tests' lists and the examples of every row."""
    hiding = yaml.safe_load((DATA / "hiding.yaml").read_text("utf-8"))
    found = [construct.replace("@@", "touch x") for construct in hiding["plain"]]
    for name in ("everyday.yaml", "refused.yaml"):
        found += yaml.safe_load((DATA / name).read_text("utf-8"))
    for row in rows().values():
        found += [*row.should_allow, *row.should_not_allow]
    return found


def mutate(text: str, others: list[str], chance: random.Random) -> str:
    """Return the text with one to six random changes."""
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(text) + 1)
        to = min(len(text), at + chance.randint(1, 12))
        kind = chance.randrange(8)
        if kind == 0:
            text = text[:at] + chance.choice(CHARACTERS) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + 1 :]
        elif kind == 2:
            text = text[:at] + chance.choice(CHARACTERS) + text[at + 1 :]
        elif kind == 3:
            text = text[:at] + text[at:to] * chance.randint(2, 4) + text[to:]
        elif kind == 4:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        elif kind == 5:
            other = chance.choice(others)
            text = text[:at] + other[chance.randrange(len(other) + 1) :]
        elif kind == 6:
            text = text[:at] + text[to:]
        else:
            text = f"{text[:at]} {chance.choice(PIECES)} {text[at:]}"
    return text


def soup(chance: random.Random) -> str:
    """Return pieces of bash in no order."""
    gap = chance.choice((" ", " ", ""))
    return gap.join(chance.choice(PIECES) for _ in range(chance.randint(1, 40)))


def noise(chance: random.Random) -> str:
    """Return random characters."""
    wide = chance.random() < 0.3
    pick = (lambda: chr(chance.randrange(0x20, 0x11000))) if wide else None
    return "".join(
        pick() if pick else chance.choice(CHARACTERS) for _ in range(chance.randint(0, 200))
    )


def long_text(others: list[str], chance: random.Random) -> str:
    """Return something of several thousand characters: one thing over and over, or many."""
    size = chance.randint(1000, MOST)
    kind = chance.randrange(4)
    if kind == 0:
        return (chance.choice(PIECES) * size)[:size]
    if kind == 1:
        return ((chance.choice(PIECES) + chance.choice(PIECES) + " ") * size)[:size]
    if kind == 2:
        opening, closing = chance.choice((("$(", ")"), ("{ ", "; }"), ("(", ")"), ("${x:-", "}")))
        depth = size // (len(opening) + len(closing))
        return opening * depth + "ls" + closing * depth
    parts: list[str] = []
    while sum(map(len, parts)) < size:
        parts.append(chance.choice(others))
    return chance.choice((" ", "; ", " | ", "\n", " && ")).join(parts)[:size]


def sentence(symbol: str, chance: random.Random, depth: int = 0) -> str:
    """Return a random text of a grammar of bash, `symbol` at its top."""
    choices = GRAMMAR[symbol]
    chosen = choices[0] if depth > 7 else chance.choice(choices)
    return "".join(
        sentence(part, chance, depth + 1) if part in GRAMMAR else part for part in chosen
    )


GRAMMAR: dict[str, list[list[str]]] = {
    "script": [["line"], ["line", "\n", "script"], ["line", "; ", "script"]],
    "line": [
        ["simple"], ["simple"], ["line", " | ", "line"], ["line", " && ", "line"], ["! ", "line"],
        ["( ", "script", " )"], ["{ ", "script", "; }"], ["line", " ", "redirect"],
        ["if ", "script", "; then ", "script", "; fi"], ["time ", "line"], ["line", " &"],
        ["for ", "name", " in ", "words", "; do ", "script", "; done"],
        ["while ", "script", "; do ", "script", "; done"], ["name", "() { ", "script", "; }"],
        ["case ", "word", " in ", "word", ") ", "script", ";; esac"], ["[[ ", "test", " ]]"],
        ["(( ", "sum", " ))"], ["simple", " <<EOF\n", "word", "\nEOF"], ["coproc ", "line"],
        ["select ", "name", " in ", "words", "; do ", "script", "; done"], ["wrap", "line"],
    ],
    "wrap": [["nice "], ["env A=1 "], ["sudo "], ["xargs "], ["timeout 5 "], ["command "],
             ["find . -exec "], ["exec "], ["bash -c "], ["eval "], ["git -c a.b="]],
    "simple": [["program", " ", "words"], ["program"], ["assign", " ", "simple"], ["assign"]],
    "program": [["ls"], ["cat"], ["echo"], ["grep"], ["rm"], ["find"], ["sed"], ["awk"],
                ["sort"], ["test"], ["printf"], ["read"], ["tar"], ["word"]],
    "words": [["word"], ["word", " ", "words"], ["option", " ", "words"]],
    "option": [["-n"], ["-rf"], ["--x=", "word"], ["-o"], ["-e"], ["--"], ["-exec"]],
    "word": [
        ["name"], ["'", "name", " ", "name", "'"], ["\"", "inner", "\""], ["word", "word"],
        ["$", "name"], ["${", "name", "operator", "word", "}"], ["$(", "script", ")"],
        ["`", "simple", "`"], ["<(", "script", ")"], ["$((", "sum", "))"], ["{", "word", ",", "}"],
        ["$'", "name", "\\n'"], ["*"], ["?"], ["[a-z]*"], ["~/"], ["/etc/", "name"], ["\\ "],
        ["${!", "name", "}"], ["${", "name", "@P}"], ["${", "name", "[", "sum", "]}"],
    ],
    "inner": [["name"], ["word"], ["$(", "script", ")"], ["inner", " ", "inner"]],
    "operator": [[":-"], ["##"], ["%"], ["/"], ["//"], ["^^"], [":"], ["+"], ["@"], ["["]],
    "test": [["-f ", "word"], ["word", " == ", "word"], ["word", " -eq ", "sum"],
             ["test", " && ", "test"], ["word", " =~ ", "word"], ["-v ", "word"]],
    "sum": [["1"], ["sum", "+", "sum"], ["name"], ["$(", "simple", ")"], ["a[", "sum", "]"]],
    "redirect": [["> ", "word"], ["2>&1"], ["< ", "word"], [">> ", "word"], ["<<< ", "word"],
                 ["&> ", "word"], ["2>/dev/null"], ["{fd}> ", "word"]],
    "assign": [["name", "=", "word"], ["name", "=(", "words", ")"], ["name", "+=", "word"],
               ["name", "[", "sum", "]=", "word"], ["PATH=", "word"]],
    "name": [["x"], ["file"], ["a1"], ["IFS"], ["-"], ["café"]],
}  # fmt: skip


def texts(seed: int) -> Iterator[str]:
    """Yield texts without end."""
    chance = random.Random(seed)
    known = corpus()
    makers: list[Callable[[], str]] = [
        lambda: mutate(chance.choice(known), known, chance),
        lambda: mutate(chance.choice(known), known, chance),
        lambda: sentence("script", chance),
        lambda: mutate(sentence("script", chance), known, chance),
        lambda: soup(chance),
        lambda: noise(chance),
    ]
    while True:
        rare = chance.random() < 0.01
        yield (long_text(known, chance) if rare else chance.choice(makers)())[:MOST]


def check(text: str, found: Found, limit: float) -> None:
    """Judge one text and note what does not hold."""
    signal.setitimer(signal.ITIMER_VIRTUAL, limit * 5)
    started = time.process_time()  # not the time that others had the processor
    try:
        decision = judge(text, syntax_check=lambda _: True)
    except Hang:
        found.broken.append(("hang", text))
        return
    except Exception as error:
        found.broken.append((f"raised {type(error).__name__}", text))
        return
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    took = time.process_time() - started
    if took > found.worst:
        found.worst, found.worst_text = took, text
    if took > limit:
        found.broken.append((f"took {took:.2f} s", text))
    found.verdicts[decision.verdict] += 1
    for reason in decision.reasons:
        if "could not judge" in reason:
            found.broken.append((reason, text))
    if not decision.summary or bool(decision.reasons) == (decision.verdict == "allow"):
        found.broken.append(("inconsistent", text))
    if decision.verdict == "allow":
        more = judge(f"{text}\ntouch x", syntax_check=lambda _: True)
        if more.verdict == "allow":
            found.broken.append(("allowed with a changing command after it", text))


def _stop(_: int, __: FrameType | None) -> None:
    raise Hang


def main() -> None:
    """Fuzz for the minutes asked for and print what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=1.0, help="processor seconds for one text")
    options = parser.parse_args()
    signal.signal(signal.SIGVTALRM, _stop)
    found = Found()
    started = spoken = time.monotonic()
    for text in texts(options.seed):
        # A hang inside a parser's C code gets no signal: end with a traceback then.
        if found.count % 1000 == 0:
            faulthandler.dump_traceback_later(120, exit=True)
        check(text, found, options.limit)
        found.count += 1
        now = time.monotonic()
        if now - spoken >= 60 or now - started >= options.minutes * 60:
            spoken = now
            _print(found, now - started)
        if now - started >= options.minutes * 60:
            break
    faulthandler.cancel_dump_traceback_later()
    print(f"slowest text ({found.worst:.3f} s): {found.worst_text[:300]!r}")
    for reason, text in found.broken[:50]:
        print(f"{reason}: {text[:600]!r}")
    sys.exit(1 if found.broken else 0)


def _print(found: Found, seconds: float) -> None:
    verdicts = ", ".join(f"{name} {count}" for name, count in sorted(found.verdicts.items()))
    print(
        f"{seconds / 60:.1f} min: {found.count} texts, {found.count / seconds:.0f} a second, "
        f"slowest {found.worst:.3f} s; {verdicts}; {len(found.broken)} did not hold",
        flush=True,
    )


if __name__ == "__main__":
    main()
