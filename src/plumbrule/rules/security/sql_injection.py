"""Request data that becomes part of the text of an SQL statement

The database cannot tell the value from the statement: whoever sends
`x'; DROP TABLE orders; --` writes the rest of it. A bound parameter is sent
apart from the text, so it stays a value whatever is in it. Names of tables
and columns cannot be bound: take them from a fixed list.

## Bad

```python title="main.py"
from fastapi import FastAPI
from sqlalchemy import create_engine, text

app = FastAPI()
engine = create_engine("sqlite://")


@app.get("/orders")
def find_orders(customer: str) -> list[str]:
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT title FROM orders WHERE customer = '{customer}'"))  # finding
        return [row.title for row in found]
```

## Bad: two functions away, through a schema

```python title="app/routes.py"
from fastapi import APIRouter
from pydantic import BaseModel

from app.reports import count

router = APIRouter()


class Query(BaseModel):
    table: str


@router.post("/counts")
def count_rows(query: Query) -> int:
    return count(query.table)
```

```python title="app/reports.py"
import sqlite3


def count(table: str) -> int:
    return run("SELECT count(*) FROM " + table)  # finding


def run(statement: str) -> int:
    with sqlite3.connect("orders.db") as connection:
        return connection.execute(statement).fetchone()[0]
```

## Bad: conditions are gathered in a list

```python title="main.py"
import sqlite3

from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
def find_orders(customer: str, city: str) -> list[str]:
    conditions = ["NOT deleted"]
    if customer:
        conditions.append(f"customer = '{customer}'")
    if city:
        conditions.append("city = :city")
    with sqlite3.connect("orders.db") as connection:
        statement = "SELECT title FROM orders WHERE " + " AND ".join(conditions)  # finding
        return [title for (title,) in connection.execute(statement, {"city": city})]
```

## Bad: a graph has a language too

```python title="main.py"
from fastapi import FastAPI
from neo4j import GraphDatabase

app = FastAPI()
driver = GraphDatabase.driver("neo4j://graph")


@app.get("/friends")
def find_friends(name: str, limit: int) -> list[str]:
    statement = f"MATCH (:Person {{name: '{name}'}})--(friend) RETURN friend.name LIMIT {limit}"  # finding
    with driver.session() as session:
        return [row["friend.name"] for row in session.run(statement)]
```

## Bad: the statement has a name of its own; a name that is in use is refused, any other passes

```python title="main.py"
import sqlite3

from fastapi import FastAPI, HTTPException

app = FastAPI()
GRANT = 'GRANT "{group}" TO "{name}"'


@app.post("/members")
def add_member(name: str, members: list[str]) -> None:
    if name == "root" or name in members:
        raise HTTPException(409)
    statement = 'CREATE USER "{name}"'
    with sqlite3.connect("orders.db") as connection:
        connection.execute(statement.format(name=name))  # finding
        connection.execute(GRANT.format(group="members", name=name))  # finding
```

## Good: bound

```python title="main.py"
from fastapi import FastAPI
from sqlalchemy import create_engine, text

app = FastAPI()
engine = create_engine("sqlite://")


@app.get("/orders")
def find_orders(customer: str) -> list[str]:
    with engine.connect() as connection:
        statement = text("SELECT title FROM orders WHERE customer = :customer")
        found = connection.execute(statement, {"customer": customer})
        return [row.title for row in found]
```

## Good: a number, an enum and a name from a list

```python title="main.py"
from enum import StrEnum

from fastapi import FastAPI, HTTPException
from sqlalchemy import create_engine, text

app = FastAPI()
engine = create_engine("sqlite://")
COLUMNS = {"title", "created_at"}


class Direction(StrEnum):
    UP = "asc"
    DOWN = "desc"


@app.get("/orders")
def find_orders(limit: int, sort: str, direction: Direction) -> list[str]:
    if sort not in COLUMNS:
        raise HTTPException(422)
    with engine.connect() as connection:
        statement = text(f"SELECT title FROM orders ORDER BY {sort} {direction} LIMIT {limit}")
        found = connection.execute(statement)
        return [row.title for row in found]
```

## Good: what is read twice was looked at the first time

```python title="main.py"
from fastapi import FastAPI, Request
from sqlalchemy import create_engine, text

app = FastAPI()
engine = create_engine("sqlite://")


@app.get("/orders")
def find_orders(request: Request) -> list[str]:
    direction, column = "asc", "title"
    if request.query_params.get("direction") in ["asc", "desc"]:
        direction = request.query_params.get("direction")
    if request.query_params["column"] in ("title", "created_at"):
        column = request.query_params["column"]
    with engine.connect() as connection:
        found = connection.execute(text("SELECT title FROM orders ORDER BY " + column + " " + direction))
        return [row.title for row in found]
```

## Good: a name that the database knows

```python title="main.py"
from fastapi import FastAPI, HTTPException
from sqlalchemy import create_engine, text

app = FastAPI()
engine = create_engine("sqlite://")
KNOWN = text("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = :name")


@app.get("/tables/{name}")
def count(name: str) -> int:
    with engine.connect() as connection:
        found = connection.execute(KNOWN, {"name": name})
        tables = [row.name for row in found.fetchall()]
        if not tables:
            raise HTTPException(404)
        return connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
```

## Good: the keys of what is handed on stand in the code, and the values are bound

```python title="main.py"
from fastapi import FastAPI
from sqlalchemy import create_engine, text

app = FastAPI()
engine = create_engine("sqlite://")


@app.get("/chunks")
def read_chunks(document: str) -> list[str]:
    return chunks_with({"document": document})


def chunks_with(filters: dict[str, str] | None = None) -> list[str]:
    return bodies(filters or {})


def bodies(filters: dict[str, str]) -> list[str]:
    query = "SELECT body FROM chunks WHERE 1 = 1"
    for key, _ in filters.items():
        query += f" AND json_extract(meta, '$.{key}') = :{key}"
    with engine.connect() as connection:
        return list(connection.execute(text(query), filters).scalars())
```

## References

Ruff's S608 sees the text of one statement; this rule follows the value from
the request through functions, schemas and files.
"""

from plumbrule.rulekit import Finding, Iterator, Route, rule, stations


@rule(category="security", severity="error")
def sql_injection(route: Route) -> Iterator[Finding]:
    for flow in route.flows:
        if flow.kind == "sql" and flow.origin.composed:
            yield Finding(
                at=flow.last.span,
                message="what the client sends becomes a part of an SQL statement",
                label=f"`{flow.origin.label}` of {flow.route.label} is in it",
                help="bind it as a parameter; a table or column name must come from a fixed list",
                chain=stations(flow),
            )
