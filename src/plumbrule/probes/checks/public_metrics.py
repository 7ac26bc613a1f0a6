"""Everybody can read the metrics

They tell how much the service is used, by which routes, and how often it fails.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, found, probe, shows_metrics


@probe(category="security", severity="note")
def public_metrics(service: Service) -> Iterator[Finding]:
    reply = service.get("/metrics")
    if shows_metrics(reply):
        yield found(
            reply,
            "`/metrics` tells everybody how the service is used",
            help="serve the metrics on a port of their own, or ask for a token",
        )
