"""Whose something is: who is calling, and where he is brought together with the id of what he asks for."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.code import Class, Function
from plumbrule.model.permissions import forbids

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Parameter
    from plumbrule.model.dependencies import Dependency
    from plumbrule.model.project import Project
    from plumbrule.model.routing import Route

OWNERS = {"user_id", "owner_id", "owner", "created_by", "author_id", "tenant_id", "creator_id", "account_id"}
OWNING = re.compile(
    r"(tenant|user|owner|author|creator|account|org|organi[sz]ation|workspace|team|company|customer)_(uu)?id"
)
OWNED = re.compile(r"tenant|user|owner|account|organi[sz]ation|workspace", re.IGNORECASE)
CALLER = re.compile(
    r"^(current_|auth(enticated)?_|logged_in_|requesting_)?(user|account|member)$|^current_", re.IGNORECASE
)
PERMISSION = re.compile(r"role|permission|access|rbac|authori[sz]|admin|can_|check_|verify_")
POWERFUL = re.compile(r"admin|superuser|staff|permission", re.IGNORECASE)
SIGNED_IN = re.compile(r"user|auth|token|current", re.IGNORECASE)
ADMIN = re.compile(
    r"admin|superuser|staff|role|permission|authori[sz]ation|scope|owner|allow|require_|manager",
    re.IGNORECASE,
)
ASKED_OF_REQUEST = re.compile(r"\brequest\.(state|user|session|scope|auth)|[(,=]\s*request\s*[,)]")
LOOKUPS = {"get", "get_one"}
FILTERING = (b"with_loader_criteria", b"do_orm_execute")
CALLS = 4  # how far a query may stand from the handler whose id it looks for


def caller_of(function: Function) -> str:
    """The parameter of a handler that holds who is calling, or the name that it gives what it is told of him
    by the request; or an empty text.
    """
    asked = (p.name for p in function.parameters if CALLER.search(p.name) and p.marker("Depends", "Security"))
    return next(asked, "") or told_by_request(function)


def told_by_request(function: Function) -> str:
    """`user_id = get_user_id(request)`, `user = request.state.user`: the name, or an empty text."""
    named = [name for name in function.bindings if may_be_caller(name)]
    asked = (p.name for p in function.parameters if p.type and p.type.name == "fastapi.Request")
    request = next(asked, None) if named else None
    for name in named if request is not None else ():
        node = function.bindings[name][0].node
        value = node.value if isinstance(node, n.Assign) else None
        match value.value if isinstance(value, n.Await) else value:
            case n.Call(args=(n.Name(id=given),)) if given == request:
                return name
            case n.Attribute(value=n.Name(id=of), attr="user") if of == request:
                return name
            case n.Attribute(value=n.Attribute(value=n.Name(id=of), attr="state" | "user")) if of == request:
                return name
    return ""


@cache
def may_be_caller(name: str) -> bool:
    """Whether a name may stand for who is calling, or for his id."""
    return is_owning(name) or CALLER.search(name) is not None


def names_read(function: Function) -> set[str]:
    """The names that the body of a function speaks of."""
    return n.names_in(*function.body)


def mentions(text: str, name: str) -> bool:
    """Whether an expression speaks of a name."""
    return re.search(rf"(?<![\w.]){name}\b", text) is not None


def given_texts(call: Call) -> list[str]:
    """What a call is given, as written."""
    return [arg.text for arg in (*call.args, *(keyword.value for keyword in call.keywords))]


def is_permission(call: Call) -> bool:
    """Whether a call asks what the caller may do, more than read."""
    asks = PERMISSION.search(call.method)
    return asks is not None and re.search(r"\bread\b", call.node.text, re.IGNORECASE) is None


def names_of_caller(handler: Function, caller: str) -> re.Pattern[str]:
    """What stands for who is calling: the parameter, what it has, and names bound to that."""
    part = re.compile(rf"{caller}(\.\w+)?")
    names = {caller}
    for name, bindings in handler.bindings.items():
        values = (b.node.value for b in bindings if isinstance(b.node, n.Assign))
        if any(value is not None and part.fullmatch(value.text) for value in values):
            names.add(name)
    return re.compile(rf"({'|'.join(sorted(names))})(\.\w+)?")


def brings_together(handler: Function, name: str) -> bool:
    """Whether a handler compares who is calling, or hands him to a call together with an id."""
    caller = caller_of(handler)
    if not caller:
        return False
    his = names_of_caller(handler, caller)
    if any(his.fullmatch(side.text) for compare in handler.find(n.Compare) for side in compare.operands):
        return True
    for call in handler.calls:
        texts = given_texts(call)
        is_given = name in {k.name for k in call.keywords} or any(t.split(".")[-1] == name for t in texts)
        if is_given and any(his.fullmatch(text) for text in texts):
            return True
    return False


def asks_by_caller(handler: Function) -> str:
    """Where a handler asks for what belongs to who is calling: the call or the comparison, as written."""
    caller = caller_of(handler)
    if not caller:
        return ""
    his = names_of_caller(handler, caller)
    for compare in handler.find(n.Compare):
        left, right = compare.operands[0], compare.operands[-1]
        if isinstance(left, n.Attribute) and compare.ops == ("==",) and his.fullmatch(right.text):
            return compare.text
    for call in handler.calls:
        if is_permission(call) or re.search(r"log|info|debug|print|capture", call.node.func.text):
            continue
        is_whole = caller in handler.parameter_names
        if any(his.fullmatch(text) and (text != caller or not is_whole) for text in given_texts(call)):
            return call.node.func.text
    return ""


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
        given = given_texts(call)
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


def received(call: Call, target: Function, person: str, caller: str) -> tuple[str, str] | None:
    """The names under which a function gets the id and the caller, if it gets both as they are."""
    names = own_names(target)
    given = dict(zip((arg.text for arg in call.args), names, strict=False))
    given |= {k.value.text: k.name for k in call.keywords if k.name}
    return (given[person], given[caller]) if person in given and caller in given else None


def own_names(function: Function) -> list[str]:
    """The parameters of a function that a call gives."""
    return [p.name for p in function.parameters][function.cls is not None and not function.is_static :]


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
    texts = (text for call in handler.calls for text in given_texts(call))
    return any(re.search(r"user\.id$|current_user$|user_id$|^user$", text) for text in texts) or forbids(
        handler, 2
    )


def is_anonymous(route: Route, handler: Function) -> bool:
    """Whether who calls is known, to a middleware maybe, and nothing in sight asks whose something is."""
    is_known = route.is_authenticated or (route.is_authenticated is None and route.authentication)
    if not is_known or not route.dependencies.complete or looks_at_owner(handler):
        return False
    return ASKED_OF_REQUEST.search(handler.node.text) is None


def unread_owners(project: Project) -> Iterator[tuple[Parameter, n.Expr, str]]:
    """The owners that functions are given and never look at, though they look by an id in a table that says
    whose each row is: the parameter, the place, and the parameter with the id.
    """
    if not project.tables or project.mentioning(*FILTERING):
        return  # or every query is filtered out of sight
    for function in project.code_functions:
        if not any(is_owning(p.name) for p in function.node.parameters):
            continue
        lookups = list(lookups_by_id(function))
        read = names_read(function) if lookups else set()
        unread = [p for p in function.parameters if is_owning(p.name) and p.name not in read]
        for place, table, name in lookups if unread else ():
            columns = table_columns(project, function, table)
            yield from ((owner, place, name) for owner in unread if owner.name in columns)


@cache
def is_owning(name: str) -> bool:
    """Whether a name is that of the id of a person or a tenant."""
    return OWNING.fullmatch(name) is not None


def lookups_by_id(function: Function) -> Iterator[tuple[n.Expr, n.Expr, str]]:
    """Where a function looks for what has the id it was given: the place, the table, the parameter."""
    for compare in function.find(n.Compare):
        match compare:
            case n.Compare(operands=(n.Attribute(value=table, attr=attr), n.Name(id=name)), ops=("==",)):
                if attr in ("id", "uuid", name) and function.parameter(name) is not None:
                    yield compare, table, name
    for call in function.find(n.Call):
        match call:
            case n.Call(func=n.Attribute(attr=method), args=(table, n.Name(id=name))) if method in LOOKUPS:
                if function.parameter(name) is not None:
                    yield call, table, name


def table_columns(project: Project, function: Function, expr: n.Expr) -> set[str]:
    """The columns of the table that an expression names."""
    target = function.resolve(expr)
    table = project.table_of(target) if isinstance(target, Class) else None
    return set(table.columns) if table is not None else set()


def way_from_route(
    function: Function, name: str, depth: int = CALLS
) -> tuple[Route, tuple[Call, ...]] | None:
    """How an id in a path gets to a parameter as it is: the route, and the calls on the way."""
    for route in function.routes:
        if name in route.path_parameters:
            return route, ()
    for call in function.callers_in_code if depth else ():
        names, caller = own_names(function), call.caller
        given = call.argument(names.index(name), name) if name in names else None
        if (
            not isinstance(given, n.Name)
            or not isinstance(caller, Function)
            or is_asked_beside(call, given.id)
        ):
            continue
        way = way_from_route(caller, given.id, depth - 1) if caller.parameter(given.id) else None
        if way is not None:
            return way[0], (*way[1], call)
    return None


def is_for_some(route: Route) -> bool:
    """Whether only administrators, or those with some other permission, get at a route."""
    return is_power(route.path) or any(is_special(d) for d in route.dependencies)


def is_for_administrators(route: Route) -> bool:
    """Whether a guard of a route says that administrators alone may pass."""
    words = (word for d in route.dependencies for word in (d.name.rpartition(".")[2], *d.scopes))
    return any(re.search(r"admin|superuser", word, re.IGNORECASE) for word in words)


def is_special(dependency: Dependency) -> bool:
    """Whether a dependency lets only some people through."""
    name = dependency.name.rpartition(".")[2]
    if is_power(name) or any("admin" in scope for scope in dependency.scopes) or is_made_for_some(dependency):
        return True
    return dependency.function is not None and forbids(dependency.function, 1) and not SIGNED_IN.search(name)


def is_made_for_some(dependency: Dependency) -> bool:
    """Whether a guard is made with who may pass: `Security(Signed(Group.admin))`."""
    match dependency.node:
        case n.Call(args=(n.Call() as made, *_)):
            given = (*made.args, *(keyword.value for keyword in made.keywords))
            return any(POWERFUL.search(value.text) for value in given)
        case _:
            return False


@cache
def is_power(name: str) -> bool:
    """Whether a name says that not everybody may."""
    return ADMIN.search(name) is not None


def own_ids(route: Route, handler: Function, read: set[str]) -> list[str]:
    """The ids in the path that the handler looks at and no dependency does."""
    taken = {name for d in route.dependencies for name in d.reads}
    return [
        p
        for p in route.path_parameters
        if p.endswith("id") and p in read and handler.parameter(p)
        if p not in taken
    ]


def is_asked_beside(call: Call, name: str) -> bool:
    """Whether the function that makes a call hands the same id and the same owner to another one too."""
    given = set(given_texts(call))
    for other in call.scope.calls:
        same = given.intersection(given_texts(other)) if other.node is not call.node else set()
        if name in same and any(OWNED.search(text) for text in same - {name}):
            return True
    return False
