"""Two operations of one app with the same `operation_id`

An operation id is unique in an OpenAPI document. Generated clients have one
function for the two, and the second silently replaces the first.

## Bad

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/items", operation_id="list_items")
async def list_items() -> list[str]:
    return []


@app.get("/items/all", operation_id="list_items")  # finding
async def list_all_items() -> list[str]:
    return []
```

## Bad: one id for several methods

```python
from fastapi import FastAPI

app = FastAPI()


@app.api_route("/hooks", methods=["GET", "POST"], operation_id="hook")  # finding
async def hook() -> str:
    return ""
```

## Good: each has its own

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/items", operation_id="list_items")
async def list_items() -> list[str]:
    return []


@app.get("/items/all", operation_id="list_all_items")
async def list_all_items() -> list[str]:
    return []
```

## Good: one of them is not in the document

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/items", operation_id="list_items")
@app.get("/items/", operation_id="list_items", include_in_schema=False)
async def list_items() -> list[str]:
    return []
```
"""

from plumbrule.rulekit import Entry, Finding, Iterator, Router, Step, rule


@rule(category="contracts", severity="error")
def duplicate_operation_id(router: Router) -> Iterator[Finding]:
    seen: dict[str, Entry] = {}
    for entry in router.table:
        name = entry.route.option_value("operation_id") if entry.route else None
        if not isinstance(name, str) or not entry.is_known or not entry.in_schema:
            continue
        first = seen.setdefault(name, entry)
        if first.node is not entry.node or len(entry.methods) > 1:
            yield Finding(
                at=entry.span,
                message=f'two operations of the app are called "{name}"',
                label=f"`{first.label}` has this id too" if first is not entry else "one id for each method",
                help="give each operation an id of its own",
                chain=(Step(f"`{first.label}`", first.span),),
            )
