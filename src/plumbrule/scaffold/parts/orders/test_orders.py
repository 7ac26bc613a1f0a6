from uuid import uuid4

import pytest
from httpx2 import AsyncClient

ORDERS = "/api/v1/orders"


async def create(client: AsyncClient, product: str = "lamp") -> str:
    response = await client.post(ORDERS, json={"product": product, "quantity": 2})
    assert response.status_code == 201
    location: str = response.headers["Location"]
    return location


async def test_an_order_can_be_created_read_updated_and_deleted(ada: AsyncClient) -> None:
    order = await create(ada)
    assert (await ada.get(order)).json()["product"] == "lamp"

    updated = await ada.patch(order, json={"status": "shipped"})
    assert (updated.json()["status"], updated.json()["quantity"]) == ("shipped", 2)

    assert (await ada.delete(order)).status_code == 204
    assert (await ada.get(order)).status_code == 404


async def test_a_list_is_paged_and_newest_first(ada: AsyncClient) -> None:
    for product in ("lamp", "desk", "chair"):
        await create(ada, product)

    page = (await ada.get(ORDERS, params={"limit": 2})).json()

    assert [order["product"] for order in page["items"]] == ["chair", "desk"]
    assert page["total"] == 3


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_the_order_of_another_user_is_not_found(
    ada: AsyncClient, bob: AsyncClient, method: str
) -> None:
    order = await create(ada)
    response = await bob.request(method, order, json={"quantity": 3} if method == "PATCH" else None)
    assert response.status_code == 404
    assert (await ada.get(order)).json()["quantity"] == 2


async def test_a_list_holds_only_the_orders_of_the_caller(ada: AsyncClient, bob: AsyncClient) -> None:
    await create(ada)
    assert (await bob.get(ORDERS)).json()["items"] == []


async def test_an_unknown_order_is_not_found(ada: AsyncClient) -> None:
    assert (await ada.get(f"{ORDERS}/{uuid4()}")).status_code == 404


async def test_null_is_refused_where_a_value_is_needed(ada: AsyncClient) -> None:
    order = await create(ada)
    assert (await ada.patch(order, json={"product": None})).status_code == 422
    assert (await ada.patch(order, json={"note": None})).status_code == 200


async def test_an_order_has_bounds(ada: AsyncClient) -> None:
    order = await create(ada)
    good = {"product": "lamp", "quantity": 2}
    for bad in (
        {"product": ""},
        {"product": "p" * 201},
        {"quantity": 0},
        {"quantity": 1_000_001},
        {"note": "n" * 2_001},
    ):
        assert (await ada.post(ORDERS, json=good | bad)).status_code == 422, bad
        assert (await ada.patch(order, json=bad)).status_code == 422, bad
    assert (await ada.patch(order, json={"owner_id": str(uuid4())})).status_code == 422
