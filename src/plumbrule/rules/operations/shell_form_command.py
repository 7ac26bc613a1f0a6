"""A container command in shell form

`CMD uvicorn …` without brackets is run by `/bin/sh -c`. The shell is process 1
and passes no signal on: the server never hears SIGTERM, requests in flight are
cut off when the grace period ends, and shutdown code never runs.

## Bad

```dockerfile title="Dockerfile"
FROM python:3.13
COPY . .
CMD uvicorn app.main:app --host 0.0.0.0 --timeout-graceful-shutdown 20 # finding
```

## Good: a list, or a shell that steps aside

```dockerfile title="Dockerfile"
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--timeout-graceful-shutdown", "20"]
```

```dockerfile title="worker/Dockerfile"
FROM python:3.13
CMD exec uvicorn app.main:app --workers $WORKERS
```

## Good: an entrypoint gets the command, and another server

```dockerfile title="Dockerfile"
FROM node:24
CMD npm start
```
"""

import re

from plumbrule.rulekit import Finding, Iterator, Project, Source, rule

COMMAND = re.compile(
    r"^(?:CMD|ENTRYPOINT)[ \t]+(?!\[)(?!exec\b)((?:.*\\\n)*.*)", re.MULTILINE | re.IGNORECASE
)
SERVER = re.compile(r"\b(uvicorn|gunicorn|fastapi (run|dev)|hypercorn|granian)\b")


@rule(category="operations", severity="warning")
def shell_form_command(project: Project) -> Iterator[Finding]:
    for path, text in project.dockerfiles.items():
        source = Source(path, text.encode())
        for found in COMMAND.finditer(text):
            if SERVER.search(found[1]) and not re.search(r"\bexec\b", found[1]):
                start = len(text[: found.start()].encode())
                yield Finding(
                    at=source.span(start, start + len(found[0].encode())),
                    message="the server never hears SIGTERM",
                    label="a shell runs it, and passes no signal on",
                    help='write it as a list: `CMD ["uvicorn", …]`',
                )
