"""A refresh token works more than once

Whoever steals one has a session of their own for as long as it lives, and nobody notices. A token that was
used has to be worth nothing, and its second use has to end the whole session.
"""

from plumbrule.probes.kit import (
    Finding,
    Iterator,
    Operation,
    Reply,
    Service,
    Skip,
    cookies,
    found,
    probe,
    send,
)


@probe(category="security", severity="error", confidence="medium", writes=True)
def reusable_refresh_token(service: Service) -> Iterator[Finding]:
    account = service.newcomer()
    route = service.doors.post("refresh a session", "refresh")
    if not account.refresh_token:
        raise Skip("the login gives no refresh token")
    first = renew(service, route, account.session, account.refresh_token)
    if not first.ok:
        raise Skip(f"{route.path} answers {first.status} to a new refresh token")
    again = renew(service, route, account.session, account.refresh_token)
    if again.ok:
        yield found(
            again,
            "a refresh token that was used works again",
            help="rotate it: mark it as used, and end the session when it comes a second time",
        )


def renew(service: Service, route: Operation, session: Reply, token: str) -> Reply:
    """Send a refresh token as the login gave it, in a cookie or in the body."""
    for name in cookies(session):
        if "refresh" in name.lower():
            return service.wire.ask("POST", route.at(), {"Cookie": f"{name}={token}"})
    return send(service.wire, route, {"refresh_token": token})
