"""An ORM session on an engine that commits every statement

With `isolation_level="AUTOCOMMIT"` there is no transaction: each flush is
final. When the second statement of a request fails, the first one stays, and
`rollback()` undoes nothing.

## Bad

```python title="app/db.py"
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine("sqlite+aiosqlite://", isolation_level="AUTOCOMMIT")  # finding
sessions = async_sessionmaker(engine)


async def get_session():
    async with sessions() as session:
        try:
            yield session
        except Exception:
            await session.rollback()
            raise
```

## Good: only for one query, or for work outside of sessions

```python title="app/db.py"
from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker

engine = create_engine("sqlite://")
sessions = sessionmaker(engine)
admin = create_engine("sqlite://", isolation_level="AUTOCOMMIT")
reading = engine.execution_options(isolation_level="AUTOCOMMIT")


def create_database() -> None:
    with admin.connect() as connection:
        connection.execute(text("create database shop"))
```
"""

from plumbrule.rulekit import Call, Finding, Iterator, Module, n, rule

ENGINES = ("sqlalchemy.create_engine", "sqlmodel.create_engine", "sqlalchemy.ext.asyncio.create_async_engine")
FACTORIES = ("sessionmaker", "async_sessionmaker", "Session", "AsyncSession")


@rule(category="database", severity="warning", needs="sqlalchemy", calls=ENGINES)
def autocommit_engine(call: Call) -> Iterator[Finding]:
    level, made = call.keyword("isolation_level"), call.node.parent
    if not isinstance(level, n.Constant) or level.value != "AUTOCOMMIT" or not isinstance(made, n.Assign):
        return
    if made.targets[0].text in bound_in(call.module):
        yield Finding(
            at=level.span,
            message="every flush is final: a request that fails half-way is not undone",
            label="no transaction",
            help="take `isolation_level` off the engine of the sessions and commit once a request",
        )


def bound_in(module: Module) -> set[str]:
    """The engines that the session factories in a module are bound to, as written."""
    factories = (call for call in module.project.calls_to(*FACTORIES) if call.module is module)
    return {bind.text for call in factories if (bind := call.argument(0, "bind")) is not None}
