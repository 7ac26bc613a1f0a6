"""What every route gets without asking for it."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from pydantic import ValidationError

from [[ package ]].main import create_app
from [[ package ]].settings import Environment, Settings

ORIGIN = {"Origin": "https://app.example.com"}


async def test_the_process_says_that_it_is_alive(client: AsyncClient) -> None:
    assert (await client.get("/livez")).json() == {"status": "ok"}


@pytest.mark.parametrize(("method", "status"), [("GET", 404), ("DELETE", 405)])
async def test_errors_are_problem_details(client: AsyncClient, method: str, status: int) -> None:
    response = await client.request(method, "/livez" if status == 405 else "/nowhere")
    assert (response.status_code, response.json()["status"]) == (status, status)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["request_id"] == response.headers["X-Request-ID"]


async def test_a_refused_input_is_not_repeated(client: AsyncClient) -> None:
    response = await client.get("/api/v1/greetings/" + "secret" * 20)
    assert response.json()["errors"][0]["location"] == "path.name"
    assert "secret" not in response.text


async def test_an_unexpected_error_tells_the_client_nothing(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the text of the exception")

    response = await client.get("/broken", headers=ORIGIN)

    assert response.status_code == 500
    assert "exception" not in response.text
    assert response.headers["X-Request-ID"]
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN["Origin"]


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_over_the_limit_is_refused(app: FastAPI, client: AsyncClient, declared: bool) -> None:
    @app.post("/echo")
    async def echo(body: dict[str, str]) -> dict[str, str]:
        return body

    body = json.dumps({"field": "a" * 1_000_000}).encode()

    async def chunks() -> AsyncIterator[bytes]:
        yield body[:10]
        yield body[10:]

    response = await client.post(
        "/echo",
        content=body if declared else chunks(),
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 413
    assert response.headers["Content-Type"] == "application/problem+json"


async def test_only_allowed_origins_may_call(client: AsyncClient) -> None:
    allowed = await client.get("/livez", headers=ORIGIN)
    other = await client.get("/livez", headers={"Origin": "https://evil.example.com"})
    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN["Origin"]
    assert "Access-Control-Allow-Origin" not in other.headers


async def test_security_headers_are_set(client: AsyncClient) -> None:
    headers = (await client.get("/livez")).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


async def test_a_sane_request_id_is_kept_and_logged(
    client: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    response = await client.get("/api/v1/greetings/Ada", headers={"X-Request-ID": "trace-1"})
    assert response.headers["X-Request-ID"] == "trace-1"

    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["event"], line["request_id"], line["status"]) == ("request", "trace-1", 200)


async def test_a_strange_request_id_is_replaced(client: AsyncClient) -> None:
    response = await client.get("/livez", headers={"X-Request-ID": "a\tb"})
    assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-ID"])


def test_the_documentation_is_hidden_in_production() -> None:
    production = Settings(_env_file=None, environment=Environment.PRODUCTION)
    assert create_app(production).openapi_url is None


def test_a_misspelt_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("[[ prefix ]]_SERVER__PROT", "8001")
    with pytest.raises(ValidationError, match=r"server\.prot"):
        Settings(_env_file=None)


def test_it_boots_under_a_real_server_and_stops_when_told() -> None:
    command = [sys.executable, "-m", "[[ package ]]"]
    environment = {"[[ prefix ]]_SERVER__PORT": "0"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | environment) as server:
        assert server.stdout is not None
        started = next(line for line in server.stdout if "running on" in line)
        url = json.loads(started)["event"].split()[3]
        with urllib.request.urlopen(f"{url}/livez", timeout=5) as response:
            assert json.load(response) == {"status": "ok"}
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=10)
        assert "Finished server process" in server.stdout.read()
