"""A password of any length

The body of a login or registration may carry a password of megabytes, and all of it is
validated, copied and hashed. bcrypt cuts it after 72 bytes or refuses it with an error.

The fix is unsafe: who has a longer password than it allows cannot use it any more.

## Bad: a type alone

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel, SecretStr

app = FastAPI()


class PasswordChange(BaseModel):
    old_password: SecretStr  # finding
    new_password: str  # finding


@app.post("/users/me/password")
def change(body: PasswordChange) -> None:
    print(len(body.new_password))
```

## Bad

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Registration(BaseModel):
    name: str
    password: str = Field(min_length=12)  # finding
    redirect_url: str = "/"


@app.post("/users")
def register(body: Registration) -> str:
    return body.name
```

## Fixed

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Registration(BaseModel):
    name: str
    password: str = Field(min_length=12, max_length=128)
    redirect_url: str = "/"


@app.post("/users")
def register(body: Registration) -> str:
    return body.name
```

## Bad: said of the class that declares it

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Login(BaseModel):
    password: str  # finding


class Registration(Login):
    name: str


@app.post("/login")
def login(data: Login) -> None: ...


@app.post("/users")
def register(data: Registration) -> None: ...
```

## Good: a greatest length, a validator, no request, or the password of another system

```python title="main.py"
from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, Field, field_validator

app = FastAPI()
Password = Annotated[str, Field(min_length=12, max_length=128)]


class Registration(BaseModel):
    password: Password
    password_again: str = Field(max_length=128)


class Change(BaseModel):
    new_password: str

    @field_validator("new_password")
    @classmethod
    def check(cls, value: str) -> str:
        if not 12 <= len(value) <= 128:
            raise ValueError("12 to 128 characters")
        return value


class Mailbox(BaseModel):
    password: str


class Mail(BaseModel):
    host: str
    password: str


@app.post("/users")
def register(body: Registration, change: Change) -> int:
    return len(Mailbox(password=body.password).password + change.new_password)


@app.put("/settings/mail")
def set_mail(settings: Mail) -> str:
    return settings.host
```
"""

import re

from plumbrule.rulekit import (
    Edit,
    Finding,
    Fix,
    Iterator,
    Module,
    Project,
    Schema,
    body_schemas,
    is_bounded,
    n,
    rule,
)

PASSWORD = re.compile(
    r"^((new|old|current|plain|user|repeat|confirm)_?)?passw(or)?d(_?(again|confirm\w*|repeat))?$"
)

HASHERS = ("passlib", "pwdlib", "bcrypt", "argon2", "argon2-cffi", "fastapi_users")
IDENTITY = ("supabase", "firebase_admin", "keycloak", "python-keycloak", "auth0", "workos", "stytch")
"""services that keep the passwords"""
OTHERS = re.compile(r"Settings|Config|Connection|Database|Server|SMTP|SSH|LDAP|Credential", re.IGNORECASE)
PLACE = re.compile(
    r"(^|_)(host(name)?|port|ip(_?address)?|server|db_?name|database)$|^(base_?)?url$", re.IGNORECASE
)
"""what a password of another system stands beside"""


@rule(category="security", severity="warning")
def unbounded_password(project: Project) -> Iterator[Finding]:
    found = list(unmeasured(project))
    if found and any(map(project.uses, IDENTITY)) and not any(map(project.uses, HASHERS)):
        return  # nothing here hashes them
    if found and not any(measures(module) for module in project.mentioning(b"passw")):
        yield from found  # nor is the length asked by hand, somewhere


def unmeasured(project: Project) -> Iterator[Finding]:
    """The passwords in what clients send that no schema bounds."""
    every = (schema for route in project.code_routes for schema in body_schemas(route))
    schemas = {schema.cls.qualified_name: schema for schema in every if not is_of_another_system(schema)}
    for schema in schemas.values():
        for name, field in schema.fields.items():
            inherited = field.cls is not schema.cls and field.cls.qualified_name in schemas
            if inherited or not PASSWORD.search(name):
                continue
            if not is_bounded(schema, name):
                yield Finding(
                    at=field.span,
                    message=f"`{schema.name}.{name}` may be of any length",
                    label="no `max_length`",
                    help="add `Field(max_length=128)`",
                    fix=bounding(schema, name),
                )


def is_of_another_system(schema: Schema) -> bool:
    """Whether the password is one to sign in elsewhere with: nothing here hashes it."""
    return bool(OTHERS.search(schema.name)) or any(map(PLACE.search, schema.fields))


def measures(module: Module) -> bool:
    """Whether a function compares the length of a password."""
    texts = (node.text for function in module.functions for node in function.find(n.Compare))
    return any("len(" in text and "passw" in text and ">" in text for text in texts)


def bounding(schema: Schema, name: str) -> Fix | None:
    """Bound the length, where there is a `Field(…)` already."""
    call = schema.field_call(name)
    if call is None or not call.keywords or not isinstance(call.node, n.Call):
        return None
    return Fix((Edit(*call.added("max_length=128")),), safe=False)
