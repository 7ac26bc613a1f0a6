"""A path that does not exist is not a 404

A client that misspells a path believes that it worked.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, found, probe

NOWHERE = ("/plumb-asks-for-nothing", "/..%2f", "/%00", "/%ff")


@probe(category="contracts", severity="warning")
def unknown_path_answered(service: Service) -> Iterator[Finding]:
    for path in NOWHERE:
        reply = service.get(path)
        page = reply.ok and "html" in reply.header("content-type")  # of a single-page application
        if reply.ok and not page:
            yield found(
                reply,
                f"nothing is at `{path}`, and yet it is answered",
                help="let the router answer 404, with the shape of your other errors",
            )
