"""One dependency asked for with two scopes, and so run twice

FastAPI keeps what a dependency gave by callable, security scopes and
`scope=`. With `Depends(get_session)` in one place and
`Depends(get_session, scope="function")` in another, a request has two sessions
and two transactions: what one writes the other does not see.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session


async def current_user(session: Annotated[AsyncSession, Depends(get_session)]) -> str:
    return "root"


@app.post("/orders")
async def create_order(  # finding
    user: Annotated[str, Depends(current_user)],
    session: Annotated[AsyncSession, Depends(get_session, scope="function")],
) -> None: ...
```

## Good: one alias for all

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session, scope="function")]


async def current_user(session: Session) -> str:
    return "root"


@app.post("/orders")
async def create_order(user: Annotated[str, Depends(current_user)], session: Session) -> None: ...
```
"""

from plumbrule.rulekit import Dependency, Finding, Function, Iterator, Route, Step, rule


@rule(category="database", severity="error", needs="fastapi>=0.121")
def mixed_dependency_scopes(route: Route) -> Iterator[Finding]:
    places: dict[Function, dict[str, Dependency]] = {}
    for dependency in route.dependencies:
        if dependency.function is not None and dependency.is_generator and dependency.use_cache:
            places.setdefault(dependency.function, {}).setdefault(dependency.scope or "request", dependency)
    for function, scopes in places.items():
        if len(scopes) > 1 and route.handler is not None:
            yield Finding(
                at=route.handler.span,
                message=f"{route.label} runs `{function.name}` twice",
                label="asked for with two scopes",
                help="write one `Annotated` alias and use it everywhere",
                chain=tuple(Step(f"with the scope of the {s}", asked.span) for s, asked in scopes.items()),
            )
