"""The training page: the runs at `/training`, and each with its loss while it trains."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from training.runs.errors import TrainingError, UnknownRunError
from training.runs.run import ENDED, Run, metrics_of
from training.runs.runs import Runs
from ui.api.errors import ApiError
from ui.pages.frame import PageRoute, page, read_form
from ui.pages.markup import Markup, element
from ui.pages.training_plot import losses

URL = "/training"
NAME = "Training"
_AGAIN = "2"  # seconds until the page of a run that trains is loaded again
_LOG_LINES = 30


class TrainingPage:
    """The handlers. `root` is the folder of the runs, by default the data folder's."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root

    def router(self) -> APIRouter:
        """Return the routes; add them to an app before the chat, which takes the rest."""
        router = APIRouter(route_class=PageRoute, include_in_schema=False)
        add = router.add_api_route
        add(URL, self.listed, methods=["GET"], response_model=None)
        add(URL + "/{name}", self.shown, methods=["GET"], response_model=None)
        add(URL + "/{name}", self.cancelled, methods=["POST"], response_model=None)
        return router

    async def listed(self, request: Request) -> Response:
        """Show all runs, the newest first."""
        runs = await asyncio.to_thread(lambda: Runs(self._root).list())
        return _live(page(NAME, *_list(runs)), any(run.state not in ENDED for run in runs))

    async def shown(self, request: Request, name: str) -> Response:
        """Show one run; while it trains the page loads itself again."""
        run = await self._run(name)
        reports, log = await asyncio.to_thread(lambda: (metrics_of(run.folder), _end_of(run.log)))
        body = _run(run, reports, log)
        return _live(page(run.id, *body, of=NAME), run.state not in ENDED)

    async def cancelled(self, request: Request, name: str) -> Response:
        """End a run and show it."""
        form = await read_form(request)
        if form.get("do") != "cancel":
            raise ApiError(400, "this form is of an older page; reload it and try again")
        run = await self._run(name)
        try:
            await asyncio.to_thread(lambda: Runs(self._root).cancel(run.id))
        except TrainingError as error:
            raise ApiError(409, str(error)) from error
        return RedirectResponse(f"{URL}/{run.id}", 303)

    async def _run(self, name: str) -> Run:
        try:
            return await asyncio.to_thread(lambda: Runs(self._root).get(name))
        except UnknownRunError as error:
            raise ApiError(404, f"there is no run {name}; the list shows what there is") from error
        except TrainingError as error:
            raise ApiError(409, str(error)) from error


def _live(response: Response, going: bool) -> Response:
    """Have the browser load the page again while something happens; it needs no script."""
    if going:
        response.headers["refresh"] = _AGAIN
    return response


def _list(runs: list[Run]) -> Iterator[Markup]:
    if not runs:
        yield element("p", "Nothing has been trained yet. `mica train RECIPE` or `mica loop run` "
                      "begins a run; docs/learning.md says how.")  # fmt: skip
        return
    heads = ("Run", "Specialist", "Trainer", "State", "Done", "Loss")
    rows = [element("tr", *(element("th", head, scope="col") for head in heads))]
    for run in runs:
        now = run.progress
        link = element("a", run.id, href=f"{URL}/{run.id}")
        loss = "" if now.loss is None else f"{now.loss:.3f}"
        cells = (
            link,
            run.recipe.specialist,
            run.recipe.backend,
            _state(run),
            f"{now.done:.0%}",
            loss,
        )
        rows.append(element("tr", *(element("td", cell) for cell in cells)))
    yield element("table", *rows)


def _run(run: Run, reports: list[dict[str, Any]], log: str) -> Iterator[Markup]:
    now = run.progress
    yield element("p", _state(run), f" · {run.recipe.specialist} · {run.recipe.backend} "
                  f"{run.recipe.method} · begun {run.started or 'not yet'}")  # fmt: skip
    if run.error:
        yield element("p", run.error, role="status", class_="problem")
    told = f"{now.done:.0%}, step {now.step}, {now.tokens_per_second:.0f} tokens a second"
    if now.eta is not None and run.state == "running":
        told += f", about {max(1, round(now.eta / 60))} min left"
    yield element("p", element("progress", value=now.done, max=1, aria_label="Done"), " ", told)
    if run.state not in ENDED:
        button = element("button", "Cancel", name="do", value="cancel")
        yield element("form", button, method="post", action=f"{URL}/{run.id}")
    if reports:
        yield element("h2", "Loss")
        yield losses(reports)
    yield from _result(run)
    if log:
        yield element("h2", "Log")
        yield element("pre", log)
    yield element("h2", "Recipe")
    yield element("pre", run.recipe.dump())


def _result(run: Run) -> Iterator[Markup]:
    if not run.result:
        return
    yield element("h2", "Result")
    rows = [
        element("tr", element("th", name.replace("_", " "), scope="row"), element("td", str(value)))
        for name, value in run.result.items()
        if value is not None
    ]
    yield element("table", *rows)


def _state(run: Run) -> Markup:
    good = {"finished": "good", "failed": "bad"}.get(run.state, "")
    return element("span", run.state, class_=f"chip {good}".strip())


def _end_of(file: Path) -> str:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(line[:300] for line in lines[-_LOG_LINES:])
