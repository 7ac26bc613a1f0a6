"""The one import of a probe: what it is, what it asks, and what it says."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from plumbrule.probes.accounts import Account, Doors, cookies, credentials, fields, send
from plumbrule.probes.examples import PASSWORD, new_email
from plumbrule.probes.surface import Operation
from plumbrule.probes.wire import Reply, Skip, Wire
from plumbrule.rulekit import Finding, Rule, Span

if TYPE_CHECKING:
    from plumbrule.rulekit import Confidence, Severity

Category = Literal["contracts", "database", "operations", "security"]


class Service:
    """A running service, and what is known about it."""

    def __init__(self, wire: Wire, operations: tuple[Operation, ...], *, write: bool) -> None:
        self.wire = wire
        self.operations = operations
        self.write = write
        self.doors = Doors(wire, operations)
        self.accounts: list[Account] = []

    def get(self, path: str, headers: dict[str, str] | None = None) -> Reply:
        """Ask for something, as a stranger unless the headers say otherwise."""
        return self.wire.ask("GET", path, headers)

    def look(self, path: str) -> Reply:
        """Ask as a stranger, and if that is refused, as somebody with an account, where that may be made."""
        reply = self.get(path)
        return self.get(path, self.caller.headers) if reply.status in {401, 403} and self.write else reply

    @property
    def reads(self) -> list[Operation]:
        """What can be asked for without an id."""
        return [o for o in self.operations if o.method == "GET" and not o.has_parameters]

    @property
    def private_reads(self) -> list[Operation]:
        """What only those who are logged in may ask for, without an id."""
        found = [operation for operation in self.reads if operation.secured]
        if not found:
            raise Skip("no GET route without an id is known to ask for a token")
        return found

    @property
    def rows(self) -> list[tuple[Operation, Operation]]:
        """What makes a row for who is logged in, and what reads one by its id."""
        reads = [o for o in self.operations if o.method == "GET" and o.secured]
        found = []
        for create in self.operations:
            if create.method == "POST" and create.secured and create.body is not None:
                one = re.compile(re.escape(create.path.rstrip("/")) + r"/\{[^/]+\}/?")
                found += [(create, read) for read in reads if one.fullmatch(read.path)]
        if not found:
            raise Skip("no route makes a row that another reads by its id")
        return found

    @cached_property
    def caller(self) -> Account:
        """An account that the probes share."""
        return self.newcomer()

    def newcomer(self) -> Account:
        """An account of one's own."""
        account = self.doors.sign_up()
        self.accounts.append(account)
        return account

    def register(self, email: str, password: str) -> Reply:
        """Try to make an account, which is removed at the end."""
        reply = self.doors.register(email, password)
        if reply.ok:
            self.accounts.append(Account(email, password, "", reply))
        return reply

    @cached_property
    def own_read(self) -> Operation:
        """Something that our account may ask for."""
        for operation in self.private_reads:
            if self.get(operation.path, self.caller.headers).ok:
                return operation
        raise Skip("no private route answers our account")


@dataclass(frozen=True, slots=True)
class Probe:
    """A question from outside; one that `writes` is only asked on demand.

    Those that come `last` look at all answers, or leave a service behind that lets nobody in for a while.
    """

    rule: Rule
    check: Callable[[Service], Iterable[Finding]]
    writes: bool
    last: bool


def probe(
    *,
    category: Category,
    severity: Severity,
    confidence: Confidence = "high",
    writes: bool = False,
    last: bool = False,
) -> Callable[[Callable[[Service], Iterable[Finding]]], Probe]:
    """Make a probe of a function; its file is its documentation."""

    def declare(check: Callable[[Service], Iterable[Finding]]) -> Probe:
        page = inspect.cleandoc(getattr(check, "__globals__", {}).get("__doc__") or "")
        name = getattr(check, "__name__", "").replace("_", "-")
        rule = Rule(name, category, severity, confidence, False, (), Service, check, page)
        return Probe(rule, check, writes, last)

    return declare


def shows_metrics(reply: Reply) -> bool:
    """Whether an answer is a page for Prometheus."""
    return reply.ok and "# TYPE " in reply.text


def found(
    reply: Reply,
    message: str,
    *,
    label: str = "",
    help: str = "",  # noqa: A002  as a finding calls it
    confidence: Confidence | None = None,
) -> Finding:
    """A finding at the request that showed it."""
    said = f"{reply.status} {phrase(reply.status)}".strip()
    at = Span(f"{reply.method} {reply.url}", 1, 1, 1, 1, 0, 0)
    return Finding(at, message, label or f"it answers {said}", help, confidence=confidence)


def phrase(status: int) -> str:
    """What a status is called."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


__all__ = [
    "PASSWORD",
    "Account",
    "Finding",
    "Iterator",
    "Operation",
    "Reply",
    "Service",
    "Skip",
    "cookies",
    "credentials",
    "fields",
    "found",
    "new_email",
    "probe",
    "send",
]
