import logging
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import orjson
import pytest
import structlog
from conftest import PASSWORD, Serve
from fastapi import FastAPI
from httpx2 import AsyncClient
from pydantic import SecretStr

from [[ package ]].auth.models import LoginSession
from [[ package ]].database import Session, utc_now
from [[ package ]].main import create_app
from [[ package ]].settings import Environment, LogSettings, Settings

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    def lines() -> list[dict[str, Any]]:
        written = [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]
        return [line for line in written if line["logger"] != "httpx2"]  # the client's own

    return lines


async def metrics(client: AsyncClient) -> str:
    return (await client.get("/metrics")).text


async def test_a_sane_request_id_of_the_caller_is_kept(anonymous: AsyncClient) -> None:
    response = await anonymous.get("/livez", headers={"X-Request-ID": "trace-1.A_b"})
    assert response.headers["X-Request-ID"] == "trace-1.A_b"


async def test_any_other_request_id_is_replaced(anonymous: AsyncClient) -> None:
    for given in ("", "a" * 65, "one two", 'a","level":"error'):
        response = await anonymous.get("/livez", headers={"X-Request-ID": given})
        assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-ID"])


async def test_a_request_writes_one_line(anonymous: AsyncClient, lines: Lines) -> None:
    response = await anonymous.delete(f"/api/v1/users/{uuid4()}")
    (line,) = lines()
    assert line.pop("duration_ms") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "logger": "[[ package ]].middleware",
        "level": "info",
        "request_id": response.headers["X-Request-ID"],
        "method": "DELETE",
        "path": response.request.url.path,
        "route": "/api/v1/users/{user_id}",
        "status": 401,
    }


async def test_probes_write_no_line(serve: Serve, lines: Lines) -> None:
    async with serve() as client:
        for path in ("/livez", "/readyz", "/metrics"):
            await client.get(path)
    assert lines() == []


async def test_an_unexpected_exception_is_logged_once_with_its_traceback(
    app: FastAPI, anonymous: AsyncClient, lines: Lines
) -> None:
    async def broken() -> None:
        raise RuntimeError("what went wrong")

    app.add_api_route("/broken", broken)
    response = await anonymous.get("/broken")
    error, request = lines()
    assert (error["level"], error["request_id"]) == ("error", response.headers["X-Request-ID"])
    assert "RuntimeError: what went wrong" in error["exception"]
    assert (request["event"], request["status"]) == ("request", 500)


async def test_no_secret_reaches_the_log(ada: AsyncClient, anonymous: AsyncClient, lines: Lines) -> None:
    login = {"username": "ada@example.com", "password": PASSWORD}
    token = (await anonymous.post("/api/v1/auth/login", data=login)).json()["access_token"]
    cookie = anonymous.cookies["refresh_token"]
    await anonymous.post("/api/v1/auth/register", json={"password": PASSWORD})
    for _ in range(2):  # the second one is a replay, which is worth a warning
        anonymous.cookies.clear()
        headers = {"Cookie": f"refresh_token={cookie}"}
        await anonymous.post("/api/v1/auth/refresh", headers=headers)
    written = str(lines())
    assert "refresh_token_replayed" in written
    assert PASSWORD not in written
    assert token not in written
    assert cookie.partition(".")[2] not in written


async def test_the_values_of_a_failing_query_are_not_logged(
    app: FastAPI, anonymous: AsyncClient, lines: Lines
) -> None:
    secret = uuid4().hex

    async def broken(session: Session) -> None:
        session.add(LoginSession(user_id=uuid4(), refresh_token_hash=secret, expires_at=utc_now()))

    app.add_api_route("/broken", broken)
    await anonymous.get("/broken")
    written = str(lines())
    assert "IntegrityError" in written
    assert secret not in written


def test_a_secret_is_redacted_by_its_name(app: FastAPI, lines: Lines) -> None:
    structlog.get_logger().info("login", password="hunter2", Authorization="Bearer t", user="ada")
    (line,) = lines()
    assert (line["password"], line["Authorization"], line["user"]) == ("[redacted]", "[redacted]", "ada")


def test_lines_of_libraries_look_like_ours(settings: Settings, lines: Lines) -> None:
    create_app(settings)
    logging.getLogger("a.library").warning("disk %s", "full")
    (line,) = lines()
    assert (line["event"], line["logger"], line["level"]) == ("disk full", "a.library", "warning")


async def test_what_one_request_binds_is_not_in_the_lines_of_the_next(
    app: FastAPI, anonymous: AsyncClient, lines: Lines
) -> None:
    async def bind() -> None:
        structlog.contextvars.bind_contextvars(user="ada")

    app.add_api_route("/bind", bind)
    await anonymous.get("/bind")
    await anonymous.get("/nowhere")
    first, second = lines()
    assert first["user"] == "ada"
    assert "user" not in second


async def test_the_level_is_a_setting(serve: Serve, lines: Lines) -> None:
    async with serve(log=LogSettings(level="WARNING")) as client:
        await client.get("/nowhere")
    logging.getLogger("a.library").info("chatter")
    assert lines() == []


async def test_metrics_name_routes_by_their_template(app: FastAPI, anonymous: AsyncClient) -> None:
    async def part(part_id: int) -> None: ...

    app.add_api_route("/parts/{part_id}", part)
    for path in ("/parts/1", "/parts/2"):
        await anonymous.get(path)
    written = await metrics(anonymous)
    assert 'http_requests_total{method="GET",route="/parts/{part_id}",status="200"} 2.0' in written
    assert 'http_request_duration_seconds_count{method="GET",route="/parts/{part_id}"} 2.0' in written


async def test_metrics_put_what_callers_invent_in_one_bucket(anonymous: AsyncClient) -> None:
    await anonymous.request("BREW", "/invented")
    written = await metrics(anonymous)
    assert 'http_requests_total{method="OTHER",route="unmatched",status="404"}' in written
    assert "invented" not in written
    assert "BREW" not in written


@pytest.mark.parametrize("token", [None, SecretStr(""), SecretStr("scraper")], ids=["none", "empty", "set"])
async def test_metrics_need_the_token_in_production(serve: Serve, token: SecretStr | None) -> None:
    async with serve(environment=Environment.PRODUCTION, metrics_token=token) as client:
        for header in ("", "Bearer ", "Bearer guess"):
            response = await client.get("/metrics", headers={"Authorization": header})
            assert response.status_code == 401
        response = await client.get("/metrics", headers={"Authorization": "Bearer scraper"})
    assert response.status_code == (200 if token and token.get_secret_value() else 401)
