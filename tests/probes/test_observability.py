"""What operators see: metrics with few labels, and logs that a machine can read and a thief cannot use."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from probes.callers import API, Caller, assert_problem, log_in, order_of, refresh_token_in, settle
from servers.service import METRICS_TOKEN, SECRET_KEY, Service

SCRAPER = {"Authorization": f"Bearer {METRICS_TOKEN}"}


async def requests_by_route(client: httpx2.AsyncClient) -> dict[tuple[str, str, str], float]:
    """Return the counted requests by (method, route, status)."""
    answer = await client.get("/metrics", headers=SCRAPER)
    assert answer.status_code == 200, answer.text
    return {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == "http_requests_total"
    }


async def test_metrics_name_a_route_by_its_template(client: httpx2.AsyncClient, caller: Caller) -> None:
    """Probe 28."""
    route = ("GET", f"{API}/orders/{{order_id}}", "200")
    before = await requests_by_route(client)
    paths = [await order_of(client, caller) for _ in range(3)]
    for path in paths:
        await client.get(path, headers=caller.headers)
    after = await requests_by_route(client)
    assert after[route] - before.get(route, 0) == 3
    identifiers = {path.rpartition("/")[2] for path in paths}
    assert not any(identifier in label for _, label, _ in after for identifier in identifiers)


async def test_unknown_paths_and_methods_share_one_label(client: httpx2.AsyncClient) -> None:
    """Probe 28."""
    before = await requests_by_route(client)
    for _ in range(10):
        await client.get(f"/{uuid4()}")
        await client.get(f"{API}/orders/{uuid4()}/{uuid4()}")
        await client.request(f"M{uuid4().hex}", f"/{uuid4()}")
    after = await requests_by_route(client)
    assert {route for _, route, _ in after.keys() - before.keys()} <= {"unmatched"}
    assert len(after.keys() - before.keys()) <= 3
    assert after["GET", "unmatched", "404"] - before.get(("GET", "unmatched", "404"), 0) == 20


async def test_durations_are_measured_by_route(client: httpx2.AsyncClient, caller: Caller) -> None:
    """Probe 28."""
    await order_of(client, caller)
    text = (await client.get("/metrics", headers=SCRAPER)).text
    labels = [
        sample.labels
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "http_request_duration_seconds_count"
    ]
    assert {"method": "POST", "route": f"{API}/orders"} in labels


async def test_metrics_are_for_the_scraper_only(client: httpx2.AsyncClient, caller: Caller) -> None:
    """Probe 28."""
    for headers in ({}, caller.headers, {"Authorization": "Bearer "[:-1]}):
        assert_problem(await client.get("/metrics", headers=headers), 401)


def log_of(service: Service) -> Iterator[dict[str, Any]]:
    """Yield each line that the service has written, which must be a JSON object."""
    for line in service.written.splitlines():
        entry = json.loads(line)
        assert isinstance(entry, dict), line
        yield entry


async def test_the_log_is_json_lines_that_say_what_when_and_where(
    service: Service, client: httpx2.AsyncClient, caller: Caller
) -> None:
    """Probe 29."""
    await order_of(client, caller)
    entries = list(log_of(service))
    assert entries
    for entry in entries:
        assert {"event", "level", "timestamp", "logger"} <= entry.keys(), entry


async def test_a_request_leaves_one_line_that_carries_its_id(
    service: Service, client: httpx2.AsyncClient, caller: Caller
) -> None:
    """Probe 29."""
    path = await order_of(client, caller)
    expected = [
        (await client.get(path, headers=caller.headers), f"{API}/orders/{{order_id}}"),
        (await client.get(f"{path}?limit=1"), f"{API}/orders/{{order_id}}"),
        (await client.get("/nothing"), "unmatched"),
    ]
    await settle(client)
    lines = [entry for entry in log_of(service) if entry["event"] == "request"]
    for answer, route in expected:
        [line] = [line for line in lines if line["request_id"] == answer.headers["x-request-id"]]
        assert line["method"] == "GET"
        assert line["route"] == route
        assert line["path"] == answer.url.path
        assert line["status"] == answer.status_code
        assert line["duration_ms"] >= 0


@pytest.mark.parametrize("request_id", ["trace-4711", "0af7651916cd43dd8448eb211c80319c"])
async def test_a_sane_request_id_is_kept(client: httpx2.AsyncClient, request_id: str) -> None:
    """Probe 29."""
    answer = await client.get("/nothing", headers={"X-Request-ID": request_id})
    assert_problem(answer, 404)
    assert answer.headers["x-request-id"] == request_id


@pytest.mark.parametrize("request_id", ["", "x" * 100, "two words", '"}', "<script>", "a;b", "ä"], ids=ascii)
async def test_an_odd_request_id_is_replaced(client: httpx2.AsyncClient, request_id: str) -> None:
    """Probe 29."""
    answer = await client.get("/nothing", headers={b"X-Request-ID": request_id.encode()})
    assert_problem(answer, 404)
    assert answer.headers["x-request-id"] not in {"", request_id}


async def test_a_path_cannot_forge_a_log_line(service: Service, client: httpx2.AsyncClient) -> None:
    """Probe 29."""
    await client.get('/nothing%0a{"event":"forged"}%0d%0a')
    await settle(client)
    assert not any(entry["event"] == "forged" for entry in log_of(service))


async def test_no_secret_is_in_the_log(
    service: Service, client: httpx2.AsyncClient, newcomer: Caller
) -> None:
    """Probe 29."""
    await order_of(client, newcomer)
    renewed = await client.post(f"{API}/auth/refresh", headers=newcomer.cookie)
    again = await client.post(f"{API}/auth/refresh", headers=newcomer.cookie)
    assert (renewed.status_code, again.status_code) == (200, 401)
    await client.get(f"{API}/users/me", headers={"Authorization": f"Bearer {newcomer.access_token}x"})
    await client.get("/metrics", headers=SCRAPER)
    await log_in(client, newcomer.email, "not the password")
    await settle(client)
    written = service.written
    for secret in (
        newcomer.password,
        newcomer.access_token.rpartition(".")[2],
        newcomer.refresh_token.rpartition(".")[2],
        refresh_token_in(renewed).rpartition(".")[2],
        renewed.json()["access_token"].rpartition(".")[2],
        SECRET_KEY,
        METRICS_TOKEN,
        "$argon2",
    ):
        assert secret not in written
