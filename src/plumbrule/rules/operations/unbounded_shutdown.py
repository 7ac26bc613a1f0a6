"""A server that waits for ever when it is told to stop

Uvicorn finishes the requests in flight before it exits, and an open stream
never finishes. Until the orchestrator kills it, nothing of the shutdown code
has run: pools are cut off, background tasks lost.

## Bad

```dockerfile title="Dockerfile"
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"] # finding
```

## Good: a limit below the grace period

```dockerfile title="Dockerfile"
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--timeout-graceful-shutdown", "20"]
```

## Good: the limit stands on the next line

```dockerfile title="Dockerfile"
FROM python:3.13
CMD ["uvicorn", "app.main:app", \\
     "--timeout-graceful-shutdown", "20"]
```

## Good: Gunicorn has one by default

```dockerfile title="Dockerfile"
FROM python:3.13
CMD ["gunicorn", "app.main:app", "-k", "uvicorn_worker.UvicornWorker"]
```
"""

import re

from plumbrule.rulekit import Finding, Iterator, Project, Source, rule

COMMAND = re.compile(r"^(?:CMD|ENTRYPOINT)[ \t]+((?:.*\\\n)*.*)", re.MULTILINE)
SERVER = re.compile(r"\b(uvicorn|granian)\b")
LIMIT = re.compile(r"timeout-graceful-shutdown|kill-timeout|gunicorn|--reload|fastapi dev")


@rule(category="operations", severity="warning")
def unbounded_shutdown(project: Project) -> Iterator[Finding]:
    for path, text in project.dockerfiles.items():
        if "UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN" in text or "GRANIAN_WORKERS_KILL_TIMEOUT" in text:
            continue
        for found in list(COMMAND.finditer(text))[-1:]:  # only the last one counts
            if SERVER.search(found[1]) and not LIMIT.search(found[1]):
                start = len(text[: found.start()].encode())
                yield Finding(
                    at=Source(path, text.encode()).span(start, start + len(found[0].encode())),
                    message="the server may wait for ever when it is told to stop",
                    label="an open stream keeps it alive until it is killed",
                    help="add `--timeout-graceful-shutdown` with less than the grace period",
                )
