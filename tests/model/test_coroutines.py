"""What is called is a coroutine function only if nothing has put another thing in its place."""

from __future__ import annotations

from textwrap import dedent

import pytest

from plumbrule.model.code import Function
from plumbrule.model.coroutines import makes_coroutine
from plumbrule.model.reading import project_of
from plumbrule.model.results import misuse_of_kept

PROGRAM = """
    def decorate(cls):
        {body}
        return cls

    @decorate
    class Agent:
        async def stop(self): ...

    def run(agent: Agent):
        agent.stop()
"""


@pytest.mark.parametrize(
    ("body", "is_coroutine"),
    [
        ("AGENTS.append(cls)", True),
        ("cls.__new__ = wrapping(cls.__new__)", False),
        ("setattr(cls, 'stop', plain(cls.stop))", False),
    ],
)
def test_a_decorator_of_a_class_may_make_its_methods_ordinary(body: str, is_coroutine: bool) -> None:
    project = project_of({"main.py": dedent(PROGRAM.format(body=body))})
    (call,) = project.calls_to("stop")
    assert makes_coroutine(call) is is_coroutine


DECORATED = """
    import asyncio
    import inspect

    def decorate(function):
        async def slow(*given):
            return await function(*given)
        def fast(*given):
            return function(*given)
        {given}

    def deep(name):
        def inner(function):
            async def slow(*given): ...
            return slow
        return inner

    @{written}
    async def stop(): ...

    def run():
        stop()
"""


@pytest.mark.parametrize(
    ("written", "given", "is_coroutine"),
    [
        ("decorate", "return slow", True),
        ("decorate", "return fast", False),
        ("decorate", "return slow if inspect.iscoroutinefunction(function) else fast", True),
        ("decorate", "return slow if function else fast", False),
        ("decorate", "return asyncio.run(function)", False),
        ("decorate", "pass", False),
        ("deep('stop')", "pass", True),
        ("unknown.retry()", "pass", False),
    ],
)
def test_a_decorator_may_leave_a_coroutine_function_one(written: str, given: str, is_coroutine: bool) -> None:
    project = project_of({"main.py": dedent(DECORATED.format(written=written, given=given))})
    (call,) = project.calls_to("stop")
    assert makes_coroutine(call) is is_coroutine


UNION = """
    class Later:
        async def clear(self): ...

    class Now:
        def clear(self): ...

    class Shelf:
        def __init__(self, store: {kind}) -> None:
            self.store = store

        def clear(self) -> None:
            self.store.clear()
"""


@pytest.mark.parametrize(("kind", "is_coroutine"), [("Later | None", True), ("Later | Now", False)])
def test_one_of_two_classes_may_have_an_ordinary_method(kind: str, is_coroutine: bool) -> None:
    project = project_of({"main.py": dedent(UNION.format(kind=kind))})
    (call,) = project.calls_to("clear")
    assert makes_coroutine(call) is is_coroutine


BRANCHES = """
    async def find(): ...

    async def read(known, names):
        found = known
        {body}
"""


@pytest.mark.parametrize(
    ("body", "is_wrong"),
    [
        ("found = find()\n        if known: found = 1\n        return found.name", True),
        ("found = find()\n        found = known\n        return found.name", False),
        ("if known: found = find()\n        else: print(found.name)\n        return found", False),
        ("for x in names:\n            print(found)\n            found = find()\n        found = 1", False),
        ("match known:\n            case 1: found = find()\n            case _: print(found.name)", False),
    ],
)
def test_what_a_name_was_given_is_looked_at_where_it_still_holds(body: str, is_wrong: bool) -> None:
    project = project_of({"main.py": dedent(BRANCHES.format(body=body))})
    (call,) = project.calls_to("find")
    assert isinstance(call.scope, Function)
    assert bool(misuse_of_kept(call, call.scope)) is is_wrong


@pytest.mark.parametrize(
    ("imported", "before", "called"),
    [
        ("import aiosqlite", "db = await aiosqlite.connect('x')", "db.commit()"),
        ("import asyncpg", "pool = await asyncpg.create_pool('x')", "pool.execute('x')"),
        ("import asyncpg", "db = await asyncpg.connect('x')", "db.close()"),
        ("import psycopg", "db = await psycopg.AsyncConnection.connect('x')", "db.commit()"),
        ("from databases import Database", "db = Database('x')", "db.execute('x')"),
        ("from openai import AsyncOpenAI", "ai = AsyncOpenAI()", "ai.chat.completions.create(model='x')"),
        ("from aiokafka import AIOKafkaProducer", "queue = AIOKafkaProducer()", "queue.start()"),
        ("import redis.asyncio as redis", "store = redis.from_url('x')", "store.lrange('x', 0, 1)"),
        ("import asyncio", "run = await asyncio.create_subprocess_exec('x')", "run.wait()"),
        ("from beanie import init_beanie", "", "init_beanie(database=None)"),
    ],
)
def test_what_libraries_have_as_coroutines(imported: str, before: str, called: str) -> None:
    source = f"{imported}\n\nasync def run():\n    {before or 'pass'}\n    {called}\n"
    calls = {call.node.text: call for call in project_of({"main.py": source}).functions[0].calls}
    assert makes_coroutine(calls[called])


def test_a_mixin_beside_a_class_of_a_library_is_not_what_its_methods_come_from() -> None:
    source = """
        from fastapi_users import BaseUserManager, UUIDIDMixin

        class UserManager(UUIDIDMixin, BaseUserManager[str, str]):
            async def on_after_register(self, user, request=None):
                self.request_verify(user, request)
    """
    (call,) = project_of({"main.py": dedent(source)}).calls_to("request_verify")
    assert makes_coroutine(call)
