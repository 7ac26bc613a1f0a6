"""A refresh token opens what an access token should

It lives for weeks where the other lives for minutes: its longer life is now that of every right it gives.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, Skip, found, probe


@probe(category="security", severity="error", writes=True)
def refresh_token_as_access(service: Service) -> Iterator[Finding]:
    token = service.caller.refresh_token
    if not token:
        raise Skip("the login gives no refresh token")
    reply = service.get(service.own_read.path, {"Authorization": f"Bearer {token}"})
    if reply.ok:
        yield found(
            reply,
            f"`GET {service.own_read.path}` takes a refresh token",
            help="put the kind of a token in a claim, and require it",
        )
