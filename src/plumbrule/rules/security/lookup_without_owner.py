"""A service that is made for one owner looks something up without him

The class holds whose things it may touch, and puts that into its rows and
queries. One lookup asks for the id alone: whoever knows an id, or guesses it,
gets what belongs to somebody else.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Room(Base):
    __tablename__ = "rooms"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]


class Stay(Base):
    __tablename__ = "stays"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    room_id: Mapped[int]


class NewStay(BaseModel):
    room_id: int


class StayService:
    def __init__(self, session: AsyncSession, owner_id: int) -> None:
        self.session = session
        self.owner_id = owner_id

    async def newest(self) -> Stay | None:
        return await self.session.scalar(select(Stay).where(Stay.owner_id == self.owner_id).limit(1))

    async def find(self, stay_id: int) -> Stay | None:
        return await self.session.scalar(select(Stay).where(Stay.id == stay_id))  # finding

    async def create(self, new: NewStay) -> None:
        if await self.session.scalar(select(Room.id).where(Room.id == new.room_id)):  # finding
            self.session.add(Stay(owner_id=self.owner_id, room_id=new.room_id))

    async def delete(self, stay_id: int) -> None:
        await self.session.delete(await self.session.get(Stay, stay_id))  # finding


def stay_service(token: Annotated[object, Depends(HTTPBearer())]) -> StayService: ...


Stays = Annotated[StayService, Depends(stay_service)]


@app.get("/stays/{stay_id}")
async def read_stay(stay_id: int, stays: Stays) -> str:
    return str(await stays.find(stay_id))


@app.post("/stays")
async def create_stay(new: NewStay, stays: Stays) -> None:
    await stays.create(new)


@app.delete("/stays/{stay_id}")
async def delete_stay(stay_id: int, stays: Stays) -> None:
    await stays.delete(stay_id)
```

## Good: a method of the same service asks for the owner first, or afterwards

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Stay(Base):
    __tablename__ = "stays"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    is_open: Mapped[bool]


class StayService:
    def __init__(self, session: AsyncSession, owner_id: int) -> None:
        self.session = session
        self.owner_id = owner_id

    def own(self) -> Select[Stay]:
        return select(Stay).where(Stay.owner_id == self.owner_id)

    async def close(self, stay_id: int) -> None:
        if await self.session.scalar(self.own().where(Stay.id == stay_id)) is None:
            raise HTTPException(404)
        await self.session.execute(update(Stay).where(Stay.id == stay_id).values(is_open=False))

    async def read(self, stay_id: int) -> Stay:
        stay = await self.find(stay_id)
        if stay is None or stay.owner_id != self.owner_id:
            raise HTTPException(404)
        return stay

    async def find(self, stay_id: int) -> Stay | None:
        return await self.session.get(Stay, stay_id)


def stay_service(token: Annotated[object, Depends(HTTPBearer())]) -> StayService: ...


Stays = Annotated[StayService, Depends(stay_service)]


@app.get("/stays/{stay_id}")
async def read_stay(stay_id: int, stays: Stays) -> str:
    return str(await stays.read(stay_id))


@app.post("/stays/{stay_id}/close")
async def close_stay(stay_id: int, stays: Stays) -> None:
    await stays.close(stay_id)
```

"""

from plumbrule.rulekit import (
    Finding,
    Function,
    Iterator,
    Project,
    Route,
    Step,
    is_for_administrators,
    lookups_without_held_owner,
    n,
    rule,
    way_from_route,
)


@rule(category="security", severity="warning", confidence="medium", needs="sqlalchemy")
def lookup_without_owner(project: Project) -> Iterator[Finding]:
    for method, place, given, owner, other in lookups_without_held_owner(project):
        way = way_from_route(method, given.id) if isinstance(given, n.Name) else None
        if way is None and isinstance(given, n.Name):
            continue
        route = way[0] if way is not None else next(iter(routes_to(method)), None)
        if route is None or is_for_administrators(route) or is_read_before(given.text, route):
            continue
        yield Finding(
            at=place.span,
            message=f"`{given.text}` is looked up without `{owner}`",
            label=f"`{other.label}` reads it, `{method.label}` does not",
            help="put it into the query",
            chain=(Step(route.label, route.span),),
        )


def is_read_before(name: str, route: Route) -> bool:
    """Whether a dependency of a route looks at an id before the handler does."""
    return any(name in dependency.reads for dependency in route.dependencies)


def routes_to(method: Function) -> list[Route]:
    """The routes whose handlers call a method."""
    callers = (call.scope for call in method.callers_in_code)
    return [route for caller in callers if isinstance(caller, Function) for route in caller.routes]
