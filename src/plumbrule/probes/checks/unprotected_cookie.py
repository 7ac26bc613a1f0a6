"""A cookie with a token that scripts or other sites can use

Without `HttpOnly` a script that got into the page reads it; without `SameSite` other sites can send it; over
HTTPS without `Secure` it also travels in the clear.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, found, probe

SECRETIVE = ("token", "session", "refresh", "auth", "jwt", "sid")


@probe(category="security", severity="warning", writes=True)
def unprotected_cookie(service: Service) -> Iterator[Finding]:
    reply = service.caller.session
    for name, value in reply.headers:
        cookie, *attributes = [part.strip().lower() for part in value.split(";")]
        if name != "set-cookie" or not any(word in cookie.partition("=")[0] for word in SECRETIVE):
            continue
        given = {attribute.partition("=")[0] for attribute in attributes}
        wanted = ["HttpOnly", "SameSite", *(["Secure"] if reply.url.startswith("https") else [])]
        missing = [attribute for attribute in wanted if attribute.lower() not in given]
        if missing:
            yield found(
                reply,
                f"the cookie `{cookie.partition('=')[0]}` is sent without {' and '.join(missing)}",
                help="`set_cookie(..., httponly=True, secure=True, samesite='strict')`",
            )
