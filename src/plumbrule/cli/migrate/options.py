"""The flags that several of the commands have."""

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", help="alembic.ini or pyproject.toml.")
]
Python = Annotated[
    Path | None,
    typer.Option("--python", metavar="FILE", help="The project's interpreter; default: its .venv."),
]
AllowDirty = Annotated[
    bool, typer.Option("--allow-dirty", help="Although committed migrations have uncommitted changes.")
]
