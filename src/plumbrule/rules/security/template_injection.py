"""A template made of data: what is put into its source is run as template

`{{ 7 * 7 }}` in a name becomes 49, and from there it is a short way to the
settings and to a shell. The source of a template must be fixed text; values
belong into the context given to `render`, where they are escaped as well.

## Bad

```python title="main.py"
from fastapi import FastAPI
from jinja2 import Environment

app = FastAPI()
templates = Environment(autoescape=True)


@app.get("/greetings")
def greet(name: str) -> str:
    return templates.from_string(f"<p>Hello {name}</p>").render()  # finding
```

## Bad: the text of a field, in a subclass

```python title="app/mail.py"
from jinja2 import Environment
from pydantic import BaseModel

templates = Environment(autoescape=True)


class Mail(BaseModel):
    def body(self) -> str:
        raise NotImplementedError

    def render(self) -> str:
        return templates.from_string(self.body()).render()


class Welcome(Mail):
    name: str

    def body(self) -> str:
        return f"Hello {self.name}"  # finding
```

## Good: the value is in the context

```python title="main.py"
from fastapi import FastAPI
from jinja2 import Environment

app = FastAPI()
templates = Environment(autoescape=True)


@app.get("/greetings")
def greet(name: str) -> str:
    return templates.from_string("<p>Hello {{ name }}</p>").render(name=name)
```

## Good: what is put in is fixed itself

```python title="app/mail.py"
from jinja2 import Environment

templates = Environment(autoescape=True)
STYLE = "color: red"


def render(name: str) -> str:
    return templates.from_string(f"<p style='{STYLE}'>Hello {{{{ name }}}}</p>").render(name=name)
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, Project, Scoped, n, rule, stations

SOURCES = ("jinja2.Template", "jinja2.Environment.from_string", "mako.template.Template")


@rule(category="security", severity="error")
def template_injection(project: Project) -> Iterator[Finding]:
    for flow in (flow for route in project.routes for flow in route.flows if flow.kind == "template"):
        yield Finding(
            at=flow.first.span,
            message="what the client sends becomes a part of the source of a template",
            label=f"`{flow.origin.label}` of {flow.route.label} is in it",
            help="give it to `render` as a value of the context",
            chain=stations(flow),
        )
    for call in project.calls_to(*SOURCES):
        source = call.argument(0, "source")
        for text, field in made_of_fields(source, call.scope, 6) if source is not None else ():
            yield Finding(
                at=text.span,
                message=f"`{field}` becomes part of the source of a template",
                label="what stands in the field is run as template",
                help="give it to `render` as a value of the context",
            )


def made_of_fields(expr: n.Expr, function: Scoped, depth: int) -> Iterator[tuple[n.FString, str]]:
    """The f-strings behind an expression that hold a text field of `self`, and the field."""
    if depth == 0 or not isinstance(function, Function):
        return
    if isinstance(expr, n.FString):
        field = next((part.text for part in expr.parts if is_text_field(part, function)), None)
        if field is not None:
            yield expr, field
    for source, scope in behind(expr, function):
        yield from made_of_fields(source, scope, depth - 1)


def behind(expr: n.Expr, function: Function) -> Iterator[tuple[n.Expr, Scoped]]:
    """The expressions that an expression takes its text from, one step back."""
    match expr:
        case n.FString(parts=parts):
            yield from ((part, function) for part in parts if isinstance(part, n.Name))
        case n.Name(id=name) if function.parameter(name) is not None:
            given = ((given_for(name, caller, function), caller.scope) for caller in function.callers)
            yield from ((value, scope) for value, scope in given if value is not None)
        case n.Name(id=name):
            bound = (b.node.value for b in function.bindings.get(name, ()) if isinstance(b.node, n.Assign))
            yield from ((value, function) for value in bound if value is not None)
        case n.Call():
            for inner in overridden(function.call(expr).function):
                yield from ((r.value, inner) for r in inner.find(n.Return) if r.value is not None)


def is_text_field(part: n.Expr, function: Function) -> bool:
    if not isinstance(part, n.Attribute) or not isinstance(part.value, n.Name) or function.cls is None:
        return False
    field = function.cls.fields.get(part.attr)
    return (
        part.value.id == "self"
        and field is not None
        and field.type is not None
        and field.type.name == "builtins.str"
    )


def given_for(name: str, caller: Call, function: Function) -> n.Expr | None:
    names = [p.name for p in function.parameters]
    return caller.argument(names.index(name) - (function.cls is not None), name)


def overridden(function: Function | None) -> list[Function]:
    """A function, and the methods of subclasses that stand in for it."""
    if function is None or function.cls is None:
        return [function] if function is not None else []
    below = [c for c in function.project.classes if function.cls in c.ancestors]
    return [function, *(c.methods[function.name] for c in below if function.name in c.methods)]
