"""Write the skeleton of a rule: `make new-rule NAME=security/insecure-cookie`."""

from __future__ import annotations

import sys
from pathlib import Path

RULES = Path(__file__).parent.parent / "src" / "plumbrule" / "rules"
SKELETON = """'''Say the bad thing in at most 72 characters

What happens to a request because of it, and what to do instead.

## Bad

```python title="main.py"
from fastapi import FastAPI

app = FastAPI()


@app.get("/")  # finding
async def read() -> None: ...
```

## Good: an innocent shape that looks like it

```python title="main.py"
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def read() -> None: ...
```
'''

from plumbrule.rulekit import Finding, Iterator, Route, rule


@rule(category="{category}", severity="warning")
def {function}(route: Route) -> Iterator[Finding]:
    yield Finding(at=route.span, message="…", label="…", help="…")
"""


def main() -> int:
    folder, _, name = (sys.argv[1] if len(sys.argv) == 2 else "").partition("/")
    home = RULES / ("async_" if folder == "async" else folder)
    if not name or not home.is_dir():
        known = ", ".join(
            sorted(p.name.rstrip("_") for p in RULES.iterdir() if p.is_dir() and p.name[0] != "_")
        )
        print(f"usage: make new-rule NAME=CATEGORY/NAME; the categories are {known}", file=sys.stderr)
        return 2
    path = home / f"{name.replace('-', '_')}.py"
    if path.exists():
        print(f"{path} exists already", file=sys.stderr)
        return 2
    path.write_text(SKELETON.format(category=home.name.rstrip("_"), function=path.stem))
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
