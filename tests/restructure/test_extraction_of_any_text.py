"""Handlers written in any way: what is taken out of them parses, and answers as before."""

from __future__ import annotations

import itertools
import textwrap

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from plumbrule.plan import Refusal
from plumbrule.restructure import Tree
from plumbrule.restructure.extraction import Extraction, extract
from restructure.played import KIT, answers, runs

IMPORTS = """
import functools
from typing import (
    Annotated,
    Any,
    Literal,
    Optional,
    Union,
)
from app.kit import SEEN, Door, calm, counting, quiet, soon, twice


class Answer(dict): ...
"""
DECORATORS = ("", "@twice\n", "@twice  # a word\n# and another\n@functools.wraps(\n    soon,\n)\n")
PARAMETERS = (
    "n, a=5",
    "n: int, a: int = 5",
    "\n    n: int,  # how many\n    a: (\n        int\n        | None\n    ) = 5,\n",
    "n: Annotated[\n    int,\n    'many',  # a word\n], a: Union[\n    int,\n    Literal['a  | b'],\n] = 5",
    "n: Annotated[(\n    int\n    | str\n), 1], *, a: 'Optional[int]' = 5",
    "\n    n: Optional[\n        int  # none as well\n    ], a=5",
)
RETURNS = (
    "",
    " -> Any",
    " -> (\n    int\n    | str\n    | list[int]\n    | None\n)",
    " -> Union[\n    int,\n    list[\n        int\n    ],\n    None,\n]",
    " -> \\\n    Any",
    " -> (\n    # what comes\n    Any\n)",
    " -> 'int | None'",
    ' -> """int | \n    None"""',
)
TEXTS = (
    "a = n + 1",
    "a = n + \\\n    1 + \\\n        a",
    "a = (\n    n\n    + 1  # one more\n)",
    'b = """one\n  two\n        # three\n"""',
    'b = f"""one {n}\n    two {\n    a}\n"""',
    "b = 'one \\\n    two'",
    "b = ('one'\n     'two')",
    "b = f'{n!r:>{a}} {{}} {\"x\"}'",
    "b = rb'\\n'; a = 2",
    "if (c := n % 2) or a: SEEN.append(c)",
    "# a word\na = n\n# a last one",
    "SEEN.append(n)  # a word # another",
    "@twice\ndef inner(x=n):\n    '''It\n    adds.'''\n    return x + a\nb = inner()",
    "async def inner():\n    return await soon(n)\nb = await inner()",
    "async for i in counting(n):\n    SEEN.append(i)\nelse:\n    b = 1",
    "async with Door() as door, \\\n        Door() as other:\n    b = door\n    return other",
    "with (\n    calm(),\n    quiet(),\n):\n    if n == 1:\n        return a\n    b = 1",
    "try:\n    b = 6 // n\n    return b\nexcept ZeroDivisionError as error:\n    b = str(error)\nfinally:\n    SEEN.append(0)",
    "try:\n  if n: return n\n  b = 3\nexcept ValueError: pass",
    "b = [i async for i in counting(n) if (c := i)]",
    "b = {x: y for x in range(n)\n     for y in 'ab'}",
    "for x in range(n):\n\tSEEN.append(x)\n\tif x == 2: break",
    "b = lambda x=n: (x,\n                 a)",
    "a: int = n",
    "b: dict[\n    str, int\n] = {}",
    "found: Annotated[(\n    int\n    | None\n), 2] = n\nb = found",
    "b = Answer(\n    n=n\n)",
    "b = await soon(\n    n,\n)",
    "while n > 2:\n    n -= 1\n\n    # inside\n\nelse:\n    a = 0",
    "assert n < 3, (\n    'few'\n)",
    "raise ValueError(  # why\n    n)",
    "return {\n    'n': n,\n    'text': '''\n  as it is\n''',\n}",
    "return (\n    a\n)",
    "return a",
)
ENDS = ("", "# the last word\n", "\n\n")


def handlers() -> st.SearchStrategy[str]:
    heads = st.builds(
        "{}async def handler({}){}:{}\n".format,
        st.sampled_from(DECORATORS), st.sampled_from(PARAMETERS), st.sampled_from(RETURNS),
        st.sampled_from(["", "  # a word"]),
    )  # fmt: skip
    bodies = st.lists(st.sampled_from(TEXTS), min_size=2, max_size=5)
    words = st.sampled_from(["", '"""What it does."""\n', '"""What\n    it does.\n    """\n'])
    return st.builds(
        written, heads, words, bodies, st.sampled_from(ENDS), st.sampled_from(["    ", "  ", "\t"])
    )


def written(head: str, words: str, body: list[str], end: str, step: str) -> str:
    gaps = itertools.cycle(["\n", "\n\n", "\n"])
    text = words + "b = c = None\n" + "".join(x + gap for x, gap in zip(body, gaps, strict=False)) + end
    lines = textwrap.indent(text, step, lambda line: bool(line.strip()))
    return f"{head}{lines}"


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(handlers(), st.sampled_from(["\n", "\r\n"]), st.data())
def test_what_is_taken_out_parses_and_does_the_same(handler: str, end: str, data: st.DataObject) -> None:
    text = f"{IMPORTS}\n\n{handler}"
    try:
        compile(text, "routes", "exec")
    except SyntaxError:
        assume(False)
    first, last = data.draw(st.sampled_from(runs(text)))
    files = {"app/__init__.py": "", "app/kit.py": KIT, "app/routes.py": text.replace("\n", end)}
    tree = Tree.of(files)
    try:
        made = extract(tree, Extraction("app.routes.handler", (first, last), "app.service", "think"))
    except Refusal:
        return
    assert not made.problems, [str(problem) for problem in made.problems]
    after = {path: text.decode() for path, text in tree.after(made.rewrite.steps).files.items()}
    assert answers(after) == answers(files)
