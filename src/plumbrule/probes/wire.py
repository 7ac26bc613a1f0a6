"""Requests to one service and to nobody else: counted, timed, and never redirected."""

from __future__ import annotations

import select
import ssl
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from plumbrule.plan import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MOST_REQUESTS = 600
MOST_SECONDS = 120.0
PATIENCE = 10.0
"""seconds for one answer"""
MOST_BYTES = 2_000_000
"""of an answer that are read"""


class Skip(Exception):  # noqa: N818  a probe that cannot be made is no error
    """Why a probe cannot be made here."""


class Spent(Skip):
    """The requests or the time that a run may take are used up."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: names of headers are in lower case, values of the same name are apart."""

    method: str
    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The values of a header, with commas between; empty if there is none."""
        return ", ".join(value for key, value in self.headers if key == name)

    @property
    def text(self) -> str:
        """The body."""
        return self.body.decode("utf-8", "replace")

    @property
    def ok(self) -> bool:
        """Whether the service did what it was asked to."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Address:
    """Where the service is; `prefix` stands before every path."""

    scheme: str
    host: str
    port: int
    prefix: str

    @property
    def url(self) -> str:
        """As one would type it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return f"{self.scheme}://{host}{'' if self.port == usual else f':{self.port}'}{self.prefix}"


def address_of(url: str) -> Address:
    """The address in a URL; refuses one that is not of HTTP or says more than an address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Refusal(f"--probe {url}: this is no URL: {error}") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise Refusal(f"--probe {url}: it takes an address of HTTP, such as http://127.0.0.1:8000")
    if parts.username is not None or parts.query or parts.fragment:
        raise Refusal(f"--probe {url}: leave out the user, the query and the fragment")
    return Address(
        parts.scheme, host, port or {"http": 80, "https": 443}[parts.scheme], parts.path.rstrip("/")
    )


@dataclass(slots=True)
class Wire:
    """The line to a service; `replies` is all that came back."""

    address: Address
    replies: list[Reply] = field(default_factory=list)
    requests: int = 0
    _ends: float = field(default_factory=lambda: time.monotonic() + MOST_SECONDS)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        """Send a request and give the answer, whatever it is."""
        with self._connection(method, path) as connection:
            connection.request(method, self.address.prefix + path, body, dict(headers or {}))
            return self._received(connection.getresponse(), method, path)

    def upload(
        self, path: str, headers: Mapping[str, str], pieces: Iterable[bytes], length: int | None
    ) -> tuple[Reply, bool]:
        """POST a body piece by piece until the service has answered; tells whether all of it was sent."""
        with self._connection("POST", path) as connection:
            connection.putrequest("POST", self.address.prefix + path)
            size = {"Content-Length": str(length)} if length is not None else {"Transfer-Encoding": "chunked"}
            for name, value in {**headers, **size}.items():
                connection.putheader(name, value)
            connection.endheaders()
            whole = False
            try:
                for piece in pieces:
                    if select.select([connection.sock], [], [], 0)[0]:
                        break
                    connection.send(piece if length is not None else b"%x\r\n%b\r\n" % (len(piece), piece))
                else:
                    connection.send(b"" if length is not None else b"0\r\n\r\n")
                    whole = True
            except OSError:
                pass  # it hung up; what it said before that counts
            return self._received(connection.getresponse(), "POST", path), whole

    @contextmanager
    def _connection(self, method: str, path: str) -> Iterator[HTTPConnection]:
        """A connection for one request; whatever breaks it is a reason to skip the probe."""
        kind = HTTPSConnection if self.address.scheme == "https" else HTTPConnection
        connection = kind(self.address.host, self.address.port, timeout=min(PATIENCE, self._left()))
        try:
            yield connection
        except ssl.SSLError as error:
            raise Skip(f"{method} {path}: TLS: {error.reason or error}") from error
        except OSError as error:
            raise Skip(f"{method} {path}: {error.strerror or error or type(error).__name__}") from error
        except (HTTPException, ValueError) as error:
            raise Skip(f"{method} {path}: the answer is not HTTP") from error
        finally:
            connection.close()

    def _left(self) -> float:
        """Count a request; gives the seconds that are left."""
        with self._lock:
            self.requests += 1
            left = self._ends - time.monotonic()
        if self.requests > MOST_REQUESTS or left <= 0:
            raise Spent(f"no more than {MOST_REQUESTS} requests and {MOST_SECONDS:.0f} s")
        return left

    def _received(self, response: HTTPResponse, method: str, path: str) -> Reply:
        headers = tuple((name.lower(), value) for name, value in response.getheaders())
        reply = Reply(method, self.address.url + path, response.status, headers, response.read(MOST_BYTES))
        with self._lock:
            self.replies.append(reply)
        return reply
