"""What can be wrong with a training run; every text says what to do next."""

from __future__ import annotations


class TrainingError(Exception):
    """A run cannot be made, found or changed. The text says what to do next."""


class UnknownRunError(TrainingError):
    """There is no such run."""


class RecipeError(TrainingError):
    """A recipe has an unknown field or a value that makes no sense."""


class RefusedError(TrainingError):
    """A run cannot work on this machine; `problems` says why, one by one."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("this run cannot work here: " + "; ".join(problems))
        self.problems = problems


class BusyError(TrainingError):
    """Another run, `holder`, is training on this machine."""

    def __init__(self, holder: str) -> None:
        super().__init__(
            f"the run {holder} is training on this machine, and one trains at a time: wait for it "
            f"(`mica train show {holder}`) or end it (`mica train cancel {holder}`)"
        )
        self.holder = holder
