"""What a call calls is found through the ways in which projects pass things around."""

from __future__ import annotations

from textwrap import dedent

import pytest

from plumbrule.model.reading import project_of
from plumbrule.rulekit import Project, reached_calls

FILES = {
    "app/__init__.py": "",
    "app/clients.py": """
        import requests as http
        from time import sleep as pause
        get = http.get

        def fetch(url):
            pause(1)
            return http.get(url)
    """,
    "app/again.py": "from app.clients import *\nfrom .clients import fetch as load\n",
    "app/db.py": """
        from collections.abc import AsyncIterator
        from contextlib import asynccontextmanager
        from typing import Annotated
        from fastapi import Depends
        from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
        from sqlmodel import Session as OldSession

        make = async_sessionmaker()

        async def get_session() -> AsyncIterator[AsyncSession]:
            async with make() as session:
                yield session

        @asynccontextmanager
        async def opened():
            async with make() as session:
                yield session

        Session = Annotated[AsyncSession, Depends(get_session)]
    """,
    "app/service.py": """
        from __future__ import annotations
        from typing import TYPE_CHECKING, Self
        from app import again
        from app.db import Session, make, opened
        if TYPE_CHECKING:
            from app.clients import Missing

        class Base:
            def __init__(self, session: Session) -> None:
                self.session = session
                self._other = Helper()

            def clone(self) -> Self:
                return self

        class Helper:
            def work(self) -> str:
                return again.load("x")

            @property
            def twin(self) -> Helper:
                return self

        class Service(Base):
            async def run(self) -> None:
                await self.session.commit()
                self._other.twin.work()
                self.clone().rest()
                async with make() as inner:
                    await inner.rollback()
                async with opened() as outer:
                    await outer.flush()
                maybe: "Helper | None" = None
                if maybe:
                    maybe.work()
                for one in self.many():
                    one.work()

            def many(self) -> list[Helper]:
                return [Helper()]

            def rest(self) -> None:
                super().clone()
    """,
    "app/routes.py": """
        from typing import Annotated
        from fastapi import APIRouter, Depends
        from app.service import Service
        router = APIRouter()

        @router.get("/x")
        async def read(service: Annotated[Service, Depends()], other: Service = Depends(Service)):
            await service.run()
            other.rest()
    """,
}


@pytest.fixture(scope="module")
def project() -> Project:
    return project_of({name: dedent(text) for name, text in FILES.items()})


def names(project: Project, module: str, function: str) -> list[str]:
    found = next(f for f in project.functions if f.qualified_name == f"{module}.{function}")
    return [call.name for call in found.calls]


def test_an_alias_of_a_module_or_name_is_seen_through(project: Project) -> None:
    assert names(project, "app.clients", "fetch") == ["time.sleep", "requests.get"]


def test_a_name_passed_on_by_star_and_by_another_name_is_found(project: Project) -> None:
    assert names(project, "app.service", "Helper.work") == ["app.clients.fetch"]
    again = project.module("app.again")
    assert again is not None
    fetch = again.member("fetch")
    assert fetch is not None
    assert fetch is again.member("load")


def test_methods_are_found_by_the_type_of_what_they_are_called_on(project: Project) -> None:
    session = "sqlalchemy.ext.asyncio.AsyncSession"
    assert sorted(names(project, "app.service", "Service.run")) == sorted(
        [
            f"{session}.commit",
            "app.service.Helper.work",
            "app.service.Base.clone",
            "app.service.Service.rest",
            "app.db.make",
            f"{session}.rollback",
            "app.db.opened",
            f"{session}.flush",
            "app.service.Helper.work",
            "app.service.Service.many",
            "app.service.Helper.work",
        ]
    )


def test_super_is_the_first_base(project: Project) -> None:
    assert "app.service.Base.clone" in names(project, "app.service", "Service.rest")


def test_a_class_that_is_a_dependency_gives_its_methods(project: Project) -> None:
    assert names(project, "app.routes", "read") == ["app.service.Service.run", "app.service.Service.rest"]


def test_a_blocking_call_is_reached_through_services_and_aliases(project: Project) -> None:
    (route,) = project.routes
    assert route.handler is not None
    reached = {r.call.name: [c.name for c in r.chain] for r in reached_calls(route.handler)}
    assert reached["requests.get"] == [
        "app.service.Service.run",
        "app.service.Helper.work",
        "app.clients.fetch",
    ]


def test_what_cannot_be_told_is_none() -> None:
    project = project_of(
        {"a.py": "def f(x, y):\n    x.go()\n    y[0].go()\n    (lambda: 1)()\n    unknown()\n"}
    )
    (function,) = project.functions
    assert [call.name for call in function.calls] == ["", "", "", ""]
    assert [call.target for call in function.calls] == [None, None, None, None]


def test_names_that_speak_of_themselves_end() -> None:
    text = """
        from __future__ import annotations
        import a
        Json = dict[str, "Json"] | list["Json"]
        x = y
        y = x
        class C(C): ...
        class D(E): ...
        class E(D): ...
        def f(v: Json) -> Json:
            return f(f(v).go()) or x.go() or D().go()
    """
    project = project_of({"a.py": dedent(text)})
    (function,) = project.functions
    assert len([call.name for call in function.calls]) == 6
    assert all(cls.ancestors is not None for cls in project.classes)


def test_an_abstract_method_runs_the_only_one_that_is_written_out() -> None:
    text = """
        from abc import ABC, abstractmethod

        class Records(ABC):
            @abstractmethod
            def get(self, key: str) -> bytes:
                "One record."

            def put(self, key: str) -> None:
                raise NotImplementedError

            @abstractmethod
            def drop(self, key: str) -> None: ...

            def opened(self) -> None:
                pass

        class OnDisk(Records):
            def get(self, key): return open(key).read()
            def put(self, key): open(key, "w")
            def drop(self, key): print(key)
            def opened(self): print(self)

        class InMemory(OnDisk):
            def drop(self, key): print(self)

        def use(records: Records):
            records.get("a"), records.put("b"), records.drop("c"), records.opened()
    """
    fake = "from records import *\nclass Fake(Records):\n    def get(self): return 1"
    project = project_of({"records.py": dedent(text), "tests/test_a.py": fake})
    use = next(f for f in project.functions if f.name == "use")
    called = [call.function.label for call in use.calls if call.function]
    assert called == ["OnDisk.get", "OnDisk.put", "Records.drop", "Records.opened"]


def test_a_generic_function_returns_what_it_is_given() -> None:
    text = """
        from typing import Generic, Optional, Type, TypeVar

        T = TypeVar("T")
        M = TypeVar("M")

        class User:
            def greet(self): ...

        class Repository(Generic[M]):
            async def get(self, key) -> Optional[M]: ...
            def all(self) -> list[M]: ...

        class Named(Repository[M]): ...

        class Users(Named[User]): ...

        def made(cls: Type[T], *, name: str = "") -> T: ...
        def loaded(cls: type[T], name) -> type[T]: ...
        def same(value: T | None) -> T | None: ...

        UserClass = loaded(User, "app.User")

        async def use(plain: Repository[User], bare: Repository):
            made(User).greet()
            UserClass().greet()
            same(User()).greet()
            (await Users().get(1)).greet()
            made(Users).all()[0].greet()
            (await plain.get(1)).greet()
            (await bare.get(1)).greet()
            made(bare).greet()
    """
    project = project_of({"a.py": dedent(text)})
    use = next(f for f in project.functions if f.name == "use")
    greetings = [call.name for call in use.calls if call.method == "greet"]
    assert greetings == [*["a.User.greet"] * 6, "", ""]


@pytest.mark.parametrize(
    ("client", "collection"),
    [
        ("pymongo.MongoClient", "pymongo.collection.Collection"),
        ("pymongo.AsyncMongoClient", "pymongo.asynchronous.collection.AsyncCollection"),
        ("motor.motor_asyncio.AsyncIOMotorClient", "motor.motor_asyncio.AsyncIOMotorCollection"),
    ],
)
def test_a_collection_is_any_part_of_a_database(client: str, collection: str) -> None:
    module, _, name = client.rpartition(".")
    text = f"""
        from {module} import {name} as Client
        client = Client("mongodb://")
        shop = client["shop"]
        orders = shop.orders

        async def read():
            orders.find_one()
            shop.lines.find_one()
            client.shop["users"].find_one()
            client.get_database("shop").get_collection("logs").find_one()
    """
    [read] = project_of({"app.py": dedent(text)}).functions
    assert [c.name for c in read.calls if c.method == "find_one"] == [f"{collection}.find_one"] * 4


@pytest.mark.parametrize(
    "place", ["class Pool:\n    make = None", "class Pool:\n    def __init__(self): self.make = None"]
)
def test_none_for_the_time_being_gives_way_to_what_comes_later(place: str) -> None:
    text = f"""
from sqlalchemy.orm import sessionmaker

{place}
    def connect(self):
        self.make = sessionmaker()

def read(pool: Pool):
    return pool.make()
"""
    project = project_of({"app.py": text})
    read = next(function for function in project.functions if function.name == "read")
    assert read.returns is not None
    assert read.returns.name == "sqlalchemy.orm.Session"


PROXY = """
class Service:
    async def count(self) -> int:
        return 1

class Waiting(Service):
    def __getattr__(self, name):
        return getattr(self._service, name)

class Blocking:
    def __getattr__(self, name):
        return lambda: run(getattr(self._service, name)())

class Layer:
    def __init__(self, service: Service) -> None:
        self._waiting = Waiting()
        self._blocking = Blocking()

    @property
    def waiting(self) -> Service:
        return self._waiting

    @property
    def blocking(self) -> Service:
        return self._blocking

def use(layer: Layer):
    layer.waiting.count()
    layer.blocking.count()
"""


def test_a_property_that_returns_a_proxy_is_not_what_it_says() -> None:
    project = project_of({"main.py": PROXY})
    use = next(f for f in project.functions if f.name == "use")
    found = {call.receiver.text: call.function and call.function.label for call in use.calls if call.receiver}
    assert found == {"layer.waiting": "Service.count", "layer.blocking": None}


def test_a_session_is_what_its_dependency_gives_whatever_its_annotation_says() -> None:
    text = """
        from fastapi import Depends
        from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
        from sqlalchemy.orm import Session, sessionmaker

        class Database:
            def __init__(self) -> None:
                self.make = async_sessionmaker(class_=AsyncSession)

        database = Database()

        async def get_db():
            async with database.make() as session:
                yield session

        def get_old_db():
            with sessionmaker()() as session:
                yield session

        async def new(db: Session = Depends(get_db)):
            db.commit()

        def old(db: Session = Depends(get_old_db)):
            db.commit()
    """
    project = project_of({"main.py": dedent(text)})
    assert {call.caller.name: call.name for call in project.calls_to("commit")} == {
        "new": "sqlalchemy.ext.asyncio.AsyncSession.commit",
        "old": "sqlalchemy.orm.Session.commit",
    }
