"""Ways in which projects put their apps together: little programs that run."""

from __future__ import annotations

HEAD = """
from typing import Annotated, Any
from fastapi import APIRouter, Depends, FastAPI, Request, Security, WebSocket
"""

SHAPES = {
    "routers nest and prefixes add up": """
        app = FastAPI()
        inner = APIRouter(prefix="/inner")
        outer = APIRouter(prefix="/outer")
        @inner.get("")
        def root(): ...
        @inner.post("/{item}")
        def make(item: int): ...
        outer.include_router(inner, prefix="/between")
        app.include_router(outer, prefix="/api")
    """,
    "a function makes the annotation": """
        app = FastAPI()
        def current_user(request: Request): ...
        def with_scopes(*scopes: str):
            return Annotated[str, Security(current_user, scopes=list(scopes))]
        Reader = with_scopes("read")
        @app.get("/mine")
        def mine(user: with_scopes("read", "own")): ...
        @app.get("/all")
        def everything(user: Reader): ...
    """,
    "lists of routers are put together": """
        from itertools import chain
        app = FastAPI()
        routers = [APIRouter(prefix=f"/{name}") for name in ("a", "b", "c")]
        def read(): ...
        for router in routers:
            router.add_api_route("/", read)
        for router in chain.from_iterable([routers[:1], (routers[1],)]):
            app.include_router(router)
        for router in chain(sum([[routers[2]]], [])):
            app.include_router(router)
    """,
    "one router is included twice": """
        app = FastAPI()
        router = APIRouter()
        @router.get("/x")
        def read(): ...
        app.include_router(router, prefix="/v1")
        app.include_router(router, prefix="/v2")
    """,
    "a factory makes routers with closures for handlers": """
        def make(name):
            router = APIRouter(prefix=f"/{name}")
            @router.get("/all")
            def read(): ...
            return router
        def create_app():
            app = FastAPI()
            for name in ("orders", "users"):
                app.include_router(make(name))
            return app
        app = create_app()
    """,
    "routes are added by calls": """
        app = FastAPI()
        router = APIRouter()
        async def read(): ...
        async def listen(socket: WebSocket): ...
        router.add_api_route("/read", read, methods=["GET", "POST"])
        router.add_api_websocket_route("/listen", listen)
        app.include_router(router)
        app.add_api_route("/own", read)
    """,
    "a class holds a router and registers its methods": """
        class Orders:
            prefix = "/orders"
            def __init__(self, tag):
                self.router = APIRouter(prefix=self.prefix, tags=[tag])
                self._setup()
            def _setup(self):
                self.router.add_api_route("/{order_id}", self.read, methods=["DELETE"])
                @self.router.get("/all")
                async def everything(): ...
            async def read(self, order_id: int): ...
        app = FastAPI()
        app.include_router(Orders("a").router, prefix="/api")
    """,
    "prefixes come from constants, settings and texts put together": """
        from dataclasses import dataclass
        API = "/api"
        VERSION = 1
        class Config:
            prefix: str = "/conf"
        config = Config()
        app = FastAPI()
        router = APIRouter(prefix=f"{API}/v{VERSION}" + "/x")
        @router.get("/{}/y".format("a"))
        def read(): ...
        app.include_router(router, prefix=config.prefix)
        app.include_router(router, prefix="%s/old" % API)
    """,
    "a router class adds every path with and without a slash": """
        class Both(APIRouter):
            def api_route(self, path: str, *, include_in_schema: bool = True, **kwargs: Any):
                plain = super().api_route(path, **kwargs)
                slashed = super().api_route(path + "/", include_in_schema=False, **kwargs)
                def decorate(function):
                    slashed(function)
                    return plain(function)
                return decorate
        def guard(): ...
        class Secure(Both):
            def __init__(self, *args: Any, **kwargs: Any):
                super().__init__(*args, dependencies=[Depends(guard)], **kwargs)
        app = FastAPI()
        router = Secure(prefix="/p")
        @router.get("/x")
        def read(): ...
        app.include_router(router)
    """,
    "a router class takes the last slash away": """
        class Plain(APIRouter):
            def api_route(self, path: str, *, include_in_schema: bool = True, **kwargs: Any):
                if path.endswith("/") and len(path) > 1:
                    path = path[:-1]
                return super().api_route(path, include_in_schema=include_in_schema, **kwargs)
        app = FastAPI()
        router = Plain()
        @router.get("/x/")
        def read(): ...
        @router.get("/y/{z}")
        def other(z: int): ...
        @router.get("/")
        def root(): ...
        app.include_router(router)
    """,
    "a decorator of the project wraps the registration": """
        def guard(): ...
        def protected(method, path, **kwargs):
            def decorate(function):
                return method(path, dependencies=[Depends(guard)], **kwargs)(function)
            return decorate
        app = FastAPI()
        @protected(app.put, "/x/{y}", tags=["a"])
        def change(y: int): ...
    """,
    "a wrapped registration goes through a router class that adds a slash": """
        from starlette.authentication import requires
        class Both(APIRouter):
            def api_route(self, path: str, *, include_in_schema: bool = True, **kwargs: Any):
                if path.endswith("/") and len(path) > 1:
                    path = path[:-1]
                plain = super().api_route(path, include_in_schema=include_in_schema, **kwargs)
                other = super().api_route(path + "/", include_in_schema=False, **kwargs)
                def decorate(function):
                    result = plain(function)
                    other(function)
                    return result
                return decorate
        def token(): ...
        def protected(method: Any, path: str, scopes: list[str] | None = None, **kwargs):
            def decorate(function):
                checked = requires(scopes or [])(function)
                asked = [Security(dependency=token, scopes=scopes or [])]
                return method(path, dependencies=asked, **kwargs)(checked)
            return decorate
        router = Both(prefix="/items")
        @protected(router.get, "/{id}", ["read"], summary="x")
        async def read(request: Request, id: int): ...
        @protected(router.put, "", ["write"])
        async def write(request: Request): ...
        app = FastAPI()
        app.include_router(router, prefix="/api")
    """,
    "routers are chosen by names that cannot be told": """
        import os
        class Flavour:
            def __init__(self, router): self.router = router
            def setup(self): return self.router
        one, two = APIRouter(prefix="/one"), APIRouter(prefix="/two")
        @one.get("/1")
        def first(): ...
        @two.get("/2")
        def second(): ...
        KNOWN = {"one": Flavour(one), "two": Flavour(two)}
        app = FastAPI()
        wanted = [name for name in sorted(os.environ.get("FLAVOURS", "one,two").split(","))]
        for name in wanted if wanted else ["one"]:
            app.include_router(KNOWN.get(name.lower()).setup())
    """,
    "classes that nothing names bring the routers of their attributes": """
        class Plugin:
            events: APIRouter | None = None
        chat = APIRouter()
        @chat.post("/chat/{room}")
        def say(room: str): ...
        class Chat(Plugin):
            events = chat
        class Quiet(Plugin): ...
        app = FastAPI()
        for plugin in [cls() for cls in Plugin.__subclasses__()]:
            if plugin.events:
                app.include_router(plugin.events, prefix="/events", dependencies=[])
    """,
    "a decorator keeps the signature of its function": """
        import functools
        def timed(function):
            @functools.wraps(function)
            async def run(*args, **kwargs):
                return await function(*args, **kwargs)
            return run
        def guard(): ...
        app = FastAPI()
        @app.get("/x")
        @timed
        async def read(g: Annotated[int, Depends(guard)]): ...
    """,
    "an app is mounted in another": """
        app = FastAPI()
        api = FastAPI(dependencies=[])
        @api.get("/x")
        def read(): ...
        app.mount("/api", api)
    """,
    "dependencies are resolved from the app inwards": """
        def a(): ...
        def b(): ...
        def c(x=Depends(a)): ...
        def d(): ...
        def e(z: Annotated[int, Depends(d)]): ...
        app = FastAPI(dependencies=[Depends(a)])
        router = APIRouter(dependencies=[Depends(b)])
        @router.get("/x", dependencies=[Security(c, scopes=["s"])])
        def read(y: Annotated[int, Depends(e)], w=Depends(d, use_cache=False)): ...
        app.include_router(router, dependencies=[Depends(d)])
        @app.get("/own")
        def own(): ...
    """,
    "aliases, classes, objects and closures are dependencies": """
        def current(): ...
        CurrentUser = Annotated[int, Depends(current)]
        class Page:
            def __init__(self, user: CurrentUser, limit: int = 10): ...
        class Need:
            def __init__(self, role): self.role = role
            def __call__(self, user: CurrentUser): ...
        def need(role):
            def check(user: CurrentUser): ...
            return check
        admin = Need("admin")
        Admin = Depends(admin)
        app = FastAPI()
        @app.get("/x", dependencies=[Depends(need("a"))])
        def read(page: Annotated[Page, Depends()], other: Page = Depends(), who=Admin): ...
        def with_dependency(dependency):
            @app.get("/closure")
            def closed(value=Depends(dependency)): ...
        with_dependency(current)
    """,
    "a class is a view: its attributes are what its handlers depend on": """
        import inspect
        from typing import get_type_hints
        def view(router):
            def decorate(cls):
                hints = get_type_hints(cls, include_extras=True).items()
                keyword = inspect.Parameter.KEYWORD_ONLY
                given = [
                    inspect.Parameter(n, keyword, default=getattr(cls, n, inspect._empty), annotation=h)
                    for n, h in hints
                ]
                cls.__signature__ = inspect.Signature(given)
                for route in router.routes:
                    me, *rest = inspect.signature(route.endpoint).parameters.values()
                    every = [me.replace(default=Depends(cls)), *rest]
                    every = [parameter.replace(kind=keyword) for parameter in every]
                    route.endpoint.__signature__ = inspect.Signature(every)
                return cls
            return decorate
        def session(): ...
        def user(s: Annotated[int, Depends(session)]): ...
        def admin(u=Depends(user)): ...
        class Base:
            session: int = Depends(session)
            user: Annotated[int, Depends(user)]
        class Admin(Base):
            user: int = Depends(admin)
        router = APIRouter(prefix="/orders", dependencies=[Depends(session)])
        @view(router)
        class Orders(Admin):
            page: int = 1
            @router.get("/{order}")
            def read(self, order: int, again=Depends(session)): ...
        app = FastAPI()
        app.include_router(router)
    """,
    "data classes and models are dependencies with their own": """
        from dataclasses import dataclass
        from pydantic import BaseModel
        def user(): ...
        @dataclass
        class Page:
            limit: int = 10
            who: int = Depends(user)
        class Query(BaseModel):
            text: str = ""
        app = FastAPI()
        @app.get("/x")
        def read(page: Annotated[Page, Depends()], query: Query = Depends()): ...
    """,
    "a factory leaves early": """
        def extra(app, wanted=False):
            if not wanted:
                return
            @app.get("/extra")
            def more(): ...
        def create():
            app = FastAPI()
            extra(app)
            @app.get("/x")
            def read(): ...
            return app
            @app.get("/never")
            def never(): ...
        app = create()
    """,
    "a table of routers is walked": """
        one, two = APIRouter(), APIRouter()
        @one.get("/1")
        def first(): ...
        @two.get("/2")
        def second(): ...
        ROUTERS = [(one, "/a"), (two, "/b")]
        MORE = {"/c": one}
        app = FastAPI()
        for router, prefix in ROUTERS:
            app.include_router(router, prefix=prefix)
        for prefix, router in MORE.items():
            app.include_router(router, prefix=prefix)
        [app.include_router(r, prefix="/d") for r in [one]]
    """,
    "an app that goes through a function of a library is still that app": """
        import functools
        app = FastAPI()
        app = functools.reduce(lambda one, _: one, [1], app)
        try:
            app = next(iter([app]))
        except ImportError:
            app = None
        @app.get("/x")
        def read(): ...
    """,
    "an app is the one that is given or a new one": """
        class Server:
            def __init__(self, base=None):
                self.base = base
            def make(self):
                if self.base:
                    made = self.base
                else:
                    made = FastAPI()
                self.fill(made)
                return made
            def fill(self, target):
                @target.get("/x")
                def read(): ...
        app = Server().make()
    """,
    "a function gets the app and fills it": """
        def fill(target: FastAPI, *, admin: bool = False) -> None:
            if admin:
                @target.get("/admin")
                def administer(): ...
            @target.api_route("/both", methods=["GET", "PUT"])
            def both(): ...
        app = FastAPI()
        fill(app)
    """,
    "a method of a class makes the decorator": """
        class Typed:
            @classmethod
            def wrap(cls, method, *args, **kwargs):
                assert "response_model" not in kwargs
                def decorate(function):
                    return method(*args, **kwargs, response_model=cls.model())(function)
                return decorate
            @classmethod
            def model(cls): return None
        router = APIRouter(prefix="/modules")
        @Typed.wrap(router.get, path="/{module}", summary="x")
        async def read(module: int): ...
        app = FastAPI()
        app.include_router(router)
    """,
    "a prefix is put before all others if there is one": """
        import os
        GLOBAL = os.environ.get("NO_SUCH_PREFIX", "")
        def include(target: FastAPI, router: APIRouter, **kwargs):
            before = f"/{GLOBAL.strip('/')}" if GLOBAL else ""
            given = kwargs.get("prefix")
            if given:
                prefix = f"{before}/{given.strip('/')}"
            else:
                prefix = f"{before}"
            target.include_router(router, **{**kwargs, "prefix": prefix})
        one, two = APIRouter(prefix="/one"), APIRouter()
        @one.get("/1")
        def first(): ...
        @two.get("/2")
        def second(): ...
        app = FastAPI()
        include(app, one)
        include(app, two, prefix="two/")
    """,
}
