"""Wrong passwords can be tried for ever

Thirty wrong passwords for one account are not slowed down by anything. Lists of leaked passwords are tried
at hundreds a second.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, found, new_email, probe

TRIES = 30


@probe(category="security", severity="error", writes=True, last=True)
def unlimited_logins(service: Service) -> Iterator[Finding]:
    account = service.newcomer()
    email = account.email
    for _ in range(TRIES):
        reply = service.doors.log_in(email, "Not-The-Password-1")
        if reply.status == 429:
            break
    if reply.status != 429:
        if not service.doors.log_in(email, account.password).ok:
            return  # the account is locked, which is a limit too
        yield found(
            reply,
            f"after {TRIES} wrong passwords for one account one may go on",
            help="count failed logins by account, and by address more generously; answer 429",
        )
        return
    if not reply.header("retry-after"):
        yield found(
            reply,
            "a 429 does not say when to come back",
            label="it has no Retry-After",
            help="send `Retry-After` with the seconds that are left",
        )
    yield from forged(service, email)


def forged(service: Service, email: str) -> Iterator[Finding]:
    """What a made-up address changes: for the account, and for the address it comes from."""
    stranger = new_email()
    names = [email]
    if service.doors.log_in(stranger, "Not-The-Password-1").status == 429:
        names.append(stranger)
    for name in names:
        for number in range(3):
            address = f"198.51.100.{number + 7}"
            headers = {"X-Forwarded-For": address, "X-Real-IP": address, "Forwarded": f"for={address}"}
            reply = service.doors.log_in(name, "Not-The-Password-1", headers)
            if reply.status != 429:
                yield found(
                    reply,
                    "a made-up X-Forwarded-For lifts the limit of logins",
                    help="trust that header only from your own proxy: `--forwarded-allow-ips`",
                )
                return
