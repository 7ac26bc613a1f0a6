"""Ways in which lists, objects and other modules bring routers to an app: little programs that run."""

FACTORIES = {
    "an app says where its own documents are": """
        from fastapi.openapi.docs import get_swagger_ui_oauth2_redirect_html
        app = FastAPI()
        hidden = FastAPI(openapi_url="/hidden.json")
        @app.get(app.swagger_ui_oauth2_redirect_url, include_in_schema=False)
        def redirect(): ...
        @app.get("/see" + hidden.openapi_url)
        def see(): ...
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
}
