"""A body of any size is read

Twenty megabytes were read to their end. A few hundred clients that do that at once fill the memory; FastAPI
sets no limit unless it is told to.
"""

from itertools import chain, repeat

from plumbrule.probes.kit import Finding, Iterator, Service, found, probe

SIZE = 20_000_000
PIECE = b"plumb sends more than anybody should read. " * 1500


@probe(category="security", severity="error", writes=True)
def unlimited_body(service: Service) -> Iterator[Finding]:
    for operation in (service.doors.login, service.doors.registration):
        kind = "application/x-www-form-urlencoded" if operation.form else "application/json"
        opening = b"username=" if operation.form else b'{"password": "'
        for declared in (True, False):
            pieces = chain([opening], repeat(PIECE, SIZE // len(PIECE)))
            length = len(opening) + len(PIECE) * (SIZE // len(PIECE))
            reply, whole = service.wire.upload(
                operation.at(), {"Content-Type": kind}, pieces, length if declared else None
            )
            if whole and reply.status not in {413, 429}:
                yield found(
                    reply,
                    f"`POST {operation.path}` reads a body of 20 MB",
                    label=f"it answers {reply.status} instead of 413",
                    help="`FastAPI(max_body_size=1_000_000)`, or a middleware that counts what arrives",
                )
                return
