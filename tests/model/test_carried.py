"""What is read from the state of an app or a request has the type of what was put there."""

from textwrap import dedent

from plumbrule.model.reading import project_of

PUT = """
    import redis
    from contextlib import asynccontextmanager
    from fastapi import FastAPI, Request

    class Mailer:
        def send(self): ...

    class Run:
        state = None

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        app.state.redis = None
        app.state.redis = redis.Redis()
        app.state.mixed = Mailer()
        app.state.name = Mailer()
        run = Run()
        run.state.redis = Mailer()
        yield

    app = FastAPI(lifespan=lifespan)

    def configure(app, given):
        app.state.mixed = given
        app.state.mailer = Mailer()

    @app.middleware("http")
    async def add(request: Request, call_next):
        request.state.name = redis.Redis()
        return await call_next(request)
"""
USED = """
    from fastapi import FastAPI, Request, WebSocket

    async def serve(request: Request, socket: WebSocket, app: FastAPI, other):
        request.app.state.redis.get("a")
        socket.app.state.mailer.send()
        app.state.mailer.send()
        request.state.name.get("b")
        app.state.name.send()
        other.state.redis.get("c")
        app.state.mixed.send()
        app.state.unknown.send()
"""


def test_what_an_app_carries_is_known_where_a_request_reads_it() -> None:
    project = project_of({"main.py": dedent(PUT), "routes.py": dedent(USED)})
    [serve] = [f for f in project.functions if f.name == "serve"]
    assert [call.name for call in serve.calls] == [
        "redis.Redis.get",
        "main.Mailer.send",
        "main.Mailer.send",
        "redis.Redis.get",
        "main.Mailer.send",
        "",
        "",
        "",
    ]


def test_what_is_kept_when_it_is_missing_is_not_asked_for_itself() -> None:
    text = """
        async def read(request):
            request.state.a = request.state.a or request.state.b
            request.state.a.b()
    """
    [read] = project_of({"main.py": dedent(text)}).functions
    assert [call.name for call in read.calls] == [""]
