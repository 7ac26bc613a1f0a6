"""The keys of a dict that stands in the code are the code's; those that a client sends are the client's."""

from __future__ import annotations

from textwrap import indent

import pytest

from plumbrule.model.reading import project_of

APP = """
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import create_engine, text

app = FastAPI()
engine = create_engine("sqlite://")
ALLOWED = {"title", "note"}


class Change(BaseModel):
    title: str
    note: str


@app.patch("/items")
def change_item(change: Change, sent: dict):
"""
WRITE = "engine.execute(text(f'UPDATE items SET {columns}'))\n"


def is_followed(lines: str) -> bool:
    project = project_of({"main.py": APP + indent(f"{lines}\n{WRITE}", "    ")})
    return bool(list(project.routes[0].flows))


@pytest.mark.parametrize(
    "lines",
    [
        "columns = ', '.join(f'{key} = 1' for key in change.model_dump(exclude_unset=True))",
        "columns = ', '.join(f'{key} = 1' for key, _ in change.model_dump().items())",
        "values = {'title': change.title}\ncolumns = ', '.join(values)",
        "values = {'title': change.title}\ncolumns = ', '.join(values.keys())",
        (
            "values = {'title': change.title}\n"
            "given = {key: value for key, value in values.items() if value}\n"
            "columns = ', '.join(f'{key}' for key in given)"
        ),
        "values = {}\nvalues['title'] = change.title\ncolumns = ', '.join(values)",
        (
            "pairs = [(key, value) for key, value in sent.items() if key in ALLOWED]\n"
            "columns = ', '.join(f'{key}' for key, _ in pairs)"
        ),
    ],
)
def test_keys_that_stand_in_the_code_are_harmless(lines: str) -> None:
    assert not is_followed(lines)


@pytest.mark.parametrize(
    "lines",
    [
        "columns = ', '.join(f'{key}' for key in sent)",
        "columns = ', '.join(f'{key}' for key, _ in sent.items())",
        "columns = ', '.join(f'{value}' for value in change.model_dump().values())",
        "values = {'title': change.title}\ncolumns = ', '.join(f'{value}' for _, value in values.items())",
        "values = {}\nvalues[change.title] = 1\ncolumns = ', '.join(values)",
        "values = dict(sent)\ncolumns = ', '.join(values)",
        "columns = ', '.join(f'{key}' for key in {**sent})",
        (
            "pairs = [(key, value) for key, value in sent.items() if value]\n"
            "columns = ', '.join(f'{key}' for key, _ in pairs)"
        ),
    ],
)
def test_keys_and_values_of_a_client_are_followed(lines: str) -> None:
    assert is_followed(lines)
