"""Measures how long a conversation waits for its model: a first turn, then warm ones.

    python benchmarks/first_token.py [--rounds N]

Each round is a conversation of its own with the shipped assistant: a first request, and some that
go on with it. A turn's wait is what passes until the model has written its first piece, a whole
tool call or text: route, look up, read the prompt and write it. "Model alone" is the last of these.
The limit that Mica sets itself for a warm conversation is 150 ms. The first turns are the peer: the
same work without a conversation before it.
"""

from __future__ import annotations

import argparse
import statistics
import uuid
from collections.abc import Sequence

from graphs.assistant import Assistant
from graphs.events import Answered
from training.evaluate.systems import opened

CONVERSATIONS = (
    ("list /usr/share/doc", "how many are that?", "only the first three", "how big is it in all"),
    ("how much disk space is free", "and in /usr?", "how much memory is free", "who am I"),
    ("which packages are installed", "how many?", "is jq one of them", "what is its version"),
    ("notes of Cm7", "and of F7", "transpose C E G up a third", "which scale has F# and C#"),
)


def main() -> None:
    """Print the median, the range, and the ratio of warm turns to first ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    first, warm = [], []
    with opened() as assistant:
        _waits(assistant, CONVERSATIONS[0])  # loads the model, the router and the index
        for _ in range(rounds):
            for texts in CONVERSATIONS:
                opening, *others = _waits(assistant, texts)
                first.append(opening)
                warm += others
    print(f"{'':14} {'turns':>5} {'median':>8} {'range':>16} {'model alone':>12}")
    _print("first turn", first)
    _print("warm turn", warm)
    ratio = statistics.median(t for t, _ in warm) / statistics.median(t for t, _ in first)
    print(f"warm to first: {ratio:.2f}")


def _waits(assistant: Assistant, texts: Sequence[str]) -> list[tuple[float, float]]:
    """Return for each turn that asked the model the whole wait and the model's part of it, in s."""
    conversation = f"first-token-{uuid.uuid4().hex[:12]}"
    waits = []
    for text in texts:
        *_, last = assistant.stream(conversation, text)
        timings = last.timings if isinstance(last, Answered) else {}
        if "first_delta" in timings:
            model = timings["first_delta"]
            waits.append((timings["route"] + timings["retrieve"] + model, model))
    assistant.forget(conversation)
    return waits


def _print(name: str, waits: Sequence[tuple[float, float]]) -> None:
    whole = [1000 * each for each, _ in waits]
    model = statistics.median(1000 * each for _, each in waits)
    spread = f"{min(whole):.0f} to {max(whole):.0f} ms"
    median = statistics.median(whole)
    print(f"{name:14} {len(whole):>5} {median:>5.0f} ms {spread:>16} {model:>9.0f} ms")


if __name__ == "__main__":
    main()
