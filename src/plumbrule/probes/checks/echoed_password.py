"""A refused password comes back in the answer

FastAPI's own 422 repeats the input it refuses. Whatever stores answers (a proxy, the console of a browser, an
error tracker) now has the password.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, credentials, found, new_email, probe, send

SECRET = "Plumb-Looks-For-This-1"  # noqa: S105  it is sent to be found


@probe(category="security", severity="error", writes=True)
def echoed_password(service: Service) -> Iterator[Finding]:
    for operation in (service.doors.registration, service.doors.login):
        key = next(key for key in operation.body or {} if "password" in key)
        whole = credentials(operation, new_email(), SECRET)
        for body in ({key: SECRET}, {**whole, key: [SECRET]}, {**whole, key: SECRET * 20}):
            reply = send(service.wire, operation, body)
            if SECRET in reply.text:
                yield found(
                    reply,
                    f"`POST {operation.path}` sends the password back",
                    help="answer RequestValidationError with place, message and type, never with the input",
                )
                return
