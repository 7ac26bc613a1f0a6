"""Ways in which lists, objects and other modules bring routers to an app: little programs that run."""

FACTORIES = {
    "routes are objects of the project's own classes": """
        from fastapi.routing import APIRoute
        from starlette.routing import Route
        class Timed(APIRoute):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, response_model_exclude_none=True, **kwargs)
        class Plain(Route): ...
        class Endpoints:
            def __init__(self, model):
                self.model = model
            def ready(self): ...
            def infer(self): ...
        def robots(request): ...
        def create(model):
            endpoints = Endpoints(model)
            routes = [Timed("/ready", endpoints.ready), Plain("/robots.txt", robots)]
            routes += [Timed("/infer", endpoints.infer, methods=["POST"])]
            return FastAPI(routes=routes)
        app = create(None)
    """,
    "an alias of the function around asks for a dependency": """
        def add(router, find):
            def tag(tag_id: int): ...
            Tag = Annotated[str, Depends(tag)]
            Found = Annotated[str, Depends(find)]
            def update(found: Found, tag: Tag): ...
            router.add_api_route("/tags/{tag_id}", update, methods=["PUT"])
        def order(): ...
        def item(): ...
        orders, items = APIRouter(prefix="/orders"), APIRouter(prefix="/items")
        add(orders, order)
        add(items, item)
        app = FastAPI()
        app.include_router(orders)
        app.include_router(items)
    """,
    "a path stands in settings": """
        from pydantic import Field
        from pydantic_settings import BaseSettings
        from starlette.config import Config
        class Settings(BaseSettings):
            health_path: str = Field(pattern="^/", default="/health")
        config = Config()
        API_PREFIX = config("SHOP_API_PREFIX", default="/api")
        router = APIRouter()
        @router.get("")
        def health(): ...
        def create(settings: Settings | None = None):
            settings = settings or Settings()
            app = FastAPI()
            app.include_router(router, prefix=API_PREFIX + settings.health_path)
            return app
        app = create()
    """,
    "a loop goes on without what it skips": """
        def add(app, name):
            @app.get(f"/{name}")
            def read(): ...
        app = FastAPI()
        for name in ("orders", "_drafts", "items", "", "users"):
            if name.startswith("_"):
                continue
            if name == "":
                break
            add(app, name)
    """,
    "comprehensions over several lists and dicts that fill themselves": """
        from collections import defaultdict
        orders, items = APIRouter(prefix="/orders"), APIRouter(prefix="/items")
        @orders.get("")
        def read_orders(): ...
        @items.get("")
        def read_items(): ...
        def create():
            routers = defaultdict(list)
            versions = set()
            for version in ("v1", "v2"):
                versions.add(version)
                routers[version].append(orders)
            routers["v2"].append(items)
            app = FastAPI()
            for version, router in [(name, one) for name in sorted(versions) for one in routers[name]]:
                app.include_router(router, prefix=f"/{version}")
            return app
        app = create()
    """,
    "what one of two ways gives decides nothing": """
        class Server:
            def __init__(self, stores):
                self.store = stores | {"cache"}
        def fill(app, server=None, store=None):
            store = store or (server.store if server else None)
            if store:
                @app.get("/refresh")
                def refresh(): ...
        def create(stores):
            app = FastAPI()
            fill(app, Server(stores))
            return app
        app = create({"main"})
    """,
    "an app says where its own documents are": """
        from fastapi.openapi.docs import get_swagger_ui_oauth2_redirect_html
        app = FastAPI()
        hidden = FastAPI(openapi_url="/hidden.json")
        @app.get(app.swagger_ui_oauth2_redirect_url, include_in_schema=False)
        def redirect(): ...
        @app.get("/see" + hidden.openapi_url)
        def see(): ...
    """,
    "an app remembers things in its state": """
        app = FastAPI()
        app.state.prefix = "/v1"
        def fill(app):
            router = APIRouter(prefix=app.state.prefix)
            @router.get("/ping")
            def ping(): ...
            app.include_router(router)
        fill(app)
    """,
    "a list that grows is longer wherever it is known": """
        one, two = APIRouter(), APIRouter()
        @one.get("/1")
        def first(): ...
        @two.get("/2")
        def second(): ...
        KNOWN = [one]
        def versioned(app):
            for router in KNOWN:
                app.include_router(router, prefix="/v1")
        def create():
            app = FastAPI()
            routers = KNOWN
            routers += [two]
            for router in routers:
                app.include_router(router)
            versioned(app)
            return app
        app = create()
    """,
    "a copy of a function is what it was made of": """
        from functools import update_wrapper
        from types import FunctionType
        def session(): ...
        def user(s: Annotated[int, Depends(session)]): ...
        def copied(function):
            target = FunctionType(function.__code__, function.__globals__, name=function.__name__)
            made = update_wrapper(target, function)
            made.__defaults__ = function.__defaults__
            return made
        app = FastAPI()
        @app.get("/x", dependencies=[Depends(copied(user))])
        def read(): ...
    """,
    "a data class makes routers of its fields": """
        from collections.abc import Callable
        from dataclasses import dataclass, field
        def page(limit: int = 10): ...
        def everything(): ...
        @dataclass
        class Extension:
            path: str = "/extra"
            def register(self, factory):
                @factory.router.get(self.path)
                def extra(): ...
        @dataclass
        class Factory:
            router: APIRouter = field(default_factory=APIRouter)
            paging: Callable[..., Any] = page
            extensions: list[Extension] = field(default_factory=list)
            def __post_init__(self):
                self.register_routes()
                for extension in self.extensions:
                    extension.register(self)
            def register_routes(self): ...
        @dataclass
        class Orders(Factory):
            environment: Callable[..., Any] = field(default=lambda: {})
            def register_routes(self):
                @self.router.get("/all")
                def read(paging=Depends(self.paging), environment=Depends(self.environment)): ...
        app = FastAPI()
        own = [Extension(), Extension("/more")]
        app.include_router(Orders(extensions=own).router, prefix="/orders")
        app.include_router(Orders(paging=everything, extensions=[Extension("/3")]).router, prefix="/items")
    """,
    "a router class has verbs, aliases and properties of its own": """
        def admin(): ...
        class Plain(APIRouter):
            def wrapped(self, verb, *args, alias=None, **given):
                given = self.understood(given)
                in_schema = given.pop("include_in_schema", True)
                def decorate(route, include_in_schema=in_schema):
                    def decorated(function):
                        self.add_api_route(
                            route, function, methods=[verb], include_in_schema=include_in_schema, **given
                        )
                        return function
                    return decorated
                routes = []
                for path in self.aliases(args[0], alias):
                    if path != "/" and path.endswith("/"):
                        routes.append(decorate(path, include_in_schema=False))
                    else:
                        routes.append(decorate(path))
                def all_of_them(function):
                    for route in routes:
                        function = route(function)
                    return function
                return all_of_them
            @staticmethod
            def aliases(path, alias):
                yield path
                if path != "/" and not path.endswith("/"):
                    yield f"{path}/"
                if alias:
                    yield from [alias]
            def get(self, *args, **given):
                return self.wrapped("GET", *args, **given)
            def understood(self, given):
                for_admins = given.pop("for_admins", False)
                if for_admins:
                    if "dependencies" in given:
                        given["dependencies"].append(self.admin)
                    else:
                        given["dependencies"] = [self.admin]
                return given
            @property
            def untouched(self):
                return lambda cls: cls
        class Router(Plain):
            admin = Depends(admin)
        router = Router(prefix="/api")
        @router.get("/x", alias="/old/x")
        def read(): ...
        @router.get("/y/", for_admins=True)
        def change(): ...
        @router.untouched
        class Anything: ...
        app = FastAPI()
        app.include_router(router)
    """,
    "a project has its own kind of dependency, and casts it": """
        from typing import cast
        from fastapi.params import Depends as Marker
        def session(): ...
        class Typed(Marker):
            def __init__(self, function, kind):
                super().__init__(function)
        def made(kind):
            def resolve(s=cast(int, Depends(session))): ...
            return cast(int, Typed(resolve, kind))
        app = FastAPI()
        @app.get("/x")
        def read(value: int = made(int), s: int = cast(int, Depends(session))): ...
    """,
    "a class makes the routes of many kinds": """
        router = APIRouter(prefix="/tags")
        class Tags:
            @classmethod
            def add(cls, kind, name):
                @router.get(f"/{kind}/{{{name}}}")
                def read(): ...
                return cls
        KINDS = {"orders": ["order", 1], "orders/{order}/items": ["item", 2]}
        for kind, given in KINDS.items():
            name, number = given
            Tags.add(kind, name)
        app = FastAPI()
        app.include_router(router)
    """,
}

POINTS = """
[{table}"shop.routers"]
orders = "shop.orders:router"
stock = "shop.stock"
[{table}"shop.commands"]
serve = "shop.main:serve"
"""
PLUGINS = {
    "pyproject.toml": POINTS.format(table="project.entry-points."),
    "shop-1.0.dist-info/entry_points.txt": POINTS.format(table="").replace('"', ""),
    "shop-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n",
    "main.py": """
        from importlib.metadata import entry_points
        from fastapi import FastAPI
        GROUP = "shop.routers"
        def named(group, name=None):
            points = entry_points().select(group=group)
            if name is not None:
                points = points.select(name=name)
            return list(points)
        def fill(app: FastAPI, names):
            for name in names:
                (point,) = named(GROUP, name)
                router = point.load()
                app.include_router(getattr(router, "router", router), prefix=f"/{name}")
        def create():
            app = FastAPI()
            fill(app, sorted({point.name for point in entry_points(group=GROUP)}))
            return app
        app = create()
    """,
    "shop/__init__.py": "",
    "shop/orders.py": """
        from fastapi import APIRouter
        router = APIRouter()
        @router.get("")
        def orders(): ...
    """,
    "shop/stock.py": """
        from fastapi import APIRouter
        router = APIRouter()
        @router.get("")
        def stock(): ...
    """,
}
"""routers that are found by the names of entry points"""
