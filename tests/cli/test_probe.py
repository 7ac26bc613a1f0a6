"""`plumb audit --probe` from a shell: what it refuses, what it never does, how it reports."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cli.conftest import Plumb
from plumbrule.probes import wire
from plumbrule.probes.surface import of_document
from plumbrule.probes.wire import Skip, Spent, Wire, address_of
from servers.child import unused_port

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """A server that answers every request in one way, and the list of what it was asked."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def __getattr__(self, name: str) -> Callable[[], None]:
            if not name.startswith("do_"):
                raise AttributeError(name)
            return self.reply

        def reply(self) -> None:
            seen.append(f"{self.command} {self.path}")
            answer(self)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", unused_port()), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def say(status: int, body: str = "{}", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body.encode())

    return answer


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://127.0.0.1", "it takes an address of HTTP, such as http://127.0.0.1:8000"),
        ("file:///etc/passwd", "it takes an address of HTTP, such as http://127.0.0.1:8000"),
        ("127.0.0.1:8000", "it takes an address of HTTP, such as http://127.0.0.1:8000"),
        ("http://", "it takes an address of HTTP, such as http://127.0.0.1:8000"),
        ("http://user:word@127.0.0.1", "leave out the user, the query and the fragment"),
        ("http://127.0.0.1/?a=b", "leave out the user, the query and the fragment"),
        ("http://127.0.0.1:99999", "this is no URL: Port out of range 0-65535"),
    ],
)
def test_what_is_no_address_of_http_is_refused(plumb: Plumb, url: str, reason: str) -> None:
    done = plumb("audit", "--probe", url)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"plumb: --probe {url}: {reason}\n"


def test_a_service_that_does_not_answer_is_refused(plumb: Plumb) -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = plumb("audit", "--probe", url)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"plumb: --probe {url}: nothing answers there: Connection refused; is the service running?\n"
    )


def test_a_server_that_speaks_something_else_is_refused(plumb: Plumb) -> None:
    def mumble(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"220 mail ready\r\n")

    with serving(mumble) as (url, _):
        done = plumb("audit", "--probe", url)
    assert done.returncode == 2
    assert done.stderr == (
        f"plumb: --probe {url}: nothing answers there: the answer is not HTTP; is the service running?\n"
    )


@pytest.mark.parametrize("flags", [["--fix"], ["--diff"], ["--since", "HEAD"], ["--baseline"]])
def test_flags_about_the_code_have_no_place_beside_it(plumb: Plumb, flags: list[str]) -> None:
    done = plumb("audit", "--probe", "http://127.0.0.1:1", *flags)
    assert done.returncode == 2
    assert done.stderr == f"plumb: --probe and {flags[0]} contradict each other; drop one of them\n"


def test_write_goes_with_probe(plumb: Plumb) -> None:
    done = plumb("audit", "--write")
    assert (done.returncode, done.stderr) == (2, "plumb: --write goes with --probe\n")


def test_a_redirect_is_never_followed(plumb: Plumb) -> None:
    with serving(say(200)) as (other, asked_there):
        with serving(say(307, Location=f"{other}/elsewhere")) as (url, _):
            plumb("audit", "--probe", url, "--write")
        assert asked_there == []


def test_without_write_only_methods_that_change_nothing_are_sent(plumb: Plumb) -> None:
    methods = ("get", "post", "put", "delete", "patch")
    secured = {"security": [{"bearer": ["any"]}]}
    document = {"openapi": "3.1.0", "paths": {"/things": dict.fromkeys(methods, secured)}}
    with serving(say(401, json.dumps(document))) as (url, seen):
        plumb("audit", "--probe", url)
    assert {line.partition(" ")[0] for line in seen} <= {"GET", "HEAD", "OPTIONS", "TRACE"}
    assert "GET /things" in seen


def test_requests_are_counted_and_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(say(200)) as (url, seen):
        monkeypatch.setattr(wire, "MOST_REQUESTS", 3)
        line = Wire(address_of(url))
        for _ in range(3):
            line.ask("GET", "/")
        with pytest.raises(Spent, match="no more than 3 requests"):
            line.ask("GET", "/")
        assert len(seen) == 3
        monkeypatch.setattr(wire, "MOST_SECONDS", 0)
        with pytest.raises(Spent):
            Wire(address_of(url)).ask("GET", "/")
        assert len(seen) == 3


def test_an_answer_without_an_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST_BYTES", 1000)
    with serving(say(200, "x" * 5000)) as (url, _):
        assert len(Wire(address_of(url)).ask("GET", "/").body) == 1000


def test_a_request_that_is_not_answered_is_a_reason_to_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 0.05)
    done = threading.Event()
    with serving(lambda _: done.wait(10)) as (url, _):  # type: ignore[arg-type]
        with pytest.raises(Skip, match="GET /: timed out"):
            Wire(address_of(url)).ask("GET", "/")
        done.set()


def test_every_format_can_say_what_a_service_answered(plumb: Plumb, tmp_path: Path) -> None:
    document = json.dumps({"openapi": "3.1.0", "paths": {}})
    with serving(say(200, document)) as (url, _):
        place = f"GET {url}/openapi.json"

        def report(name: str) -> str:
            done = plumb("audit", "--probe", url, "--output-format", name)
            assert done.returncode == 1, done.stderr
            return done.stdout

        assert f" --> {place}\n  = it answers 200 OK\n  = help: " in report("full")
        assert f"{place}: note[public-documentation] `/openapi.json` tells everybody" in report("concise")
        assert f"| `{place}` |" in report("markdown")
        title = f"title=plumb%3A public-documentation%2C {place.replace(':', '%3A')}::"
        assert f"::notice {title}" in report("github")
        findings = json.loads(report("json"))["findings"]
        assert place in {finding["path"] for finding in findings}
        assert place in {entry["location"]["path"] for entry in json.loads(report("gitlab"))}
        [run] = json.loads(report("sarif"))["runs"]
        locations = [result["locations"][0]["physicalLocation"] for result in run["results"]]
        assert {"artifactLocation": {"uri": f"{url}/openapi.json"}} in locations
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "document",
    [
        "[" * 100_000,
        '{"paths": []}',
        '{"paths": {"/a": 1, "/b": {"get": 1}, "/c": {"get": {"parameters": [{"in": "query"}]}}}}',
        (
            '{"paths": {"/a": {"post": {"requestBody": {"content": {"application/json": {"schema":'
            ' {"$ref": "#/a"}}}}}}}, "a": {"$ref": "#/a"}}'
        ),
        (
            '{"paths": {"/a": {"post": {"requestBody": {"content": {"application/json": {"schema":'
            ' {"type": "array", "minItems": 1e12}}}}}}}}'
        ),
    ],
)
def test_an_absurd_document_does_no_harm(document: str) -> None:
    assert len(list(of_document(document))) <= 1


def test_a_probe_can_be_explained_and_chosen(plumb: Plumb) -> None:
    page = plumb("explain", "unlimited-logins").stdout
    assert "Wrong passwords can be tried for ever" in page
    assert page.endswith("Ask a running service: plumb audit --probe URL --select unlimited-logins\n")
    assert "unlimited-logins" in plumb("explain").stdout
    with serving(say(200)) as (url, _):
        done = plumb("audit", "--probe", url, "--select", "public-metrics")
        assert done.stdout == "No findings in 4 requests (1 probe)\n"
        done = plumb("audit", "--probe", url, "--select", "public-metric")
        assert done.returncode == 2
        assert "did you mean `public-metrics`?" in done.stderr


@pytest.mark.parametrize(
    ("body", "rules"), [("{}", {"open-route"}), ("# TYPE requests_total counter\n", {"public-metrics"})]
)
def test_open_metrics_are_said_once(plumb: Plumb, body: str, rules: set[str]) -> None:
    operation: dict[str, object] = {"security": [{"bearer": []}], "responses": {}}
    document = {"openapi": "3.1.0", "info": {}, "paths": {"/metrics": {"get": operation}}}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        say(200, json.dumps(document) if handler.path.endswith("openapi.json") else body)(handler)

    with serving(answer) as (url, _):
        select = ("--select", "open-route", "--select", "public-metrics", "--min-confidence", "low")
        done = plumb("audit", "--probe", url, "--output-format", "json", *select)
    assert {finding["rule"] for finding in json.loads(done.stdout)["findings"]} == rules
