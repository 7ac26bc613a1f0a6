"""A dependency override that outlives its test

`app.dependency_overrides` belongs to the app, and the app to the whole run. An
override that nothing takes back makes the tests after it pass, or fail, for a
reason that is not in them; in another order the result is another.

## Bad

```python title="app/main.py"
from fastapi import FastAPI

app = FastAPI()


def current_user() -> str:
    return ""
```

```python title="tests/test_orders.py"
from app.main import app, current_user


def test_an_order() -> None:
    app.dependency_overrides[current_user] = lambda: "ada"  # finding
```

## Good: taken back

```python title="app/main.py"
from fastapi import FastAPI

app = FastAPI()


def current_user() -> str:
    return ""
```

```python title="tests/test_orders.py"
from app.main import app, current_user


def test_an_order() -> None:
    app.dependency_overrides[current_user] = lambda: "ada"
    app.dependency_overrides.clear()
```

## Good: an app of its own, or one for the whole run

```python title="tests/conftest.py"
from fastapi import FastAPI


def current_user() -> str:
    return ""


def make_app() -> FastAPI:
    app = FastAPI()
    app.dependency_overrides[current_user] = lambda: "ada"
    return app


whole = FastAPI()
whole.dependency_overrides[current_user] = lambda: "ada"
```

```python title="tests/test_limits.py"
from fastapi import FastAPI
from fastapi.testclient import TestClient


def current_user() -> str:
    return ""


def make_client() -> TestClient:
    return TestClient(FastAPI())


def test_limit() -> None:
    client = make_client()
    client.app.dependency_overrides[current_user] = lambda: "bob"
    assert client.get("/").status_code == 404
```
"""

from plumbrule.rulekit import Finding, Function, Iterator, Module, Project, n, rule

RESTORING = {"clear", "pop"}


@rule(category="testing", severity="warning")
def leaked_override(project: Project) -> Iterator[Finding]:
    tests = [module for module in project.modules if module.is_test]
    overriding = [module for module in tests if module.mentions(b"dependency_overrides")]
    if any(module.path.endswith("conftest.py") and restores(module) for module in overriding):
        return
    for module in overriding:
        if not restores(module):
            yield from kept_in(module)


def kept_in(module: Module) -> Iterator[Finding]:
    """The overrides that the tests of a module leave behind."""
    for function in module.functions:
        for node in function.find(n.Assign):
            match node.targets[0]:
                case n.Subscript(value=n.Attribute(value=app, attr="dependency_overrides")):
                    if function.name.startswith("test") and not is_own(app, function):
                        yield Finding(
                            at=node.targets[0].span,
                            message="later tests get this override too",
                            label="nothing takes it back",
                            help="set it in a fixture that clears `dependency_overrides` after its `yield`",
                        )
                        break


def restores(module: Module) -> bool:
    """Whether a module takes overrides back anywhere."""
    return any(
        is_restoring(node) for scope in (module, *module.classes, *module.functions) for node in scope.nodes
    )


def is_restoring(node: n.Node) -> bool:
    """`overrides.clear()`, `del overrides[x]`, `overrides = {}`, or a patch that undoes itself."""
    match node:
        case n.Call(func=n.Attribute(value=n.Attribute(attr="dependency_overrides"), attr=attr)):
            return attr in RESTORING
        case n.Delete() | n.Assign(targets=(n.Attribute(attr="dependency_overrides"), *_)):
            return "dependency_overrides" in node.text
        case n.Call(func=func):
            return (
                func.text.endswith(("patch.dict", "setitem", "setattr"))
                and "dependency_overrides" in node.text
            )
        case _:
            return False


def is_own(app: n.Expr, function: Function) -> bool:
    """Whether the app is made in the function, or given to it by a fixture."""
    match app:
        case n.Name(id=name):
            return name in function.bindings or function.parameter(name) is not None
        case n.Attribute(value=n.Name(id=name), attr="app"):
            bound = function.bindings.get(name, ())
            made = (b.node.value for b in bound if isinstance(b.node, n.Assign))
            return any(isinstance(x, n.Call) and function.call(x).function is not None for x in made)
        case _:
            return False
