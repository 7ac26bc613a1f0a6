"""A row that was promised is not there yet

The answer to a POST leaves before the transaction is committed: who reads at once does not find the row, and
when the commit fails, nobody is told.
"""

from concurrent.futures import ThreadPoolExecutor

from plumbrule.probes.kit import Finding, Iterator, Reply, Service, Skip, fields, found, probe, send

PAIRS, AT_ONCE = 40, 8


@probe(category="database", severity="error", writes=True)
def answer_before_commit(service: Service) -> Iterator[Finding]:
    create, read = service.rows[0]
    headers = service.caller.headers

    def create_and_read(_: int) -> Reply | None:
        made = send(service.wire, create, create.body or {}, headers)
        identity = fields(made).get("id")
        return service.get(read.at(str(identity)), headers) if made.ok and identity is not None else None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = [reply for reply in pool.map(create_and_read, range(PAIRS)) if reply is not None]
    missing = [reply for reply in replies if reply.status == 404]
    if not replies or len(missing) == len(replies):
        raise Skip(f"what {create.path} makes could not be read again")
    if missing:
        yield found(
            missing[0],
            f"{len(missing)} of {len(replies)} rows were not there when they were asked for at once",
            help="inject the session with `Depends(..., scope='function')`: it commits before the response",
        )
