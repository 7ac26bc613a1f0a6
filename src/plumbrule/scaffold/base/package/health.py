"""Liveness asks whether the process runs, readiness whether it can serve."""

from typing import Literal

from fastapi import FastAPI, Request
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from [[ package ]].database import Database, DatabaseUnavailable


class Health(BaseModel):
    status: Literal["ok"] = "ok"


async def is_alive() -> Health:
    # No database here: its outage must not restart every process (plumb explain database-in-liveness).
    return Health()


async def is_ready(request: Request) -> Health:
    database: Database = request.state.database
    try:
        await database.ping(timeout_seconds=1.5)
    except (TimeoutError, SQLAlchemyError) as error:
        raise DatabaseUnavailable from error
    return Health()


def register(app: FastAPI) -> None:
    app.add_api_route("/livez", is_alive, tags=["health"])
    app.add_api_route("/readyz", is_ready, tags=["health"])
