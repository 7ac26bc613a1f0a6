"""`make demo`: from nothing to a running service, and a walk through it over HTTP."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE / ".demo" / "shop"
EMAIL, PASSWORD = "ada@example.com", "correct horse battery staple"


def main() -> int:
    """Make the service, run it, talk to it, stop it."""
    started = time.perf_counter()
    shutil.rmtree(PROJECT.parent, ignore_errors=True)
    plumb("init", ".demo/shop", "--yes")
    if not (PROJECT / ".venv" / "bin" / "alembic").exists():
        sys.exit("\nThe service's packages could not be installed, as said above; it is in .demo/shop.")
    with running_service() as url:
        walk(f"{url}/api/v1")
    seconds = time.perf_counter() - started
    print(f"\nDone in {seconds:.0f} s. The service is in .demo/shop. To go on from here:\n")
    print("  cd .demo/shop")
    print("  .venv/bin/python -m shop                          start it again")
    print("  .venv/bin/pytest                                  run its tests")
    print("  ../../.venv/bin/plumb add resource invoice number:str total:decimal 'due:date?'")
    return 0


def plumb(*arguments: str) -> None:
    """Run `plumb` as a user would."""
    print(f"$ plumb {' '.join(arguments)}", flush=True)
    command = [Path(sys.executable).with_name("plumb"), *arguments]
    subprocess.run(command, cwd=HERE, check=True)


@contextmanager
def running_service() -> Iterator[str]:
    """Migrate the embedded database, serve on a port that is free, and give the service's address."""
    python = PROJECT / ".venv" / "bin" / "python"
    subprocess.run([python, "-m", "alembic", "upgrade", "head"], cwd=PROJECT, check=True)
    environment = os.environ | {"SHOP_SERVER__PORT": "0"}
    print("\n$ alembic upgrade head && python -m shop", flush=True)
    with subprocess.Popen(
        [python, "-m", "shop"], cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None  # noqa: S101
        try:
            line = next((line for line in server.stdout if "running on" in line), None)
            if line is None:
                sys.exit("the service did not start")
            yield json.loads(line)["event"].split()[3]
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=20)


def walk(api: str) -> None:
    """Sign up, log in, create, read, update and delete an order, and show each exchange."""
    exchange("POST", f"{api}/auth/register", {"email": EMAIL, "password": PASSWORD, "name": "Ada"}, 201)
    form = urllib.parse.urlencode({"username": EMAIL, "password": PASSWORD}).encode()
    token = exchange("POST", f"{api}/auth/login", form, 200)["access_token"]
    order = exchange("POST", f"{api}/orders", {"product": "lamp", "quantity": 2}, 201, token)
    url = f"{api}/orders/{order['id']}"
    exchange("GET", url, None, 200, token)
    exchange("PATCH", url, {"status": "shipped"}, 200, token)
    exchange("DELETE", url, None, 204, token)
    exchange("GET", url, None, 404, token)
    exchange("GET", url, None, 401)


def exchange(method: str, url: str, body: object, expected: int, token: str | None = None) -> dict[str, str]:
    """Send one request, print it with its answer, and insist on the status."""
    kind = "application/x-www-form-urlencoded" if isinstance(body, bytes) else "application/json"
    request = urllib.request.Request(url, method=method)  # noqa: S310
    if body is not None:
        request.data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request.add_header("Content-Type", kind)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            status, text = response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode()
    print(f"{method:<6} {urllib.parse.urlsplit(url).path:<60} {status}  {text[:88]}", flush=True)
    if status != expected:
        sys.exit(f"expected {expected}")
    return dict(json.loads(text)) if text else {}


if __name__ == "__main__":
    sys.exit(main())
