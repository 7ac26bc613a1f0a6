"""CPU of requests that come over HTTP: the subjects under uvicorn side by side, wrk asking each in turn."""

import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cases import Case, Figures

from servers import child

CONNECTIONS = 32
SECONDS = 2


@dataclass(frozen=True, slots=True)
class Server:
    process_id: int
    port: int

    def cpu_seconds(self) -> float:
        """Return what the process has used so far, in user and kernel mode."""
        fields = Path(f"/proc/{self.process_id}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(case: Case, token: str, rounds: int, environment: Mapping[str, str]) -> list[Figures]:
    """Return the figures of each round; every subject is warmed up first."""
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(name, environment)) for name in case.subjects}
        for server in servers.values():
            cpu_of_a_request(server, case.path, token, seconds=1)
        return [
            {name: cpu_of_a_request(server, case.path, token, SECONDS) for name, server in servers.items()}
            for _ in range(rounds)
        ]


@contextmanager
def serving(subject: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Serve a function of `apps` with its output thrown away."""
    port = child.unused_port()
    command = [sys.executable, "-m", "uvicorn", f"apps:{subject}", "--factory", f"--port={port}"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "stdout").symlink_to(os.devnull)
        process = child.start(
            [*command, "--no-access-log", "--no-server-header", "--log-level=warning"],
            folder=folder,
            working_directory=folder,
            environment=environment,
        )
        try:
            child.wait_until(lambda: answers(port), process, folder)
            yield Server(process.pid, port)
        finally:
            child.stop(process, signal.SIGTERM)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def cpu_of_a_request(server: Server, path: str, token: str, seconds: int) -> float:
    """Return the microseconds of CPU that a request costs while wrk sends as many as it can."""
    before = server.cpu_seconds()
    url = f"http://127.0.0.1:{server.port}{path}"
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-H", f"Authorization: Bearer {token}"]
    said = subprocess.run(["wrk", *options, url], capture_output=True, text=True, check=True).stdout
    used = server.cpu_seconds() - before
    count = re.search(r"(\d+) requests in", said)
    if count is None or "Non-2xx" in said:
        sys.exit(f"{path} did not always answer 200:\n{said}")
    return used / int(count[1]) * 1e6
