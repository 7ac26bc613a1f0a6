"""A path that does not exist is not a 404

A client that misspells a path believes that it worked.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, found, probe

NOWHERE = "/plumb-asks-for-nothing"
ODD = ("/%00", "/%ff")
"""are asked for too: whether they break something is another probe"""


@probe(category="contracts", severity="warning")
def unknown_path_answered(service: Service) -> Iterator[Finding]:
    for path in ODD:
        service.get(path)
    reply = service.get(NOWHERE)
    page = "html" in reply.header("content-type")  # of a single-page application
    if reply.ok and not page:
        yield found(
            reply,
            f"nothing is at `{NOWHERE}`, and yet it is answered",
            help="let the router answer 404, with the shape of your other errors",
        )
