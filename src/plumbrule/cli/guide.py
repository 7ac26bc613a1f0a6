"""`plumb guide`: the reference guides."""

import re
from typing import Annotated

import typer

from plumbrule.cli import completing
from plumbrule.cli.console import Output, output_of
from plumbrule.config import suggestion
from plumbrule.guides import Guide, guides
from plumbrule.plan import Refusal

TITLED = re.compile(r'^```(\w+) title="([^"]+)"( wrong\S*)?$', re.MULTILINE)


def guide(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="A guide; without it, all are listed.", autocompletion=completing.guides
        ),
    ] = None,
) -> None:
    """Read one of the reference guides; its code runs as it stands."""
    output = output_of(context)
    known = guides()
    if name is None:
        show_list(output, known)
    elif name not in known:
        raise Refusal(f"no guide `{name}`{suggestion(name, known) or '; plumb guide lists them'}")
    elif output.out.is_terminal:
        show(output, known[name])
    else:
        output.write(known[name].text)


def show_list(output: Output, known: dict[str, Guide]) -> None:
    """Every guide with its summary."""
    for name, each in known.items():
        output.line(name, "bold")
        output.line(f"  {each.summary}")
    output.line()
    output.line(f"{len(known)} guides. One in full: plumb guide NAME")


def show(output: Output, chosen: Guide) -> None:
    """The page, laid out for a terminal."""
    from plumbrule.cli.page import THEME, Page  # noqa: PLC0415

    with output.out.use_theme(THEME):
        output.out.print(Page(TITLED.sub(titled, chosen.text)), width=min(output.out.width, 100))


def titled(fence: re.Match[str]) -> str:
    """A fence whose title stands above it, where a terminal can show it."""
    language, title, wrong = fence.groups()
    return f"*{title}*{' (wrong)' if wrong else ''}\n\n```{language}"
