"""What is made for one tenant is found by an id alone

Other routes of the service name the tenant, this one does not: whoever knows an id, or guesses it, gets what
belongs to another tenant. Ask for the tenant here too, and answer 404 for what is not his.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Header

app = FastAPI()


class Jobs:
    def start(self, url: str, tenant_id: str) -> str:
        return f"{tenant_id}: {url}"

    def status(self, job_id: str) -> str:
        return job_id


@app.post("/jobs")
def start(url: str, jobs: Annotated[Jobs, Depends()], x_tenant_id: Annotated[str, Header()]) -> str:
    return jobs.start(url, x_tenant_id)


@app.post("/jobs/at-night")
def start_at_night(url: str, jobs: Annotated[Jobs, Depends()], x_tenant_id: Annotated[str, Header()]) -> str:
    return jobs.start(url, tenant_id=x_tenant_id)


@app.get("/jobs/{job_id}")
def read(job_id: str, jobs: Annotated[Jobs, Depends()]) -> str:  # finding
    return jobs.status(job_id)
```

## Good: asked on the way back too

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Header

app = FastAPI()


class Jobs:
    def start(self, url: str, tenant_id: str) -> str:
        return f"{tenant_id}: {url}"

    def status(self, job_id: str, tenant_id: str) -> str:
        return job_id


@app.post("/jobs")
def start(url: str, jobs: Annotated[Jobs, Depends()], x_tenant_id: Annotated[str, Header()]) -> str:
    return jobs.start(url, x_tenant_id)


@app.post("/jobs/at-night")
def start_at_night(url: str, jobs: Annotated[Jobs, Depends()], x_tenant_id: Annotated[str, Header()]) -> str:
    return jobs.start(url, tenant_id=x_tenant_id)


@app.get("/jobs/{job_id}")
def read(job_id: str, jobs: Annotated[Jobs, Depends()], x_tenant_id: Annotated[str, Header()]) -> str:
    return jobs.status(job_id, x_tenant_id)


@app.get("/queue")
def length(jobs: Annotated[Jobs, Depends()]) -> int:
    return 0
```
"""

from plumbrule.rulekit import Finding, Function, Iterator, Parameter, Route, given_texts, is_for_some, rule


@rule(category="security", severity="warning", confidence="medium")
def unchecked_tenant(route: Route) -> Iterator[Finding]:
    handler = route.handler
    if handler is None or is_for_some(route):
        return
    ids = set(route.path_parameters)
    beside = [r.handler for r in route.router.routes if r.handler is not None and "POST" in r.methods]
    making = [other for other in beside if takes_tenant(other)]
    asked = (
        next((call for call in handler.calls if ids.intersection(given_texts(call))), None)
        if making
        else None
    )
    service = handler.parameter(asked.receiver.text) if asked is not None and asked.receiver else None
    around = (handler, *(d.function for d in route.dependencies if d.function is not None))
    if asked is None or service is None or any("tenant" in one.node.text.lower() for one in around):
        return
    scoped = [other for other in making if shares(other, service)]
    if len(scoped) > 1:
        yield Finding(
            at=handler.span,
            message=f"{route.label} does not look at whose it is",
            label=f"`{scoped[0].name}` makes it for a tenant, `{asked.method}` finds everybody's",
            help="take the tenant here too, and answer 404 for what belongs to another",
        )


def takes_tenant(handler: Function) -> bool:
    """Whether a header says for which tenant a handler works."""
    return any("tenant" in p.name and p.marker("Header") is not None for p in handler.parameters)


def shares(handler: Function, service: Parameter) -> bool:
    """Whether a handler is given the same service."""
    same = (p.annotation for p in handler.parameters if p.annotation is not None)
    return service.annotation is not None and any(one.text == service.annotation.text for one in same)
