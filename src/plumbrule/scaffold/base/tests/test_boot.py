import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from [[ package ]].settings import Settings


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[str]
    port: int
    first_lines: list[str]

    def stop(self) -> list[str]:
        """End the process as an orchestrator would, and give all that it has written."""
        self.process.send_signal(signal.SIGTERM)
        written, _ = self.process.communicate(timeout=10)
        return [*self.first_lines, *written.splitlines()]


@pytest.fixture
def server(settings: Settings, migrated: None) -> Iterator[Server]:
    """`python -m [[ package ]]` in a process of its own, on a port that the system picks."""
    environment = {
        **os.environ,
        "[[ prefix ]]_DATABASE__URL": settings.database.url.get_secret_value(),
        "[[ prefix ]]_SERVER__PORT": "0",
        "[[ prefix ]]_SERVER__GRACEFUL_SHUTDOWN_SECONDS": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "[[ package ]]"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield started(process)
        finally:
            process.kill()


def started(process: subprocess.Popen[str]) -> Server:
    lines = []
    for line in process.stdout or ():
        lines.append(line)
        if port := re.search(r"running on http://127\.0\.0\.1:(\d+)", line):
            return Server(process, int(port[1]), lines)
    raise AssertionError("".join(lines))


def test_the_server_answers_logs_and_stops(server: Server) -> None:
    response = httpx2.get(f"http://127.0.0.1:{server.port}/nowhere", trust_env=False)
    assert response.status_code == 404
    assert "Server" not in response.headers
    events = [json.loads(line)["event"] for line in server.stop()]
    assert events.count("request") == 1
    assert not any("/nowhere" in event for event in events)


def test_a_client_that_never_ends_its_request_does_not_keep_the_server_alive(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(
            b"POST /api/v1/auth/register HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n"
        )
        assert b"100 Continue" in connection.recv(100)  # the route waits for the body
        server.stop()
