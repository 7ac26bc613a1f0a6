"""A blocking call is found however far and however hidden it stands; one that a thread runs is not."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from plumbrule.model.reading import project_of
from plumbrule.rules import rulebook
from plumbrule.verbs.audit import audit_project

HEAD = """
from typing import Annotated
from fastapi import Depends, FastAPI
app = FastAPI()
"""
MARK = "# here"


def found(files: dict[str, str]) -> set[tuple[str, str]]:
    """The lines that block the event loop."""
    rules = [rule for rule in rulebook() if rule.name == "blocking-call-in-async"]
    files = {"app/__init__.py": "", **files}
    spans = [item.finding.at for item in audit_project(project_of(files), rules).findings]
    return {(span.path, files[span.path].splitlines()[span.line - 1].strip()) for span in spans}


def marked(files: dict[str, str]) -> set[tuple[str, str]]:
    return {
        (path, line.strip()) for path, text in files.items() for line in text.splitlines() if MARK in line
    }


def functions(depth: int, imports: str, call: str, last_import: str, last_call: str) -> dict[str, str]:
    """A route that calls `step1`, which calls `step2`, …; the last one blocks. `{}` is the next number."""
    files = {}
    for number in range(depth + 1):
        is_last = number == depth
        bound = last_import if is_last else imports.format(number + 1)
        does = f"{last_call}  {MARK}" if is_last else call.format(number + 1)
        head = HEAD + '@app.get("/")\nasync def read():\n' if number == 0 else "def step():\n"
        files["app/main.py" if number == 0 else f"app/step{number}.py"] = f"{bound}\n{head}    {does}\n"
    return files


def services(depth: int, takes: str, before: str) -> dict[str, str]:
    """A route whose service holds another, which holds another, …; the last one holds a blocking client.
    `takes` is what `__init__` takes and keeps, `before` what is imported for it; `{}` is the next one's name.
    """
    files = {}
    names = [f"Step{number}" for number in range(1, depth + 1)] + ["Client"]
    call = 'other.get("https://rates.example")  ' + MARK
    for number in range(depth + 1):
        name, does = names[number], call if number == depth else "other.step()"
        bound = before.format(name, module=name.lower())
        taken, kept = (part.format(name) for part in takes.split(" => "))
        if number == 0:
            held = f"other: {taken}" if taken else f"other = {kept}"
            head = HEAD + (f"{held}\n" if not taken else "")
            files["app/main.py"] = f"""{bound}\n{head}@app.get("/")
async def read({held if taken else ""}):
    {does}
"""
        else:
            parameter = f", other: {taken}" if taken else ""
            files[f"app/step{number}.py"] = f"""{bound}
from typing import Annotated
from fastapi import Depends
class Step{number}:
    def __init__(self{parameter}):
        self.other = {kept}
    def step(self):
        self.{does}
"""
    return files


CLIENT = "from requests import Session as Client\n"
ALIASES = "from typing import Annotated\nfrom fastapi import Depends\n" + "".join(
    f"from app.{module} import {name}\ndef make_{name}() -> {name}: ...\n"
    f"{name}Here = Annotated[{name}, Depends(make_{name})]\n"
    for name, module in [("Step1", "step1"), ("Step2", "step2"), ("Step3", "step3"), ("Client", "client")]
)
FACES = "from time import sleep as pause\n" + "".join(
    f"from app.step{number} import step as step{number}\n" for number in (1, 2, 3)
)
WAYS = {
    "an alias of a module": lambda depth: functions(
        depth, "import app.step{} as other", "other.step()", "import time as clock", "clock.sleep(1)"
    ),
    "a name passed on by another module": lambda depth: {
        "app/faces.py": FACES,
        **functions(
            depth, "from app.faces import step{}", "step{}()", "from app.faces import pause", "pause(1)"
        ),
    },
    "an attribute of self": lambda depth: {
        "app/client.py": CLIENT,
        **services(depth, " => {}()", "from app.{module} import {}"),
    },
    "a class that is a dependency": lambda depth: {
        "app/client.py": CLIENT,
        **services(depth, "Annotated[{}, Depends()] => other", "from app.{module} import {}"),
    },
    "an Annotated alias in another file": lambda depth: {
        "app/client.py": CLIENT,
        "app/aliases.py": ALIASES,
        **services(depth, "{}Here => other", "from app.aliases import {}Here"),
    },
}


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize("way", WAYS)
def test_a_blocking_call_is_found_at_every_depth(way: str, depth: int) -> None:
    files = WAYS[way](depth)
    assert found(files) == marked(files) != set()


OFFLOADED = [
    "await asyncio.to_thread(slow, 1)",
    "await asyncio.to_thread(partial(slow, 1))",
    "await asyncio.to_thread(lambda: slow(1))",
    "await asyncio.to_thread(Slow().work)",
    "await asyncio.get_running_loop().run_in_executor(None, slow, 1)",
    "await loop.run_in_executor(POOL, partial(slow, seconds=1))",
    "await loop.run_in_executor(POOL, lambda: slow(1))",
    "await asyncio.wrap_future(POOL.submit(slow, 1))",
    "await asyncio.gather(*(asyncio.to_thread(slow, n) for n in range(3)))",
    "await run_in_threadpool(slow, 1)",
    "await anyio.to_thread.run_sync(slow, 1)",
    "await anyio.to_thread.run_sync(partial(slow, 1), limiter=None)",
    "threading.Thread(target=slow, daemon=True).start()",
]
SLOW = """
import anyio, asyncio, threading, time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from fastapi.concurrency import run_in_threadpool
POOL = ThreadPoolExecutor()
loop = asyncio.new_event_loop()
def slow(seconds: int = 1):
    time.sleep(seconds)
class Slow:
    def work(self):
        slow()
"""


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize("call", OFFLOADED)
def test_what_a_thread_runs_is_left_alone_at_every_depth(call: str, depth: int) -> None:
    steps = [f"async def step{number}():\n    await step{number + 1}()\n" for number in range(depth)]
    last = f"async def step{depth}():\n    {call}\n"
    route = dedent('@app.get("/")\nasync def read():\n' + indent("await step0()\n", "    "))
    assert found({"app/main.py": SLOW + HEAD + "".join(steps) + last + route}) == set()


def test_the_same_function_called_in_place_is_found() -> None:
    route = f'@app.get("/")\nasync def read():\n    slow()\n    await asyncio.to_thread(slow)  {MARK}\n'
    assert found({"app/main.py": SLOW + HEAD + route}) == {("app/main.py", "time.sleep(seconds)")}


FLAGS = """
import time
from app.kinds import Kind

def read(key, cached=True, wait=None):
    if cached:
        return key
    time.sleep(1)

def fetch(key, cached=True, wait=None, kind=Kind.FAST):
    if not cached or wait or cached is None or kind == Kind.SLOW:
        time.sleep(1){mark}

def lookup(host):
    if is_address(host):
        return host
    time.sleep(1){other}

def is_address(host): ...

@app.get("/")
async def index(key: str):
    read(key)
    read(key, cached=True)
    fetch(key{given})
    {guard}lookup(key)
"""
REACHED = {"mark": f"  {MARK}", "other": f"  {MARK}"}


@pytest.mark.parametrize(
    ("given", "guard", "reached"),
    [
        ("", "if is_address(key): ", ()),
        (", kind=Kind.SLOW", "if is_address(key): ", ("mark",)),
        (", kind=Kind.FAST", "if is_address(key): ", ()),
        (", wait=True", "if is_address(key): ", ("mark",)),
        (", key", "if not is_address(key): ", ("mark", "other")),
        (", cached=False", "if is_address(index): ", ("mark", "other")),
    ],
)
def test_a_branch_that_a_call_leaves_out_does_not_run(
    given: str, guard: str, reached: tuple[str, ...]
) -> None:
    marks = {name: REACHED[name] if name in reached else "" for name in REACHED}
    files = {"app/main.py": HEAD + FLAGS.format(given=given, guard=guard, **marks)}
    assert found(files) == marked(files)


def test_a_function_is_looked_into_for_each_way_it_is_called() -> None:
    body = "import time\ndef read(key, cached):\n    if cached:\n        return key\n    time.sleep(1)"
    route = '@app.get("/")\nasync def index(key: str):\n    read(key, True)\n    read(key, False)'
    files = {"app/main.py": f"{HEAD}\n{body}  {MARK}\n\n{route}\n"}
    assert found(files) == marked(files)


@pytest.mark.parametrize(
    ("test", "found_there"),
    [
        ("if kept is None:", False),
        ("if not kept:", False),
        ("if kept is None and key:", False),
        ("if not (kept and ready):", False),
        ("if kept and ready:\n        return kept\n    if key:", False),
        ("if kept is not None:\n        return kept\n    if key:", False),
        ("if kept is None or key:", True),
        ("if not (kept and time.time() < ready):", True),
        ("if kept is not None:", True),
        ("if key is None:", True),
    ],
)
def test_what_a_global_variable_keeps_is_made_once(test: str, found_there: bool) -> None:
    mark = f"  {MARK}" if found_there else ""
    filled = f"    {test}\n        time.sleep(1){mark}\n        kept = ready = 1\n"
    body = f"    global kept, ready\n{filled}    return kept\n"
    route = '@app.get("/")\nasync def index(key: str):\n    read(key)\n'
    files = {"app/main.py": f"{HEAD}\nimport time\nkept = ready = None\n\ndef read(key):\n{body}\n{route}"}
    assert found(files) == marked(files)
