"""A dependency that commits after the response has been sent

Since FastAPI 0.118 (and before 0.106) the code after `yield` runs when the
response is already on its way: the client reads `201 Created`, then the
commit fails, and the row does not exist. With `scope="function"` it runs
before the response, and a failing commit is an error the client sees.

The fix is safe where neither a streamed body nor a background task may use
what the dependency gives: they would be too late for it. There is none where
another dependency asks for the same without the scope: they would no longer
share it.

## Bad

```python title="app/db.py"
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session
        await session.commit()
```

```python title="app/orders.py"
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import get_session

router = APIRouter()


@router.post("/orders")
async def create_order(session: Annotated[AsyncSession, Depends(get_session)]) -> None:  # finding
    ...
```

## Fixed

```python title="app/orders.py"
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import get_session

router = APIRouter()


@router.post("/orders")
async def create_order(session: Annotated[AsyncSession, Depends(get_session, scope="function")]) -> None:
    ...
```

## Bad: a row changes itself

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from orders import find
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session
        await session.commit()


@app.patch("/orders/{order_id}")
async def close(order_id: int, session: Annotated[AsyncSession, Depends(get_session)]) -> None:  # finding
    order = await find(session, order_id)
    await order.update(state="closed")
```

## Bad: it only asks another service (low confidence)

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session
        await session.commit()


@app.delete("/orders/{order_id}")
async def delete(order_id: int, session: Annotated[AsyncSession, Depends(get_session)]) -> None:  # finding
    address = await session.scalar(text("select address from settings"))
    async with AsyncClient(base_url=str(address)) as client:
        await client.delete(f"/orders/{order_id}")
```

## Good: the route has committed, or only reads

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session
        await session.commit()


@app.post("/orders")
async def create_order(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    await save(session)


async def save(session: AsyncSession) -> None:
    await session.commit()


@app.get("/orders")
async def list_orders(session: Annotated[AsyncSession, Depends(get_session)]) -> None: ...
```

## Good: the dependency only opens and closes

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session


@app.post("/orders")
async def create_order(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    await session.commit()
```
"""

from plumbrule.rulekit import (
    Call,
    Dependency,
    Edit,
    Finding,
    Fix,
    Function,
    Iterator,
    Project,
    Route,
    Step,
    n,
    reached_calls,
    rule,
)

CHANGES = {"add", "add_all", "delete", "merge", "insert", "update", "bulk_save_objects", "flush", "save"}
OWNERS = ("session", "db", "repo", "crud", "dao", "query")
LASTING = {"StreamingResponse", "EventSourceResponse", "create_task", "ensure_future", "start_soon", "submit"}
COMMITS = ("commit", "begin")
WRITING = {"POST", "PUT", "PATCH", "DELETE"}
Askers = dict[n.Node, list[Route]]


@rule(category="database", severity="error", needs="fastapi")
def commit_after_response(project: Project) -> Iterator[Finding]:
    if not project.may_be("fastapi", ">=0.118") and not project.may_be("fastapi", "<0.106"):
        return  # 0.106 to 0.117 ran it before the response
    fixes: dict[n.Node, Fix | None] = {}
    asking = askers(project)
    committing = set(project.functions_leading_to(project.calls_to(*COMMITS)))
    for route in project.routes:
        writing = WRITING & set(route.methods)  # a read has nothing to lose
        if writing and not route.module.is_test and not (route.handler in committing and commits(route)):
            yield from after_response(route, fixes, asking)


def askers(project: Project) -> Askers:
    """For what asks for a dependency the routes that it is asked for."""
    found: Askers = {}
    for route in project.routes:
        for node in {dependency.node for dependency in route.dependencies}:
            found.setdefault(node, []).append(route)
    return found


def commits(route: Route) -> bool:
    """Whether the handler commits itself: then nothing is lost."""
    reached = reached_calls(route.handler) if route.handler is not None else ()
    return any(found.call.method in COMMITS for found in reached)


def after_response(route: Route, fixes: dict[n.Node, Fix | None], asking: Askers) -> Iterator[Finding]:
    """The commits that come too late for the answer of a route."""
    late = list(late_commits(route))
    may_write = not late or route.handler is None or writes(route.handler)
    for dependency, function, commit in late:
        if dependency.node not in fixes:
            fixes[dependency.node] = scoped(dependency, route, asking[dependency.node])
        yield Finding(
            at=dependency.span,
            message=f"`{function.name}` commits after the response has been sent",
            label="a commit that fails here is a success to the client",
            help='ask for it with `Depends(…, scope="function")`',
            chain=(Step(route.label, route.span), Step(f"`{function.name}` commits", commit.span)),
            fix=fixes[dependency.node],
            confidence=None if may_write else "low",
        )


def late_commits(route: Route) -> Iterator[tuple[Dependency, Function, n.Node]]:
    """The dependencies of a route that commit when it has answered, and what commits in them."""
    for dependency in route.dependencies:
        function = dependency.function
        if function is None or not dependency.is_generator or dependency.scope == "function":
            continue
        commit = commit_after_yield(function)
        if commit is not None:
            yield dependency, function, commit


def writes(handler: Function) -> bool:
    """Whether a handler changes something in the database, as far as it can be seen: it may only ask another
    service to.
    """
    functions = {handler}
    for found in reached_calls(handler):
        if is_change(found.call) or is_statement(found.call):
            return True
        if found.call.function is not None:
            functions.add(found.call.function)
    return any(
        sets_column(target, function)
        for function in functions
        for assign in function.find(n.Assign)
        for target in assign.targets
    )


def is_change(call: Call) -> bool:
    """Whether a call changes what a session holds, or a row that one gave, or makes a statement that does."""
    if call.name.startswith("sqlalchemy") and call.method in ("insert", "update", "delete"):
        return True
    if call.method not in CHANGES or call.receiver is None:
        return False
    made = call.scope.bindings.get(call.receiver.text, ())
    told = [call.receiver, *call.given, *(b.node.value for b in made if isinstance(b.node, n.Assign))]
    return any(word in expr.text.lower() for expr in told if expr is not None for word in OWNERS)


def sets_column(target: n.Node, function: Function) -> bool:
    """Whether an assignment may change a row."""
    if not isinstance(target, n.Attribute) or target.value.text == "self":
        return False
    kind = function.type_of(target.value)
    return kind is None or function.project.table_of(kind.cls) is not None


def is_statement(call: Call) -> bool:
    """Whether a call executes a statement that is no query that can be seen."""
    if call.method not in ("execute", "scalar", "scalars", "exec") or not call.args:
        return False
    given = call.args[0]
    made = call.scope.bindings.get(given.id, ()) if isinstance(given, n.Name) else ()
    texts = [given.text, *(b.node.text for b in made)]
    return not any("select" in text or ".query" in text for text in texts)


def commit_after_yield(function: Function) -> n.Node | None:
    """What commits when the generator goes on: a commit below the yield, or a `begin()` around it."""
    yields = list(function.find(n.Yield))
    if not yields:
        return None
    first = yields[0]
    for call in function.calls:
        if call.method == "commit" and call.node.start > first.start and call.within(n.Handler) is None:
            return call.node
    for parent in first.parents:
        if isinstance(parent, n.With):
            for item in parent.items:
                if isinstance(item.value, n.Call) and function.call(item.value).method == "begin":
                    return item.value
    return None


def scoped(dependency: Dependency, route: Route, asking: list[Route]) -> Fix | None:
    """Add `scope="function"`, if FastAPI knows it and no route that asks so has a tree that forbids it."""
    node, project = dependency.node, route.project
    if not isinstance(node, n.Call) or not node.args or not project.may_be("fastapi", ">=0.121"):
        return None
    if node.source is not route.module.source or not all(may_end_early(dependency, one) for one in asking):
        return None
    edit = Edit(*route.module.call(node).added('scope="function"'))
    is_known = not project.may_be("fastapi", "<0.121")
    return Fix((edit,), safe=is_known and not any(map(outlasts, asking)))


def outlasts(route: Route) -> bool:
    """Whether something that a route begins may go on when its handler has returned."""
    functions = [route.handler, *(dependency.function for dependency in route.dependencies)]
    known = [function for function in functions if function is not None]
    if route.handler is None or not route.dependencies.complete or route.handler.is_generator:
        return True
    if any("BackgroundTask" in p.annotation.text for f in known for p in f.parameters if p.annotation):
        return True
    calls = (found.call for function in known for found in reached_calls(function))
    return any(call.method in LASTING or call.keyword("background") is not None for call in calls)


def may_end_early(dependency: Dependency, route: Route) -> bool:
    """Whether a dependency may end before the others: nobody else in the tree shares what it gives, and none
    that ends after the response was given it.
    """
    for other in route.dependencies:
        if other.function is dependency.function and other.node is not dependency.node:
            return False
        inner = any(d.node is dependency.node for d in other.walk() if d is not other)
        if inner and other.is_generator and other.scope != "function":
            return False
    return True
