"""Request data that is put into HTML as it is

A link whose parameter holds `<script>` makes your own domain run it: with
the visitor's session. Templates escape by themselves, f-strings do not.

## Bad

```python title="main.py"
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()


@app.get("/search")
def search(words: str) -> HTMLResponse:
    return HTMLResponse(f"<p>Nothing found for {words}</p>")  # finding
```

## Bad: templates that escape nothing

```python title="app/reports.py"
from jinja2 import Environment, FileSystemLoader

templates = Environment(loader=FileSystemLoader("templates"))  # finding


def report(name: str) -> str:
    return templates.get_template("report.html").render(name=name)
```

## Bad: the callers say which template

```python title="app/letters.py"
from jinja2 import Environment, FileSystemLoader

templates = Environment(loader=FileSystemLoader("templates"))  # finding


def letter(template: str, name: str) -> str:
    return templates.get_template(template).render(name=name)
```

```python title="app/mail.py"
from app.letters import letter


def greeting(name: str) -> str:
    return letter("greeting.html", name)
```

## Good: templates that escape, and those that are no HTML

```python title="app/reports.py"
from jinja2 import Environment, FileSystemLoader, select_autoescape

templates = Environment(loader=FileSystemLoader("templates"), autoescape=select_autoescape())


def report(name: str) -> str:
    return templates.get_template("report.html").render(name=name)
```

```python title="app/prompts.py"
from jinja2 import Environment, FileSystemLoader

prompts = Environment(loader=FileSystemLoader("prompts"))


def question(name: str) -> str:
    return prompts.get_template("question.txt").render(name=name)


def answer(template: str, source: str) -> str:
    return prompts.get_template(template).render(source=source)
```

```python title="app/talk.py"
from app.prompts import answer


def said() -> str:
    return answer("answer.txt", source="page.html")
```

## Good: templates that make code say that they do not escape

```python title="app/pages.py"
from jinja2 import Environment, FileSystemLoader

templates = Environment(
    loader=FileSystemLoader("templates"),
    variable_start_string="<<",
    variable_end_string=">>",
    autoescape=False,
)


def page(name: str) -> str:
    return templates.get_template("page.html").render(name=name)
```

## Good: escaped

```python title="main.py"
from html import escape

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()


@app.get("/search")
def search(words: str) -> HTMLResponse:
    return HTMLResponse(f"<p>Nothing found for {escape(words)}</p>")
```

## Good: a number

```python title="main.py"
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()


@app.get("/pages/{page}")
def read_page(page: int) -> HTMLResponse:
    return HTMLResponse(f"<p>Page {page}</p>")
```

## Good: a command writes a project with it

```python title="main.py"
from fastapi import FastAPI

app = FastAPI()
```

```python title="commands/create.py"
from pathlib import Path

from jinja2 import Environment, FileSystemLoader


def create(folder: Path) -> None:
    templates = Environment(loader=FileSystemLoader(Path(__file__).parent))
    for name in ("pyproject.toml", "index.html"):
        (folder / name).write_text(templates.get_template(f"{name}.j2").render())
    (folder / "static.html").touch()


if __name__ == "__main__":
    create(Path("new"))
```

"""

import re

from plumbrule.rulekit import Call, Finding, Function, Iterator, Module, Project, n, rule, stations

HTML = re.compile(r"\.html?(\.(j2|jinja2?))?$")
ASIDE = re.compile(r"(^|/)(scripts?|examples?|docs?|tools|cookbook)/")


@rule(category="security", severity="error")
def html_injection(project: Project) -> Iterator[Finding]:
    for flow in (flow for route in project.code_routes for flow in route.flows):
        if flow.kind == "html":
            yield Finding(
                at=flow.last.span,
                message="what the client sends is put into HTML unescaped",
                label=f"`{flow.origin.label}` of {flow.route.label} is in it",
                help="put it through `html.escape`, or render a template",
                chain=stations(flow),
            )
    for call in project.calls_to("jinja2.Environment"):
        if escapes_nothing(call) and names_html(call.module) and not is_aside(call):
            yield Finding(
                at=call.span,
                message="these templates put everything into HTML unescaped",
                label="without `autoescape` an `Environment` escapes nothing",
                help="add `autoescape=select_autoescape()`",
                confidence="medium",
            )


def is_aside(call: Call) -> bool:
    """Whether no request waits for what is rendered: in a script, or by a command that writes a project."""
    at = call.scope
    renders = isinstance(at, Function) and ".render(" in at.node.text  # else it may be kept for requests
    is_command = isinstance(at, Function) and renders and at.project.serving.when(at) == "startup"
    return is_command or ASIDE.search(call.module.path) is not None


def escapes_nothing(call: Call) -> bool:
    """Whether an environment takes its templates from files, and nobody thought of escaping: who writes
    `autoescape=False` did.
    """
    is_unsaid = call.keyword("autoescape") is None and not call.is_splatted
    return is_unsaid and call.keyword("loader") is not None


def names_html(module: Module) -> bool:
    """Whether a module speaks of a template by a name that is one of an HTML file."""
    scopes = (module, *module.functions)
    texts = (node.value for scope in scopes for node in scope.find(n.Constant))
    return any(is_html(text) for text in texts) or any(
        isinstance(given, n.Constant) and is_html(given.value)
        for function in module.functions
        for call in function.calls
        if call.method == "get_template" and call.args
        for given in given_for(call.args[0], function)
    )


def is_html(name: object) -> bool:
    return isinstance(name, str) and HTML.search(name) is not None


def given_for(name: n.Expr, function: Function) -> Iterator[n.Expr]:
    """What the callers give for a parameter."""
    parameter = function.parameter(name.id) if isinstance(name, n.Name) else None
    for call in function.callers_in_code if parameter is not None else ():
        values = (*call.args, *(k.value for k in call.keywords))
        yield from (value for value in values if call.parameter_for(value) is parameter)
