"""A private route that answers strangers

The route asks for a token, as its OpenAPI document or its code says, and yet it answers without one. Whoever
finds the URL reads what was meant for users. Where only the document says so, the finding is unsure: a
route that treats strangers as such looks the same from outside. Metrics have a probe of their own: many
services guard them in production alone.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, found, probe, shows_metrics


@probe(category="security", severity="error")
def open_route(service: Service) -> Iterator[Finding]:
    for operation in service.operations:
        if not operation.secured or (operation.method != "GET" and not service.write):
            continue
        body = None if operation.method == "GET" else b"{}"
        headers = {"Content-Type": "application/json"} if body else {}
        reply = service.wire.ask(operation.method, operation.at(), headers, body)
        if reply.ok and not shows_metrics(reply):
            yield found(
                reply,
                f"`{operation.method} {operation.path}` answers without a token",
                confidence="high" if operation.sure else "low",
                help="make authentication a dependency of the router, so that no route can forget it",
            )
