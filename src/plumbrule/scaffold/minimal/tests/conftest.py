from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from [[ package ]].main import create_app
from [[ package ]].settings import Settings


@pytest.fixture
def settings() -> Settings:
    return Settings(_env_file=None, cors_origins=["https://app.example.com"])


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return create_app(settings)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="https://test") as client:
        yield client
