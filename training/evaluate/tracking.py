"""Evaluations as MLflow runs, in the same SQLite file as training runs; nothing is sent anywhere.

`keep` hands the figures to the training environment that has MLflow (`deploy/setup trl`), which
runs this file with them on its standard input: what serves needs no MLflow.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from records.paths import home
from training.backends.environment import ROOT, TRL

EXPERIMENT = "mica-evaluations"
ENVIRONMENT = replace(TRL, modules=("mlflow", "sqlalchemy"))
"""The environment that has MLflow."""


class TrackingError(Exception):
    """An evaluation could not be kept. The text says what to do next."""


def keep(
    suite: str,
    set_sha256: str,
    found: Sequence[tuple[str, Mapping[str, float]]],
    text: str,
    folder: Path | None = None,
) -> list[str]:
    """Keep a run for each (system, figures) of `found`, with the report; return the runs' ids.

    The runs carry the hash of the set and of the weights' manifest, so that figures are compared
    on the same set only. `folder` holds `mlflow.db`, by default `$MICA_HOME/training`.

    Raises:
        TrackingError: no environment has MLflow, or it failed.
    """
    if problem := ENVIRONMENT.problem():
        raise TrackingError(f"--track needs MLflow: {problem}")
    folder = (folder or home() / "training").absolute()
    manifest = (ROOT / "weights" / "manifest.yaml").read_bytes()
    plan = {
        "folder": str(folder),
        "suite": suite,
        "params": {
            "set_sha256": set_sha256,
            "weights_sha256": hashlib.sha256(manifest).hexdigest(),
        },
        "found": [[system, dict(figures)] for system, figures in found],
        "text": text,
    }
    command = [str(ENVIRONMENT.python), "-m", "training.evaluate.tracking"]
    done = subprocess.run(
        command, input=json.dumps(plan), capture_output=True, text=True, cwd=ROOT, check=False
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise TrackingError(f"MLflow could not keep the evaluation: {last[0]}")
    return list(json.loads(done.stdout.strip().splitlines()[-1]))


def write(plan: Mapping[str, Any]) -> list[str]:
    """Write the runs of a plan of `keep` with MLflow; return their ids.

    Raises:
        WorkError: MLflow is not installed in this environment.
    """
    from training.backends.tracking import opened

    folder, suite = Path(plan["folder"]), plan["suite"]
    folder.mkdir(parents=True, exist_ok=True)
    _, client = opened(folder / "mlflow.db")
    known = client.get_experiment_by_name(EXPERIMENT)
    number = (
        known.experiment_id
        if known
        else client.create_experiment(
            EXPERIMENT, artifact_location=(folder / "evaluations").as_uri()
        )
    )
    ids = []
    for system, figures in plan["found"]:
        run_id = str(client.create_run(number, run_name=f"{suite}: {system}").info.run_id)
        for name, value in {"suite": suite, "system": system, **plan["params"]}.items():
            client.log_param(run_id, name, value)
        for name, value in figures.items():
            client.log_metric(run_id, name, value)
        client.log_text(run_id, plan["text"], f"{suite}.md")
        client.set_terminated(run_id, "FINISHED")
        ids.append(run_id)
    return ids


if __name__ == "__main__":
    print(json.dumps(write(json.load(sys.stdin))))
