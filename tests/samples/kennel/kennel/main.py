import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kennel.api.deps import database
from kennel.api.v1 import keepers, login
from kennel.config import settings
from kennel.db import engine

logger = structlog.get_logger()


class KennelError(Exception):
    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.text, self.status = text, status


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.execute(text("SELECT 1"))
    yield
    await engine.dispose()


app = FastAPI(title="Kennel", lifespan=lifespan)
app.add_middleware(CORSMiddleware, allow_origins=settings.web_origins, allow_credentials=True)  # finds: cors-not-outermost
app.include_router(keepers.router, prefix="/v1")
app.include_router(login.router, prefix="/v1")


@app.middleware("http")  # finds: base-http-middleware
async def log_request(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    began = time.monotonic()
    response = await call_next(request)
    took = (time.monotonic() - began) * 1000
    logger.info("request", path=request.url.path, status=response.status_code, milliseconds=took)
    return response


@app.middleware("http")  # finds: base-http-middleware
async def partners_only(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    if "X-Partner" not in request.headers:
        return JSONResponse({"error": "Who is asking?"}, status_code=401)
    return await call_next(request)


@app.exception_handler(KennelError)
async def on_kennel_error(request: Request, error: KennelError) -> JSONResponse:
    return JSONResponse({"error": error.text}, status_code=error.status)


@app.exception_handler(Exception)  # finds: error-handler-outside-cors, partial-error-handlers
async def on_any_error(request: Request, error: Exception) -> JSONResponse:
    logger.exception("A request failed", path=request.url.path)  # finds: double-logged-exception
    return JSONResponse({"error": "Something broke"}, status_code=500)


@app.get("/healthz")  # finds: database-in-liveness
async def health(db: AsyncSession = Depends(database)) -> dict[str, str]:  # finds: default-style-dependency
    await db.execute(text("SELECT 1"))
    return {"status": "ok"}


@app.get("/paths")
async def paths() -> list[str]:
    return [route.path for route in app.routes]  # finds: router-walk
