"""An object is taken by its id without a look at whom it belongs to

Ids are counted up, shared in links and seen in logs. Whoever is signed in
changes the number in the path and reads, changes or deletes what belongs to
somebody else. Put the owner into the WHERE of the query, or compare and
answer 404.

## Bad: the route beside it compares

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    id: int


class Order(BaseModel):
    user_id: int


def current_user(token: Annotated[object, Depends(HTTPBearer())]) -> User: ...
def find_order(order_id: int) -> Order: ...


@app.put("/orders/{order_id}")
def update_order(order_id: int, user: Annotated[User, Depends(current_user)]) -> None:
    order = find_order(order_id)
    if order.user_id != user.id:
        raise HTTPException(404)


@app.get("/orders/{order_id}")
def read_order(order_id: int, user: Annotated[User, Depends(current_user)]) -> Order:  # finding
    return find_order(order_id)


@app.get("/public/orders/{order_id}")
def read_public(order_id: int) -> Order:
    return find_order(order_id)
```

## Bad: somebody else's id in the path

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    id: int


def get_current_user(token: Annotated[object, Depends(HTTPBearer())]) -> User: ...
def find_grades(user_id: int, current_user: User) -> list[int]:  # finding
    print(current_user.id)
    return [user_id]


@app.get("/users/{user_id}/grades")
def read_grades(user_id: int, current_user: Annotated[User, Depends(get_current_user)]) -> list[int]:
    return find_grades(user_id, current_user)
```

## Bad: what is made for a tenant is read without one

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Header

app = FastAPI()


class Jobs:
    def start(self, url: str, tenant_id: str) -> str:
        return f"{tenant_id}: {url}"

    def status(self, job_id: str) -> str:
        return job_id


@app.post("/jobs")
def start(url: str, jobs: Annotated[Jobs, Depends()], x_tenant_id: Annotated[str, Header()]) -> str:
    return jobs.start(url, x_tenant_id)


@app.post("/jobs/at-night")
def start_at_night(url: str, jobs: Annotated[Jobs, Depends()], x_tenant_id: Annotated[str, Header()]) -> str:
    return jobs.start(url, tenant_id=x_tenant_id)


@app.get("/jobs/{job_id}")
def read(job_id: str, jobs: Annotated[Jobs, Depends()]) -> str:  # finding
    return jobs.status(job_id)
```

## Good: the tenant is asked on the way back too

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Header

app = FastAPI()


class Jobs:
    def start(self, url: str, tenant_id: str) -> str:
        return f"{tenant_id}: {url}"

    def status(self, job_id: str, tenant_id: str) -> str:
        return job_id


@app.post("/jobs")
def start(url: str, jobs: Annotated[Jobs, Depends()], x_tenant_id: Annotated[str, Header()]) -> str:
    return jobs.start(url, x_tenant_id)


@app.post("/jobs/at-night")
def start_at_night(url: str, jobs: Annotated[Jobs, Depends()], x_tenant_id: Annotated[str, Header()]) -> str:
    return jobs.start(url, tenant_id=x_tenant_id)


@app.get("/jobs/{job_id}")
def read(job_id: str, jobs: Annotated[Jobs, Depends()], x_tenant_id: Annotated[str, Header()]) -> str:
    return jobs.status(job_id, x_tenant_id)


@app.get("/queue")
def length(jobs: Annotated[Jobs, Depends()]) -> int:
    return 0
```

## Good: compared, or handed to a check together

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    id: int


def get_current_user(token: Annotated[object, Depends(HTTPBearer())]) -> User: ...


def check_access(current_user: User, user_id: int) -> None:
    if current_user.id != user_id:
        raise HTTPException(404)


@app.get("/users/{user_id}/grades")
def read_grades(user_id: int, current_user: Annotated[User, Depends(get_current_user)]) -> list[int]:
    if user_id != current_user.id:
        raise HTTPException(404)
    return []


@app.get("/users/{user_id}/notes")
def read_notes(user_id: int, current_user: Annotated[User, Depends(get_current_user)]) -> list[int]:
    check_access(current_user, user_id)
    return []
```

## Good: only administrators get there

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    id: int
    is_admin: bool = False


def get_current_user(token: Annotated[object, Depends(HTTPBearer())]) -> User: ...


def require_admin(user: Annotated[User, Depends(get_current_user)]) -> User:
    if not user.is_admin:
        raise HTTPException(403)
    return user


@app.get("/users/{user_id}/grades")
def read_grades(user_id: int, current_user: Annotated[User, Depends(require_admin)]) -> list[int]:
    return [user_id]
```
"""

import re
from functools import cache

from plumbrule.rulekit import (
    Call,
    Dependency,
    Finding,
    Function,
    Iterator,
    Parameter,
    Route,
    forbids,
    n,
    rule,
)

OWNERS = {"user_id", "owner_id", "owner", "created_by", "author_id", "tenant_id", "creator_id", "account_id"}
PERSON = {"user_id", "member_id", "account_id"}
CALLER = re.compile(
    r"^(current_|auth(enticated)?_|logged_in_|requesting_)?(user|account|member)$|^current_", re.IGNORECASE
)
SIGNED_IN = re.compile(r"user|auth|token|current")
ADMIN = re.compile(r"admin|superuser|staff|role|permission|scope|owner|allow|require_|manager", re.IGNORECASE)


@rule(category="security", severity="warning", confidence="medium")
def unchecked_ownership(route: Route) -> Iterator[Finding]:
    handler = route.handler
    if handler is None or any(is_special(d) for d in route.dependencies) or ADMIN.search(route.path):
        return
    if not is_read(route) or route.is_authenticated is not False:  # anybody may read what is public
        yield from compared_elsewhere(route, handler)
    yield from without_tenant(route, handler)
    if re.search(
        r"avatar|image|photo|picture|active|status|public|follow|{user_id}$", route.path
    ) and is_read(route):
        return
    names = PERSON & {p.name for p in handler.parameters} & set(route.path_parameters)
    caller = next(
        (p.name for p in handler.parameters if CALLER.search(p.name) and p.marker("Depends", "Security")), ""
    )
    for name in names if caller else ():
        unchecked = where_unchecked(handler, name, caller, 3)
        if unchecked is not None:
            yield Finding(
                at=unchecked.span,
                message=f"`{name}` is never compared with `{caller}`",
                label=f"whoever may call {route.label} gets at everybody's",
                help="compare them, or put the caller's id into the query",
            )


def is_read(route: Route) -> bool:
    return set(route.methods) <= {"GET", "HEAD"}


def is_special(dependency: Dependency) -> bool:
    """Whether a dependency lets only some people through."""
    name = dependency.name.rpartition(".")[2]
    if is_power(name) or any("admin" in scope for scope in dependency.scopes):
        return True
    return dependency.function is not None and forbids(dependency.function, 1) and not SIGNED_IN.search(name)


@cache
def is_power(name: str) -> bool:
    """Whether a name says that not everybody may."""
    return ADMIN.search(name) is not None


def where_unchecked(function: Function, person: str, caller: str, depth: int) -> Function | None:
    """The innermost function that has the id and the caller and never brings them together."""
    if any(mentions(branch.test.text, caller) for branch in function.find(n.If)):
        return None
    for compare in function.find(n.Compare):
        text = compare.text
        if mentions(text, caller) and (mentions(text, person) or f"{caller}.id" in text):
            return None
    inner = None
    for call in function.calls:
        given = [arg.text for arg in (*call.args, *(k.value for k in call.keywords))]
        if any(mentions(text, person) for text in given) and any(mentions(text, caller) for text in given):
            target = call.function
            names = received(call, target, person, caller) if target is not None and depth else None
            if target is None or names is None:
                return None
            inner = where_unchecked(target, *names, depth - 1)
            if inner is None:
                return None
        elif any(mentions(text, caller) for text in given) and is_permission(call):
            return None
    is_used = any(isinstance(node, n.Name) and node.id == person for node in function.nodes)
    return inner or (function if is_used else None)


def is_permission(call: Call) -> bool:
    """Whether a call asks what the caller may do, more than read."""
    asks = re.search(r"role|permission|access|rbac|authori[sz]|admin|can_|check_|verify_", call.method)
    return asks is not None and re.search(r"\bread\b", call.node.text, re.IGNORECASE) is None


def received(call: Call, target: Function, person: str, caller: str) -> tuple[str, str] | None:
    """The names under which a function gets the id and the caller, if it gets both as they are."""
    names = [p.name for p in target.parameters][target.cls is not None and not target.is_static :]
    given = dict(zip((arg.text for arg in call.args), names, strict=False))
    given |= {k.value.text: k.name for k in call.keywords if k.name}
    return (given[person], given[caller]) if person in given and caller in given else None


def mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){name}\b", text) is not None


def compared_elsewhere(route: Route, handler: Function) -> Iterator[Finding]:
    """A route beside it compares the owner of what the same lookup by an id gives."""
    names = {p.name for p in handler.parameters}
    ids = (
        {p for p in names if p.endswith("id")}
        if route.has_unknown_path
        else names & set(route.path_parameters)
    )
    beside = [r for r in route.router.routes if r.handler is not handler and owners_in(r.handler)]
    for call in handler.calls if beside else ():
        if not call.method or given_names(call).isdisjoint(ids):
            continue
        other = next((r for r in beside if r.handler and compares_owner(r.handler, call)), None)
        if other is not None and not compares_owner(handler, call) and not looks_at_owner(handler):
            yield Finding(
                at=handler.span,
                message=f"{route.label} does not look at whom it belongs to",
                label=f"`{other.name}` compares the owner of what `{call.method}` finds",
                help="compare it here too, or put the owner into the query",
            )
            return


def without_tenant(route: Route, handler: Function) -> Iterator[Finding]:
    """Routes beside it name a tenant to a service, and this one asks the same service by an id alone."""
    ids = set(route.path_parameters)
    beside = [r.handler for r in route.router.routes if r.handler is not None and "POST" in r.methods]
    making = [other for other in beside if takes_tenant(other)]
    asked = next((call for call in handler.calls if given_names(call) & ids), None) if making else None
    service = handler.parameter(asked.receiver.text) if asked is not None and asked.receiver else None
    around = (handler, *(d.function for d in route.dependencies if d.function is not None))
    if asked is None or service is None or any("tenant" in one.node.text.lower() for one in around):
        return
    scoped = [other for other in making if shares(other, service)]
    if len(scoped) > 1:
        yield Finding(
            at=handler.span,
            message=f"{route.label} does not look at whose it is",
            label=f"`{scoped[0].name}` makes it for a tenant, `{asked.method}` finds everybody's",
            help="take the tenant here too, and answer 404 for what belongs to another",
        )


def given_names(call: Call) -> set[str]:
    return {value.text for value in (*call.args, *(keyword.value for keyword in call.keywords))}


def takes_tenant(handler: Function) -> bool:
    """Whether a header says for which tenant a handler works."""
    return any("tenant" in p.name and p.marker("Header") is not None for p in handler.parameters)


def shares(handler: Function, service: Parameter) -> bool:
    """Whether a handler is given the same service."""
    same = (p.annotation for p in handler.parameters if p.annotation is not None)
    return service.annotation is not None and any(one.text == service.annotation.text for one in same)


def owners_in(handler: Function | None) -> list[n.Attribute]:
    """The owners that a handler compares with something."""
    compares = handler.find(n.Compare) if handler is not None else ()
    sides = (side for compare in compares for side in compare.operands)
    return [side for side in sides if isinstance(side, n.Attribute) and side.attr in OWNERS]


def compares_owner(handler: Function, lookup: Call) -> bool:
    """Whether a handler compares the owner of what a lookup gives."""
    owners = owners_in(handler)
    if not owners:
        return False
    found = [c.node.parent for c in handler.calls if c.node.func.text == lookup.node.func.text]
    names = {a.targets[0].text for a in found if isinstance(a, n.Assign)}
    names |= {
        a.parent.targets[0].text for a in found if isinstance(a, n.Await) and isinstance(a.parent, n.Assign)
    }
    return any(side.value.text in names for side in owners)


def looks_at_owner(handler: Function) -> bool:
    """Whether a handler speaks of owners or the caller's id in another way: in a query, in a call."""
    if any(isinstance(node, n.Attribute) and node.attr in OWNERS for node in handler.nodes):
        return True
    texts = (arg.text for call in handler.calls for arg in (*call.args, *(k.value for k in call.keywords)))
    return any(re.search(r"user\.id$|current_user$|user_id$|^user$", text) for text in texts) or forbids(
        handler, 2
    )
