import pytest
from httpx import AsyncClient


@pytest.mark.asyncio
async def test_a_keeper_is_hired(client: AsyncClient) -> None:
    answer = await client.post("/v1/keepers", json={"email": "k@kennel.example", "nickname": "K", "password": "bone-or-ball"})
    assert answer.status_code == 201
