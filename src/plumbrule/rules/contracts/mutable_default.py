"""A default list or dict that a function changes

The default is made once. What one request puts into it, the next one finds
there: another user's items, another tenant's filters.

## Bad

```python
from fastapi import FastAPI

app = FastAPI()


def with_defaults(name: str, tags: list[str] = []) -> list[str]:
    tags.append(name)  # finding
    return tags


@app.get("/tags")
async def list_tags(name: str) -> list[str]:
    return with_defaults(name)
```

## Bad: on the class of a dependency

```python
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


class Filters:
    chosen: list[str] = []

    def __init__(self, name: str) -> None:
        self.chosen.append(name)  # finding


@app.get("/items")
async def list_items(filters: Annotated[Filters, Depends()]) -> list[str]:
    return filters.chosen
```

## Good: copied, replaced or only read

```python
from fastapi import FastAPI

app = FastAPI()


def with_defaults(name: str, tags: list[str] = []) -> list[str]:
    return [*tags, name]


def with_own(name: str, tags: list[str] = []) -> list[str]:
    tags = list(tags)
    tags.append(name)
    return tags


class Filters:
    chosen: list[str] = []

    def __init__(self, name: str) -> None:
        self.chosen = []
        self.chosen.append(name)


@app.get("/tags")
async def list_tags(name: str, more: list[str] = []) -> list[str]:
    more.append(name)
    return with_own(name, with_defaults(name, more))
```

## Good: a class method keeps what all are to share

```python
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


class Filters:
    known: list[str] = []

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def register(cls, name: str) -> None:
        cls.known.append(name)


@app.get("/items")
async def list_items(filters: Annotated[Filters, Depends()]) -> list[str]:
    return filters.known
```

## Good: of a function that each call makes anew

```python
from collections.abc import Callable


def once(release: Callable[[], None]) -> Callable[[], None]:
    def call(done: list[bool] = [False]) -> None:
        if not done[0]:
            done[0] = True
            release()

    return call
```

## Good: pydantic copies

```python
from pydantic import BaseModel


class Order(BaseModel):
    items: list[str] = []

    def add(self, item: str) -> None:
        self.items.append(item)
```

## Good: what a walk puts in it takes out again

```python title="app/menu.py"
Menu = dict[str, "Menu"]


def paths(menu: Menu, above: list[str] = []) -> list[str]:
    found = []
    for name, inner in menu.items():
        above.append(name)
        found += ["/".join(above), *paths(inner, above)]
        above.pop()
    return found
```

## References

Ruff's B006 and RUF012 report every mutable default; this is about those that are changed.
"""

from plumbrule.rulekit import Class, Finding, Function, Iterator, Project, n, rule

CHANGING = {
    "append", "extend", "insert", "add", "update",
     "setdefault", "pop", "popitem", "clear", "remove", "discard",
}  # fmt: skip
MAKERS = {"builtins.list", "builtins.dict", "builtins.set", "collections.defaultdict", "collections.deque"}
COPYING = ("BaseModel", "SQLModel", "BaseSettings", "DeclarativeBase", "Enum")


@rule(category="contracts", severity="error")
def mutable_default(project: Project) -> Iterator[Finding]:
    injected = {d.cls for route in project.routes for d in route.dependencies}
    for function in project.code_functions:
        if not function.routes and function.parent is None:  # FastAPI copies the defaults of a handler
            yield from in_signature(function)
        if function.cls in injected:
            yield from in_class(function)


def in_signature(function: Function) -> Iterator[Finding]:
    """The defaults that a function changes."""
    for parameter in function.node.parameters:
        default = parameter.default
        if default is None or not is_mutable(default, function) or parameter.name in assigned(function):
            continue
        if is_given_back(function, parameter.name):
            continue
        yield from changed(function, parameter.name, f"the default of `{parameter.name}`")


def is_given_back(function: Function, name: str) -> bool:
    """Whether all that is put into a list is taken out again at once: a path that a walk is on."""
    on_it = (call for call in function.calls if call.receiver is not None and call.receiver.text == name)
    changes = [call.method for call in on_it if call.method in CHANGING]
    return set(changes) == {"append", "pop"} and changes.count("append") == changes.count("pop")


def in_class(method: Function) -> Iterator[Finding]:
    """What a method of an object that FastAPI makes for each request changes in the class."""
    cls = method.cls
    if (
        cls is None
        or not method.node.parameters
        or cls.is_a(*COPYING)
        or "builtins.classmethod" in method.decorator_names
    ):
        return
    for name in shared(cls):
        yield from changed(method, f"{method.node.parameters[0].name}.{name}", f"`{cls.name}.{name}`")


def is_mutable(value: n.Expr, function: Function) -> bool:
    """Whether a default is a list, dict or set."""
    match value:
        case n.Sequence(kind="list" | "set") | n.Dict():
            return True
        case n.Call(func=func):
            return (function.module.name_of(func) or "") in MAKERS
        case _:
            return False


def assigned(function: Function) -> set[str]:
    """The names that the body gives a value."""
    targets = [t for a in function.find(n.Assign) if not a.op for t in a.targets]
    return {target.text for target in targets}


def shared(cls: Class) -> Iterator[str]:
    """The mutable attributes of a class body that no method gives an object of its own."""
    if any(d.text.startswith(("dataclass", "attr")) for d in cls.node.decorators) or cls.node.keywords:
        return
    for name, attribute in cls.attributes.items():
        annotated = attribute.annotation.text if attribute.annotation else ""
        empty = attribute.value is not None and attribute.value.text in ("[]", "{}")
        meant = "ClassVar" in annotated or name.isupper()
        if not empty or attribute.method is not None or meant:
            continue
        if not any(f"self.{name}" in assigned(method) for method in cls.methods.values()):
            yield name


def changed(function: Function, text: str, what: str) -> Iterator[Finding]:
    """The first place that changes a value in place."""
    for node in function.nodes:
        match node:
            case n.Call(func=n.Attribute(value=value, attr=attr)) if attr in CHANGING and value.text == text:
                pass
            case n.Assign(targets=(n.Subscript(value=value), *_)) if value.text == text:
                pass
            case _:
                continue
        yield Finding(
            at=node.span,
            message=f"{what} keeps what one request puts into it",
            label="changed here for every later call",
            help="make a new one for each call: default to `None`, or copy it first",
        )
        return
