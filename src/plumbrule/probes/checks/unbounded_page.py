"""A page as long as the client likes

`limit=1000000000` makes the service load and send everything it has: one request is enough to stop it. And a
negative limit is an error of the database, or everything again.
"""

from urllib.parse import urlencode

from plumbrule.probes.kit import Finding, Iterator, Service, Skip, found, probe

NAMES = ("limit", "page_size", "per_page", "size", "page[size]")
BEYOND = ("-1", "1000000000")


@probe(category="security", severity="warning", confidence="medium")
def unbounded_page(service: Service) -> Iterator[Finding]:
    pages = [(o, name) for o in service.reads for name in NAMES if name in o.query]
    if not pages:
        raise Skip("no GET route with a limit is known")
    for operation, name in pages:
        for value in BEYOND:
            reply = service.look(f"{operation.path}?{urlencode({name: value})}")
            if reply.ok:
                yield found(
                    reply,
                    f"`GET {operation.path}` takes {name}={value}",
                    help=f"bound it: `{name}: Annotated[int, Query(ge=1, le=100)]`",
                )
                break
