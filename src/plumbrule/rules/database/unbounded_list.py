"""A page whose size the client chooses without end

`limit: int = 50` is a default, no bound: `?limit=100000000` loads the whole table into
memory, once for each caller who tries it.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Query
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)


def get_session():
    with Session() as session:
        yield session


@app.get("/orders")
def list_orders(
    session: Annotated[Session, Depends(get_session)],
    limit: int = 50,  # finding
) -> list[int]:
    return [order.id for order in session.scalars(select(Order).limit(limit))]


@app.get("/late-orders")
def list_late(
    session: Annotated[Session, Depends(get_session)],
    page_size: Annotated[int, Query(ge=1)] = 50,  # finding
) -> list[int]:
    return find(session, page_size)


def find(session: Session, size: int) -> list[int]:
    return [order.id for order in session.scalars(select(Order).limit(size))]
```

## Good: bounded by the schema, in the code, or not the size of a page

```python title="main.py"
from enum import IntEnum
from typing import Annotated

from fastapi import Depends, FastAPI, Query
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()
Limit = Annotated[int, Query(ge=1, le=100)]


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)


class Size(IntEnum):
    SMALL = 10
    LARGE = 100


def get_session():
    with Session() as session:
        yield session


@app.get("/orders")
def list_orders(session: Annotated[Session, Depends(get_session)], limit: Limit = 50) -> list[int]:
    return [order.id for order in session.scalars(select(Order).limit(limit))]


@app.get("/some-orders")
def list_some(session: Annotated[Session, Depends(get_session)], limit: int = 50) -> list[int]:
    return [order.id for order in session.scalars(select(Order).limit(min(limit, 100)))]


@app.get("/sized-orders")
def list_sized(session: Annotated[Session, Depends(get_session)], size: Size = Size.SMALL) -> list[int]:
    return [order.id for order in session.scalars(select(Order).limit(size))]


@app.get("/shipping")
def list_shipping(session: Annotated[Session, Depends(get_session)], limit: int = 50) -> list[int]:
    return [order.id for order in session.scalars(select(Order).where(Order.id < limit))]
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, Parameter, Route, Step, n, rule

SIZES = {"limit", "page_size", "per_page", "size", "take", "count", "first", "pagesize", "items_per_page"}
BOUNDS = ("le", "lt", "multiple_of")
DEEPEST = 3


@rule(category="database", severity="warning", needs="sqlalchemy")
def unbounded_list(route: Route) -> Iterator[Finding]:
    if route.handler is None or "GET" not in route.methods:
        return
    for parameter in route.handler.parameters:
        if parameter.name.lower() not in SIZES or not is_free(parameter):
            continue
        use = limit_by(route.handler, parameter.name, DEEPEST)
        if use is not None:
            yield Finding(
                at=parameter.span,
                message=f"{route.label} answers with as many rows as the client asks for",
                label="no upper bound",
                help=f"write `{parameter.name}: Annotated[int, Query(ge=1, le=100)]`",
                chain=(Step(route.label, route.span), Step("the query is limited by it", use.span)),
            )


def is_free(parameter: Parameter) -> bool:
    """Whether a parameter is any number that the client likes."""
    if parameter.type is None or parameter.type.name != "builtins.int" or "Literal" in annotation(parameter):
        return False
    keywords = {k.name for call in parameter.metadata for k in call.keywords}
    aside = parameter.marker("Depends", "Path", "Body", "Header")
    return aside is None and not keywords & set(BOUNDS) and "conint" not in annotation(parameter)


def annotation(parameter: Parameter) -> str:
    return parameter.annotation.text if parameter.annotation is not None else ""


def limit_by(function: Function, name: str, depth: int) -> Call | None:
    """Where a query is limited by a parameter just as it came, here or in a function that gets it."""
    if depth == 0 or is_checked(function, name):
        return None
    for call in function.calls:
        given = [v for v in (*call.args, *(k.value for k in call.keywords)) if is_name(v, name)]
        if not given:
            continue
        if call.method == "limit" and (not call.name or call.name.startswith(("sqlalchemy", "sqlmodel"))):
            return call
        inner = passed_as(call, name)
        found = limit_by(call.function, inner, depth - 1) if call.function is not None and inner else None
        if found is not None:
            return found
    return None


def is_checked(function: Function, name: str) -> bool:
    """Whether a function compares the number, or gives the name another value."""
    if any(is_name(part, name) for node in function.find(n.Compare) for part in node.operands):
        return True
    return any(not isinstance(binding.node, n.Parameter) for binding in function.bindings.get(name, ()))


def is_name(node: n.Node, name: str) -> bool:
    return isinstance(node, n.Name) and node.id == name


def passed_as(call: Call, name: str) -> str | None:
    """The parameter of the called function that the name becomes."""
    if call.function is None:
        return None
    for keyword in call.keywords:
        if is_name(keyword.value, name):
            return keyword.name
    names = [p.name for p in call.function.parameters]
    names = names[1:] if call.function.cls is not None and not call.function.is_static else names
    place = next((i for i, value in enumerate(call.args) if is_name(value, name)), len(names))
    return names[place] if place < len(names) else None
