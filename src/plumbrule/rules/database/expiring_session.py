"""Objects that expire at each commit under an async session

After `commit()` every attribute of every object is expired and the next look
at one loads it again. An `AsyncSession` cannot do that behind a plain
attribute: reading `order.id` after the commit raises `MissingGreenlet`.

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

from plumbrule.rulekit import Call, Edit, Finding, Fix, Iterator, n, rule

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


def kept(call: Call) -> Fix | None:
    """Add the option behind the last argument."""
    if call.keyword("expire_on_commit") is not None:
        return None
    last = max((node.end for node in (*call.args, *call.keywords)), default=call.span.end - 1)
    comma = ", " if call.args or call.keywords else ""
    return Fix((Edit(call.module.source.span(last, last), f"{comma}expire_on_commit=False"),))
