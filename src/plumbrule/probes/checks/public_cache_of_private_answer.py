"""A shared cache may keep what is for one user

`Cache-Control: public` or `s-maxage` lets a proxy or CDN store the answer and give it to the next one who
asks for the same URL, whoever that is.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, found, probe


@probe(category="security", severity="error")
def public_cache_of_private_answer(service: Service) -> Iterator[Finding]:
    for operation in service.private_reads[:10]:
        reply = service.look(operation.path)
        directives = {
            part.strip().partition("=")[0] for part in reply.header("cache-control").lower().split(",")
        }
        if directives & {"public", "s-maxage"}:
            yield found(
                reply,
                f"a shared cache may keep the answer of `GET {operation.path}`",
                label=f"Cache-Control: {reply.header('cache-control')}",
                help="send `Cache-Control: no-store`, or `private`, with what is for one user",
            )
