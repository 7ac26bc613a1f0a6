"""A dependency that looks for the resource before it is known who asks

FastAPI resolves dependencies in the order of the signature. If the order is loaded
first, a stranger gets 404 for what does not exist and 401 for what does, and every
one of these requests costs a query.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)


def get_session():
    with Session() as session:
        yield session


def valid_order(order_id: int, session: Annotated[Session, Depends(get_session)]) -> Order:
    order = session.get(Order, order_id)
    if order is None:
        raise HTTPException(404)
    return order


@app.get("/orders/{order_id}")
def read_order(
    order: Annotated[Order, Depends(valid_order)],  # finding
    user: Annotated[object, Depends(HTTPBearer())],
) -> int:
    return order.id
```

## Good: the user first

```python title="main.py"
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()
router = APIRouter(dependencies=[Depends(HTTPBearer())])


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)


def get_session():
    with Session() as session:
        yield session


def valid_order(order_id: int, session: Annotated[Session, Depends(get_session)]) -> Order:
    order = session.get(Order, order_id)
    if order is None:
        raise HTTPException(404)
    return order


@router.get("/orders/{order_id}")
def read_order(order: Annotated[Order, Depends(valid_order)]) -> int:
    return order.id


@app.get("/orders/{order_id}/lines")
def read_lines(
    user: Annotated[object, Depends(HTTPBearer())], order: Annotated[Order, Depends(valid_order)]
) -> int:
    return order.id


app.include_router(router)
```

## Good: the resource is what the caller is known by

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Shop(Base):
    __tablename__ = "shops"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]


def get_session():
    with Session() as session:
        yield session


def get_shop(shop_id: int, session: Annotated[Session, Depends(get_session)]) -> Shop:
    shop = session.get(Shop, shop_id)
    if shop is None:
        raise HTTPException(404)
    return shop


def signed(shop: Annotated[Shop, Depends(get_shop)], key: Annotated[str, Header()]) -> Shop:
    if shop.key != key:
        raise HTTPException(401)
    return shop


@app.post("/shops/{shop_id}/orders")
def order(shop: Annotated[Shop, Depends(signed)]) -> int:
    return shop.id
```
"""

from plumbrule.rulekit import Dependency, Finding, Function, Iterator, Route, Step, n, reached_calls, rule

QUERIES = ("sqlalchemy.orm.Session.", "sqlalchemy.ext.asyncio.AsyncSession.")
ABSENT = (404, "HTTP_404_NOT_FOUND", "NOT_FOUND")


@rule(category="security", severity="warning")
def resource_before_authentication(route: Route) -> Iterator[Finding]:
    if not route.path_parameters or not route.dependencies.complete:
        return
    guards = [guard for guard in route.authentication if isinstance(guard, Dependency)]
    if not guards:
        return
    passed: list[Dependency] = []
    for branch in route.dependencies.tree:
        if any(inner in guards for inner in branch.walk()):
            break
        passed.append(branch)
    else:
        return
    first = guards[0]
    for dependency in passed:
        function = dependency.function
        if function is not None and set(route.path_parameters) & dependency.reads and looks(function):
            yield Finding(
                at=dependency.span,
                message=f"{route.label} tells strangers what exists: `{function.name}` runs before the guard",
                label="404 before 401",
                help=f"put `{first.name.rpartition('.')[2]}` before it",
                chain=(Step(route.label, route.span), Step("the guard comes later", first.span)),
            )


def looks(function: Function) -> bool:
    """Whether a function asks the database and answers 404."""
    calls = [reached.call for reached in reached_calls(function, depth=2)]
    inside = {function, *(call.function for call in calls if call.function is not None)}
    return any(call.name.startswith(QUERIES) for call in calls) and any(is_absent(one) for one in inside)


def is_absent(function: Function) -> bool:
    """Whether a function answers that there is no such thing."""
    for call in function.calls:
        for value in (*call.args, *(keyword.value for keyword in call.keywords)):
            match value:
                case n.Constant(value=status) | n.Attribute(attr=status) if status in ABSENT:
                    return True
    return False
