"""An error in a shape of its own

A client has to understand every shape of error there is. RFC 9457 is the one for all of them:
`application/problem+json` with `type`, `title` and `status`. FastAPI's own errors come in two other shapes.
"""

from plumbrule.probes.kit import Finding, Iterator, Service, found, probe


@probe(category="contracts", severity="note")
def error_without_problem_json(service: Service) -> Iterator[Finding]:
    replies = [service.get("/plumb-asks-for-nothing")]
    replies += [service.get(operation.at()) for operation in service.operations[:40] if operation.secured]
    for reply in replies:
        kind = reply.header("content-type").partition(";")[0]
        if reply.status in {401, 403, 404, 422} and kind != "application/problem+json":
            yield found(
                reply,
                f"a {reply.status} is no `application/problem+json`",
                label=f"it is {kind or 'nothing'}",
                help="answer Starlette's HTTPException and RequestValidationError in one handler each",
            )
            return
