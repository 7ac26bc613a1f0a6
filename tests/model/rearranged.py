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
}
