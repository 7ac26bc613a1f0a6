"""A request that the service did not expect

A 500 means that nobody thought of this request: the handler broke in the middle of its work. If the answer
also shows where, it tells an attacker what to try next.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, found, probe

TRACE = "Traceback (most recent call last)"


@probe(category="operations", severity="error", last=True)
def server_error(service: Service) -> Iterator[Finding]:
    seen: set[str] = set()
    for reply in service.wire.replies:
        place = f"{reply.method} {reply.url.partition('?')[0]}"
        if (reply.status != 500 and TRACE not in reply.text) or place in seen:
            continue
        seen.add(place)
        shown = TRACE in reply.text
        yield found(
            reply,
            "the answer shows the code of the service"
            if shown
            else "a request from outside is a server error",
            help="turn `debug` off"
            if shown
            else "look for the exception in the log, and refuse such input with a 4xx",
        )
