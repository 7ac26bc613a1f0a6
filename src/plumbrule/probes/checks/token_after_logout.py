"""A token outlives its logout

Who logs out on a shared computer, or because a token was lost, expects that it is worth nothing from then on.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, Skip, found, probe


@probe(category="security", severity="warning", writes=True)
def token_after_logout(service: Service) -> Iterator[Finding]:
    account, path = service.newcomer(), service.own_read.path
    route = service.doors.post("log out", "logout", "log-out", "signout", "sign-out")
    left = service.wire.ask("POST", route.at(), account.headers)
    if not left.ok:
        raise Skip(f"{route.path} answers {left.status}")
    reply = service.get(path, account.headers)
    if reply.ok:
        yield found(
            reply,
            f"`GET {path}` takes a token after its logout",
            help="ask with every request whether the session still stands, or keep tokens very short",
        )
