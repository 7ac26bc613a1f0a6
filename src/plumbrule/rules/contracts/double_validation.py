"""Rows that are validated by hand and then again

FastAPI validates and filters what a route returns. A list that is built with `model_validate`
row by row is validated there, taken apart and validated a second time: 565 µs for 100 rows,
against 381 µs for the rows themselves, whose attributes FastAPI reads.

## Bad

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

app = FastAPI()


class Order:
    id = 1


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int


def orders() -> list[Order]:
    return [Order()]


@app.get("/orders", response_model=list[OrderOut])
def read_orders():
    return [OrderOut.model_validate(order) for order in orders()]  # finding
```

## Fixed

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

app = FastAPI()


class Order:
    id = 1


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int


def orders() -> list[Order]:
    return [Order()]


@app.get("/orders", response_model=list[OrderOut])
def read_orders():
    return list(orders())
```

## Good: rows that are chosen or changed, one object, no schema of a list

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

app = FastAPI()


class Order:
    id = 1
    is_open = True


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int


class Page(BaseModel):
    rows: list[OrderOut]


def orders() -> list[Order]:
    return [Order()]


@app.get("/orders", response_model=list[OrderOut])
def read_orders():
    return [OrderOut.model_validate(order) for order in orders() if order.is_open]


@app.get("/order")
def read_order() -> OrderOut:
    return OrderOut.model_validate(Order())


@app.get("/pages")
def read_page() -> Page:
    return Page(rows=[OrderOut.model_validate(order) for order in orders()])
```
"""

from plumbrule.rulekit import Edit, Finding, Fix, Function, Iterator, Route, n, rule

VALIDATING = {"model_validate", "from_orm"}


@rule(category="contracts", severity="note", needs="pydantic>=2")
def double_validation(route: Route) -> Iterator[Finding]:
    handler = route.handler
    model = listed(route.option("response_model"), handler) if handler is not None else None
    if handler is None or model is None:
        return
    for node in handler.find(n.Return):
        made = validated(node.value)
        if made is None or handler.name_of(made[0]) != model:
            continue
        schema, rows = made
        yield Finding(
            at=(node.value or node).span,
            message=f"{route.label} validates every row twice",
            label=f"FastAPI makes `{schema.text}` of the rows by itself",
            help="return the rows",
            fix=given_back(node, rows, handler),
        )


def given_back(node: n.Return, rows: n.Expr, handler: Function) -> Fix | None:
    """Return the rows, where no annotation says that it is schemas, and what they were read with is open."""
    if node.value is None or handler.node.returns is not None:
        return None
    if any(isinstance(parent, n.With) for parent in node.parents):
        return None
    return Fix((Edit(node.value.span, f"list({rows.text})"),), safe=False)


def validated(value: n.Expr | None) -> tuple[n.Expr, n.Expr] | None:
    """The schema and the rows of `[Schema.model_validate(row) for row in rows]`, all rows as they are."""
    match value:
        case n.Comprehension(kind="list", element=n.Call() as call, clauses=(clause,)):
            is_plain = not (clause.conditions or clause.is_async or call.keywords)
            func, row = call.func, call.argument(0, "obj")
            if is_plain and isinstance(func, n.Attribute) and func.attr in VALIDATING:
                same = row is not None and isinstance(clause.target, n.Name) and row.text == clause.target.id
                return (func.value, clause.iterable) if same else None
    return None


def listed(model: n.Expr | None, handler: Function) -> str | None:
    """The full name of the schema that `response_model=list[…]` names."""
    match model:
        case n.Subscript(value=n.Name(id="list" | "List"), items=(item,)):
            return handler.inference.outside.name_of(item)
        case _:
            return None
