"""`plumb audit`: paths and flags → findings, fixes, a report."""

from pathlib import Path
from typing import Annotated

import typer

from plumbrule.cli.console import output_of


def audit(  # noqa: PLR0913, PLR0917  a flag is a parameter
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Default: the current folder.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Make the safe fixes.")] = False,
    unsafe: Annotated[bool, typer.Option("--unsafe", help="Fixes that may change behaviour too.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would change.")] = False,
    select: Annotated[list[str] | None, typer.Option(metavar="NAME", help="A rule or category.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="NAME", help="A rule or category.")] = None,
    since: Annotated[str | None, typer.Option(metavar="REF", help="Only what is new since REF.")] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="[write]", help="Only what is not in the baseline; or write it.")
    ] = None,
    min_severity: Annotated[str | None, typer.Option(metavar="error|warning|note")] = None,
    min_confidence: Annotated[str | None, typer.Option(metavar="high|medium|low")] = None,
    pedantic: Annotated[bool, typer.Option("--pedantic", help="Matters of taste too.")] = False,
    fail_on: Annotated[
        str | None, typer.Option(metavar="error|warning|note|never", help="What makes the exit code 1.")
    ] = None,
    statistics: Annotated[bool, typer.Option("--statistics", help="How often each rule spoke.")] = False,
    score: Annotated[bool, typer.Option("--score", help="Five marks, and what they lost.")] = False,
    file: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to FILE.")
    ] = None,
    output_format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="full concise json sarif github gitlab markdown")
    ] = None,
    probe: Annotated[str | None, typer.Option(metavar="URL", help="Ask a running service instead.")] = None,
    write: Annotated[bool, typer.Option("--write", help="With --probe: make accounts and rows.")] = False,
    config: Annotated[Path | None, typer.Option(metavar="FILE", help="Instead of pyproject.toml.")] = None,
) -> None:
    """Review a FastAPI project: architecture, async, security, database, observability."""
    # The rulebook takes a while to import, and the other commands do not need it.
    from plumbrule.cli import audited  # noqa: PLC0415

    flags = {
        "select": select,
        "ignore": ignore,
        "min-severity": min_severity,
        "min-confidence": min_confidence,
        "pedantic": pedantic or None,
        "fail-on": fail_on,
        "output-format": output_format,
    }
    wishes = audited.Wishes(
        tuple(paths or ()), fix, unsafe, diff, since, baseline, statistics, score, file, probe, write
    )
    raise typer.Exit(audited.audited(output_of(context), wishes, flags, config))
