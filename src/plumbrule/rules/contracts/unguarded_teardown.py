"""A dependency whose clean-up is skipped when the request fails

FastAPI throws the error of a route into the dependency at its `yield`. What
stands below it without `finally` or `with` does not run then: the connection
stays open, the lock stays held, the temporary file stays, once for every
failed request.

## Bad

```python
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


class Connection:
    def close(self) -> None: ...


def get_connection():
    connection = Connection()
    yield connection
    connection.close()  # finding


@app.get("/")
def index(connection: Annotated[Connection, Depends(get_connection)]) -> None: ...
```

## Fixed

```python
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


class Connection:
    def close(self) -> None: ...


def get_connection():
    connection = Connection()
    try:
        yield connection
    finally:
        connection.close()


@app.get("/")
def index(connection: Annotated[Connection, Depends(get_connection)]) -> None: ...
```

## Bad: behind what is done only when all went well

```python
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


class Connection:
    def commit(self, *words: str) -> None: ...

    def close(self) -> None: ...


def get_connection():
    connection = Connection()
    yield connection
    # all went well
    connection.commit(
        "done",
    )
    # back to the pool
    connection.close()  # finding


@app.get("/")
def index(connection: Annotated[Connection, Depends(get_connection)]) -> None: ...
```

## Fixed

```python
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


class Connection:
    def commit(self, *words: str) -> None: ...

    def close(self) -> None: ...


def get_connection():
    connection = Connection()
    try:
        yield connection
        # all went well
        connection.commit(
            "done",
        )
    finally:
        # back to the pool
        connection.close()


@app.get("/")
def index(connection: Annotated[Connection, Depends(get_connection)]) -> None: ...
```

## Good: finally, or a context manager

```python
from contextlib import closing
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


class Connection:
    def close(self) -> None: ...


def get_connection():
    connection = Connection()
    try:
        yield connection
    finally:
        connection.close()


def get_other():
    with closing(Connection()) as connection:
        yield connection


@app.get("/")
def index(
    one: Annotated[Connection, Depends(get_connection)], two: Annotated[Connection, Depends(get_other)]
) -> None: ...
```

## Good: only a success is worth the call

```python
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session, sessionmaker

app = FastAPI()
sessions = sessionmaker()


def get_session():
    with sessions() as session:
        yield session
        session.commit()


@app.get("/")
def index(session: Annotated[Session, Depends(get_session, scope="function")]) -> None: ...
```
"""

from plumbrule.rulekit import Call, Edit, Finding, Fix, Function, Iterator, Route, layout, n, rule

RELEASING = {
    "close",
    "aclose",
    "release",
    "disconnect",
    "cleanup",
    "dispose",
    "unlink",
    "rmtree",
    "terminate",
    "quit",
}


@rule(category="contracts", severity="warning")
def unguarded_teardown(route: Route) -> Iterator[Finding]:
    for dependency in route.dependencies:
        function = dependency.function
        for call in released(function) if function is not None and dependency.is_generator else ():
            yield Finding(
                at=call.span,
                message=f"`{call.node.func.text}` is skipped when a request fails",
                label=f"the error is thrown into `{call.scope.module.name}` at the yield above",
                help="put the yield into `try:` and this into `finally:`, or use a context manager",
                fix=guarded(function) if function is not None else None,
            )


def released(function: Function) -> Iterator[Call]:
    """The calls below the only yield that let go of what was opened, and that an error would skip."""
    yields = list(function.find(n.Yield))
    if len(yields) != 1 or isinstance(outer(yields[0]), (n.With, n.Try)):
        return
    for call in function.calls:
        if call.method in RELEASING and call.node.start > yields[0].end and not inside(call.node):
            yield call
            return


def guarded(function: Function) -> Fix | None:
    """`try` around the yield and what follows when all went well, `finally` before what lets go."""
    body = function.body
    place = next((i for i, s in enumerate(body) if any(isinstance(x, n.Yield) for x in s.walk())), None)
    rest = body[place:] if place is not None else ()
    if not isinstance(rest[0] if rest else None, n.ExprStatement | n.Assign) or any(map(is_fixed, rest)):
        return None
    source = function.module.source
    lines = [layout.whole_lines(source, statement) for statement in rest]
    letting_go = next((line for one, line in zip(rest, lines, strict=True) if lets_go(one)), None)
    if letting_go is None or None in lines:
        return None
    indent, unit = layout.indent(source, rest[0].start), layout.unit(source)
    words = {layout.line_start(source, rest[0].start): "try:", letting_go[0]: "finally:"}
    edits = []
    for line in range(rest[0].line, rest[-1].span.end_line + 1):
        start = source.line_starts[line - 1]
        before = f"{indent}{words[start]}\n" if start in words else ""
        if source.line_text(line).strip():
            edits.append(Edit(source.span(start, start), f"{before}{unit}"))
    return Fix(tuple(edits), safe=False)


def is_fixed(statement: n.Statement) -> bool:
    """Whether a statement holds a text of several lines, which another indentation would change."""
    texts = (node.text for node in statement.walk() if isinstance(node, n.Constant | n.FString))
    return any("\n" in text for text in texts)


def lets_go(statement: n.Statement) -> bool:
    """Whether a statement lets go of what was opened: what stands before it is for those that went well."""
    calls = (node.func for node in statement.walk() if isinstance(node, n.Call))
    return any(isinstance(func, n.Attribute) and func.attr in RELEASING for func in calls)


def outer(node: n.Node) -> n.Node | None:
    """The nearest `try` or `with` around a node."""
    return next((p for p in node.parents if isinstance(p, (n.With, n.Try, n.FunctionDef))), None)


def inside(node: n.Node) -> bool:
    """Whether a call stands in a handler or a `finally`."""
    return any(isinstance(p, (n.Handler, n.Try)) for p in node.parents)
