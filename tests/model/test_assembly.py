"""What is said of routes when the code that registers them can be followed only in part."""

from __future__ import annotations

from textwrap import dedent

import pytest

from model.shapes import HEAD
from plumbrule.model.reading import project_of
from plumbrule.verbs.map import auth_row


def table(text: str) -> dict[str, str]:
    """What a file's routes are, and why none serves them."""
    project = project_of({"main.py": HEAD + dedent(text)})
    places = [(route, place) for route in project.routes for place in route.places]
    return {f"{'/'.join(place.record.methods)} {place.path}": place.unserved for _, place in places}


def test_the_routers_of_libraries_are_known() -> None:
    text = """
        from fastapi_users import FastAPIUsers
        from prometheus_fastapi_instrumentator import Instrumentator
        from strawberry.fastapi import GraphQLRouter
        users = FastAPIUsers[object, int](None, [])
        app = FastAPI()
        app.include_router(users.get_auth_router(None), prefix="/auth")
        app.include_router(users.get_users_router(None, None), prefix="/users")
        app.include_router(GraphQLRouter(None), prefix="/graphql")
        Instrumentator().instrument(app).expose(app)
    """
    assert list(table(text)) == [
        "POST /auth/login",
        "POST /auth/logout",
        "GET /users/me",
        "PATCH /users/me",
        "GET /users/{id}",
        "PATCH /users/{id}",
        "DELETE /users/{id}",
        "GET /graphql",
        "POST /graphql",
        "WEBSOCKET /graphql",
        "GET /metrics",
    ]
    project = project_of({"main.py": HEAD + dedent(text)})
    known = {(route.name.rpartition(".")[2], route.is_authenticated) for route in project.routes}
    assert {("logout", True), ("me", True), ("delete_user", True), ("login", None)} <= known


def test_a_router_of_a_package_for_fastapi_is_one_though_nobody_knows_it() -> None:
    text = """
        from fastapi_error_map import ErrorAwareRouter
        from phones import Router as Switchboard
        app = FastAPI()

        class Ours(ErrorAwareRouter): ...

        def orders() -> ErrorAwareRouter:
            made = ErrorAwareRouter(prefix="/orders")
            @made.get("/{id}", error_map={})
            def read(id: int) -> int: ...
            return made

        calls, ours = Switchboard(), Ours()
        @calls.get("/call")
        def call() -> None: ...
        @ours.post("/ours")
        def make() -> None: ...
        app.include_router(orders())
        app.include_router(ours)
    """
    assert table(text) == {"GET /orders/{id}": "", "POST /ours": ""}


def test_routers_that_a_function_puts_together_are_served() -> None:
    text = """
        def routers() -> list[APIRouter]:
            from elsewhere import one, other
            found = list()
            found.append(router)
            found.append(one)
            found.append(other)
            print("one")
            print("more")
            return found

        router = APIRouter()

        @router.get("/x")
        def read(): ...

        app = FastAPI()
        for each in routers():
            app.include_router(each)
    """
    assert table(text) == {"GET /x": ""}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            """
            router = APIRouter()
            @router.get("/x")
            def read(): ...
            app = FastAPI()
            """,
            "nothing includes `router` of main.py",
        ),
        (
            """
            def fill(target: APIRouter):
                @target.get("/x")
                def read(): ...
            app = FastAPI()
            """,
            "`main.fill` takes `target`, and no call that passes a router can be seen",
        ),
        (
            """
            class Plugin:
                def on_start(self, app):
                    @app.get("/x")
                    def read(): ...
            app = FastAPI()
            """,
            "`main.Plugin.on_start` takes `app`, and no call that passes a router can be seen",
        ),
        (
            """
            def make():
                router = APIRouter()
                @router.get("/x")
                def read(): ...
                return router
            made = make()
            app = FastAPI()
            """,
            "nothing that can be seen includes the `router` of `main.make`",
        ),
        (
            """
            import plugins
            router = APIRouter()
            @router.get("/x")
            def read(): ...
            app = FastAPI()
            rest = plugins.load("x")
            app.include_router(rest)
            """,
            "no include of `router` of main.py can be seen; main.py:11 includes `rest`, which cannot be told",
        ),
    ],
)
def test_a_route_that_no_app_serves_says_why(text: str, reason: str) -> None:
    assert table(text) == {"GET /x": reason}


def test_what_starts_with_an_app_that_nobody_calls_the_factory_of_is_followed() -> None:
    text = """
        tasks = APIRouter()
        @tasks.get("/tasks")
        def read(): ...
        async def lifespan(app: FastAPI):
            late(app)
            yield
        def late(app):
            @app.get("/late")
            def routed(): ...
        def setup(app: FastAPI, prefix: str = ""):
            async def on_startup() -> None:
                router = APIRouter()
                router.include_router(tasks, prefix=prefix)
                app.include_router(router)
            app.add_event_handler("startup", on_startup)
        def create_app():
            app = FastAPI(lifespan=lifespan)
            setup(app, prefix="/long")
            return app
        def create_other():
            return FastAPI()
    """
    assert table(text) == {"GET /long/tasks": "", "GET /late": ""}


def test_what_is_filled_out_of_sight_is_not_taken_as_empty() -> None:
    text = """
        class Settings:
            def __init__(self):
                self.providers = {}
        def add(router: APIRouter, name: str):
            @router.get(f"/login/{name}")
            def login(): ...
        app = FastAPI()
        for name, provider in Settings().providers.items():
            add(app, name)
    """
    assert table(text) == {"GET /login/{…}": ""}


def test_guards_are_those_of_each_path() -> None:
    text = """
        from fastapi import HTTPException
        def guard():
            raise HTTPException(401)
        router = APIRouter()
        @router.get("/x")
        def read(): ...
        app = FastAPI()
        app.include_router(router, prefix="/open")
        app.include_router(router, prefix="/shut", dependencies=[Depends(guard)])
    """
    (route,) = project_of({"main.py": HEAD + dedent(text)}).routes
    known = {place.path: route.is_authenticated_at(place) for place in route.places}
    assert known == {"/open/x": False, "/shut/x": True}
    rows = [auth_row(route, place) for place in route.places]
    assert [[(g.label, g.origin) for g in row.guards] for row in rows] == [[], [("guard", "include")]]


def test_who_reads_a_signature_and_raises_asks_who_is_calling() -> None:
    text = """
        import hmac
        import jwt
        class Wrong(Exception): ...
        class Tokens:
            def subject(self, token: str) -> str:
                try:
                    return jwt.decode(token, "key", algorithms=["HS256"])["sub"]
                except Exception as error:
                    raise Wrong from error
        class User:
            @classmethod
            async def current(cls, tokens: Tokens = Depends()): return tokens.subject("x")
        async def signed(request: Request):
            if not hmac.compare_digest("x", request.headers["signature"]):
                raise Wrong
        async def counted(request: Request):
            if not request.headers["count"]:
                raise Wrong
        app = FastAPI()
        @app.get("/me")
        def me(user: User = Depends(User.current)): ...
        @app.get("/hook", dependencies=[Depends(signed)])
        def hook(): ...
        @app.get("/count", dependencies=[Depends(counted)])
        def count(): ...
    """
    project = project_of({"main.py": HEAD + dedent(text)})
    assert {route.path: route.is_authenticated for route in project.routes} == {
        "/me": True,
        "/hook": True,
        "/count": False,
    }


UNSURE = (
    """
    given = []
    if settings.token:
        given.append(Depends(guard))
    """,
    """
    given = []
    if settings.token:
        given += [Depends(guard)]
    """,
    "given = [Depends(guard)] if settings.token else []",
    """
    if settings.token:
        given = [Depends(guard)]
    else:
        given = []
    """,
    """
    options = {"dependencies": []}
    if settings.token:
        options["dependencies"] = [Depends(guard)]
    given = options["dependencies"]
    """,
    "given = [one for one in ([guard] if settings.token else [])]\ngiven = [Depends(one) for one in given]",
)


@pytest.mark.parametrize("given", UNSURE)
def test_a_guard_that_is_listed_under_a_condition_is_only_perhaps_one(given: str) -> None:
    text = dedent("""
        from conf import settings
        from fastapi import HTTPException
        def page(): ...
        def guard():
            raise HTTPException(401)
    """)
    text += dedent(given) + "\napp = FastAPI(dependencies=[Depends(page), *given])\n"
    text += '@app.get("/x")\ndef read(): ...\n'
    (route,) = project_of({"main.py": HEAD + text}).routes
    assert [(one.name, one.is_conditional) for one in route.dependencies.tree] == [
        ("main.page", False),
        ("main.guard", True),
    ]
    assert route.is_authenticated is None
    assert [guard.conditional for guard in auth_row(route, route.places[0]).guards] == [True]


def test_a_guard_that_both_branches_list_is_one() -> None:
    text = """
        from conf import settings
        from fastapi import HTTPException
        def guard():
            raise HTTPException(401)
        def more(): ...
        given = [Depends(guard), Depends(more)] if settings.more else [Depends(guard)]
        app = FastAPI()
        @app.get("/x", dependencies=given)
        def read(): ...
    """
    (route,) = project_of({"main.py": HEAD + dedent(text)}).routes
    assert [one.is_conditional for one in route.dependencies.tree] == [False, True]
    assert route.is_authenticated


def test_a_websocket_is_refused_with_a_code_of_its_own() -> None:
    text = """
        from fastapi import WebSocketException, status
        def caller(session: str | None = None):
            if session is None:
                raise WebSocketException(code=status.WS_1008_POLICY_VIOLATION)
            return session
        app = FastAPI()
        @app.websocket("/ws")
        def listen(socket: WebSocket, who=Depends(caller)): ...
        @app.websocket("/open")
        def everybody(socket: WebSocket): ...
    """
    routes = project_of({"main.py": HEAD + dedent(text)}).routes
    assert [route.is_authenticated for route in routes] == [True, False]


def test_a_router_of_callbacks_describes_what_the_app_calls_and_serves_nothing() -> None:
    text = """
        invoices = APIRouter()
        @invoices.post("{$callback_url}/invoices/{$request.body.id}")
        def notify(body: dict): ...
        app = FastAPI()
        @app.post("/invoices", callbacks=invoices.routes)
        def create(callback_url: str): ...
    """
    assert table(text) == {"POST /invoices": ""}


def test_an_app_that_is_wrapped_under_a_condition_also_stands_alone() -> None:
    text = """
        from conf import settings
        def create():
            app = FastAPI()
            @app.get("/x")
            def read(): ...
            if settings.behind:
                outer = FastAPI()
                outer.mount("/behind", app)
                return outer
            return app
        app = create()
    """
    assert table(text) == {"GET /x": "", "GET /behind/x": ""}


def test_a_helper_makes_the_apps_of_several_servers_and_a_factory_called_twice_one() -> None:
    text = """
        def limited(*routers):
            app = FastAPI()
            for router in routers:
                app.include_router(router)
            return app
        def create(debug=False):
            made = FastAPI(debug=debug)
            made.include_router(hooks)
            return made
        hooks, metrics = APIRouter(), APIRouter()
        @hooks.get("/hooks")
        def hook(): ...
        @metrics.get("/metrics")
        def measure(): ...
        gitlab = limited(hooks)
        @gitlab.get("/gitlab")
        def first(): ...
        github = limited(hooks, metrics)
        @github.get("/github")
        def second(): ...
        one, same = create(), create(debug=True)
    """
    project = project_of({"main.py": HEAD + dedent(text)})
    served = [sorted(route.path or "" for route in app.all_routes) for app in project.apps]
    assert served == [["/gitlab", "/hooks"], ["/github", "/hooks", "/metrics"], ["/hooks"]]
