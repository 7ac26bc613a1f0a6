"""The calls to a thing are found whatever it is called where it is called, and in the order of the files."""

from __future__ import annotations

from textwrap import dedent

import pytest

from plumbrule.finding import Finding
from plumbrule.model.reading import project_of
from plumbrule.rulekit import Call, Function, n, rule, subjects

FILES = {
    "app/clock.py": """
        import time
        from time import sleep as nap

        PAUSE = time.sleep(1)


        def wait(redis):
            nap(2)
            rest = time.sleep
            rest(3)
            redis.set("a", 1)
    """,
    "app/again.py": """
        from app.clock import nap as doze


        class Bed:
            doze(4)
    """,
    "tests/test_clock.py": """
        import time


        def test_waiting():
            time.sleep(5)
    """,
}


def found(*names: str) -> list[str]:
    project = project_of({path: dedent(text) for path, text in FILES.items()})
    return [f"{call.module.path} {call.node.text}" for call in project.calls_to(*names)]


def test_a_full_name_finds_a_call_under_every_name_it_was_given() -> None:
    assert found("time.sleep") == [
        "app/again.py doze(4)",
        "app/clock.py time.sleep(1)",
        "app/clock.py nap(2)",
        "app/clock.py rest(3)",
    ]


def test_a_word_finds_what_is_written_and_a_star_stands_for_anything() -> None:
    assert found("set", "nap") == ["app/clock.py nap(2)", 'app/clock.py redis.set("a", 1)']
    assert found("*.sleep") == found("time.sleep")
    assert found("time.nap") == found("sleeping") == []


def test_a_call_that_several_names_mean_is_given_once() -> None:
    assert found("time.sleep", "nap", "time.*") == found("time.sleep")


def test_no_call_is_missed_for_the_word_that_is_written_there() -> None:
    files = {
        "app/web.py": """
            from functools import partial
            from fastapi import FastAPI as App
            import httpx as web

            fetch = web.get
            app = App()


            class Client:
                session = web.Client()
                opened = web

                def load(self, make=web.AsyncClient):
                    get = web.get
                    other = get
                    self.session.post("/")
                    partial(web.put, timeout=1)("/")
                    return other("/"), fetch("/"), make(), self.opened.get("/")
        """,
        "app/more.py": """
            from app.web import App as Make, fetch as load

            for app in (Make(), load("/")):
                print(app)
        """,
    }
    project = project_of({path: dedent(text) for path, text in files.items()})
    scopes = [scope for m in project.modules for scope in (m, *m.classes, *m.functions)]
    calls = [call for scope in scopes for call in scope.calls]
    assert len([call for call in calls if call.name.startswith(("httpx.", "fastapi."))]) == 6
    missed = [call for call in calls if "." in call.name and call not in project.calls_to(call.name)]
    assert missed == []


def test_what_leads_to_a_call_is_found_through_calls_and_threads() -> None:
    files = {
        "app/work.py": """
            import asyncio
            import time


            def rest():
                time.sleep(1)


            class Worker:
                def run(self):
                    rest()


            async def handle(worker: Worker):
                await asyncio.to_thread(worker.run)


            async def idle():
                await asyncio.sleep(1)
        """,
        "tests/test_work.py": """
            from app.work import rest


            def test_rest():
                rest()
        """,
    }
    project = project_of({path: dedent(text) for path, text in files.items()})
    leading = project.functions_leading_to(project.calls_to("time.sleep"))
    assert [function.label for function in leading] == ["rest", "Worker.run", "handle"]
    assert [call.module.path for call in leading[0].callers_in_code] == ["app/work.py"]
    assert [call.module.path for call in leading[0].callers] == ["app/work.py", "tests/test_work.py"]


def test_what_runs_a_function_is_found_under_every_word_that_stands_for_it() -> None:
    files = {
        "app/models.py": """
            class Base:
                def __init__(self): ...


            class User(Base): ...


            def load(): ...
        """,
        "app/web.py": """
            from app import models
            from app.models import User as Person, load as fetch

            person = Person()


            def handle(run):
                read = models.load
                read()
                run(fetch)
                return models.User()


            def lead(load):
                run(load)
        """,
    }
    project = project_of({path: dedent(text) for path, text in files.items()})
    init, load = (next(f for f in project.functions if f.name == name) for name in ("__init__", "load"))
    assert [call.node.text for call in init.callers_in_code] == ["Person()", "models.User()"]
    assert [call.node.text for call in load.callers_in_code] == ["read()"]
    assert [call.node.text for call in project.callers.handing(load)] == ["run(fetch)"]
    assert [call.node.text for call in project.calls_named({"load"})] == ["read()"]


def check(call: Call) -> list[Finding]:
    return [Finding(at=call.span, message="found")]


def about_functions(function: Function) -> list[Finding]:
    return [Finding(at=function.span, message="found")]


def test_a_rule_about_calls_says_which_and_no_other_does() -> None:
    assert rule(category="async", severity="note", calls=("time.sleep",))(check).calls == ("time.sleep",)
    with pytest.raises(TypeError, match="rule check: `calls`"):
        rule(category="async", severity="note")(check)
    with pytest.raises(TypeError, match="rule about_functions: `calls`"):
        rule(category="async", severity="note", calls=("time.sleep",))(about_functions)
    with pytest.raises(TypeError, match="outside the tests"):
        rule(category="testing", severity="note", calls=("time.sleep",))(check)


def test_a_rule_about_functions_hears_of_those_that_have_what_it_looks_for() -> None:
    project = project_of({path: dedent(text) for path, text in FILES.items()})
    declared = rule(category="async", severity="note", nodes={n.Assign, n.Yield})(about_functions)
    assert [function.name for function in subjects(project, declared)] == ["wait"]
    with pytest.raises(TypeError, match="rule check: `nodes`"):
        rule(category="async", severity="note", calls=("time.sleep",), nodes={n.Assign})(check)


def test_nodes_and_words_are_found_all_over_the_project() -> None:
    project = project_of({path: dedent(text) for path, text in FILES.items()})
    found = [(type(scope).__name__, nodes[0].line) for scope, nodes in project.find(n.Assign)]
    assert found == [("Module", 5), ("Function", 10)]
    assert [module.name for module in project.mentioning(b"doze", b"waiting")] == ["app.again"]
