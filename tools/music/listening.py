"""Listening to a WAV: its tempo, key and chords, as well as a simple method hears them.

Spectral flux gives the tempo, a chromagram the key (profiles of Krumhansl and Kessler, 1982) and,
beat by beat with a price on changing, major and minor triads. `benchmarks/listening.py` measures
how often it is right on synthesised progressions; recordings with drums and voices are harder.
"""

from __future__ import annotations

import io
import itertools
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tools import ToolResult
from tools.music.codes.spelling import likeliest_key, spell
from tools.music.key import Key
from tools.music.pitch import A4_HERTZ, A4_MIDI, MusicError

RATE = 11_025
LONGEST_SECONDS = 120.0
LARGEST = 32 << 20
SLOWEST, FASTEST, USUAL = 50.0, 210.0, 110.0
_WINDOW, _HOP = 4096, 512
_FLUX_WINDOW, _FLUX_HOP = 1024, 128
_LOWEST, _HIGHEST = 36, 96  # MIDI notes that the chromagram takes
_CHANGE = 0.35  # price of another chord on the next beat
_TRIADS = (("", (0, 4, 7)), ("m", (0, 3, 7)))
_MOST_SHOWN = 48
_BLOCK = 1 << 16  # thinned frames that are read at a time

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Heard:
    """What was heard. `chords` are starts in seconds with symbols, `seconds` the length."""

    seconds: float
    tempo: float | None
    key: Key | None
    chords: tuple[tuple[float, str], ...]


def analyse_wav(name: str, data: bytes) -> ToolResult:
    """Tell what is heard in a WAV file.

    Raises:
        MusicError: it is no WAV file that can be read, or is silent.
    """
    heard = listen(samples_of(name, data))
    tempo = f"about {heard.tempo:.0f} beats a minute" if heard.tempo else "no clear beat"
    key = heard.key.name if heard.key else "no clear key"
    shown = heard.chords[:_MOST_SHOWN]
    chords = " ".join(f"{_clock(at)} {symbol}" for at, symbol in shown)
    more = " ..." if len(heard.chords) > len(shown) else ""
    return ToolResult(
        f"{name}: {key}, {tempo}, {_clock(heard.seconds)} heard\n"
        f"Chords: {chords}{more}\n"
        "Heard by a simple method: tempi may be half or double, chords are major and minor triads "
        "only, and drums or voices mislead it. Check it by ear."
    )


def samples_of(name: str, data: bytes) -> Floats:
    """Return a WAV file's sound as mono at `RATE`, at most `LONGEST_SECONDS`.

    Raises:
        MusicError: it is no PCM WAV file, too large, or too short.
    """
    if len(data) > LARGEST:
        raise MusicError(f"{name} has {len(data)} bytes; a WAV may have {LARGEST}")
    try:
        with wave.open(io.BytesIO(data)) as file:
            rate, channels = float(file.getframerate()), file.getnchannels()
            if not 4000 <= rate <= 200_000 or not 1 <= channels <= 8:
                raise MusicError(f"{name} has {rate:.0f} Hz and {channels} channels; save 44.1 kHz")
            mono = _mono(file, int(min(file.getnframes(), LONGEST_SECONDS * rate)))
    except (wave.Error, EOFError, RuntimeError) as error:
        raise MusicError(
            f"cannot read {name} as PCM WAV ({error}); save it as 16-bit WAV"
        ) from None
    rate /= _thinned(rate)
    if len(mono) < rate:
        raise MusicError(f"{name} has less than a second of sound")
    if not np.abs(mono).max() > 1e-4:
        raise MusicError(f"{name} is silent")
    return _resampled(mono, rate)


def _mono(file: wave.Wave_read, frames: int) -> Floats:
    """Read so many frames as mono, thinned: a file of 200 kHz would take gigabytes at once."""
    every = _thinned(file.getframerate())
    blocks = [np.zeros(0)]
    while frames > 0:
        raw = file.readframes(min(frames, every * _BLOCK))
        block = _floats(raw, file.getsampwidth(), file.getnchannels())
        whole = block[: len(block) - len(block) % every]
        blocks.append(whole.reshape(-1, every).mean(axis=1))
        frames -= every * _BLOCK
        if not raw:
            break
    return np.concatenate(blocks)


def _thinned(rate: float) -> int:
    """How many samples become one by their mean, so that at least `RATE` a second are left."""
    return max(1, int(rate // RATE))


def listen(sound: Floats) -> Heard:
    """Return what is heard in mono sound at `RATE`."""
    chroma = _chromagram(sound)
    tempo, phase = _tempo(sound)
    weights = {pitch: float(value) for pitch, value in enumerate(chroma.mean(axis=0))}
    key = likeliest_key(weights) if max(weights.values()) > 1.3 * _median(weights) else None
    beat = 60.0 / tempo if tempo else 1.0
    chords = _chords(chroma, beat, phase, key)
    return Heard(len(sound) / RATE, tempo, key, tuple(chords))


def _floats(raw: bytes, width: int, channels: int) -> Floats:
    raw = raw[: len(raw) - len(raw) % (width * channels)]
    if width == 1:
        values = np.frombuffer(raw, np.uint8).astype(np.float64) - 128.0
    elif width == 3:
        parts = np.frombuffer(raw, np.uint8).reshape(-1, 3).astype(np.int32)
        values = (parts[:, 0] | parts[:, 1] << 8 | (parts[:, 2] << 24 >> 8)).astype(np.float64)
    elif width in (2, 4):
        values = np.frombuffer(raw, f"<i{width}").astype(np.float64)
    else:
        raise MusicError(f"samples of {width} bytes are not read; save it as 16-bit WAV")
    mono: Floats = values.reshape(-1, channels).mean(axis=1) / float(1 << (8 * width - 1))
    return mono


def _resampled(sound: Floats, rate: float) -> Floats:
    """Low-pass by averaging, then take a sample where each new one lies."""
    width = max(1, round(rate / RATE))
    smooth = np.convolve(sound, np.ones(width) / width, mode="same") if width > 1 else sound
    places = np.arange(int(len(sound) * RATE / rate)) * (rate / RATE)
    out: Floats = np.interp(places, np.arange(len(smooth)), smooth)
    return out


def _frames(sound: Floats, window: int, hop: int) -> Floats:
    """Return the magnitudes of the windows' spectra, frame by frame."""
    padded = np.pad(sound, window // 2)
    count = max(1, 1 + (len(padded) - window) // hop)
    rows = []
    for start in range(0, count, 512):
        at = (np.arange(start, min(start + 512, count)) * hop)[:, None] + np.arange(window)
        rows.append(np.abs(np.fft.rfft(padded[at] * np.hanning(window), axis=1)).astype(np.float32))
    made: Floats = np.concatenate(rows)
    return made


@lru_cache(maxsize=1)
def _bins() -> tuple[NDArray[np.int64], Floats]:
    """Return the pitch class of each frequency bin, and how much it counts."""
    hertz = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    with np.errstate(divide="ignore"):
        midi = 12 * np.log2(np.maximum(hertz, 1e-9) / A4_HERTZ) + A4_MIDI
    near = np.round(midi)
    weight = np.exp(-0.5 * ((midi - near) / 0.2) ** 2)
    weight *= np.exp(-0.5 * ((midi - 60) / 14) ** 2)
    weight[(near < _LOWEST) | (near > _HIGHEST)] = 0.0
    return near.astype(np.int64) % 12, weight


def _chromagram(sound: Floats) -> Floats:
    spectrum = np.log1p(_frames(sound, _WINDOW, _HOP) * 2.0)
    classes, weight = _bins()
    folded = np.zeros((len(classes), 12))
    folded[np.arange(len(classes)), classes] = weight
    chroma = spectrum @ folded
    size = np.linalg.norm(chroma, axis=1, keepdims=True)
    made: Floats = np.where(size > 1e-6, chroma / np.maximum(size, 1e-6), 0.0)
    return made


def _tempo(sound: Floats) -> tuple[float | None, float]:
    """Return beats a minute, and where in seconds the first beat lies."""
    spectrum = np.log1p(_frames(sound, _FLUX_WINDOW, _FLUX_HOP) * 10.0)
    flux = np.maximum(np.diff(spectrum, axis=0), 0.0).sum(axis=1)
    flux -= np.convolve(flux, np.ones(43) / 43, mode="same")
    flux = np.maximum(flux, 0.0)
    rate = RATE / _FLUX_HOP
    if flux.max() <= 0 or len(flux) < 4 * rate:
        return None, 0.0
    size = 1 << (2 * len(flux) - 1).bit_length()
    power = np.fft.irfft(np.abs(np.fft.rfft(flux, size)) ** 2)[: len(flux)]
    tempi = np.arange(SLOWEST, FASTEST, 0.25)
    lags = rate * 60.0 / tempi
    # A beat is heard again after two, three and four of them.
    strength = sum(
        np.interp(lags * n, np.arange(len(power)), power / (len(flux) - np.arange(len(power)) + 1))
        for n in (1, 2, 3, 4)
    )
    strength = strength * np.exp(-0.5 * (np.log2(tempi / USUAL) / 0.9) ** 2)
    best = float(tempi[int(np.argmax(strength))])
    period = rate * 60.0 / best
    phases = np.arange(0, period, 1.0)
    sums = [flux[np.arange(p, len(flux), period).astype(int)].sum() for p in phases]
    return best, float(phases[int(np.argmax(sums))]) / rate


def _chords(chroma: Floats, beat: float, phase: float, key: Key | None) -> list[tuple[float, str]]:
    """Follow the likeliest triads from beat to beat (Viterbi)."""
    rate = RATE / _HOP
    edges = np.arange(phase % beat, len(chroma) / rate, beat)
    if len(edges) < 2:
        edges = np.array([0.0, len(chroma) / rate])
    rows = []
    for start, end in itertools.pairwise(edges):
        low = int(start * rate)
        rows.append(chroma[low : max(low + 1, int(end * rate))].mean(axis=0))
    fits = np.array(rows) @ _templates().T
    path = _followed(fits)
    fifths = key.fifths if key else 0
    found: list[tuple[float, str]] = []
    for at, (place, loud) in enumerate(zip(path, np.array(rows).sum(axis=1), strict=True)):
        symbol = "-" if loud < 0.1 else _symbol(place, fifths)
        if not found or found[-1][1] != symbol:
            found.append((float(edges[at]), symbol))
    return found


def _followed(fits: Floats) -> list[int]:
    best = fits[0].copy()
    came: list[NDArray[np.int64]] = []
    for row in fits[1:]:
        other = int(np.argmax(best))
        stay = best >= best[other] - _CHANGE
        came.append(np.where(stay, np.arange(len(best)), other))
        best = np.where(stay, best, best[other] - _CHANGE) + row
    path = [int(np.argmax(best))]
    for before in reversed(came):
        path.append(int(before[path[-1]]))
    return path[::-1]


@lru_cache(maxsize=1)
def _templates() -> Floats:
    """Return the chroma of 24 triads, with some of each tone's harmonics, of length 1."""
    rows = []
    for _, steps in _TRIADS:
        for root in range(12):
            row = np.zeros(12)
            for step in steps:
                for harmonic, strength in ((0, 1.0), (7, 0.25), (4, 0.1)):
                    row[(root + step + harmonic) % 12] += strength
            rows.append(row / np.linalg.norm(row))
    return np.array(rows)


def _symbol(place: int, fifths: int) -> str:
    suffix = _TRIADS[place // 12][0]
    return spell(60 + place % 12, fifths).at(None).name + suffix


def _median(weights: dict[int, float]) -> float:
    return sorted(weights.values())[6]


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"


def roots_right(heard: Sequence[tuple[float, str]], true: Sequence[tuple[float, str]]) -> float:
    """Return the share of the time in which the heard triad is the true one.

    The last true entry tells the end.

    >>> roots_right([(0.0, "C"), (3.0, "G")], [(0.0, "C"), (2.0, "G"), (4.0, "")])
    0.75
    """
    step, right, count = 0.05, 0, 0
    for k in range(int(true[-1][0] / step)):
        now = (k + 0.5) * step
        mine = next((symbol for at, symbol in reversed(heard) if at <= now), "")
        right += mine == next(symbol for at, symbol in reversed(true) if at <= now)
        count += 1
    return right / count
