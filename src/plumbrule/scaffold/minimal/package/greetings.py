"""An example to replace: a route, what it takes and what it gives."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

router = APIRouter(prefix="/greetings", tags=["greetings"])


class Greeting(BaseModel):
    message: str


@router.get("/{name}")
async def read_greeting(name: Annotated[str, Path(max_length=100)]) -> Greeting:
    return Greeting(message=f"Hello, {name}!")
