"""Trains the router: logistic regression over hashed n-grams, calibrated on held-out wordings.

    python -m training.router [--out weights/router.npz] [--seed 1] [--keep-follow-ups FILE]

Wordings are split by cluster (all copies of one wording stay together; a recipe's wordings do
too), so that calibration sees wordings of which no copy was trained on. Needs scikit-learn.
`python -m training.develop_routing` then says how good the weights are on the development sets.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from agents.router import features
from runtime.yaml_files import read_yaml
from training import noise, piles
from training.rows import composer_data

ROOT = Path(__file__).parents[1]
CLASSES = ("sysadmin", "composer", "other")
BUCKETS = 2**15
FOLDS = 3
STEPS = 120
"""Steps of the solver, which stops before it has converged: what was measured was fitted so."""
COPIES = {
    "sysadmin": 1,
    "composer": 2,
    "notes": 2,
    "other": 2,
    "boundary": 3,
    "questions": 20,
    "voices": 3,
}
"""How often a wording is drawn, with other values and disturbances each time."""
BOOK_WEIGHT = 0.2
"""What a wording of a recipe counts. Each class counts the same, and the book is by far the largest
part of its own: the more it grows, the less a text counts that was written for the sysadmin."""
BOUNDARY_WEIGHT = 3.0
"""What a boundary text counts against a plain one: it is what words alone get wrong."""
VOICE_WEIGHT = 3.0
"""What a text of `voices*.yaml` counts: most lack a verb, or have words of another field."""
ASKED_BACK = 0.035
"""Share of the specialists' held-out wordings that may be asked back for want of confidence."""
QUESTION_WEIGHT = 10.0
"""What a wording of a general question counts: it stands for all its subjects."""


@dataclass(frozen=True)
class Example:
    """A request, its class, its cluster, and how much it counts."""

    text: str
    label: int
    cluster: str
    weight: float


def examples(root: Path, rng: random.Random) -> list[Example]:
    """Draw all training requests under `root`; each class weighs the same in all.

    Raises:
        OSError: a data file is missing.
    """
    drawn = [*_sysadmin(root, rng), *_composer(root, rng), *_notes(root, rng)]
    drawn += _router_texts(root, rng)
    total = np.zeros(len(CLASSES))
    for example in drawn:
        total[example.label] += example.weight
    scale = len(drawn) / len(CLASSES) / total
    return [Example(e.text, e.label, e.cluster, e.weight * float(scale[e.label])) for e in drawn]


def _sysadmin(root: Path, rng: random.Random) -> Iterator[Example]:
    weight = BOOK_WEIGHT / COPIES["sysadmin"]
    for path in sorted((root / "agents/sysadmin/recipes").glob("*.yaml")):
        for recipe in read_yaml(path):
            slots = {name: str(value) for name, value in (recipe.get("slots") or {}).items()}
            for ask in recipe["asks"]:
                for _ in range(COPIES["sysadmin"]):
                    values = {
                        s: piles.draw(s, slots.get(s, ""), rng).text for s in _slots(str(ask))
                    }
                    text = noise.disturb(str(ask), rng).format(**values)
                    yield Example(text, 0, f"recipe {recipe['id']}", weight)


def _composer(root: Path, rng: random.Random) -> Iterator[Example]:
    for file, data in enumerate(composer_data(root)):
        if isinstance(data, list):  # follow-ups are routed by the turn before
            continue
        asks = data["asks"] if "tool" in data else [r["ask"] for r in data["requests"]]
        for number, ask in enumerate(asks):
            for _ in range(COPIES["composer"]):
                values = {s: str(rng.choice(data["values"][s])) for s in _slots(str(ask))}
                text = noise.disturb(str(ask), rng).format(**values)
                yield Example(text, 1, f"music {file} {number}", 1 / COPIES["composer"])


def _notes(root: Path, rng: random.Random) -> Iterator[Example]:
    for label, name in enumerate(("sysadmin", "composer")):
        path = root / "agents" / name / "notes.yaml"
        for note in read_yaml(path):
            for ask in note["asks"]:
                for copy in range(COPIES["notes"]):
                    text = str(ask) if copy == 0 else noise.disturb(str(ask), rng)
                    yield Example(text, label, f"note {note['id']}", 1 / COPIES["notes"])


def _router_texts(root: Path, rng: random.Random) -> Iterator[Example]:
    folder = root / "training/data/router"
    for stem in ("other", "boundary"):
        entries = read_yaml(folder / f"{stem}.yaml")
        for number, entry in enumerate(entries):
            plain = not isinstance(entry, dict)
            text, name = (str(entry), "other") if plain else (entry["text"], entry["specialist"])
            for copy in range(COPIES[stem]):
                # Braces of such a text are no slots: `disturb` leaves them as they are.
                drawn = text if copy == 0 else noise.disturb(text, rng)
                weight = BOUNDARY_WEIGHT if stem == "boundary" else 1.0
                label = CLASSES.index(name)
                yield Example(drawn, label, f"{stem} {number}", weight / COPIES[stem])
    for path in sorted(folder.glob("voices*.yaml")):
        yield from _voices(path, rng)
    yield from _questions(folder / "questions.yaml", rng)


def _voices(path: Path, rng: random.Random) -> Iterator[Example]:
    for group in read_yaml(path):
        label = CLASSES.index(group["specialist"])
        for number, text in enumerate(group["texts"]):
            for copy in range(COPIES["voices"]):
                drawn = str(text) if copy == 0 else noise.disturb(str(text), rng)
                weight = VOICE_WEIGHT / COPIES["voices"]
                yield Example(drawn, label, f"{path.stem} {label} {number}", weight)


def _questions(path: Path, rng: random.Random) -> Iterator[Example]:
    data = read_yaml(path)
    for number, ask in enumerate(data["asks"]):
        for _ in range(COPIES["questions"]):
            names = _slots(ask)
            values = {s: str(rng.choice(data["values"][s.rstrip("2")])) for s in names}
            text = noise.disturb(ask, rng).format(**values)
            label = CLASSES.index("other")
            yield Example(text, label, f"question {number}", QUESTION_WEIGHT / COPIES["questions"])


def follow_ups(root: Path, rng: random.Random) -> list[Example]:
    """Draw what people say after a request: label 1; the cluster is the pair of recipes."""
    drawn = []
    for path in sorted((root / "training/data").glob("*/followups.yaml")):
        for number, pair in enumerate(read_yaml(path)):
            for said in pair["says"]:
                text = _filled(noise.disturb(str(said), rng), rng)
                drawn.append(Example(text, 1, f"{path.parent.name} {number}", 1.0))
    for path in sorted((root / "training/data").glob("*/changes.yaml")):
        for slot, texts in read_yaml(path).items():
            for said in texts:
                text = _filled(noise.disturb(str(said), rng), rng)
                drawn.append(Example(text, 1, f"{path.parent.name} {slot}", 1.0))
    return drawn


def _filled(wording: str, rng: random.Random) -> str:
    return wording.format(**{slot: piles.draw(slot, "", rng).text for slot in _slots(wording)})


def _slots(template: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(template) if name]


def matrix(texts: Sequence[str], *, kinds: bool = True) -> csr_matrix:
    """Return the features of texts: rows x BUCKETS, sparse; `kinds` is that of `features`."""
    index, value, start = [], [], [0]
    for text in texts:
        at, weight = features(text, BUCKETS, kinds=kinds)
        index.append(at)
        value.append(weight)
        start.append(start[-1] + len(at))
    return csr_matrix(
        (np.concatenate(value), np.concatenate(index), start), shape=(len(texts), BUCKETS)
    )


def rarity(data: csr_matrix) -> NDArray[np.float32]:
    """Return by what each bucket is multiplied while fitting: the rarer it is, the more it may say.

    The penalty on weights is the same for all of them, and words of every request ("the", "in")
    are no more worth than names. Weights times this are for features as they are.
    """
    seen = np.bincount(data.indices, minlength=data.shape[1])
    scale = np.log((data.shape[0] + 1) / (seen + 1)) + 0.5
    scale /= np.sqrt((scale[data.indices] ** 2).mean())
    return np.asarray(scale, np.float32)


def fit(data: csr_matrix, labels: NDArray[Any], weights: NDArray[Any]) -> LogisticRegression:
    """Fit the linear model; its weights are for features as they are."""
    scale = rarity(data)
    model = LogisticRegression(C=3.0, max_iter=STEPS, tol=1e-4)
    model.fit((data @ diags(scale)).tocsr(), labels, sample_weight=weights)
    model.coef_ = model.coef_ * scale
    return model


def out_of_fold(
    data: csr_matrix,
    labels: NDArray[Any],
    weights: NDArray[Any],
    clusters: Sequence[str],
    seed: int,
) -> NDArray[Any]:
    """Return the scores (rows x classes) of models that never saw the row's cluster."""
    names = sorted(set(clusters))
    random.Random(seed).shuffle(names)
    fold_of = {name: number % FOLDS for number, name in enumerate(names)}
    folds = np.array([fold_of[cluster] for cluster in clusters])
    scores = np.zeros((len(labels), len(CLASSES)))
    for fold in range(FOLDS):
        inside = folds != fold
        model = fit(data[inside], labels[inside], weights[inside])
        scores[~inside] = model.decision_function(data[~inside])
    return scores


def fit_second(first: Sequence[Example], later: Sequence[Example], seed: int) -> LogisticRegression:
    """Fit the model that tells follow-ups from requests that stand alone; print how good it is."""
    every = [*(Example(e.text, 0, e.cluster, 1.0) for e in first), *later]
    weights = np.array([0.5 / (len(later) if e.label else len(first)) for e in every]) * len(every)
    data = matrix([e.text for e in every], kinds=False)
    labels = np.array([e.label for e in every])
    fold = {name: n % FOLDS for n, name in enumerate(sorted({e.cluster for e in every}))}
    inside = np.array([fold[e.cluster] != seed % FOLDS for e in every])
    held = ~inside
    model = fit(data[inside], labels[inside], weights[inside])
    right = model.predict(data[held]) == labels[held]
    print(
        f"follow-ups told apart, held-out clusters: {right[labels[held] == 1].mean():.4f} of "
        f"follow-ups, {right[labels[held] == 0].mean():.4f} of others"
    )
    return fit(data, labels, weights)


def temperature(scores: NDArray[Any], labels: NDArray[Any], weights: NDArray[Any]) -> float:
    """Return the temperature that makes the held-out scores likeliest (Guo et al., 2017)."""

    def loss(log_t: float) -> float:
        chances = softmax(scores / np.exp(log_t))
        picked = np.log(chances[np.arange(len(labels)), labels] + 1e-12)
        return float(-(weights * picked).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Return probabilities by row."""
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)


def choose_threshold(chances: NDArray[Any], labels: NDArray[Any], weights: NDArray[Any]) -> float:
    """Return the confidence below which `other` is said: it asks back instead of acting.

    The highest at which no more than `ASKED_BACK` of the specialists' held-out wordings are asked
    back that would have been right: a call that nobody wanted is worse than a question.
    """
    right = (chances.argmax(axis=1) == labels) & (labels != CLASSES.index("other"))
    ours = weights[labels != CLASSES.index("other")].sum()
    fitting = [0.5]
    for percent in range(50, 90, 2):
        asked = right & (chances.max(axis=1) < percent / 100)
        if weights[asked].sum() / ours <= ASKED_BACK:
            fitting.append(percent / 100)
    return max(fitting)


def decide(chances: NDArray[Any], threshold: float) -> NDArray[Any]:
    """Return the class of each row."""
    said = chances.argmax(axis=1)
    said[chances.max(axis=1) < threshold] = CLASSES.index("other")
    return said


def calibration_error(confidence: NDArray[Any], right: NDArray[Any], bins: int = 10) -> float:
    """Return the expected calibration error over equally wide bins."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[place == b].mean() - right[place == b].mean()) * (place == b).mean()
        for b in range(bins)
        if (place == b).any()
    ]
    return float(sum(gaps))


def train(root: Path, out: Path, seed: int, kept: Path | None = None) -> None:
    """Train, calibrate, write the weights and print how good they are on held-out wordings.

    What tells follow-ups is taken from the weights at `kept`, where that is given.
    """
    drawn = examples(root, random.Random(seed))
    data = matrix([e.text for e in drawn])
    labels = np.array([e.label for e in drawn])
    weights = np.array([e.weight for e in drawn])
    scores = out_of_fold(data, labels, weights, [e.cluster for e in drawn], seed)
    heat = temperature(scores, labels, weights)
    chances = softmax(scores / heat)
    threshold = choose_threshold(chances, labels, weights)
    said = decide(chances, threshold)
    model = fit(data, labels, weights)
    if kept is None:
        fitted = fit_second(drawn, follow_ups(root, random.Random(seed)), seed)
        second = {"follow_weights": fitted.coef_[0], "follow_bias": fitted.intercept_[0]}
    else:
        with np.load(kept, allow_pickle=False) as former:
            second = {name: former[name] for name in ("follow_weights", "follow_bias")}
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        out,
        weights=model.coef_.astype(np.float16),
        bias=model.intercept_.astype(np.float16),
        classes=np.array(CLASSES),
        temperature=np.float32(heat),
        threshold=np.float32(threshold),
        follow_weights=second["follow_weights"].astype(np.float16),
        follow_bias=np.float32(second["follow_bias"]),
    )
    right = (said == labels).astype(float)
    gap = calibration_error(chances.max(axis=1), (chances.argmax(axis=1) == labels).astype(float))
    print(f"{len(drawn)} requests, {out.stat().st_size / 1000:.0f} kB of weights")
    print(f"temperature {heat:.3f}, threshold {threshold}")
    print(
        f"held-out wordings: accuracy {(weights * right).sum() / weights.sum():.4f}, ECE {gap:.4f}"
    )
    for label, name in enumerate(CLASSES):
        print(f"  {name}: {right[labels == label].mean():.4f}")


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "weights" / "router.npz")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--keep-follow-ups", type=Path, metavar="FILE", help="take what tells follow-ups from FILE"
    )
    chosen = parser.parse_args()
    train(ROOT, chosen.out, chosen.seed, chosen.keep_follow_ups)


if __name__ == "__main__":
    main()
