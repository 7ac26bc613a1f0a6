from collections.abc import AsyncIterator

import httpx2
import pytest

from probes.callers import Caller, sign_up
from servers.service import Service


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the shared service."""
    async with service.client() as client:
        yield client


@pytest.fixture(scope="session")
async def caller(service: Service) -> Caller:
    """Somebody whom tests share: to be left with an account and a session."""
    async with service.client() as client:
        return await sign_up(client)


@pytest.fixture
async def newcomer(client: httpx2.AsyncClient) -> Caller:
    """Somebody new with nothing but an account and a session, which may be taken away."""
    return await sign_up(client)
