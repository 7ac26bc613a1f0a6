"""Prepared statements that PgBouncer mixes up

In transaction mode PgBouncer gives each transaction another connection of the
server. asyncpg prepares every statement on one connection and asks for it on
another: of 60 requests one succeeded. Without the caches all 60 did.

## Bad

```python title="app/db.py"
from sqlalchemy.ext.asyncio import create_async_engine

url = "postgresql+asyncpg://shop@db:6432/shop"
engine = create_async_engine(url)  # finding
```

## Fixed

```python title="app/db.py"
from sqlalchemy.ext.asyncio import create_async_engine

url = "postgresql+asyncpg://shop@db:6432/shop"
engine = create_async_engine(url, connect_args={"statement_cache_size": 0})
```

## Good: no cache, another driver, or the server itself

```python title="app/db.py"
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(
    "postgresql+asyncpg://shop@pgbouncer:6432/shop?prepared_statement_cache_size=0",
)
other = create_async_engine("postgresql+psycopg://shop@pgbouncer:6432/shop")
direct = create_async_engine("postgresql+asyncpg://shop@db:5432/shop")
```
"""

from plumbrule.rulekit import Call, Edit, Finding, Fix, Iterator, n, rule

ENGINES = ("sqlalchemy.ext.asyncio.create_async_engine", "asyncpg.create_pool", "asyncpg.connect")
POOLERS = (":6432", "pgbouncer", "pooler.")


@rule(category="database", severity="error", calls=ENGINES)
def prepared_statements_behind_pgbouncer(call: Call) -> Iterator[Finding]:
    if speaks_to_pooler(call) and "cache_size" not in call.node.text:
        yield Finding(
            at=call.func_span,
            message="PgBouncer gives the prepared statements of asyncpg to other connections",
            label="most requests fail in transaction mode",
            help='add `connect_args={"statement_cache_size": 0}`',
            fix=uncached(call),
        )


def speaks_to_pooler(call: Call) -> bool:
    """Whether the URL of an engine is literal, of asyncpg, and names a pooler."""
    url = call.argument(0, "url" if "engine" in call.name else "dsn")
    if isinstance(url, n.Name):
        found = [b.node for b in call.scope.bindings.get(url.id, ())]
        url = found[0].value if len(found) == 1 and isinstance(found[0], n.Assign) else None
    if not isinstance(url, (n.Constant, n.FString)):
        return False
    text = url.text.lower()
    driver = "+asyncpg" in text or call.name.startswith("asyncpg.")
    return driver and any(word in text for word in POOLERS) and "cache_size" not in text


def uncached(call: Call) -> Fix | None:
    """Turn the cache off."""
    if call.keyword("connect_args") is not None or call.is_splatted or "engine" not in call.name:
        return None
    return Fix((Edit(*call.added('connect_args={"statement_cache_size": 0}')),))
