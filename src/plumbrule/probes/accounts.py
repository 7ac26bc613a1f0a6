"""Accounts of our own at the service: registered, logged in, and removed at the end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from plumbrule.probes.examples import PASSWORD, new_email
from plumbrule.probes.wire import Skip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbrule.probes.surface import Operation
    from plumbrule.probes.wire import Reply, Wire

REGISTER = ("register", "registration", "signup", "sign-up", "users")
LOG_IN = ("login", "log-in", "token", "signin", "sign-in", "access-token")
TOKENS = ("access_token", "accessToken", "token", "jwt")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who has registered and logged in; `session` is the answer to the login."""

    email: str
    password: str
    token: str
    session: Reply

    @property
    def headers(self) -> dict[str, str]:
        """What makes a request theirs."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def refresh_token(self) -> str:
        """The refresh token, out of a cookie or out of the body; empty if there is none."""
        for name, value in cookies(self.session).items():
            if "refresh" in name.lower():
                return value
        found = fields(self.session).get("refresh_token", "")
        return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class Doors:
    """The routes by which one comes in."""

    wire: Wire
    operations: Sequence[Operation]

    @property
    def registration(self) -> Operation:
        """The route that makes an account."""
        return self._found(REGISTER, "no route to register at")

    @property
    def login(self) -> Operation:
        """The route that takes a name and a password."""
        return self._found(LOG_IN, "no route to log in at")

    def post(self, path: str, *words: str) -> Operation:
        """The POST whose path ends with one of these words; `path` says it to the user."""
        for operation in self.operations:
            if operation.method == "POST" and operation.ends(*words):
                return operation
        raise Skip(f"no route to {path}")

    def register(self, email: str, password: str) -> Reply:
        """Make an account."""
        return send(self.wire, self.registration, credentials(self.registration, email, password))

    def log_in(self, email: str, password: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Try a name and a password."""
        return send(self.wire, self.login, credentials(self.login, email, password), headers)

    def sign_up(self) -> Account:
        """Register somebody new and log in."""
        email = new_email()
        registered = self.register(email, PASSWORD)
        if not registered.ok:
            raise Skip(f"{self.registration.path} answers {registered.status} to a new account")
        answer = self.log_in(email, PASSWORD)
        token = token_of(answer)
        if not answer.ok or not token:
            raise Skip(f"{self.login.path} answers {answer.status} and gives no token")
        return Account(email, PASSWORD, token, answer)

    def remove(self, account: Account) -> None:
        """Delete an account, where the service has a way to; log in anew if the session has ended."""
        ways = [o for o in self.operations if o.method == "DELETE" and o.secured and o.ends("me")]
        for token in (account.token, "") if ways else ():
            token = token or token_of(self.log_in(account.email, account.password))  # noqa: PLW2901
            if self.wire.ask("DELETE", ways[0].path, {"Authorization": f"Bearer {token}"}).ok:
                return

    def _found(self, words: Sequence[str], reason: str) -> Operation:
        open_ones = [o for o in self.operations if o.method == "POST" and not o.secured]
        with_password = [o for o in open_ones if any("password" in key for key in o.body or ())]
        for word in words:
            for operation in with_password:
                if operation.ends(word):
                    return operation
        raise Skip(reason)


def credentials(operation: Operation, email: str, password: str) -> dict[str, Any]:
    """The body of an operation, with this name and this password in it."""
    body = dict(operation.body or {})
    for key in body:
        if "password" in key:
            body[key] = password
        elif "email" in key or key in {"username", "login"}:
            body[key] = email
    return body


def send(
    wire: Wire, operation: Operation, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Reply:
    """POST a body as JSON or as a form, as the operation wants it."""
    kind = "application/x-www-form-urlencoded" if operation.form else "application/json"
    content = urlencode(body) if operation.form else json.dumps(body)
    return wire.ask(
        operation.method, operation.at(), {"Content-Type": kind, **(headers or {})}, content.encode()
    )


def token_of(reply: Reply) -> str:
    """The access token in the answer to a login; empty if there is none."""
    return next((v for key in TOKENS if isinstance(v := fields(reply).get(key), str)), "")


def fields(reply: Reply) -> dict[str, Any]:
    """The object in the body of an answer; empty if there is none."""
    try:
        found = json.loads(reply.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def cookies(reply: Reply) -> dict[str, str]:
    """The cookies that an answer sets."""
    pairs = (v.partition(";")[0].partition("=") for key, v in reply.headers if key == "set-cookie")
    return {name.strip(): value.strip().strip('"') for name, _, value in pairs}
