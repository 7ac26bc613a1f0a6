from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plumbrule.model.rare_calls import is_rare
from plumbrule.model.reading import project_of
from plumbrule.model.repetition import round_of

if TYPE_CHECKING:
    from plumbrule.model.code import Function

CODE = """
from sqlalchemy import func, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, mapped_column

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id = mapped_column(primary_key=True)

async def read(session: AsyncSession, known: dict, first: Order | None = None, last: int = 0):
    orders = (await session.scalars(select(Order))).all()
    for order in orders:
        CALL
        last = last
"""
ASK = "await session.get(Order, order.id)"


def function_with(call: str) -> Function:
    code = CODE.replace("CALL", "\n        ".join(call.splitlines()))
    function = project_of({"main.py": code}).module("main").function("read")  # type: ignore[union-attr]
    assert function is not None
    return function


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (ASK, True),
        (f"order = {ASK}", True),
        ("await session.get(Order, last)", False),
        ("number = order.id\nawait session.get(Order, number)", True),
        ("last = (await session.get(Order, order.id + last)).id", False),
        ("await session.get(order, 1)", True),
        ("await session.get(select(order), 1)", False),
        ("await session.get(select(func.count()).select_from(table(f'lines_{order.id}')), 1)", False),
        ("for lines in order.tables:\n    await session.get(select(1).select_from(lines), order.id)", False),
    ],
)
def test_calls_of_many_rounds_could_be_put_together(call: str, expected: bool) -> None:
    function = function_with(call)
    asked = next(call for call in function.calls if call.method == "get")
    assert (round_of(asked, function, asked.given) is not None) is expected


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        (f"if order.id > 1:\n    {ASK}", False),
        (f"if order.id not in known:\n    known[order.id] = {ASK}", True),
        (f"if order.id not in known:\n    known[order] = {ASK}", False),
        (f"if first is None:\n    first = {ASK}", True),
        (f"if not first:\n    first = {ASK}", True),
        (f"if not first:\n    last = {ASK}", False),
        (f"try:\n    pass\nexcept ValueError:\n    {ASK}", True),
        (f"try:\n    {ASK}\n    await session.commit()\nexcept ValueError: ...", True),
        (f"try:\n    last = {ASK}\n    await session.commit()\nexcept ValueError: ...", False),
        (f"try:\n    {ASK}\nexcept ValueError: ...\nawait session.commit()", False),
        (f"if order.kind == 'a':\n    {ASK}\n    session.add(1)\nelif order.kind == 'b': ...", True),
        (f"if order.kind == 'a': ...\nelif order.kind == 'b':\n    {ASK}\n    session.add(1)", True),
        (f"if order.kind == 'a':\n    {ASK}\nelif order.kind == 'b': ...", False),
        (f"if order.kind == 'a':\n    {ASK}\n    session.add(1)", False),
    ],
)
def test_some_calls_are_not_made_in_each_round(around: str, expected: bool) -> None:
    asked = next(call for call in function_with(around).calls if call.method == "get")
    assert is_rare(asked) is expected
