"""The command `mica`."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer

from ui import (
    cli_ask,
    cli_attach,
    cli_audit,
    cli_corpus,
    cli_dataset,
    cli_doctor,
    cli_evaluate,
    cli_feedback,
    cli_loop,
    cli_manage,
    cli_models,
    cli_rules,
    cli_sandbox,
    cli_score,
    cli_tools,
    cli_train,
    cli_undo,
)
from ui.cli_common import FAILED, fail, known_errors

app = typer.Typer(
    name="mica",
    help="Small Granite specialists that run real tools on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log to stderr.")] = False,
) -> None:
    level = logging.INFO if verbose else logging.ERROR
    # The level is the handler's too: some libraries set their own loggers to DEBUG.
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(level)
    logging.basicConfig(level=level, handlers=[handler], force=True)


app.command()(cli_ask.ask)
app.command()(cli_ask.chat)
app.command()(cli_ask.resume)
app.command()(cli_ask.propose)
app.command()(cli_undo.undo)
app.command()(cli_tools.route)
app.command()(cli_manage.serve)
app.command()(cli_doctor.doctor)
app.command()(cli_evaluate.evaluate)
app.command()(cli_sandbox.output)
app.command()(cli_score.score)
app.add_typer(cli_tools.policy, name="policy")
app.add_typer(cli_tools.tools, name="tools")
app.add_typer(cli_rules.rules, name="rules")
app.add_typer(cli_audit.audit, name="audit")
app.add_typer(cli_feedback.feedback, name="feedback")
app.add_typer(cli_dataset.dataset, name="dataset")
app.add_typer(cli_train.train, name="train")
app.add_typer(cli_loop.loop, name="loop")
app.add_typer(cli_sandbox.sandbox, name="sandbox")
app.add_typer(cli_attach.attach, name="attach")
app.add_typer(cli_models.models, name="models")
app.add_typer(cli_manage.knowledge, name="knowledge")
app.add_typer(cli_corpus.corpus, name="corpus")


def main() -> None:
    """Run the command line; known errors become one line on stderr and exit code 1."""
    try:
        app()
    except BrokenPipeError:
        # Whoever read us has gone; Python would complain again when it flushes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except known_errors() as error:
        try:
            fail(str(error))
        except typer.Exit as ending:
            sys.exit(ending.exit_code)


if __name__ == "__main__":
    main()
