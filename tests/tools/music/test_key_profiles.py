"""Key finding by published profiles, beside music21's of the same names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import ToolError
from tools.music.interval import for_semitones, transpose
from tools.music.key import read_key
from tools.music.key_profiles import METHODS, opinions, rank
from tools.music.music_text import read_notes
from tools.music.pitch import usual_pitch
from tools.music.theory_tools import find_key

PEERS = {
    "krumhansl": "KrumhanslSchmuckler", "temperley": "TemperleyKostkaPayne",
    "bellman": "BellmanBudge", "aarden": "AardenEssen", "simple": "SimpleWeights",
}  # fmt: skip
TONES = st.lists(st.integers(0, 11), min_size=3, max_size=20).filter(lambda n: len(set(n)) > 2)


@pytest.mark.parametrize("name", METHODS)
def test_the_profiles_are_music21s(name: str) -> None:
    discrete = pytest.importorskip("music21.analysis.discrete")
    peer = getattr(discrete, PEERS[name])()
    found = METHODS[name]
    assert list(found.major) == pytest.approx(peer.getWeights("major"), abs=0.01)
    assert list(found.minor) == pytest.approx(peer.getWeights("minor"), abs=0.01)


@given(TONES, st.integers(1, 11), st.sampled_from(sorted(METHODS)))
def test_what_is_transposed_is_in_the_transposed_key(tones: list[int], by: int, name: str) -> None:
    def fits(numbers: list[int]) -> dict[tuple[int, str], float]:
        ranked = rank([usual_pitch(60 + n) for n in numbers], METHODS[name])
        return {(key.tonic.pitch_class, key.mode): fit for fit, key in ranked}

    moved = fits([(n + by) % 12 for n in tones])
    for (tonic, mode), fit in fits(tones).items():
        assert moved[(tonic + by) % 12, mode] == pytest.approx(fit)


@pytest.mark.parametrize("name", ["C major", "E♭ major", "F♯ major", "G♭ major", "B major"])
def test_scales_are_found_and_spelled_by_most_methods(name: str) -> None:
    key = read_key(name)
    tones = [*key.scale.pitches, key.tonic, key.tonic]
    first, methods = next(iter(opinions(tones).items()))
    assert first == name and len(methods) >= 4


def test_the_tool_says_which_agree_and_takes_one_method() -> None:
    plain = find_key.call({"music": "Dm7 G7 Cmaj7"}).text
    assert "all five profiles say C major" in plain
    differ = find_key.call({"music": "A B C D E F G A"}).text
    assert "the profiles differ" in differ and "Aarden-Essen" in differ
    one = find_key.call({"music": "C D E F G A B C", "method": "Bellman-Budge"}).text
    assert one.startswith("C D E F G A B C: C major (by Bellman-Budge, 0.")
    with pytest.raises(ToolError, match="did you mean aarden"):
        find_key.call({"music": "C E G", "method": "Ardeen"})


def test_moved_notes_keep_their_spelling() -> None:
    notes = read_notes("E F# G# A B C# D# E")
    up = for_semitones(1)[0]
    assert rank([transpose(n, up) for n in notes], METHODS["simple"])[0][1].name == "F major"
