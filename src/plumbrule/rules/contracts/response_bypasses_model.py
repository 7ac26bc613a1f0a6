"""A `Response` returned from a route that promises a model

FastAPI sends a response object as it is: nothing is checked against the
`response_model`, and nothing is left out of it. The OpenAPI document still
promises the model.

## Bad

```python
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    name: str


def row() -> dict[str, str]:
    return {"name": "Ada", "password_hash": "…"}


@app.get("/users/{user_id}", response_model=User)
async def read_user(user_id: int):
    return JSONResponse(row())  # finding
```

## Good: the model is returned, a response only for errors

```python
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    name: str


@app.get("/users/{user_id}", response_model=User)
async def read_user(user_id: int):
    if user_id < 1:
        return JSONResponse({"detail": "no such user"}, status_code=404)
    if user_id == 1:
        return Response(status_code=304)
    if user_id == 2:
        return JSONResponse({"retry_after": 3}, status_code=202)
    return {"name": "Ada", "password_hash": "…"}
```

## Good: what is sent went through the model

```python
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    name: str


@app.get("/users/{user_id}", response_model=User)
async def read_user(user_id: int):
    user = User(name="Ada")
    return JSONResponse(user.model_dump(mode="json"), headers={"etag": "1"})
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, Route, n, rule, status_number

JSON = {f"starlette.responses.{name}" for name in ("JSONResponse", "ORJSONResponse", "UJSONResponse")} | {
    "fastapi.responses.ORJSONResponse",
    "fastapi.responses.UJSONResponse",
}
DUMPS = {"model_dump", "model_dump_json", "dict", "json", "dump_python", "dump_json"}


@rule(category="contracts", severity="warning")
def response_bypasses_model(route: Route) -> Iterator[Finding]:
    model = route.option("response_model")
    if route.handler is None or model is None or isinstance(model, n.Constant):
        return
    for node in route.handler.find(n.Return):
        call = route.handler.call(node.value) if isinstance(node.value, n.Call) else None
        if (
            call is not None
            and call.name in JSON
            and is_promised(call, route)
            and not is_dumped(call, route.handler)
        ):
            yield Finding(
                at=call.span,
                message=f"{route.label} promises `{model.text}` and does not check it",
                label="a response is sent as it is",
                help="return the value; set headers on a `Response` parameter",
            )


def is_promised(call: Call, route: Route) -> bool:
    """Whether it is the answer that the model is about: no status, or that of the route."""
    if call.is_splatted:
        return False
    given = call.argument(1, "status_code")
    return given is None or status_number(given) == route.status


def is_dumped(call: Call, handler: Function) -> bool:
    """Whether its content comes out of a model."""
    content = call.argument(0, "content")
    if content is None:
        return True
    for part in content.walk():
        if isinstance(part, n.Call) and handler.call(part).method in DUMPS:
            return True
        if isinstance(part, n.Name):
            bound = [b.node for b in handler.bindings.get(part.id, ())]
            for node in bound:
                value = node.value if isinstance(node, n.Assign) else None
                if value is not None and any(
                    isinstance(p, n.Call) and handler.call(p).method in DUMPS for p in value.walk()
                ):
                    return True
    return False
