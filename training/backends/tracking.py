"""MLflow tracking of a run, where its recipe asks for it: parameters, losses, the adapter.

Everything goes into one SQLite file, `$MICA_HOME/training/mlflow.db`; nothing is sent anywhere.
`mlflow-skinny`, `sqlalchemy` and `alembic` belong to the training environment.
"""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.backends.reporting import Watcher, WorkError
from training.runs.recipe import Recipe

ALIAS = "challenger"
"""The alias that the last adapter of a specialist gets in MLflow's registry."""

_METRICS = ("loss", "tokens_per_second", "done")


@contextlib.contextmanager
def watcher(folder: Path, recipe: Recipe) -> Iterator[Watcher]:
    """Yield what is to be called with every line of metrics; at the end register the adapter.

    A run that goes on after a kill goes on in MLflow as well.

    Raises:
        WorkError: MLflow is not installed.
    """
    if recipe.track == "none":
        yield lambda line: None
        return
    mlflow, client = opened(folder.parents[1] / "mlflow.db")
    run_id = _run_of(mlflow, client, folder, recipe)

    def watch(line: dict[str, Any]) -> None:
        for name in _METRICS:
            client.log_metric(run_id, name, line[name], step=line["step"])

    try:
        yield watch
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    _register(client, folder, recipe, run_id)
    client.set_terminated(run_id, "FINISHED")


def opened(database: Path) -> tuple[Any, Any]:
    """Return MLflow and a client of the SQLite file `database`, with its telemetry off.

    Raises:
        WorkError: MLflow is not installed in this environment.
    """
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    try:
        mlflow = importlib.import_module("mlflow")
        importlib.import_module("sqlalchemy")
    except ImportError as error:
        raise WorkError(
            "track: mlflow needs MLflow in the training environment: "
            "pip install mlflow-skinny sqlalchemy alembic there, or take track: none"
        ) from error
    mlflow.set_tracking_uri(f"sqlite:///{database}")
    return mlflow, mlflow.MlflowClient()


def _run_of(mlflow: Any, client: Any, folder: Path, recipe: Recipe) -> str:
    """Return the id of MLflow's run, made at the first start and kept in the folder."""
    kept = folder / "mlflow_run"
    if kept.exists():
        return kept.read_text(encoding="utf-8").strip()
    name = f"mica-{recipe.specialist}"
    experiment = client.get_experiment_by_name(name)
    number = (
        experiment.experiment_id
        if experiment
        else client.create_experiment(name, artifact_location=folder.parent.as_uri())
    )
    run_id = str(client.create_run(number, run_name=folder.name).info.run_id)
    for field, value in recipe.as_dict().items():
        client.log_param(run_id, field, value)
    kept.write_text(run_id + "\n", encoding="utf-8")
    return run_id


def _register(client: Any, folder: Path, recipe: Recipe, run_id: str) -> None:
    """Make the adapter a new version of the specialist's registered model."""
    name = f"mica-{recipe.specialist}"
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    made = client.create_model_version(name, source=folder.as_uri(), run_id=run_id)
    client.set_registered_model_alias(name, ALIAS, made.version)
