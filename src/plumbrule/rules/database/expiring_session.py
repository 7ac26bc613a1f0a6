"""Objects that expire at each commit under an async session

After `commit()` every attribute of every object is expired and the next look
at one loads it again. An `AsyncSession` cannot do that behind a plain
attribute: reading `order.id` after the commit raises `MissingGreenlet`.

The fix is unsafe: a session that lives on after its commits, as that of a
worker, then gives the values of before until it is told to `refresh`.

## Bad

```python title="app/db.py"
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine("sqlite+aiosqlite://")
sessions = async_sessionmaker(engine)  # finding
```

## Fixed

```python title="app/db.py"
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine("sqlite+aiosqlite://")
sessions = async_sessionmaker(engine, expire_on_commit=False)
```

## Bad: the old way to make one

```python title="app/db.py"
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import sessionmaker

sessions = sessionmaker(create_async_engine("sqlite+aiosqlite://"), class_=AsyncSession)  # finding
```

## Bad: what is read after a commit is said

```python title="app/orders.py"
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

sessions = async_sessionmaker()  # finding


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]


async def pay(session: AsyncSession, order_id: int) -> str | None:
    query = update(Order).where(Order.id == order_id).values(state="paid").returning(Order)
    order = await session.scalar(query)
    await session.commit()
    return order.state if order else None
```

## Good: they stay as they are; or the options are somewhere else

```python title="app/db.py"
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import sessionmaker

options = {"expire_on_commit": False}
engine = create_async_engine("sqlite+aiosqlite://")
sessions = async_sessionmaker(engine, expire_on_commit=False)
others = async_sessionmaker(engine, **options)
plain = sessionmaker(create_engine("sqlite://"))
later = async_sessionmaker()
later.configure(bind=engine, expire_on_commit=False)
```
"""

from itertools import islice

from plumbrule.rulekit import (
    Call,
    Edit,
    Finding,
    Fix,
    Function,
    Iterator,
    Project,
    Step,
    Table,
    n,
    query_of,
    read_in,
    rule,
)

MAKER, SYNC_MAKER = "sqlalchemy.ext.asyncio.async_sessionmaker", "sqlalchemy.orm.sessionmaker"
ASYNC = "sqlalchemy.ext.asyncio.AsyncSession"


@rule(category="database", severity="warning", needs="sqlalchemy", calls=(MAKER, SYNC_MAKER))
def expiring_session(call: Call) -> Iterator[Finding]:
    configured = any(other.method == "configure" for other in call.module.calls)
    if is_async_maker(call) and expires(call) and not configured:
        yield Finding(
            at=call.func_span,
            message="reading an attribute after `commit()` raises `MissingGreenlet`",
            label="objects expire at each commit",
            help="add `expire_on_commit=False`",
            chain=tuple(
                Step("it is read after the commit", read.span) for read in late_reads(call.module.project)
            ),
            fix=kept(call),
        )


def is_async_maker(call: Call) -> bool:
    """Whether a call makes a factory of async sessions."""
    if call.name == MAKER:
        return True
    made = call.keyword("class_")
    kind = call.scope.type_of(made) if made is not None else None
    return kind is not None and kind.name == "type" and kind.args[0].name == ASYNC


def expires(call: Call) -> bool:
    """Whether nothing says that objects stay as they are."""
    given = call.keyword("expire_on_commit")
    return not call.is_splatted and (given is None or (isinstance(given, n.Constant) and given.value is True))


def late_reads(project: Project) -> Iterator[n.Expr]:
    """The first places that read a loaded object after a commit, if every session forgets what it loaded."""
    makers = [call for call in project.calls_to(MAKER, SYNC_MAKER) if is_async_maker(call)]
    for commit in project.calls_to(f"{ASYNC}.commit") if all(map(expires, makers)) else ():
        if isinstance(commit.scope, Function) and commit.is_awaited:
            yield from islice(reads_after(commit, commit.scope), 1)


def reads_after(commit: Call, function: Function) -> Iterator[n.Expr]:
    """What surely comes after a commit and reads an object that was loaded before it."""
    block = next(islice(commit.node.parents, 2, 3), None)
    refreshed = {arg.text for call in function.calls if call.method == "refresh" for arg in call.args}
    for name in function.find(n.Name) if isinstance(block, (n.With, n.FunctionDef)) else ():
        if name.start < commit.span.end or name.id in refreshed or block not in set(name.parents):
            continue
        query = query_of(function, name)
        before = query is not None and query.node.end < commit.span.start
        if query and before and is_read(name, query.table, function):
            yield name


def is_read(name: n.Name, table: Table, function: Function) -> bool:
    """Whether an object is asked for a column here, or in the function that it is given to."""
    match name.parent:
        case n.Attribute(attr=attr, parent=parent):
            return attr in table.columns and not (
                isinstance(parent, n.Assign) and name.parent in parent.targets
            )
        case n.Call(func=n.Attribute(attr="model_validate" | "from_orm")):
            return True
        case n.Call() as taking:
            taken = function.call(taking).parameter_for(name)
            read = read_in(taken.function) if taken is not None else ()
            return any(taken and x.id == taken.name and attr in table.columns for _, x, attr in read)
        case _:
            return False


def kept(call: Call) -> Fix | None:
    """Add the option behind the last argument."""
    if call.keyword("expire_on_commit") is not None:
        return None
    return Fix((Edit(*call.added("expire_on_commit=False")),), safe=False)
