from httpx2 import AsyncClient


async def test_a_greeting_names_the_caller(client: AsyncClient) -> None:
    response = await client.get("/api/v1/greetings/Ada")
    assert response.json() == {"message": "Hello, Ada!"}


async def test_a_name_has_a_limit(client: AsyncClient) -> None:
    response = await client.get("/api/v1/greetings/" + "a" * 101)
    assert response.status_code == 422
