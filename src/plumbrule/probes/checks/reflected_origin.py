"""Any website may ask in the name of a user

The service repeats whatever `Origin` it is sent and allows credentials with it. A page that a logged-in user
happens to open can read everything that the user can.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, found, probe

STRANGER = "https://stranger.example"


@probe(category="security", severity="error")
def reflected_origin(service: Service) -> Iterator[Finding]:
    path = service.reads[0].path if service.reads else "/"
    preflight = {"Origin": STRANGER, "Access-Control-Request-Method": "GET"}
    for reply in (
        service.wire.ask("OPTIONS", path, preflight),
        service.get(path, {"Origin": STRANGER}),
        service.get(path, {"Origin": "null"}),
    ):
        allowed = reply.header("access-control-allow-origin")
        if allowed in {STRANGER, "null"} and reply.header("access-control-allow-credentials") == "true":
            yield found(
                reply,
                "any website may ask in the name of a logged-in user",
                label=f"it allows the origin {allowed} with credentials",
                help="list the origins of your own pages in `allow_origins`",
            )
            return
