"""More connections than the database server takes

Each worker process has a pool of its own: `pool_size` and `max_overflow`, times the workers of
one container, must stay below `max_connections`, which is 100 on a PostgreSQL that nobody has
configured. Under load the last worker's requests end with "too many clients already".

## Bad

```python title="app/db.py"
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("postgresql+asyncpg://db/shop", pool_size=20, max_overflow=10)  # finding
```

```dockerfile title="Dockerfile"
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--workers", "4", "--timeout-graceful-shutdown", "20"]
```

## Good: what all workers may open fits

```python title="app/db.py"
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("postgresql+asyncpg://db/shop", pool_size=10, max_overflow=5)
```

```dockerfile title="Dockerfile"
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--workers", "4", "--timeout-graceful-shutdown", "20"]
```

## Good: the server is configured for it

```python title="app/db.py"
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("postgresql+asyncpg://db/shop", pool_size=20, max_overflow=10)
```

```dockerfile title="Dockerfile"
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--workers", "4", "--timeout-graceful-shutdown", "20"]
```

```yaml title="compose.yaml"
services:
  db:
    image: postgres:17
    command: postgres -c max_connections=300
```
"""

import re

from plumbrule.rulekit import Call, Finding, Iterator, Module, Project, n, rule

ENGINES = ("sqlalchemy.create_engine", "sqlmodel.create_engine", "sqlalchemy.ext.asyncio.create_async_engine")
SERVERS = ("*Dockerfile*", "Procfile", "*compose*.y*ml", "*.sh")
WORKERS = re.compile(
    r"""(?m)^(?!\s*\#).*?(?:\b(?:uvicorn|gunicorn|granian|hypercorn|fastapi)\b(?:.*\\\n)*.*?"""
    r"""(?:--workers|-w)["',=\s]+|\bWEB_CONCURRENCY\s*[=:]\s*["']?)(\d+)"""
)
CONFIGURING = ("*compose*.y*ml", "*Dockerfile*", "postgresql*.conf", "*.sh", "*.y*ml")
LIMIT = re.compile(r"max_connections\D{0,3}(\d+)")
DEFAULT_LIMIT, DEFAULT_SIZE, DEFAULT_OVERFLOW = 100, 5, 10


@rule(category="database", severity="warning", needs="sqlalchemy", calls=ENGINES)
def oversized_pool(call: Call) -> Iterator[Finding]:
    each = opened_by(call)
    if each is None:
        return
    workers = workers_of(call.module)
    limit = limit_of(call.module.project) if workers > 1 else 0
    opened, fitting = each * workers, limit * 4 // 5 // workers
    if workers > 1 and opened > limit:
        yield Finding(
            at=call.func_span,
            message=f"{workers} workers may open {opened} connections, and the server takes {limit}",
            label=f"{each} for each worker",
            help=f"keep `pool_size` and `max_overflow` together at {fitting} or less",
        )


def opened_by(call: Call) -> int | None:
    """How many connections an engine to a server may open, where it is written down in numbers."""
    if call.is_splatted or "sqlite" in call.node.text:
        return None
    size, overflow = call.keyword("pool_size"), call.keyword("max_overflow")
    if (size is None and overflow is None) or call.keyword("poolclass") is not None:
        return None
    match (size or DEFAULT_SIZE, overflow or DEFAULT_OVERFLOW):
        case (int(first) | n.Constant(value=int(first)), int(second) | n.Constant(value=int(second))):
            return first + second if first > 0 and second >= 0 else None
        case _:
            return None


def workers_of(module: Module) -> int:
    """The most worker processes that a start command asks for, in the folders around a module."""
    files = (item for pattern in SERVERS for item in module.project.texts(pattern).items())
    around = (text for path, text in files if module.path.startswith(path.rpartition("/")[0]))
    return max((int(found) for text in around for found in WORKERS.findall(text)), default=1)


def limit_of(project: Project) -> int:
    """The connections that the database server takes."""
    texts = (text for pattern in CONFIGURING for text in project.texts(pattern).values())
    return max((int(found) for text in texts for found in LIMIT.findall(text)), default=DEFAULT_LIMIT)
