"""What is taken out of a handler does what it did there: every shape of data flow is run, before and after."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from plumbrule.plan import Refusal
from restructure.extractions import CALLS, Shape, project, taken_out, written

if TYPE_CHECKING:
    from restructure.projects import Child

SHAPES = {
    "a value that is returned": Shape("total = n + limit\nreturn {'total': total}", "total = n + limit"),
    "all of it": Shape("total = n + limit\nreturn {'total': total}", "total = n + limit", "return"),
    "nothing comes out": Shape("SEEN.append(n)\nSEEN.append(n + 1)\nreturn SEEN[-2:]", "SEEN.append(n)", 2),
    "two results": Shape("one = n\nother = n * 2\nreturn [one, other]", "one = n", 2),
    "nothing is returned at the end": Shape("if n > 2:\n    return n\nSEEN.append(n)", "if n", 2),
    "a name that is bound before and may be bound again": Shape(
        "size = 1\nif n > 2:\n    size = n\nreturn size", "if n > 2"
    ),
    "a parameter that is bound anew": Shape(
        "limit = limit or n\nlimit += 1\nreturn limit", "limit = limit", 2
    ),
    "a loop that adds up": Shape(
        "total = 0\nfor i in range(n):\n    if i == 3:\n        break\n    total += i\nreturn total", "for i"
    ),
    "a loop variable that is read later": Shape(
        "i = -1\nfor i in range(n):\n    SEEN.append(i)\nreturn i", "for i"
    ),
    "a while loop with an else": Shape(
        "k = n\nwhile k:\n    k -= 1\n    if k == 2:\n        break\nelse:\n    SEEN.append(k)\nreturn k",
        "while k",
    ),
    "early returns at the end": Shape(
        "base = n\nif base == 1:\n    return 'one'\nfor i in range(n):\n    if i == 2:\n        return i\n"
        "return 'end'",
        "if base == 1",
        "return 'end'",
    ),
    "an HTTP error": Shape(
        "if n == 0:\n    raise HTTPException(404, 'none')\nfound = n\nreturn found", "if n == 0", 2
    ),
    "waiting": Shape("got = await soon(n)\nreturn got", "got = await", is_async=True),
    "nothing to wait for in an async handler": Shape(
        "got = n + 1\nreturn await soon(got)", "got = n", is_async=True
    ),
    "async with and async for": Shape(
        "seen = []\nasync with Door() as door:\n    async for i in counting(n):\n        seen.append((i, door))\n"
        "return seen",
        "async with",
        is_async=True,
    ),
    "an async comprehension": Shape(
        "found = [i async for i in counting(n) if i]\nreturn found", "found =", is_async=True
    ),
    "a try of its own": Shape(
        "try:\n    got = 6 // n\nexcept ZeroDivisionError as error:\n    got = str(error)\nfinally:\n"
        "    SEEN.append(n)\nreturn got",
        "try:",
    ),
    "lines in a try": Shape(
        "try:\n    got = 6 // n\n    more = got + 1\n    return more\nexcept ZeroDivisionError:\n"
        "    raise HTTPException(422, 'zero')",
        "got = 6",
        "return more",
    ),
    "lines in a try that bind last what is read later": Shape(
        "more = 0\ntry:\n    got = 6 // n\n    more = got + 1\nexcept ZeroDivisionError:\n    SEEN.append(0)\n"
        "return more",
        "got = 6",
        2,
    ),
    "lines in a with": Shape(
        "with open_door() as door:\n    one = door + n\n    two = one * 2\nreturn two", "one = door", 2
    ),
    "a walrus": Shape("if (found := n % 3) and n:\n    SEEN.append(found)\nreturn found", "if (found"),
    "a walrus in a comprehension": Shape(
        "last = None\nrest = [last := i for i in range(n)]\nreturn [last, rest]", "rest ="
    ),
    "functions, lambdas and generators inside": Shape(
        "scale = 2\ndef grown(i: int) -> int:\n    return i * scale + n\ntop = max((grown(i) for i in range(3)))\n"
        "low = sorted([3, 1], key=lambda i: i * scale)\nreturn [top, low]",
        "def grown",
        3,
    ),
    "stars": Shape("first, *rest = range(n + 2)\nreturn [first, *rest, {**{'n': n}}]", "first"),
    "what is deleted again": Shape("box = {'n': n}\ncopy = dict(box)\ndel box\nreturn copy", "box =", 3),
    "a name of Python's own as a parameter": Shape(
        "found = id + max\nreturn found", "found", own="id=n, max=1"
    ),
    "an annotation without a value": Shape(
        "got: int\nif n:\n    got = 1\nelse:\n    got = 2\nreturn got", "if n"
    ),
    "a parameter with the name of what the module has": Shape(
        "shown = json + 1\nreturn shown", "shown", own="json=n"
    ),
    "an f-string, and a comment on its own": Shape(
        "# what is told\ntext = f'''{n}:\n  {limit!r:>4}\n'''  # as it stands\nreturn text", "text ="
    ),
}


@pytest.fixture(scope="session")
def answers(child: Child, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    """What the handler of each shape answers, before and after, all in one process."""
    folder = tmp_path_factory.mktemp("shapes")
    for number, shape in enumerate(SHAPES.values()):
        before = project(shape)
        written(folder / f"{number}/before", before)
        written(folder / f"{number}/after", taken_out(before, shape))
    found: list[list[object]] = child.run(folder, CALLS)
    return dict(zip(SHAPES, found, strict=True))


@pytest.mark.parametrize("name", SHAPES)
def test_a_handler_answers_as_before(answers: dict[str, list[object]], name: str) -> None:
    before, after = answers[name]
    assert after == before


REFUSED = {
    "it returns here and goes on": Shape("if n:\n    return 1\nSEEN.append(n)\nreturn 2", "if n"),
    "the docstring is what callers read": Shape("'Do it.'\nk = n\nreturn k", "'Do it.'", 2),
    "it yields": Shape("yield n\nyield 2", "yield n"),
    "binds it elsewhere": Shape("global TOTAL\nTOTAL = n\nreturn TOTAL", "TOTAL = n"),
    "lists the names around it": Shape("a = n\nreturn sorted(locals())", "a = n"),
    "reads names by text": Shape("a = n\nreturn eval('a')", "a = n"),
    "`got` may not be there yet": Shape("if n:\n    got = 1\nmore = n\nreturn got if n else more", "if n"),
    "held on to inside, and bound anew": Shape(
        "k = n\nlater = [lambda: k]\nk = 5\nreturn later[0]()", "later"
    ),
    "a function outside holds on to it": Shape(
        "k = n\ndef later(): return k\nk = k + 1\nreturn later()", "k = k + 1"
    ),
    "is gone after this": Shape("k = n\ndel k\nk = 2\nreturn k", "del k"),
    "what catches exceptions reads it": Shape(
        "at = 0\ntry:\n    at = 1\n    SEEN.append(6 // n)\nexcept ZeroDivisionError:\n    return at\nreturn 9",
        "at = 1",
        2,
    ),
    "is not followed here": Shape(
        "match n:\n    case 1:\n        k = 1\n    case _:\n        k = 2\nreturn k", "match"
    ),
    "it defines the class": Shape("class Box:\n    size = n\nreturn Box.size", "class Box"),
    "the handler imports `math`": Shape("import math\nk = math.floor(n)\nreturn k", "k ="),
    "the handler defines `add`": Shape("def add(i): return i + n\nk = add(1)\nreturn k", "k ="),
    "`__name__` would be that of another module": Shape("k = __name__\nreturn k", "k ="),
    "nobody can tell where `nowhere` comes from": Shape("k = nowhere if n > 99 else 1\nreturn k", "k ="),
    "counts the frames": Shape("import warnings\nwarnings.warn('x', stacklevel=2)\nreturn n", "import", 2),
    "which uses `handler`": Shape("k = shared(n)\nreturn k", "k ="),
    "is made by a call": Shape("k = CLIENT\nreturn str(k)", "k ="),
    "no whole statements": Shape("if n:\n    k = 1\nelse:\n    k = 2\nreturn k", "k = 1"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_would_be_another_thing_is_refused_with_its_reason(why: str) -> None:
    shape = REFUSED[why]
    with pytest.raises(Refusal) as refusal:
        taken_out(project(shape), shape)
    assert why in str(refusal.value)


ODD = """
# Most recent first

#   (as the page shows them)
rows = [
            n,
       limit,   # odd, but ours
    ]
text = f'''
 {n}  ragged
        '''
return Answer(rows=rows, text=text)
"""


def test_lines_are_kept_to_the_byte() -> None:
    shape = Shape(ODD, "rows = [", "text =")
    before = project(shape)
    after = taken_out(before, shape)
    kept = "    #   (as" + before["app/routes.py"].split("#   (as")[1].split("    return Answer")[0]
    made = after["app/services/things.py"]
    assert made == f"def think(n: int, limit: int):\n{kept}    return rows, text\n"
    call = "    rows, text = things_service.think(n, limit)\n    return Answer"
    assert f"    # Most recent first\n\n{call}" in after["app/routes.py"]


def test_lines_of_a_try_lose_their_indentation_but_for_what_is_in_strings() -> None:
    body = "try:\n    text = '''\n      kept\n'''\n    text += str(\n      n)\n    return text\nexcept ValueError:\n    return ''"
    shape = Shape(body, "text = '''", "return text")
    after = taken_out(project(shape), shape)
    assert after["app/services/things.py"] == (
        "def think(n: int):\n    text = '''\n          kept\n    '''\n"
        "    text += str(\n      n)\n    return text\n"
    )


TYPED = {
    "app/deps.py": """
        from typing import Annotated

        from fastapi import Depends, Query

        from app.stores import Store


        def get_store() -> Store:
            return Store()


        StoreDep = Annotated[Store, Depends(get_store)]
        Text = Annotated[str, Query()]
        """,
    "app/stores.py": """
        class Store: ...


        class Row: ...


        def load(store: Store, item: str) -> Row | None:
            return None
        """,
    "app/routes.py": """
        from fastapi import APIRouter, HTTPException

        from app.deps import StoreDep, Text
        from app.stores import load

        router = APIRouter()


        @router.get("/x")
        def handler(store: StoreDep, item: Text = "a", more=None) -> dict[str, str]:
            found = load(store, item)
            if found is None:
                raise HTTPException(404)
            names = [store, item, found, more]
            return {"names": str(names)}
        """,
}


def test_types_are_those_that_somebody_wrote_down() -> None:
    files = project(Shape("found = load(store, item)\nwhole = note(found)\nreturn whole", "whole", own=""))
    files |= {path: textwrap.dedent(source) for path, source in TYPED.items()}
    after = taken_out(files, Shape("", "names =", "return {"))
    assert (
        after["app/services/things.py"]
        == """from app.stores import Row, Store


def think(store: Store, item: str, more, found: Row) -> dict[str, str]:
    names = [store, item, found, more]
    return {"names": str(names)}
"""
    )
