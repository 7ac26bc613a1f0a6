"""A flush or commit for each row

Each one is a round trip, and each commit waits for the disk: 2000 rows took
964 ms this way, 189 ms with one flush, 31 ms with one `insert()`. A loop of
commits that stops half-way also leaves half of the rows.

## Bad

```python title="app/imports.py"
from sqlalchemy.ext.asyncio import AsyncSession


async def store(session: AsyncSession, orders: list[object]) -> None:
    for order in orders:
        session.add(order)
        await session.commit()  # finding
```

## Good: once, or once for each portion

```python title="app/imports.py"
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

sessions = async_sessionmaker()


async def store(session: AsyncSession, orders: list[object]) -> None:
    for order in orders:
        session.add(order)
    await session.commit()


async def store_all(session: AsyncSession, orders: list[object]) -> None:
    for index, order in enumerate(orders):
        session.add(order)
        if index % 100 == 0:
            await session.flush()


async def store_each(orders: list[object]) -> None:
    for order in orders:
        async with sessions() as session:
            session.add(order)
            await session.commit()


async def store_trees(session: AsyncSession, trees: list[list[object]]) -> None:
    for tree in trees:
        session.add(tree[0])
        await session.flush()
        for leaf in tree:
            session.add(leaf)


async def wait(session: AsyncSession) -> None:
    while True:
        await session.commit()
```

## When to ignore it

Each row must stand for itself: a failed one must not undo the others.
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, n, rule

BESIDE = {"migrations", "versions", "alembic", "scripts", "cli"}
FLUSHES = {
    f"{owner}.{verb}"
    for owner in ("sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession")
    for verb in ("flush", "commit")
}


@rule(category="database", severity="warning", needs="sqlalchemy", calls=FLUSHES)
def flush_in_loop(call: Call) -> Iterator[Finding]:
    if not isinstance(call.caller, Function) or BESIDE & set(call.module.path.split("/")):
        return
    if is_for_each(call) and not needs_key(call):
        yield Finding(
            at=call.func_span,
            message=f"`{call.node.func.text}` runs once for each row",
            label="a round trip a row",
            help="move it below the loop, or insert all rows with one `insert()`",
        )


def is_for_each(call: Call) -> bool:
    """Whether nothing but the loop decides how often a call runs, and the session outlives the loop."""
    for parent in call.node.parents:
        match parent:
            case n.For():
                return not is_retry(parent)
            case n.If() | n.While() | n.With() | n.Try() | n.Handler() | n.FunctionDef():
                return False
    return False


def needs_key(call: Call) -> bool:
    """Whether a flush fetches the key of a row for another one that is added below."""
    loop = call.within(n.For)
    below = (c for c in call.scope.calls if c.within(n.For) is not None and c.node.start > call.node.end)
    return (
        call.method == "flush"
        and loop is not None
        and any(c.method in ("add", "add_all") and c.node.start < loop.end for c in below)
    )


def is_retry(loop: n.For) -> bool:
    """Whether a loop counts attempts or portions, not rows."""
    words = f"{loop.target.text} {loop.iterable.text}".lower()
    ends = any(isinstance(node, (n.Return, n.Simple)) for statement in loop.body for node in statement.walk())
    return ends or any(word in words for word in ("attempt", "retr", "batch", "chunk", "range(", "step"))
