[% set PATH = names.plural | upper %]
[% set ONE = names.singular | upper %]
[% set valid = ("await new_" ~ names.singular ~ "(ada)") if references else ONE %]
from uuid import uuid4

import pytest
from httpx2 import AsyncClient
[% for target in targets %]
from test_[[ target.folder ]] import create as create_[[ target.singular ]]
[% endfor %]

[[ PATH ]] = "/api/v1/[[ names.route ]]"
[% if plain %]
[[ ONE ]]: dict[str, object] = {
[% for field in plain %]
    "[[ field.name ]]": [[ field.values[0] ]],
[% endfor %]
}
CHANGES: dict[str, object] = {
[% for field in plain %]
    "[[ field.name ]]": [[ field.values[1] ]],
[% endfor %]
}
[% endif %]


[% if references %]
async def new_[[ names.singular ]](user: AsyncClient) -> dict[str, object]:
    """What [[ names.article | replace("_", " ") ]] is made from; what it refers to is there."""
[% for target in targets %]
    [[ target.singular ]] = await create_[[ target.singular ]](user)
[% endfor %]
    return {
[% if plain %]
        **[[ ONE ]],
[% endif %]
[% for field in references %]
        "[[ field.name ]]": [[ field.target.singular ]].rpartition("/")[2],
[% endfor %]
    }


[% endif %]
async def create(client: AsyncClient) -> str:
    response = await client.post([[ PATH ]], json=[[ valid | replace("(ada)", "(client)") ]])
    assert response.status_code == 201
    location: str = response.headers["Location"]
    return location


[% if plain %]
async def test_[[ names.article ]]_can_be_created_read_updated_and_deleted(ada: AsyncClient) -> None:
    [[ names.singular ]] = await create(ada)
    read = (await ada.get([[ names.singular ]])).json()
    assert read == read | [[ ONE ]]

    assert (await ada.patch([[ names.singular ]], json=CHANGES)).status_code == 200
    read = (await ada.get([[ names.singular ]])).json()
    assert read == read | CHANGES
[% else %]
async def test_[[ names.article ]]_can_be_created_read_and_deleted(ada: AsyncClient) -> None:
    [[ names.singular ]] = await create(ada)
    assert (await ada.get([[ names.singular ]])).status_code == 200
[% endif %]

    assert (await ada.delete([[ names.singular ]])).status_code == 204
    assert (await ada.get([[ names.singular ]])).status_code == 404


async def test_a_list_is_paged_and_newest_first(ada: AsyncClient) -> None:
    created = [await create(ada) for _ in range(3)]

    page = (await ada.get([[ PATH ]], params={"limit": 2})).json()

    listed = [f"{[[ PATH ]]}/{item['id']}" for item in page["items"]]
    assert listed == [created[2], created[1]]
    assert page["total"] == 3


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_the_[[ names.singular ]]_of_another_user_is_not_found(ada: AsyncClient, bob: AsyncClient, method: str) -> None:
    [[ names.singular ]] = await create(ada)
    before = (await ada.get([[ names.singular ]])).json()
    response = await bob.request(method, [[ names.singular ]], json=[% if plain %]CHANGES[% else %]{}[% endif %] if method == "PATCH" else None)
    assert response.status_code == 404
    assert (await ada.get([[ names.singular ]])).json() == before


async def test_a_list_holds_only_the_[[ names.plural ]]_of_the_caller(ada: AsyncClient, bob: AsyncClient) -> None:
    await create(ada)
    assert (await bob.get([[ PATH ]])).json()["items"] == []


async def test_an_unknown_[[ names.singular ]]_is_not_found(ada: AsyncClient) -> None:
    assert (await ada.get(f"{[[ PATH ]]}/{uuid4()}")).status_code == 404
[% if bounds %]


async def test_[[ names.article ]]_has_bounds(ada: AsyncClient) -> None:
    good = [[ valid ]]
    [[ names.singular ]] = await create(ada)
    bounds: list[dict[str, object]] = [
[% for name, value in bounds %]
        {"[[ name ]]": [[ value ]]},
[% endfor %]
    ]
    for bad in bounds:
        assert (await ada.post([[ PATH ]], json=good | bad)).status_code == 422, bad
        assert (await ada.patch([[ names.singular ]], json=bad)).status_code == 422, bad
    assert (await ada.patch([[ names.singular ]], json={"owner_id": str(uuid4())})).status_code == 422
[% endif %]
[% if required %]


async def test_null_is_refused_where_a_value_is_needed(ada: AsyncClient) -> None:
    [[ names.singular ]] = await create(ada)
    for field in ["[[ required | join('", "', attribute="name") ]]"]:
        assert (await ada.patch([[ names.singular ]], json={field: None})).status_code == 422, field
[% endif %]
[% if optional %]


async def test_null_takes_away_what_may_be_missing(ada: AsyncClient) -> None:
    [[ names.singular ]] = await create(ada)
    for field in ["[[ optional | join('", "', attribute="name") ]]"]:
        assert (await ada.patch([[ names.singular ]], json={field: None})).status_code == 200, field
        assert (await ada.get([[ names.singular ]])).json()[field] is None
[% endif %]
[% if references %]


@pytest.mark.parametrize("field", [[ '["' ~ (references | join('", "', attribute="name")) ~ '"]' ]])
async def test_what_another_user_owns_cannot_be_referred_to(ada: AsyncClient, bob: AsyncClient, field: str) -> None:
    own = await new_[[ names.singular ]](ada)
    foreign = await new_[[ names.singular ]](bob)
    created = await ada.post([[ PATH ]], json={**own, field: foreign[field]})
    assert created.status_code == 422

    [[ names.singular ]] = await create(ada)
    assert (await ada.patch([[ names.singular ]], json={field: foreign[field]})).status_code == 422
    assert (await ada.patch([[ names.singular ]], json={field: own[field]})).status_code == 200
[% endif %]
