"""Many reads at once bring the service down

Sixty-four requests at the same time are an ordinary second. If some fail, the pool of connections is
exhausted, or sessions are shared between requests.
"""

from concurrent.futures import ThreadPoolExecutor

from plumbrule.probes.kit import Finding, Iterator, Service, found, probe

AT_ONCE = 64


@probe(category="operations", severity="error", writes=True)
def failing_parallel_reads(service: Service) -> Iterator[Finding]:
    path, headers = service.own_read.path, service.caller.headers
    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(lambda _: service.get(path, headers), range(AT_ONCE)))
    failed = [reply for reply in replies if reply.status >= 500]
    if failed:
        yield found(
            failed[0],
            f"{len(failed)} of {AT_ONCE} reads of `GET {path}` at once fail",
            help="give back the session before slow work, and keep the pool below what the database allows",
        )
