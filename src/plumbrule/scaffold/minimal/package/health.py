from typing import Literal

from fastapi import FastAPI
from pydantic import BaseModel


class Health(BaseModel):
    status: Literal["ok"] = "ok"


async def is_alive() -> Health:
    return Health()


def register(app: FastAPI) -> None:
    app.add_api_route("/livez", is_alive, tags=["health"])
