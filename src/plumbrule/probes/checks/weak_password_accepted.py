"""A password of one character is enough

An account is as safe as its password: what can be guessed in a few tries will be. And a hash that ignores
what follows the 72nd byte lets in everybody who knows the beginning.
"""

from plumbrule.probes.kit import PASSWORD, Finding, Iterator, Service, found, new_email, probe

LONG = PASSWORD * 4


@probe(category="security", severity="warning", writes=True)
def weak_password_accepted(service: Service) -> Iterator[Finding]:
    reply = service.register(new_email(), "x")
    if reply.ok:
        yield found(
            reply,
            "an account may have a password of one character",
            help="`password: Annotated[str, Field(min_length=12, max_length=128)]`",
        )
    email = new_email()
    if service.register(email, LONG).ok:
        reply = service.doors.log_in(email, LONG[:75] + "?")
        if reply.ok:
            yield found(
                reply,
                "of a long password only the beginning counts",
                help="hash with argon2, which has no such limit, or refuse what is longer than 72 bytes",
            )
