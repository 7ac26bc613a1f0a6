"""Little FastAPI projects that nobody wrote: nothing breaks, and fixes keep what an app promises."""

import random
import sys
import warnings
from types import ModuleType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.facts.syntax import read
from plumbrule.model.reading import project_of
from plumbrule.report import FORMATS, View
from plumbrule.rulekit import Project
from plumbrule.verbs.audit import audit_project
from plumbrule.verbs.fix import ROUNDS, fixable, fixed
from plumbrule.verbs.record import recorded, restored
from test_rules import EXAMPLES

HEAD = """\
import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Response, status
from pydantic import BaseModel

app = FastAPI({app})


class Item(BaseModel):
    name: str
    price: float = 0


def session():
    opened = {{"open": True}}
    yield opened
    opened.clear()


def settings() -> dict[str, str]:
    return {{"token": "x"}}


router = APIRouter({router})


"""
PARAMETERS = (
    "item_id: int",
    "q: Annotated[str, Query(regex='^[a-z]+$')] = 'a'",
    "q: str = Query('a', regex='^[a-z]+$', max_length=9)",
    "found=Depends(session)",
    "found: Annotated[dict, Depends(session)] = None",
    "settings=Depends(settings)",
    "item: Item = None",
    "response: Response = None",
    "tags: list[str] = Query([])",
)
STATEMENTS = (
    "time.sleep(1)",
    "open('x').read()",
    "await_me()",
    "raise HTTPException(status.HTTP_422_UNPROCESSABLE_ENTITY)",
    "raise HTTPException(status_code=status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, detail='x' * 3)",
    "item.dict() if item else Item(name='a').json()",
    "Item.parse_obj({'name': 'a'})",
    "response.set_cookie('session', 'x')",
    "asyncio.create_task(await_me())",
    "print(f'{item!r:>{20}}', *[n for n in range(3) if n], **{})",
    "match [1, 2]:\n        case [int(), *rest] if rest:\n            open('y')",
    "try:\n        time.sleep(1)\n    except Exception:\n        pass",
    "with open('x') as file, open('y') as other:\n        file.write(other.read())",
    "for row in [1, 2]:\n        print((lambda n: n + row)(1))",
)
OPTIONS = ("", "", "status_code=201", "response_model=Item", "tags=['é']", "deprecated=True")


@st.composite
def handlers(draw: st.DrawFn) -> str:
    """One route: where it is, what it takes, and what it does."""
    number = draw(st.integers(0, 10_000))
    owner = draw(st.sampled_from(("app", "router")))
    method = draw(st.sampled_from(("get", "post", "delete")))
    path = draw(st.sampled_from((f"/{number}", f"/{number}/{{item_id}}", f"/{{item_id:int}}/{number}")))
    option = draw(st.sampled_from(OPTIONS))
    parameters = draw(
        st.lists(st.sampled_from(PARAMETERS), max_size=3, unique_by=lambda p: p.split(":")[0].split("=")[0])
    )
    parameters.sort(key=lambda parameter: "=" in parameter)
    body = draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=3))
    kind = draw(st.sampled_from(("def", "async def")))
    decorator = f"@{owner}.{method}({path!r}{', ' + option if option else ''})"
    return (
        f"{decorator}\n{kind} handler_{number}({', '.join(parameters)}):\n    "
        + "\n    ".join(body)
        + "\n\n\n"
    )


@st.composite
def apps(draw: st.DrawFn) -> str:
    """One file with an app that Python can import."""
    app = draw(st.sampled_from(("", "debug=True", "title='shop', debug=True, version='2'")))
    router = draw(st.sampled_from(("", "prefix='/r'", "prefix='/r', dependencies=[Depends(session)]")))
    routes = "".join(draw(st.lists(handlers(), min_size=1, max_size=5)))
    prefix = draw(st.sampled_from(("", ", prefix='/api'")))
    awaited = "async def await_me() -> None:\n    await asyncio.sleep(0)\n\n\n"
    return HEAD.format(app=app, router=router) + awaited + routes + f"app.include_router(router{prefix})\n"


def openapi(text: str) -> dict[str, Any]:
    """What an app promises."""
    module = ModuleType("generated")
    sys.modules["generated"] = module
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(text, "generated.py", "exec"), vars(module))
        document: dict[str, Any] = module.app.openapi()
    return document


def mended(project: Project, *, unsafe: bool) -> dict[str, str]:
    """The texts of a project after all its fixes."""
    for _ in range(ROUNDS):
        outcome = audit_project(project)
        texts, _made = fixed(project, [item.finding for item in fixable(outcome, unsafe=unsafe)])
        if not texts:
            break
        project = Project([read(m.path, texts.get(m.path, m.source.text)) for m in project.modules])
    return {module.path: module.source.text.decode() for module in project.modules}


@settings(max_examples=25)
@given(apps(), st.booleans())
def test_fixes_break_nothing_and_are_made_once(text: str, unsafe: bool) -> None:
    assert audit_project(project_of({"main.py": text})).failures == ()
    after = mended(project_of({"main.py": text}), unsafe=unsafe)
    compile(after["main.py"], "main.py", "exec")
    assert mended(project_of(after), unsafe=unsafe) == after
    if not unsafe:
        assert openapi(after["main.py"]) == openapi(text)


@settings(max_examples=25)
@given(st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=4), st.integers(0, 1000))
def test_no_mixture_of_examples_breaks_anything(chosen: list[Any], seed: int) -> None:
    files = {
        f"p{n}/{path}": text for n, (_, section) in enumerate(chosen) for path, text in section.files.items()
    }
    outcome = audit_project(project_of(files))
    assert outcome.failures == ()
    names = list(files)
    random.Random(seed).shuffle(names)
    again = audit_project(project_of({name: files[name] for name in names}))
    kept = restored(recorded(outcome), lambda: outcome.project, outcome.source)
    for name, form in FORMATS.items():
        assert form(again, View()) == form(outcome, View()), name
        assert form(kept, View()) == form(outcome, View()), name
