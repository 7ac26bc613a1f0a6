"""`plumb explain`: the rulebook, and what it finds here."""

from typing import Annotated

import typer

from plumbrule.cli.completing import rules
from plumbrule.cli.console import output_of


def explain(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A rule, or a category; default: all.", autocompletion=rules),
    ] = None,
) -> None:
    """Say what a rule means, and where this project breaks it."""
    # The rulebook takes a while to import, and the other commands do not need it.
    from plumbrule.cli.audited import base_of  # noqa: PLC0415
    from plumbrule.config import read_config  # noqa: PLC0415
    from plumbrule.report import View  # noqa: PLC0415
    from plumbrule.report.explanation import explanation, listing  # noqa: PLC0415
    from plumbrule.verbs import explain as verb  # noqa: PLC0415
    from plumbrule.verbs.review import target  # noqa: PLC0415
    from plumbrule.verbs.selection import CATEGORIES, everything, one_rule  # noqa: PLC0415

    output = output_of(context)
    here = target([])
    config = read_config(here.root)
    width = output.out.width if output.out.is_terminal else None
    view = View(base_of(here.root), width, output.colored)
    if name is None or name in CATEGORIES:
        known = everything(config).values()
        output.write(listing([rule for rule in known if name in (None, rule.category)], view))
        return
    rule = one_rule(config, name)
    with output.patience() as observe:
        found = verb.findings_here(here, config, rule, observe)
    output.write(explanation(rule, found, view))
