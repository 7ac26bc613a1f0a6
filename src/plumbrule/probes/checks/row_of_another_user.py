"""A user reads what belongs to another

Changing the id in the URL is the first thing an attacker tries. The route knows who is asking and does not
ask whose row it is.
"""

from plumbrule.probes.kit import Account, Finding, Iterator, Service, Skip, fields, found, probe, send


@probe(category="security", severity="error", writes=True)
def row_of_another_user(service: Service) -> Iterator[Finding]:
    tried = False
    for create, read in service.rows:
        made = send(service.wire, create, create.body or {}, service.caller.headers)
        identity = fields(made).get("id")
        if not made.ok or identity is None:
            continue
        own = service.get(read.at(str(identity)), service.caller.headers)
        if not own.ok:
            continue
        tried = True
        reply = service.get(read.at(str(identity)), other(service).headers)
        if reply.ok:
            yield found(
                reply,
                f"`GET {read.path}` gives one user what belongs to another",
                help="put the owner into the WHERE clause, and answer 404",
            )
    if not tried:
        raise Skip("nothing could be made and read again")


def other(service: Service) -> Account:
    """Somebody else, the same for every row."""
    return service.accounts[1] if len(service.accounts) > 1 else service.newcomer()
