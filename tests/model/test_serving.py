from __future__ import annotations

from textwrap import dedent

import pytest

from plumbrule.model.loop import reached_on_loop
from plumbrule.model.reading import project_of

APP = """
import asyncio
from contextlib import asynccontextmanager
from fastapi import BackgroundTasks, Depends, FastAPI

def warm(): read()
def read(): open("x")
def later(): ...
def checked(): ...
def lonely(): ...

@asynccontextmanager
async def lifespan(app):
    warm()
    yield

app = FastAPI(lifespan=lifespan)

@app.get("/", dependencies=[Depends(checked)])
async def index(tasks: BackgroundTasks):
    tasks.add_task(later)
    await asyncio.to_thread(lambda: read())
"""


def test_a_function_runs_for_requests_at_the_start_or_nobody_knows() -> None:
    project = project_of({"main.py": APP})
    when = {f.name: project.serving.when(f) for f in project.functions}
    assert when["index"] == when["later"] == when["checked"] == "request"
    assert when["lifespan"] == when["warm"] == "startup"
    assert when["lonely"] == "unknown"


def test_what_a_module_starts_by_itself_runs_at_the_start_and_what_only_itself_calls_never() -> None:
    text = """
    import threading
    from fastapi import FastAPI

    app = FastAPI()
    def poll(): poll()
    def work(): ...
    def again(): again()

    threading.Thread(target=poll).start()

    class Holder:
        made = work()
    """
    project = project_of({"main.py": dedent(text)})
    when = {f.name: project.serving.when(f) for f in project.functions}
    assert when == {"poll": "startup", "work": "unknown", "again": "unknown"}


def test_what_stands_in_a_lambda_does_not_run_on_the_loop() -> None:
    project = project_of({"main.py": APP})
    names = {
        f.name: [r.call.name for r in reached_on_loop(f)]
        for f in project.functions
        if f.name in ("index", "warm")
    }
    assert "builtins.open" in names["warm"]
    assert "builtins.open" not in names["index"]
    assert "main.read" not in names["index"]


def test_what_has_a_loop_of_its_own_and_what_no_app_imports_holds_up_no_request() -> None:
    files = {
        "shop/main.py": """
            from fastapi import FastAPI
            from shop import stats
            app = FastAPI()
            @app.get("/")
            def index(): stats.collect()
        """,
        "shop/stats.py": """
            import asyncio
            def collect():
                async def run(): await gather()
                loop = asyncio.new_event_loop()
                loop.run_until_complete(run())
                asyncio.run(tick())
                asyncio.run(anyones())
            async def other(): await anyones()
            async def gather(): ...
            async def tick(): ...
            async def anyones(): ...
            class Base: ...
        """,
        "deploy/kubernetes.py": """
            async def deploy(): ...
        """,
        "plugins/chat.py": """
            from shop.stats import Base
            class Chat(Base):
                async def say(self): ...
        """,
    }
    project = project_of({name: dedent(text) for name, text in files.items()})
    when = {f.name: project.serving.when(f) for f in project.functions}
    assert {name: when[name] for name in ("run", "gather", "tick", "deploy")} == dict.fromkeys(
        ("run", "gather", "tick", "deploy"), "startup"
    )
    assert when["collect"] == "request"
    assert when["anyones"] == when["say"] == "unknown"


def test_what_a_queue_runs_elsewhere_holds_up_no_request() -> None:
    text = """
    import asyncio
    from celery import Celery
    from fastapi import FastAPI

    app = FastAPI()
    queue = Celery()
    broker = make_broker()

    def run(make):
        loop = asyncio.new_event_loop()
        return loop.run_until_complete(make())

    async def index_pages(): await fetch()
    async def fetch(): ...
    async def both(): ...

    @queue.task(name="index")
    def index(): run(lambda: index_pages()); both()

    @broker.task
    async def shared(): ...

    @app.get("/")
    async def read(): await both()
    """
    project = project_of({"main.py": dedent(text)})
    when = {f.name: project.serving.when(f) for f in project.functions}
    assert when["index_pages"] == when["fetch"] == "startup"
    assert when["both"] == "request"
    assert when["shared"] == "unknown"


PLUGINS = """
from importlib import import_module
from fastapi import FastAPI

app = FastAPI()
names = ["app.plugins.mail:Mail"]
for name in names:
    {made}
"""


@pytest.mark.parametrize(
    ("made", "when"),
    [
        ("import_module(name.partition(':')[0])", "unknown"),
        ("import_module(f'app.plugins.{name}')", "unknown"),
        ("print(name)", "startup"),
    ],
)
def test_what_is_imported_by_name_is_loaded(made: str, when: str) -> None:
    files = {
        "app/main.py": PLUGINS.format(made=made),
        "app/plugins/__init__.py": "",
        "app/plugins/mail.py": "async def send(): ...",
    }
    project = project_of(files)
    (send,) = (f for f in project.functions if f.name == "send")
    assert project.serving.when(send) == when


SEVERAL = """
from abc import ABC, abstractmethod
from fastapi import FastAPI

app = FastAPI()

class Store(ABC):
    @abstractmethod
    def get(self): ...
    def both(self): return self.get()

class Near(Store):
    def get(self): open("near")

class Far(Store):
    def get(self): open("far")

store: Store = Near()

@app.get("/")
async def read():
    {body}
"""


@pytest.mark.parametrize(
    ("body", "opened"),
    [
        ("return store.get()", {'"near"', '"far"'}),
        ("return store.both()", set()),
        ("return await store.get() if x else store.get()", set()),
        ("if x:\n        await other(store)\n    else:\n        store.get()", {'"near"', '"far"'}),
        ("if x:\n        await store.aget()\n    else:\n        store.get()", set()),
    ],
)
def test_an_abstract_method_may_run_each_that_stands_in_its_place(body: str, opened: set[str]) -> None:
    project = project_of({"main.py": SEVERAL.format(body=body)})
    (read,) = (f for f in project.functions if f.name == "read")
    found = [r for r in reached_on_loop(read) if r.call.name == "builtins.open"]
    assert {r.call.args[0].text for r in found} == opened
    assert all(r.may_be_another for r in found)
    (near,) = (f for f in project.functions if f.label == "Near.get")
    assert project.serving.when(near) == "request"
