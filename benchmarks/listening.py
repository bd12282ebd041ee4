"""How often tempo, key and chords of a WAV are heard right: 20 synthesised progressions.

Each has its own key, tempo and chords (triads of the key, some of them sevenths), played as block
chords on the beat over a bass, by the SoundFont and by Mica's own synthesiser.

Run: python -m benchmarks.listening
"""

from __future__ import annotations

import random
import statistics
import time
from pathlib import Path

from tools.music import audio
from tools.music.key import Key, diatonic, key_of_fifths
from tools.music.listening import listen, roots_right, samples_of

PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (1, 4, 0, 0), (0, 3, 4, 0), (5, 3, 0, 4), (0, 2, 3, 4))


def progression(number: int) -> tuple[list[audio.Sound], Key, int, list[tuple[float, str]]]:
    """Return sounds, key, tempo, and the true triads with their starts; the last is the end."""
    rng = random.Random(number)
    key = key_of_fifths(rng.randrange(-5, 7), rng.choice(("major", "major", "minor")))
    tempo = rng.randrange(70, 160)
    beat = 60 / tempo
    sounds, truth, now = [], [], 0.0
    # To the tonic at the end, as pieces do.
    for degree in (*rng.choice(PROGRESSIONS), *rng.choice(PROGRESSIONS), 0):
        size = rng.choice((3, 3, 4))
        triad, chord = diatonic(key, 3)[degree], diatonic(key, size)[degree]
        truth.append((now, triad.symbol))
        for _ in range(4):
            sounds += [audio.Sound(now, beat * 0.95, p.at(4).midi) for p in chord.tones]
            sounds.append(audio.Sound(now, beat * 0.95, chord.root.at(2).midi))
            now += beat
    return sounds, key, tempo, [*truth, (now, "")]


def measure(font: Path | None) -> None:
    rows = []
    for number in range(20):
        sounds, key, tempo, truth = progression(number)
        data = audio.play(sounds, font)
        start = time.perf_counter()
        heard = listen(samples_of("x.wav", data))
        spent = time.perf_counter() - start
        found = heard.tempo or 0.0
        rows.append((
            heard.key == key,
            heard.key is not None and heard.key.fifths == key.fifths,
            abs(found / tempo - 1) < 0.04,
            any(abs(found * n / tempo - 1) < 0.04 for n in (0.5, 1, 2)),
            roots_right(heard.chords, truth),
            spent / heard.seconds,
        ))  # fmt: skip
    names = ("key", "key or its relative", "tempo", "tempo, half or double", "triads, of the time")
    print(f"{font or 'own synthesiser'}: 20 progressions")
    for place, name in enumerate(names):
        print(f"  {name:24}{statistics.mean(row[place] for row in rows):6.2f}")
    print(f"  {'seconds a minute heard':24}{60 * statistics.mean(row[5] for row in rows):6.2f}")


if __name__ == "__main__":
    import os

    found = audio.soundfont()
    if found is not None:
        measure(found)
    os.environ["MICA_SOUNDFONT"] = ""
    measure(None)
