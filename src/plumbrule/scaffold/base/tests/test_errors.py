from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from conftest import PASSWORD
from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient, Response
from sqlalchemy.exc import OperationalError

from [[ package ]].auth.models import LoginSession
from [[ package ]].database import Session, utc_now

REGISTER = "/api/v1/auth/register"


def assert_problem(response: Response, status: int) -> None:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["request_id"] == response.headers["X-Request-ID"]


async def test_an_unknown_path_is_a_problem(anonymous: AsyncClient) -> None:
    assert_problem(await anonymous.get("/nowhere"), 404)


async def test_a_wrong_method_is_a_problem_that_names_the_right_one(anonymous: AsyncClient) -> None:
    response = await anonymous.delete("/livez")
    assert_problem(response, 405)
    assert response.headers["Allow"] == "GET"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
async def test_a_body_that_is_no_json_is_a_problem(anonymous: AsyncClient, content_type: str) -> None:
    response = await anonymous.post(REGISTER, content=b'{"email":', headers={"Content-Type": content_type})
    assert_problem(response, 422)


async def test_invalid_input_is_explained_and_not_echoed(anonymous: AsyncClient) -> None:
    response = await anonymous.post(REGISTER, json={"email": "not-an-email", "password": PASSWORD})
    assert_problem(response, 422)
    errors = response.json()["errors"]
    assert {error["location"] for error in errors} == {"body.email", "body.name"}
    assert all(error.keys() == {"location", "message", "type"} for error in errors)
    assert PASSWORD not in response.text
    assert "not-an-email" not in response.text


async def test_an_http_exception_keeps_its_status_detail_and_headers(
    app: FastAPI, anonymous: AsyncClient
) -> None:
    async def closed() -> None:
        raise HTTPException(503, "Back at noon.", {"Retry-After": "60"})

    app.add_api_route("/closed", closed)
    response = await anonymous.get("/closed")
    assert_problem(response, 503)
    assert response.json()["detail"] == "Back at noon."
    assert response.headers["Retry-After"] == "60"


async def test_an_unexpected_exception_keeps_its_text_to_itself(app: FastAPI, anonymous: AsyncClient) -> None:
    async def broken() -> None:
        raise RuntimeError("a secret of the house")

    app.add_api_route("/broken", broken)
    response = await anonymous.get("/broken")
    assert_problem(response, 500)
    assert "a secret of the house" not in response.text


async def test_a_constraint_that_nobody_expected_is_our_error(app: FastAPI, anonymous: AsyncClient) -> None:
    async def orphan(session: Session) -> None:
        session.add(LoginSession(user_id=uuid4(), refresh_token_hash="", expires_at=utc_now()))
        await session.flush()

    app.add_api_route("/orphan", orphan)
    response = await anonymous.get("/orphan")
    assert_problem(response, 500)
    assert "sessions" not in response.text


async def test_a_lost_connection_is_not_our_error(app: FastAPI, anonymous: AsyncClient) -> None:
    async def lost() -> None:
        raise OperationalError("SELECT 1", {}, ConnectionResetError())

    app.add_api_route("/lost", lost)
    assert_problem(await anonymous.get("/lost"), 503)


async def test_a_response_that_has_begun_is_cut_off(app: FastAPI, anonymous: AsyncClient) -> None:
    async def half() -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            yield "the first line"
            raise RuntimeError("no second line")

        return StreamingResponse(lines())

    app.add_api_route("/half", half, response_model=None)
    with pytest.raises(RuntimeError, match="no second line"):
        await anonymous.get("/half")
