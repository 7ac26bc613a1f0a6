"""A database URL put together with an f-string

A password with `@`, `/` or `:` in it changes what the URL means: with
`p@ss/w:rd` the host becomes `ss`. The program then does not start, or sends
the password to the wrong host. `URL.create` and `PostgresDsn.build` quote
each part.

## Bad

```python title="app/config.py"
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    db_user: str = "shop"
    db_password: str
    db_host: str = "localhost"

    @property
    def database_url(self) -> str:
        return f"postgresql+asyncpg://{self.db_user}:{self.db_password}@{self.db_host}/shop"  # finding
```

## Fixed

```python title="app/config.py"
from urllib.parse import quote

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    db_user: str = "shop"
    db_password: str
    db_host: str = "localhost"

    @property
    def database_url(self) -> str:
        return f"postgresql+asyncpg://{self.db_user}:{quote(self.db_password, safe='')}@{self.db_host}/shop"
```

## Bad: in two literals

```python title="app/config.py"
def url(user: str, password: str, host: str) -> str:
    return (
        f"postgresql+asyncpg://{user}:{password}@"  # finding
        f"{host}/shop"
    )
```

## Good: SQLAlchemy puts it together

```python title="app/config.py"
from pydantic_settings import BaseSettings
from sqlalchemy import URL


class Settings(BaseSettings):
    db_user: str = "shop"
    db_password: str
    db_host: str = "localhost"

    @property
    def database_url(self) -> URL:
        return URL.create("postgresql+asyncpg", self.db_user, self.db_password, self.db_host, database="shop")
```

## Good: the password is quoted, or written out

```python title="app/config.py"
from urllib.parse import quote_plus


def database_url(password: str, port: int) -> str:
    safe = quote_plus(password)
    local = f"postgresql://shop:shop@localhost:{port}/shop"
    queue = f"amqp://shop:{safe}@localhost/"
    return f"postgresql://shop:{quote_plus(password)}@localhost/shop" or queue or local
```

## Good: no database is behind it

```python title="app/cameras.py"
def commands(code: str, address: str, port: int) -> list[str]:
    scheme = f"{'https' if port == 443 else 'http'}://admin:{code}@{address}:{port}"
    return ["ffmpeg", "-i", f"rtsp://viewer:{code}@{address}/live", "--proxy", scheme]
```

## Good: a token has none of these letters

```python title="app/links.py"
def link(name: str, token: str, domain: str) -> str:
    return f"shop://{name}:{token}@{domain}"
```

## References

`URL.create` of SQLAlchemy, `PostgresDsn.build` of pydantic.
"""

import re

from plumbrule.rulekit import (
    Edit,
    Finding,
    Fix,
    Function,
    Iterator,
    Project,
    Scoped,
    import_edit,
    is_surely,
    n,
    rule,
)

PASSWORD = re.compile(r"[a-z0-9+]+://[^/@\s]*:\0[^/@\s]*@", re.IGNORECASE)
QUOTED = re.compile(r"quote|escape|encode", re.IGNORECASE)
OTHERS = re.compile(r"(https?|wss?|rtsps?|s?ftps?|ssh|socks\w*)\b", re.IGNORECASE)
"""schemes behind which there is neither a database nor a broker"""


@rule(category="settings", severity="error")
def formatted_dsn(project: Project) -> Iterator[Finding]:
    for scope, text in ((scope, text) for scope, texts in project.find(n.FString) for text in texts):
        if is_unquoted_dsn(text) and not any(QUOTED.search(node.text) for node in values_of(scope, text)):
            yield Finding(
                at=text.span,
                message="a password with `@`, `/` or `:` breaks this URL",
                label="the parts are not quoted",
                help="put it together with `URL.create(…)` or `PostgresDsn.build(…)`, or quote the parts",
                fix=quoting(text, scope),
            )


def is_unquoted_dsn(text: n.FString) -> bool:
    """Whether a value stands where the password of a URL is; `\\0` marks values. Literals that stand side by
    side are one text.
    """
    if "://" not in text.text or isinstance(text.parent, n.FString):
        return False
    flat = "".join(str(p.value) if isinstance(p, n.Constant) else "\0" for p in text.parts)
    match = PASSWORD.search(flat if not flat.startswith("\0://") else "any" + flat[1:])
    password = password_of(text)
    if password is not None and password.text.lower().endswith("token"):
        return False  # made of letters that need no quotes
    schemes = (str(c.value) for c in text.parts[0].walk() if isinstance(c, n.Constant))
    return match is not None and not any(map(OTHERS.match, schemes))


def password_of(text: n.FString) -> n.Name | n.Attribute | None:
    """The plain value that stands where the password is."""
    for before, part, after in zip(text.parts, text.parts[1:], text.parts[2:], strict=False):
        if ends_with(before, ":") and isinstance(part, n.Name | n.Attribute) and starts_with(after, "@"):
            return part
    return None


def quoting(text: n.FString, scope: Scoped) -> Fix | None:
    """Quote what stands where the password is, as a text, never None, between one kind of quotes."""
    password = password_of(text)
    is_mixed = "\n" in text.text and {'"', "'"} <= set(text.text)
    if password is None or is_mixed or may_be_none(password, scope):
        return None
    empty = '""' if text.text.rstrip().endswith("'") else "''"
    given = password.text if is_surely("str", password, scope) else f"str({password.text})"
    quoted = Edit(password.span, f"quote({given}, safe={empty})")
    imports = import_edit(scope, "urllib.parse", "quote")
    return Fix((quoted, *imports), safe=False) if imports is not None else None


def may_be_none(password: n.Expr, scope: Scoped) -> bool:
    """Whether a value is a parameter whose default is None."""
    given = scope.parameters if isinstance(scope, Function) else ()
    nothing = (p.name for p in given if isinstance(p.default, n.Constant) and p.default.value is None)
    return password.text in nothing


def ends_with(part: n.Expr, end: str) -> bool:
    return isinstance(part, n.Constant) and str(part.value).endswith(end)


def starts_with(part: n.Expr, start: str) -> bool:
    return isinstance(part, n.Constant) and str(part.value).startswith(start)


def values_of(scope: object, text: n.FString) -> Iterator[n.Node]:
    """What is put in, and the assignments that the names in it come from."""
    bindings = getattr(scope, "bindings", {})
    for part in text.parts:
        yield part
        for name in part.walk():
            if isinstance(name, n.Name):
                yield from (binding.node for binding in bindings.get(name.id, ()))
