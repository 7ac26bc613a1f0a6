"""A wrong method is not told which are right

A 405 has to name the methods that are allowed (RFC 9110); a handler that makes its own response loses the
header. And a server that answers TRACE sends back what it was sent, cookies included.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, Skip, found, probe


@probe(category="contracts", severity="note")
def wrong_method_unexplained(service: Service) -> Iterator[Finding]:
    reads = [operation for operation in service.reads if not operation.secured]
    if not reads:
        raise Skip("no public GET route is known")
    reply = service.wire.ask("TRACE", reads[0].path)
    if reply.ok or (reply.status == 405 and not reply.header("allow")):
        yield found(
            reply,
            "a 405 does not say which methods are allowed" if not reply.ok else "TRACE is answered",
            help="give `exc.headers` on in the handler of HTTPException",
        )
