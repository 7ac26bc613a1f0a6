"""A password whose spaces are cut off

A password that begins or ends with a space is another one after `strip`: whoever chose it
elsewhere, or by another client, cannot log in; whoever leaves the spaces out can.

## Bad: the whole schema strips

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

app = FastAPI()


class Registration(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)

    name: str
    password: str = Field(max_length=128)  # finding


@app.post("/users")
def register(body: Registration) -> str:
    return body.name
```

## Bad: the type strips

```python title="main.py"
from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, StringConstraints

app = FastAPI()


class Registration(BaseModel):
    password: Annotated[str, StringConstraints(strip_whitespace=True, max_length=128)]  # finding


@app.post("/users")
def register(body: Registration) -> None: ...
```

## Fixed

```python title="main.py"
from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, StringConstraints

app = FastAPI()


class Registration(BaseModel):
    password: Annotated[str, StringConstraints(strip_whitespace=False, max_length=128)]


@app.post("/users")
def register(body: Registration) -> None: ...
```

## Good: it is hashed before anything is cut off

```python title="main.py"
import hashlib

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, field_validator

app = FastAPI()


class Registration(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)

    password: str

    @field_validator("password", mode="before")
    @classmethod
    def hashed(cls, value: str) -> str:
        return hashlib.sha256(value.encode()).hexdigest()


@app.post("/users")
def register(body: Registration) -> None: ...
```

## Good: the password is left alone

```python title="main.py"
from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, StringConstraints

app = FastAPI()


class Registration(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)

    name: str
    password: Annotated[str, StringConstraints(strip_whitespace=False, max_length=128)]


Password = Annotated[str, StringConstraints(strip_whitespace=False, max_length=128)]


class Change(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)

    new_password: Password


class Profile(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)

    name: str
    password_hint: str


@app.post("/users")
def register(body: Registration, change: Change, profile: Profile) -> str:
    return body.name
```
"""

import re

from plumbrule.rulekit import Attribute, Edit, Finding, Fix, Iterator, Route, Schema, body_schemas, n, rule

PASSWORD = re.compile(r"(^|_)(passw(or)?d|passphrase)(_?(again|confirm\w*|repeat))?$")


@rule(category="security", severity="warning")
def stripped_password(route: Route) -> Iterator[Finding]:
    for schema in body_schemas(route):
        for name, field in schema.fields.items():
            if not PASSWORD.search(name) or is_taken_before(schema, name):
                continue
            given = stripping(field)
            if is_true(given) or (is_plain(field) and is_stripped_with_all(schema)):
                yield Finding(
                    at=field.span,
                    message=f"spaces around `{schema.name}.{name}` are cut off",
                    label="another password than the one that was typed",
                    help="add `StringConstraints(strip_whitespace=False)` to its type",
                    fix=None if given is None else Fix((Edit(given.span, "False"),), safe=False),
                )


def is_taken_before(schema: Schema, name: str) -> bool:
    """Whether a validator gets a field as it was sent."""
    decorators = (node.text for method in schema.cls.methods.values() for node in method.node.decorators)
    return any('"before"' in text and f'"{name}"' in text for text in decorators)


def stripping(field: Attribute) -> n.Expr | None:
    """What the type of a field says about its spaces."""
    calls = (node for node in field.annotation.walk() if isinstance(node, n.Call)) if field.annotation else ()
    found = (call.keyword("strip_whitespace") for call in calls)
    return next((value for value in found if value is not None), None)


def is_plain(field: Attribute) -> bool:
    """Whether a field is a text of no special type, which might leave its spaces alone."""
    words = set(re.findall(r"\w+", field.annotation.text if field.annotation else ""))
    return "str" in words and words <= {"str", "None", "Optional", "Union"}


def is_true(expr: n.Expr | None) -> bool:
    return isinstance(expr, n.Constant) and expr.value is True


def is_stripped_with_all(schema: Schema) -> bool:
    """Whether the schema strips every text."""
    return is_true(schema.config("str_strip_whitespace")) or is_true(schema.config("anystr_strip_whitespace"))
