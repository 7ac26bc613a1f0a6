"""Rows loaded to be counted

`len(result.all())` brings every row over the network and makes an object of
each, to throw them away. The database counts without sending them.

## Bad

```python title="app/orders.py"
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session


async def count(session: AsyncSession) -> int:
    result = await session.execute(text("select id from orders"))
    return len(result.scalars().all())  # finding


def count_all(session: Session) -> int:
    return len(session.query(object).all())  # finding


def count_some(session: Session) -> tuple[int, int]:
    orders = session.query(object).all()
    return len(orders), len([order for order in orders if order])  # finding
```

## Good: the database counts, or the rows are needed

```python title="app/orders.py"
from sqlalchemy import column, delete, func, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession


async def count(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(text("orders"))) or 0


async def forget(session: AsyncSession) -> int:
    gone = await session.execute(delete(table("orders", column("id"))).returning(column("id")))
    return len(gone.all())


async def read(session: AsyncSession) -> tuple[int, list[object]]:
    rows = list((await session.scalars(text("select id from orders"))).all())
    return len(rows), rows


async def is_read(session: AsyncSession) -> bool:
    rows = (await session.scalars(text("select id from orders"))).all()

    def first() -> object:
        return rows[0]

    print(len(rows), first())
    return len(rows) > 1


async def forget_all(session: AsyncSession) -> int:
    gone = (await session.execute(text("DELETE FROM orders RETURNING id"))).all()
    return len(gone)


async def is_only_one(session: AsyncSession) -> bool:
    rows = (await session.execute(select(column("id")).select_from(text("orders")).limit(2))).all()
    return len(rows) == 1
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, n, rule

LOADS = {"all", "fetchall"}
RESULTS = ("sqlalchemy.Result", "sqlalchemy.ScalarResult", "sqlalchemy.orm.Query", "sqlalchemy.Row")


@rule(category="database", severity="warning", needs="sqlalchemy", calls=("builtins.len",))
def count_by_loading(call: Call) -> Iterator[Finding]:
    function = call.caller
    if isinstance(function, Function) and len(call.args) == 1 and loading(function, call.args[0]) is not None:
        yield Finding(
            at=call.span,
            message="every row is loaded to be counted",
            label="only the number is used",
            help="let the database count: `select(func.count())…`",
        )


def loading(function: Function, value: n.Expr) -> Call | None:
    """The call that loads all rows, if the expression is one."""
    if isinstance(value, n.Await):
        value = value.value
    if isinstance(value, n.Name):
        value = only_counted(function, value.id) or value
    if not isinstance(value, n.Call):
        return None
    call = function.call(value)
    if call.method not in LOADS or call.receiver is None:
        return None
    kind = function.type_of(call.receiver)
    if any(word in function.node.text.lower() for word in ("returning", ".limit(")):
        return None  # what a statement has changed cannot be counted before, and a few rows are soon loaded
    known = kind is not None and kind.name in RESULTS
    return call if known or ".query(" in call.receiver.text else None


def only_counted(function: Function, name: str) -> n.Expr | None:
    """What a name stands for, if nothing else is asked of it than how many there are."""
    match function.bindings.get(name, ()):
        case (binding,) if isinstance(binding.node, n.Assign) and binding.node.op is None:
            kept = binding.node
        case _:
            return None
    value = kept.value.value if isinstance(kept.value, n.Await) else kept.value
    if not isinstance(value, n.Call) or getattr(value.func, "attr", "") not in LOADS:
        return None
    names = (x for x in function.node.walk() if isinstance(x, n.Name) and x.id == name)
    uses = [use for use in names if not kept.start <= use.start < kept.end]
    if not isinstance(kept.targets[0], n.Name) or not all(is_counted(use) for use in uses):
        return None
    return value


def is_counted(use: n.Expr) -> bool:
    """Whether it is in `len(…)`, itself or as what the list in there goes through."""
    match use.parent:
        case n.Call(func=n.Name(id="len"), args=(first,)):
            return first is use
        case n.Clause(iterable=iterable, parent=n.Comprehension(clauses=(_,)) as listed):
            return iterable is use and is_counted(listed)
        case _:
            return False
