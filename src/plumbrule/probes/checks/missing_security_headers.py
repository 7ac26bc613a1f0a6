"""Answers without the headers that keep a browser in bounds

Without `X-Content-Type-Options: nosniff` a browser may run an upload as a script; without `frame-ancestors`
or `X-Frame-Options` another site can show the page inside its own. Over HTTPS, without
`Strict-Transport-Security` the first request of a visit can be intercepted.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, found, probe


@probe(category="security", severity="warning")
def missing_security_headers(service: Service) -> Iterator[Finding]:
    reply = service.get(service.reads[0].path if service.reads else "/")
    policy = reply.header("content-security-policy")
    missing = (
        [] if reply.header("x-content-type-options").lower() == "nosniff" else ["X-Content-Type-Options"]
    )
    if not reply.header("x-frame-options") and "frame-ancestors" not in policy:
        missing.append("X-Frame-Options")
    if reply.url.startswith("https") and not reply.header("strict-transport-security"):
        missing.append("Strict-Transport-Security")
    if missing:
        yield found(
            reply,
            f"answers lack {' and '.join(missing)}",
            label="a browser is told nothing about them",
            help="add the headers in one pure ASGI middleware, on errors too",
        )
