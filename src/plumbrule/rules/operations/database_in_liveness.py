"""A liveness probe that asks the database

When the database has a hiccup, the probe fails in every replica at once, and
the orchestrator restarts them all: a second of slow queries becomes an outage,
and the restarted pods cannot start either.

## Bad

```python
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session


@app.get("/livez")  # finding
async def livez(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    await session.execute(text("SELECT 1"))
```

## Bad: the orchestrator takes it for liveness

```yaml title="k8s/deployment.yaml"
livenessProbe:
  httpGet:
    path: /healthz
```

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session


@app.get("/healthz")  # finding
async def healthz(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    await session.execute(text("SELECT 1"))
```

## Good: it is about what the path names

```python
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session


@app.get("/streams/{stream_id}/live")
async def count_viewers(stream_id: int, session: Annotated[AsyncSession, Depends(get_session)]) -> int:
    return await session.scalar(text("SELECT viewers FROM streams WHERE id = :id"), {"id": stream_id}) or 0
```

## Good: readiness asks, liveness does not

```python
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session


@app.get("/livez")
async def livez() -> None: ...


@app.get("/readyz")
async def readyz(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    await session.execute(text("SELECT 1"))
```
"""

import re

from plumbrule.rulekit import Finding, Iterator, Route, Step, reached_calls, rule

LIVE = re.compile(r"/(livez?|liveness|alive)/?$")
HEALTH = re.compile(r"/(healthz?|health[-_]?check|heartbeat)/?$")
READY = re.compile(r"/(readyz?|readiness)/?$")
ASKING = ("execute", "scalar", "scalars", "exec", "ping", "connect", "begin")
OWNERS = ("sqlalchemy.", "redis.", "asyncpg.", "psycopg", "pymongo.", "motor.")


@rule(category="operations", severity="error")
def database_in_liveness(route: Route) -> Iterator[Finding]:
    if route.handler is None or "GET" not in route.methods or route.path_parameters:
        return  # a probe asks for nothing in particular
    if not LIVE.search(route.path):
        siblings = route.project.routes if HEALTH.search(route.path) else ()
        if not siblings or any(LIVE.search(r.path) or READY.search(r.path) for r in siblings):
            return
    for reached in reached_calls(route.handler, depth=3):
        call = reached.call
        if call.name.startswith(OWNERS) and call.method in ASKING:
            yield Finding(
                at=route.span,
                message=f"{route.label} fails when the database does, and the pod is restarted",
                label=f"asks it with `{call.node.func.text}`",
                help="let liveness answer without asking anything; ask the database in `/readyz`",
                chain=(Step(f"`{call.node.func.text}`", call.span),),
                confidence="high" if LIVE.search(route.path) or is_probed(route) else "low",
            )
            return


def is_probed(route: Route) -> bool:
    """Whether an orchestrator restarts what does not answer at this path."""
    texts = route.project.texts("*.y*ml").values()
    return any(re.search(rf"livenessProbe:[^#]{{0,200}}?{re.escape(route.path)}\b", text) for text in texts)
