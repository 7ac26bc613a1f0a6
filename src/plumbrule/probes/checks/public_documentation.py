"""Everybody can read which routes there are

The OpenAPI document lists every route, its parameters and its fields, the internal ones too. That is a map
for an attacker; for a public API it may be what you want.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, found, probe

PATHS = ("/openapi.json", "/docs", "/redoc")


@probe(category="security", severity="note")
def public_documentation(service: Service) -> Iterator[Finding]:
    for path in PATHS:
        reply = service.get(path)
        if reply.ok and (
            '"openapi"' in reply.text or "swagger" in reply.text or "redoc" in reply.text.lower()
        ):
            yield found(
                reply,
                f"`{path}` tells everybody which routes there are",
                help="`FastAPI(openapi_url=None)` in production, unless the API is meant for the public",
            )
            return
