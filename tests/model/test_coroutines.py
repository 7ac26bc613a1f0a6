"""What is called is a coroutine function only if nothing has put another thing in its place."""

from __future__ import annotations

from textwrap import dedent

import pytest

from plumbrule.model.coroutines import makes_coroutine
from plumbrule.model.reading import project_of

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
