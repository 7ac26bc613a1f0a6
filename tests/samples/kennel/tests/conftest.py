import pytest_asyncio
from httpx import ASGITransport, AsyncClient

from kennel.db import NewSession
from kennel.main import app


@pytest_asyncio.fixture
async def client():
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://kennel") as client:
        yield client


@pytest_asyncio.fixture
async def db():
    async with NewSession() as db:
        yield db
        await db.rollback()  # finds: rollback-that-isolates-nothing
