"""The bookkeeping of the cache, over random conversations."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.cache import Slot, Slots, common_prefix

CELLS, CONTEXT = 40, 24
prompts = st.lists(st.integers(0, 2), min_size=1, max_size=CONTEXT - 1)
requests = st.tuples(st.sampled_from([None, "a"]), prompts, st.integers(1, 12), st.booleans())


@settings(max_examples=300, deadline=None)
@given(st.lists(requests, max_size=30))
def test_placements_fit_and_share_what_is_really_there(
    plan: list[tuple[str | None, list[int], int, bool]],
) -> None:
    slots = Slots(3, CELLS)
    held: dict[int, tuple[str | None, list[int]]] = {}  # what the cache would hold
    busy: list[Slot] = []
    for adapter, prompt, more, keep in plan:
        limit = min(len(prompt) + more, CONTEXT)
        placement = slots.place(adapter, prompt, len(prompt) - 1, limit)
        if placement is None:
            assert busy, "with nothing running there is always room"
            slots.release(busy.pop(0))
            continue
        for slot in placement.evicted:
            assert slot not in busy
            held[slot.number] = (None, [])
        assert placement.slot not in busy
        assert placement.prefix < len(prompt)
        if placement.prefix:
            owner, tokens = held[placement.source.number]
            assert owner == adapter
            assert tokens[: placement.prefix] == prompt[: placement.prefix]
        slot = slots.take(placement, adapter, limit)
        slot.tokens.extend(prompt[placement.prefix :])
        held[slot.number] = (adapter, list(slot.tokens))
        busy.append(slot)
        live = {s.number for s in busy}
        used = sum(len(tokens) for number, (_, tokens) in held.items() if number not in live)
        assert used + sum(s.reserved for s in busy) <= CELLS
        if not keep:
            slots.release(busy.pop())


def test_a_repeated_prompt_is_found_again() -> None:
    slots = Slots(2, 100)
    prompt = list(range(20))
    first = slots.place(None, prompt, 19, 30)
    assert first is not None and first.prefix == 0
    slot = slots.take(first, None, 30)
    slot.tokens.extend(prompt)
    beside = slots.place(None, prompt, 19, 30)
    assert beside is not None
    assert (beside.prefix, beside.source, beside.slot is slot) == (19, slot, False)
    slots.release(slot)
    again = slots.place(None, prompt, 19, 30)
    assert again is not None and again.slot is slot
    other = slots.place("a", prompt, 19, 30)
    assert other is not None and other.prefix == 0 and other.slot is not slot


def test_common_prefix() -> None:
    assert common_prefix([], [1]) == 0
    assert common_prefix([1, 2], [1, 2, 3]) == 2
    assert common_prefix([1, 2, 4], [1, 2, 3]) == 2
