"""A container that serves as root

Whoever finds a way to run code in the app is root in the container: may
rewrite the code, read every mounted secret, and has one barrier less to the
host.

## Bad

```dockerfile title="Dockerfile"
FROM python:3.13
COPY . .
CMD ["uvicorn", "app.main:app"] # finding
```

## Good: a user of its own

```dockerfile title="Dockerfile"
FROM python:3.13
RUN useradd app
USER app
CMD ["uvicorn", "app.main:app"]
```

## Good: the base image has one

```dockerfile title="Dockerfile"
FROM gcr.io/distroless/python3:nonroot
CMD ["-m", "uvicorn", "app.main:app"]
```

## Good: nothing is served, or the start script drops the rights

```dockerfile title="Dockerfile"
FROM node:24
CMD ["npm", "start"]
```

```dockerfile title="docker/Dockerfile.dev"
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--reload"]
```

```dockerfile title="tests/mock/Dockerfile"
FROM python:3.13
CMD ["uvicorn", "mock:app"]
```

```dockerfile title="api/Dockerfile"
FROM python:3.13
ENTRYPOINT ["gosu", "app", "uvicorn", "app.main:app"]
```
"""

import re

from plumbrule.rulekit import Finding, Iterator, Project, Source, rule

COMMAND = re.compile(
    r"^(?:CMD|ENTRYPOINT)[ \t].*(?:uvicorn|gunicorn|fastapi|hypercorn|granian).*", re.MULTILINE
)
STAGE = re.compile(r"^FROM[ \t]+(.*)", re.MULTILINE)
USER = re.compile(r"^USER[ \t]+(?!root\b|0\b)\S", re.MULTILINE)
DROPPED = re.compile(r"nonroot|\bgosu\b|\bsu-exec\b|setpriv|runuser|unprivileged")


@rule(category="operations", severity="warning")
def root_container(project: Project) -> Iterator[Finding]:
    for path, text in project.dockerfiles.items():
        stages = list(STAGE.finditer(text))
        commands = list(COMMAND.finditer(text))
        if not stages or not commands:
            continue
        command = commands[-1]
        before = [s for s in stages if s.start() < command.start()]
        stage = text[before[-1].start() : command.start()] if before else ""
        names = [s[1].split()[-1] for s in before[:-1] if " as " in s[1].lower()]
        inherited = bool(before) and before[-1][1].split()[0] in names  # from a stage that may set a user
        if USER.search(stage) or DROPPED.search(stage + command[0]) or (inherited and USER.search(text)):
            continue
        start = len(text[: command.start()].encode())
        yield Finding(
            at=Source(path, text.encode()).span(start, start + len(command[0].encode())),
            message="the container serves as root",
            label="no USER before it",
            help="add a user, and `USER app` before the command",
        )
