"""An address that is stored whatever it is

`email: str` takes `not-an-email` as well as a text of a megabyte. Mail to it bounces, its
owner cannot log in again, and the address is compared case by case.

## Bad

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class UserCreate(BaseModel):
    name: str
    email: str  # finding


@app.post("/users")
def create_user(user: UserCreate) -> str:
    return user.name
```

## Bad: with the package that checks

```text title="requirements.txt"
email-validator==2.3.0
```

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class UserCreate(BaseModel):
    email: str  # finding


@app.post("/users")
def create_user(user: UserCreate) -> None: ...
```

## Fixed

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel, EmailStr

app = FastAPI()


class UserCreate(BaseModel):
    email: EmailStr


@app.post("/users")
def create_user(user: UserCreate) -> None: ...
```

## Good: checked, only looked up, or an answer

```python title="main.py"
from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, EmailStr, Field, field_validator

app = FastAPI()


class UserCreate(BaseModel):
    email: EmailStr


class Invitation(BaseModel):
    email: str = Field(pattern=r"^[^@\\s]+@[^@\\s]+$", max_length=320)


class Guest(BaseModel):
    email: str

    @field_validator("email")
    @classmethod
    def check(cls, value: str) -> str:
        if "@" not in value:
            raise ValueError("no address")
        return value.lower()


class Login(BaseModel):
    email: str
    password: Annotated[str, Field(max_length=128)]


class UserOut(BaseModel):
    email: str


@app.post("/users")
def create_user(user: UserCreate, invited: Invitation, guest: Guest) -> UserOut:
    return UserOut(email=user.email + invited.email + guest.email)


@app.post("/login")
def log_in(login: Login) -> str:
    return login.email
```
"""

import re

from plumbrule.rulekit import (
    Attribute,
    Edit,
    File,
    Finding,
    Fix,
    Iterator,
    Project,
    body_schemas,
    import_edit,
    is_bounded,
    n,
    rule,
)

EMAIL = re.compile(r"^(user_|contact_|work_|owner_)?e_?mail(_address)?$")
CHECKS = [
    re.compile(word.encode())
    for word in (
        r"valid\w*email",
        r"check\w*email",
        r"verify\w*email",
        r"email\w*(valid|regex|pattern|re\b)",
        r"is_?email",
    )
]
"""one by one, each is searched for by its first letters"""
LOOKS_UP = re.compile(
    r"log_?in|sign_?in|credential|forgot|reset|recover|verif|search|filter|token|lookup", re.IGNORECASE
)


@rule(category="security", severity="warning")
def unvalidated_email(project: Project) -> Iterator[Finding]:
    found = list(unchecked(project))
    if found and not any(module.file.once(has_check) for module in project.code_modules):
        yield from found  # nor by hand, somewhere


def has_check(file: File) -> bool:
    """Whether a file speaks of a check."""
    small = file.source.text.lower()
    return b"email" in small and any(check.search(small) for check in CHECKS)


def unchecked(project: Project) -> Iterator[Finding]:
    """The addresses in what clients send that no schema checks."""
    seen: set[str] = set()
    for route in project.code_routes:
        if not {"POST", "PUT", "PATCH"} & set(route.methods) or LOOKS_UP.search(route.path):
            continue
        for schema in body_schemas(route):
            if schema.cls.qualified_name in seen or LOOKS_UP.search(schema.name):
                continue
            seen.add(schema.cls.qualified_name)
            for name, field in schema.fields.items():
                if EMAIL.search(name) and str(field.span) not in seen and not is_bounded(schema, name):
                    seen.add(str(field.span))
                    yield Finding(
                        at=field.span,
                        message=f"`{schema.name}.{name}` may be any text",
                        label=f"{route.label} takes it",
                        help="make it an `EmailStr`",
                        fix=checking(field),
                    )


def checking(field: Attribute) -> Fix | None:
    """Make it an `EmailStr`, if the package that checks is there."""
    module, plain = field.cls.module, field.annotation
    if not module.project.uses("email-validator") or not isinstance(plain, n.Name) or plain.id != "str":
        return None
    imports = import_edit(field.cls, "pydantic", "EmailStr")
    return Fix((Edit(plain.span, "EmailStr"), *imports), safe=False) if imports is not None else None
