"""The command line. Each command is a thin module that imports its work when it is called, so
that ``planner --help`` answers at once."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from planner import __version__
from planner.cli import (
    demo,
    digests,
    explain,
    extract,
    gather,
    guidance,
    import_,
    plan,
    rules,
    run,
    schema,
    verify,
)
from planner.errors import PlannerError

app = typer.Typer(
    name="planner",
    help="Decide, workload by workload, what of a fleet of virtual machines becomes containers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("run")(run.run)
app.command("gather")(gather.gather)
app.add_typer(import_.app, name="import")
app.command("plan")(plan.plan)
app.command("demo")(demo.demo)
app.command("digests")(digests.digests)
app.command("explain")(explain.explain)
app.command("extract")(extract.extract)
app.command("verify")(verify.verify)
app.add_typer(rules.app, name="rules")
app.command("guidance")(guidance.guidance)
app.command("schema")(schema.schema)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"planner {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Entry point: a :class:`PlannerError` is one line on standard error and exit status 1."""
    try:
        app()
    except PlannerError as error:
        sys.stderr.write(f"planner: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("planner: interrupted; what had arrived is kept\n")
        sys.exit(130)
    except BrokenPipeError:
        # The reader (head, less) went away: not our error, and nothing more to say to it.
        sys.stderr.close()
        sys.exit(1)
