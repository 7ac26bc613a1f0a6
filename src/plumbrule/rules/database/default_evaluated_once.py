"""A default that is worked out once, when the file is imported

`default=datetime.now()` runs when the class is made: every row gets the time
at which the server started. `default=uuid4()` gives every row the same id.

## Bad

```python title="app/models.py"
from datetime import UTC, datetime
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=datetime.now(UTC))  # finding


class Draft(BaseModel):
    key: UUID = Field(default=uuid4())  # finding
    made_at: datetime = datetime.now(UTC)  # finding
```

## Fixed

```python title="app/models.py"
from datetime import UTC, datetime
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))


class Draft(BaseModel):
    key: UUID = Field(default_factory=uuid4)
    made_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
```

## Bad: somewhere in a longer default

```python title="app/tokens.py"
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel


class Claims(BaseModel):
    iat: float = datetime.timestamp(datetime.now(UTC))  # finding
    exp: datetime = datetime.now(UTC) + timedelta(minutes=5)  # finding
```

## Good: worked out for each row

```python title="app/models.py"
from datetime import UTC, date, datetime
from functools import partial
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(default=partial(datetime.now, UTC))


class Draft(BaseModel):
    key: UUID = Field(default_factory=uuid4)
    since: date = date(2020, 1, 1)
```

## Good: settings, of which there is one object

```python title="app/config.py"
import secrets

from pydantic import BaseModel
from pydantic_settings import BaseSettings


class Keys(BaseModel):
    signing: str = secrets.token_urlsafe(32)


class Settings(BaseSettings, Keys):
    name: str = "shop"
```
"""

from plumbrule.rulekit import Call, Class, Edit, Finding, Fix, Iterator, Project, n, rule

CHANGING = (
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "uuid.uuid1",
    "uuid.uuid4",
    "time.time",
    "secrets.token_hex",
    "secrets.token_urlsafe",
)
COLUMNS = ("Column", "mapped_column", "Field")
BASES = ("pydantic.BaseModel", "sqlmodel.SQLModel")


@rule(category="database", severity="error")
def default_evaluated_once(project: Project) -> Iterator[Finding]:
    scopes = dict.fromkeys(call.caller for call in project.calls_to(*CHANGING))
    for cls in (scope for scope in scopes if isinstance(scope, Class)):
        for attribute in cls.attributes.values() if is_model(cls) else ():
            value = attribute.value if attribute.method is None and not is_made_once(cls) else None
            column = column_in(cls, value)
            plain = value if column is None and attribute.annotation is not None else None
            changing = default_of(cls, column) if column is not None else made_in(cls, plain)
            if changing is not None:
                yield Finding(
                    at=changing.span,
                    message=f"`{cls.name}.{attribute.name}` has the same default until the server restarts",
                    label="runs once, at import",
                    help="give the function, not its result",
                    fix=later(column, changing),
                )


def is_model(cls: Class) -> bool:
    """Whether the attributes of a class are fields or columns."""
    project = cls.project
    return project.schema_of(cls) is not None or project.table_of(cls) is not None or cls.is_a(*BASES)


def is_made_once(cls: Class) -> bool:
    """Whether the class is a part of settings: there is one object, for as long as the server runs."""
    return any(cls in settings.cls.ancestors for settings in cls.project.settings)


def column_in(cls: Class, value: n.Expr | None) -> Call | None:
    """The call that makes a column, or describes a field."""
    call = cls.call(value) if isinstance(value, n.Call) else None
    return call if call is not None and call.name.rpartition(".")[2] in COLUMNS else None


def made_in(cls: Class, value: n.Expr | None) -> Call | None:
    """The call in a plain default whose result changes; what a `lambda` holds is called later."""
    parts = (part for part in value.walk() if isinstance(part, n.Call)) if value is not None else ()
    calls = (cls.call(part) for part in parts if not any(isinstance(p, n.Lambda) for p in part.parents))
    return next((call for call in calls if call.name in CHANGING), None)


def default_of(cls: Class, column: Call) -> Call | None:
    """The call in `default=` or `onupdate=` whose result changes from row to row."""
    last = column.name.rpartition(".")[2]
    value = column.keyword("default") or column.keyword("onupdate")
    if value is None and last == "Field" and column.args:
        value = column.args[0]
    found = cls.call(value) if isinstance(value, n.Call) else None
    return found if found is not None and found.name in CHANGING else None


def later(column: Call | None, changing: Call) -> Fix | None:
    """The same call, made when it is needed."""
    factory = (
        f"lambda: {changing.node.text}" if changing.args or changing.keywords else changing.node.func.text
    )
    if column is None:
        is_whole = isinstance(changing.node.parent, n.Assign)
        if not is_whole or changing.module.member("Field") is None:
            return None
        return Fix((Edit(changing.span, f"Field(default_factory={factory})"),), safe=False)
    keyword = changing.node.parent
    is_field = column.name.rpartition(".")[2] == "Field"
    if is_field and isinstance(keyword, n.Keyword):
        return Fix((Edit(keyword.span, f"default_factory={factory}"),), safe=False)
    return None if is_field else Fix((Edit(changing.span, factory),), safe=False)
