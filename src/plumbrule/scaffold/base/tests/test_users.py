from uuid import uuid4

import pytest
from conftest import PASSWORD, Serve
from httpx2 import AsyncClient

from [[ package ]].settings import Settings
from [[ package ]].users.promote import promote

USERS = "/api/v1/users"
ME = f"{USERS}/me"


async def test_users_read_and_rename_themselves(ada: AsyncClient) -> None:
    assert (await ada.get(ME)).json()["email"] == "ada@example.com"
    assert (await ada.patch(ME, json={"name": "Ada Lovelace"})).json()["name"] == "Ada Lovelace"
    assert (await ada.patch(ME, json={})).json() == (await ada.get(ME)).json()
    assert (await ada.get(ME)).json()["name"] == "Ada Lovelace"


async def test_users_show_what_they_may_and_no_more(ada: AsyncClient, admin: AsyncClient) -> None:
    users = [(await ada.get(ME)).json(), (await ada.patch(ME, json={})).json()]
    users += (await admin.get(USERS)).json()["items"]
    assert {tuple(sorted(user)) for user in users} == {("created_at", "email", "id", "name", "role")}


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"name": "a" * 101}, {"name": None}, {"role": "admin"}], ids=str
)
async def test_users_cannot_become_what_they_like(ada: AsyncClient, changes: dict[str, object]) -> None:
    assert (await ada.patch(ME, json=changes)).status_code == 422
    assert (await ada.get(ME)).json()["role"] == "member"


async def test_members_neither_see_nor_delete_others(ada: AsyncClient, bob: AsyncClient) -> None:
    bobs_id = (await bob.get(ME)).json()["id"]
    assert (await ada.get(USERS)).status_code == 403
    assert (await ada.delete(f"{USERS}/{bobs_id}")).status_code == 403
    assert (await bob.get(ME)).status_code == 200


async def test_administrators_list_and_delete_users(admin: AsyncClient, ada: AsyncClient) -> None:
    page = (await admin.get(USERS, params={"limit": 1, "offset": 1})).json()
    assert page["total"] == 2
    assert [user["email"] for user in page["items"]] == ["ada@example.com"]

    assert (await admin.delete(f"{USERS}/{page['items'][0]['id']}")).status_code == 204
    assert (await ada.get(ME)).status_code == 401


async def test_an_unknown_user_is_not_found(admin: AsyncClient) -> None:
    assert (await admin.delete(f"{USERS}/{uuid4()}")).status_code == 404


async def test_administrators_are_made_on_the_command_line(
    serve: Serve, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = settings.database.url.get_secret_value()
    monkeypatch.setenv("[[ prefix ]]_DATABASE__URL", url)
    account = {"email": "grace@example.com", "password": PASSWORD, "name": "Grace"}
    form = {"username": account["email"], "password": PASSWORD}
    async with serve() as client:
        await client.post("/api/v1/auth/register", json=account)
        token = (await client.post("/api/v1/auth/login", data=form)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"

        assert not await promote("nobody@example.com")
        assert (await client.get(ME)).json()["role"] == "member"
        assert await promote("Grace@example.com")
        assert (await client.get(ME)).json()["role"] == "admin"

        assert (await client.delete(ME)).status_code == 204
