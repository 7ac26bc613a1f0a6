"""The caller is asked about one id, and another one is taken unasked

Who may work in a shop names one of its own in the path, and beside it the id
of an order of another shop: the permission is there, and the order is taken
by its id alone. Put both ids into the query, or compare and answer 404.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Shop(Base):
    __tablename__ = "shops"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))


def current_user(token: Annotated[object, Depends(HTTPBearer())]) -> int: ...
def session() -> Session: ...


def check_owner(shop_id: int, user: int, db: Session) -> Shop:
    shop = db.get(Shop, shop_id)
    if shop is None or shop.owner_id != user:
        raise HTTPException(404)
    return shop


@app.delete("/shops/{shop_id}/orders/{order_id}")
def delete_order(
    shop_id: int,
    order_id: int,
    user: Annotated[int, Depends(current_user)],
    db: Annotated[Session, Depends(session)],
) -> None:
    check_owner(shop_id, user, db)
    order = db.get(Order, order_id)  # finding
    db.delete(order)


@app.get("/shops/{id}/orders/{order_id}")
def read_order(
    id: int,
    order_id: int,
    user: Annotated[int, Depends(current_user)],
    db: Annotated[Session, Depends(session)],
) -> int:
    check_owner(shop_id=id, user=user, db=db)
    order = db.scalars(select(Order).where(Order.id == order_id)).one()  # finding
    return order.id
```

## Good: both are in the query, or compared, or asked about

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Shop(Base):
    __tablename__ = "shops"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))


def current_user(token: Annotated[object, Depends(HTTPBearer())]) -> int: ...
def session() -> Session: ...


def check_owner(shop_id: int, user: int, db: Session) -> Shop:
    shop = db.get(Shop, shop_id)
    if shop is None or shop.owner_id != user:
        raise HTTPException(404)
    return shop


@app.delete("/shops/{shop_id}/orders/{order_id}")
def delete_order(
    shop_id: int,
    order_id: int,
    user: Annotated[int, Depends(current_user)],
    db: Annotated[Session, Depends(session)],
) -> None:
    check_owner(shop_id, user, db)
    order = db.get(Order, order_id)
    if order is None or order.shop_id != shop_id:
        raise HTTPException(404)
    db.delete(order)


@app.get("/shops/{shop_id}/orders/{order_id}")
def read_order(
    shop_id: int,
    order_id: int,
    user: Annotated[int, Depends(current_user)],
    db: Annotated[Session, Depends(session)],
) -> int:
    check_owner(shop_id, user, db)
    query = select(Order).where(Order.id == order_id, Order.shop_id == shop_id)
    return db.scalars(query).one().id


@app.put("/orders/{order_id}")
def move(
    order_id: int,
    shop_id: int,
    user: Annotated[int, Depends(current_user)],
    db: Annotated[Session, Depends(session)],
) -> None:
    order = db.get(Order, order_id)
    check_owner(shop_id, user, db)
    if order is not None:
        check_owner(order.shop_id, user, db)
        order.shop_id = shop_id
```
"""

from plumbrule.rulekit import Finding, Iterator, Route, Step, called, is_for_some, rule, taken_unasked


@rule(category="security", severity="warning", confidence="medium")
def unrelated_id(route: Route) -> Iterator[Finding]:
    if route.handler is None or is_for_some(route):
        return
    for place, check, item, other in taken_unasked(route.handler):
        yield Finding(
            at=place.span,
            message=f"`{item}` may belong to another `{other}`",
            label=f"`{called(check.node.func)}` asks about `{other}`, and the row is taken by its id alone",
            help=f"put `{other}` into the query, or compare it and answer 404",
            chain=(Step(route.label, route.span),),
        )
