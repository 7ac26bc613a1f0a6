"""Ways in which methods carry what they serve until something registers them: little programs that run."""

MARKS = {
    "a decorator leaves its arguments on methods that a loop over dir registers": """
        def handler(**config):
            def mark(function):
                config["operation_id"] = function.__name__
                function._serves = config
                return function
            return mark
        def caller(): ...
        class Handler:
            def names(self):
                return dir(self)
            def register(self, router: APIRouter):
                for name in self.names():
                    if name.startswith("_"):
                        continue
                    found = getattr(self, name)
                    if config := getattr(found, "_serves", None):
                        router.add_api_route(endpoint=found, **config)
        class Orders(Handler):
            title = "Orders"
            def __init__(self, stock):
                self.stock = stock
            def names(self):
                return ["make", "everything"]
            @handler(path="/orders", methods=["GET"], dependencies=[Depends(caller)])
            async def everything(self): ...
            @handler(path="/orders", methods=["POST"])
            async def make(self, user: str = Depends(caller)): ...
            @handler(path="/hidden", methods=["GET"])
            async def not_named(self): ...
            async def helper(self): ...
        class Users(Handler):
            @handler(path="/users/{user_id}", methods=["DELETE"])
            async def remove(self, user_id: int): ...
        class Part:
            def __init__(self, prefix, handlers):
                self.prefix = prefix
                self.handlers = handlers
            def register(self, router: APIRouter):
                inner = APIRouter()
                for one in self.handlers:
                    one.register(inner)
                router.include_router(router=inner, prefix=self.prefix)
        class Server:
            def __init__(self, title, parts, port):
                self.parts = parts
                self.app = self.prepare(title)
            def prepare(self, title):
                app = FastAPI(title=title)
                for part in self.parts:
                    part.register(app.router)
                return app
        def craft(port):
            return Server("shop", [Part("/v3", [Orders(None), Users()])], port)
        app = craft(80).app
    """,
    "the members of an object are asked for at once": """
        import inspect
        def route(path, method="GET"):
            def leave(function):
                function.path = path
                setattr(function, "method", method)
                return function
            return leave
        class View:
            prefix = "/stock"
            def __init__(self):
                self.router = APIRouter(prefix=self.prefix)
                for name, member in inspect.getmembers(self, predicate=inspect.ismethod):
                    if not hasattr(member, "path"):
                        continue
                    self.router.add_api_route(member.path, member, methods=[member.method])
            @route("")
            def all(self): ...
            @route("/{item}", method="PUT")
            def put(self, item: int): ...
            def count(self): ...
        app = FastAPI()
        app.include_router(View().router)
    """,
    "two functions leave marks on a class's own table": """
        def get(path):
            def leave(function):
                function.at = ("GET", path)
                return function
            return leave
        class Table:
            @get("/a")
            def first(self): ...
            @get("/b")
            def second(self): ...
        def add(app, table):
            for name, member in vars(type(table)).items():
                if callable(member) and hasattr(member, "at"):
                    method, path = member.at
                    app.add_api_route(path, getattr(table, name), methods=[method])
        app = FastAPI()
        add(app, Table())
    """,
}
