"""Apps that are put together and then changed: signatures that are written, routes that are moved."""

from __future__ import annotations

REARRANGED = {
    "a dependency is given its signature": """
        from inspect import Parameter, Signature
        from fastapi.security import OAuth2PasswordBearer
        scheme = OAuth2PasswordBearer(tokenUrl="/token", auto_error=False)
        def session(): ...
        def user(scopes: set[str], *, by_token: bool = True, by_upload: bool = False):
            async def current(**given): ...
            parameters = [Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)]
            if by_token:
                parameters.append(Parameter("token", Parameter.KEYWORD_ONLY, default=Depends(scheme)))
            if by_upload:
                parameters.append(Parameter("session", Parameter.KEYWORD_ONLY, default=Depends(session)))
            current.__signature__ = Signature(parameters)
            return current
        app = FastAPI()
        @app.get("/mine")
        def mine(by=Depends(user({"read"}))): ...
        @app.get("/uploads")
        def uploads(by=Depends(user({"read"}, by_token=False, by_upload=True))): ...
    """,
    "settings say what is before every path": """
        from pydantic import BaseModel, Field
        class Services(BaseModel):
            base: str = Field("/shop", description="where the gateway finds it")
            @property
            def front(self):
                if self.base == "/":
                    return ""
                return self.base
            def path(self, *parts: str):
                return f'{self.front}/{"/".join(part.strip("/") for part in parts)}'
        services = Services()
        app, inner = FastAPI(), FastAPI()
        @app.get(services.path("alive"))
        def alive(): ...
        @inner.get("/items")
        def items(): ...
        app.mount(services.path("api", "v1"), inner)
    """,
    "routes are put into the list of another router": """
        from starlette.responses import PlainTextResponse
        from starlette.routing import Route
        def user(): ...
        def session(): ...
        def ping(request): return PlainTextResponse("pong")
        old, new = APIRouter(prefix="/old", dependencies=[Depends(user)]), APIRouter()
        @old.get("/all")
        def read(by=Depends(session)): ...
        @old.post("/all")
        def make(): ...
        for route in old.routes:
            new.routes.append(route)
        app = FastAPI()
        app.include_router(new, prefix="/v1")
        app.routes.insert(0, Route("/ping", ping, methods=["GET"]))
        app.router.routes.extend([Route("/pong", ping), Route("/pang", ping)])
    """,
    "routes are registered once more": """
        from fastapi.routing import APIRoute
        status = APIRouter()
        @status.get("/status")
        def read(): ...
        @status.get("/url")
        def url(): ...
        @status.websocket("/live")
        async def live(socket: WebSocket): ...
        again = APIRouter(prefix="/shops/{shop}")
        for route in list(status.routes):
            if isinstance(route, APIRoute) and route.path != "/url":
                again.add_api_route(f"{route.path}/", route.endpoint, methods=list(route.methods))
        app = FastAPI()
        app.include_router(status)
        app.include_router(again)
    """,
    "versions are mounted by a mark on each handler": """
        from collections import defaultdict
        def version(major, minor=0):
            def decorate(function):
                function._version = (major, minor)
                return function
            return decorate
        def version_of(route, default):
            return getattr(route.endpoint, "_version", default), route
        def versioned(router: APIRouter, form: str = "/v{major}") -> FastAPI:
            parent, routes, unique = FastAPI(), defaultdict(list), {}
            for number, route in [version_of(route, (1, 0)) for route in router.routes]:
                if route.path.startswith("/shop"):
                    routes[number].append(route)
            for number in sorted(routes.keys()):
                major, minor = number
                one = FastAPI()
                for route in routes[number]:
                    for method in route.methods:
                        unique[route.path + "|" + method] = route
                for route in unique.values():
                    one.router.routes.append(route)
                parent.mount(form.format(major=major, minor=minor), one)
            return parent
        router = APIRouter()
        @router.get("/shop/items")
        @version(1)
        def items(): ...
        @router.get("/shop/orders")
        @version(2)
        def orders(): ...
        @router.get("/hidden")
        def hidden(): ...
        app = versioned(router)
    """,
}
