"""Training over the API: start, watch, read the log of, and cancel runs, with a key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict

from runtime.types import BackendError
from training.runs.errors import (
    BusyError,
    RecipeError,
    RefusedError,
    TrainingError,
    UnknownRunError,
)
from training.runs.recipe import Recipe
from training.runs.recipe import shipped as shipped_recipes
from training.runs.run import Run, metrics_of
from training.runs.runs import Runs
from ui.api.errors import ApiError
from ui.api.requests import read_body
from ui.api.training_key import is_right

URL = "/v1/training/runs"
_LONGEST_LOG = 200_000


class RunBody(BaseModel):
    """A recipe by name with fields that replace its own, or all fields."""

    model_config = ConfigDict(extra="forbid")

    recipe: str | None = None
    fields: dict[str, Any] = {}


class Training:
    """The handlers. `root` is the folder of the runs, by default the data folder's."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root

    def add_routes(self, router: APIRouter) -> None:
        """Add the routes."""
        add = router.add_api_route
        add(URL, self.start, methods=["POST"], response_model=None)
        add(URL, self.listed, methods=["GET"], response_model=None)
        add(URL + "/{name}", self.shown, methods=["GET"], response_model=None)
        add(URL + "/{name}/log", self.log, methods=["GET"], response_model=None)
        add(URL + "/{name}/metrics", self.metrics, methods=["GET"], response_model=None)
        add(URL + "/{name}/cancel", self.cancel, methods=["POST"], response_model=None)

    async def start(self, request: Request) -> dict[str, Any]:
        """Start a run, which goes on by itself, and return it."""
        _guard(request)
        body = await read_body(request, RunBody)

        def begin(runs: Runs) -> Run:
            return runs.launch(runs.start(_recipe(body)))

        return _shown(await self._ask(begin))

    async def listed(self, request: Request) -> dict[str, Any]:
        """List the runs, the newest first."""
        _guard(request)
        runs = await self._ask(lambda runs: runs.list())
        return {"object": "list", "data": [_shown(run) for run in runs]}

    async def shown(self, request: Request, name: str) -> dict[str, Any]:
        """Return one run."""
        _guard(request)
        return _shown(await self._ask(lambda runs: runs.get(name)))

    async def log(self, request: Request, name: str) -> Response:
        """Return what the trainer said, the end of it where it is long."""
        _guard(request)
        run = await self._ask(lambda runs: runs.get(name))
        text = await asyncio.to_thread(_read, run.log)
        return PlainTextResponse(
            text[-_LONGEST_LOG:], headers={"x-content-type-options": "nosniff"}
        )

    async def metrics(self, request: Request, name: str) -> dict[str, Any]:
        """Return the loss and the speed, step by step."""
        _guard(request)
        run = await self._ask(lambda runs: runs.get(name))
        return {"object": "list", "data": await asyncio.to_thread(metrics_of, run.folder)}

    async def cancel(self, request: Request, name: str) -> dict[str, Any]:
        """End a run."""
        _guard(request)
        return _shown(await self._ask(lambda runs: runs.cancel(name)))

    async def _ask(self, work: Callable[[Runs], Any]) -> Any:
        """Do what may block in a thread; what is wrong becomes an answer."""
        try:
            return await asyncio.to_thread(lambda: work(Runs(self._root)))
        except RefusedError as error:
            raise ApiError(422, str(error), code="training_refused") from error
        except BusyError as error:
            raise ApiError(409, str(error), code="training_busy") from error
        except (RecipeError, BackendError) as error:  # the latter is of an unknown base
            raise ApiError(400, str(error), code="invalid_recipe", param="fields") from error
        except UnknownRunError as error:
            raise ApiError(404, str(error), code="not_found") from error
        except TrainingError as error:
            raise ApiError(409, str(error), code="not_possible") from error


def _guard(request: Request) -> None:
    if not is_right(request.headers.get("authorization")):
        raise ApiError(
            401,
            "training needs a key: send `Authorization: Bearer KEY`; `mica train key` prints it",
            code="invalid_api_key",
        )


def _recipe(body: RunBody) -> Recipe:
    if body.recipe is None:
        return Recipe.of(body.fields)
    if body.recipe not in shipped_recipes():  # a path would read any file of this machine
        names = ", ".join(shipped_recipes())
        raise RecipeError(
            f"there is no recipe {body.recipe!r}; there are {names}; or send `fields`"
        )
    return Recipe.load(body.recipe, **body.fields)


def _shown(run: Run) -> dict[str, Any]:
    return {"object": "training.run", **run.as_dict()}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
