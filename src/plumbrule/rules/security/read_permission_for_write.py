"""What changes something asks for the permission to read

The check was copied from the route that shows it: whoever may look may change
or delete. The routes beside it name another action.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer

app = FastAPI()


def current_user(token: Annotated[object, Depends(HTTPBearer())]) -> int: ...


def check_permission(user: int, permission: str) -> None:
    if user != 1:
        raise HTTPException(403, permission)


@app.post("/logs")
def add(user: Annotated[int, Depends(current_user)]) -> None:
    check_permission(user, "logs:create")


@app.delete("/logs/{log_id}")
def delete(log_id: int, user: Annotated[int, Depends(current_user)]) -> None:
    check_permission(user, "logs:delete")


@app.patch("/marks/{mark_id}")
def mark(mark_id: int, user: Annotated[int, Depends(current_user)]) -> None:
    check_permission(user, "marks:update")


@app.put("/logs/{log_id}")
def change(log_id: int, user: Annotated[int, Depends(current_user)]) -> None:
    check_permission(user, "logs:read")  # finding
```

## Bad: whether it writes is an argument

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer

app = FastAPI()


class User:
    def check_access(self, key: str, project: str, write: bool = False) -> None:
        if write or key != project:
            raise HTTPException(403)


def current_user(token: Annotated[object, Depends(HTTPBearer())]) -> User: ...


@app.get("/{project}/guests")
def list_guests(project: str, user: Annotated[User, Depends(current_user)]) -> None:
    user.check_access("project.access", project)


@app.post("/{project}/guests")
@app.put("/{project}/guests/{name}")
def invite(project: str, user: Annotated[User, Depends(current_user)], name: str = "") -> None:
    user.check_access("project.access", project, write=True)


@app.delete("/{project}/guests/{name}")
def remove(project: str, name: str, user: Annotated[User, Depends(current_user)]) -> None:
    user.check_access("project.access", project, write=True)


@app.post("/{project}/access")
def give_access(project: str, user: Annotated[User, Depends(current_user)]) -> None:
    user.check_access("project.access", project)  # finding


@app.post("/{project}/export")
def export(project: str, user: Annotated[User, Depends(current_user)]) -> None:
    user.check_access("project.access", project)
```

## Good: it asks for both

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer

app = FastAPI()


def current_user(token: Annotated[object, Depends(HTTPBearer())]) -> int: ...


def check_permission(user: int, permission: str) -> None:
    if user != 1:
        raise HTTPException(403, permission)


@app.post("/logs")
def add(user: Annotated[int, Depends(current_user)]) -> None:
    check_permission(user, "logs:create")


@app.delete("/logs/{log_id}")
@app.patch("/logs/{log_id}")
@app.put("/logs/{log_id}")
def change(log_id: int, user: Annotated[int, Depends(current_user)]) -> None:
    check_permission(user, "logs:read")
    check_permission(user, "logs:update")


@app.put("/views/{view_id}")
def view(view_id: int, user: Annotated[int, Depends(current_user)]) -> None:
    check_permission(user, "everything")
```
"""

import re
from functools import cache

from plumbrule.rulekit import CHANGING, Call, Finding, Iterator, Project, Route, called, n, rule

PERMISSION = re.compile(
    r"permission|privilege|scope|role|access|authori|allow|require|check|has_|can_", re.IGNORECASE
)
ACTION = re.compile(r"(?<![a-z])(read|view|list|get|viewer|reader)(?![a-z])", re.IGNORECASE)
OTHER = re.compile(
    r"(?<![a-z])(write|update|edit|delete|create|manage|admin|modify|owner|editor|remove|upload|execute|run|change|"
    r"add|set|configure|use|share|comment)(?![a-z])",
    re.IGNORECASE,
)
SHOWING = re.compile(
    r"export|search|quer|download|preview|validat|check|list|filter|count|stat|render|view|read"
)
WRITING = {"write", "edit", "modify", "update", "manage", "for_update", "writable"}
FEWEST = 3
"""other routes that change something and ask for more, for one to stand out"""


@rule(category="security", severity="warning", confidence="medium")
def read_permission_for_write(project: Project) -> Iterator[Finding]:
    asked = [(route, call) for route in project.code_routes for call in checks(route)]
    methods: dict[str, list[tuple[Route, Call]]] = {}
    for route, call in asked:
        methods.setdefault(call.method, []).append((route, call))
    for beside in methods.values():
        changing = [(route, call) for route, call in beside if CHANGING & set(route.methods)]
        if len(changing) > FEWEST:
            yield from named(changing)
            yield from flagged(changing, beside)


def checks(route: Route) -> Iterator[Call]:
    """The calls of a handler that ask what the caller may do, with a word that says what."""
    for call in route.handler.calls if route.handler is not None else ():
        if asks_for_permission(call.method) and spoken(call):
            yield call


@cache
def asks_for_permission(name: str) -> bool:
    return PERMISSION.search(name) is not None


def spoken(call: Call) -> str:
    """The constants that a call is given."""
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    return " ".join(part.text for part in given if is_word(part))


def is_word(part: n.Expr) -> bool:
    """Whether an argument is a text without spaces, or a member of an enum: not a message."""
    if isinstance(part, n.Constant):
        return isinstance(part.value, str) and " " not in part.value
    return isinstance(part, n.Attribute) and not part.value.text[:1].islower()


def named(changing: list[tuple[Route, Call]]) -> Iterator[Finding]:
    """Those that name reading, among those that name something else."""
    more = {route for route, call in changing if names_more(spoken(call))}
    for route, call in changing if len(more) >= FEWEST else ():
        words = spoken(call)
        is_sure = route not in more and "POST" not in route.methods and not SHOWING.search(route.path)
        if is_sure and ACTION.search(words):
            yield said(route, call, len(more))


@cache
def names_more(words: str) -> bool:
    return OTHER.search(words) is not None


def flagged(changing: list[tuple[Route, Call]], beside: list[tuple[Route, Call]]) -> Iterator[Finding]:
    """Those that do not say `write=True` about what others do say it about."""
    for key in dict.fromkeys(spoken(call) for _, call in changing):
        alike = [(route, call) for route, call in changing if spoken(call) == key]
        more = {route for route, call in alike if writes(call)}
        shown = any(spoken(c) == key and not writes(c) for r, c in beside if not CHANGING & set(r.methods))
        for route, call in alike if shown and len(more) >= FEWEST else ():
            if route not in more and not SHOWING.search(route.path):
                yield said(route, call, len(more))


def writes(call: Call) -> bool:
    """Whether a call says that something is written."""
    return any(keyword.name in WRITING and keyword.value.text == "True" for keyword in call.keywords)


def said(route: Route, call: Call, others: int) -> Finding:
    return Finding(
        at=call.span,
        message=f"{route.label} changes something, and asks for the permission to read",
        label=f"{others} other routes that change something ask `{called(call.node.func)}` for more",
        help="ask for the permission to do what it does",
    )
